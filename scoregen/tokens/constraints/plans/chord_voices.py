"""The voices at a planned chord: who sounds which member, who resolves a tendency tone, who holds a suspension."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from scoregen.tokens.constraints.plans.pitch_masks import between, by_moves, line_of_fifths, members_mask
from scoregen.tokens.constraints.plans.planned_chords import PlannedChord
from scoregen.tokens.constraints.plans.small_leaps import reaches
from scoregen.tokens.constraints.plans.suspensions import delayed, resolutions, suspended
from scoregen.tokens.constraints.state import ConstraintState, left_pitches
from scoregen.tokens.constraints.voice_masks import Mask, only_word
from scoregen.tokens.vocabulary import vocabulary

_STEPS, STEPS_DOWN, _THIRDS_DOWN = range(-2, 3), range(-2, 0), range(-4, -2)
"""The semitones of moves by step, of those down, and by a third down."""


def outer_slots(state: ConstraintState) -> tuple[int, int]:
    """The slots of the highest and of the lowest voice."""
    return 0, len(state.rules.order) - 1


class ChordVoices(NamedTuple):
    """A chord, the dominant before it if it is one, the state in which its voices are written, their widest leap, and
    the onset of the next chord of the measure."""

    chord: PlannedChord
    dominant: PlannedChord | None
    state: ConstraintState
    widest_leap: int | None
    following: Fraction | None

    def choices(self, slot: int) -> Iterator[Mask]:
        """The masks of a voice, the strictest first: without and with notes below the lowest voice."""
        wanted = list(self.members(slot))
        if self.may_suspend(slot):
            wanted[0] = wanted[0] | only_word("hold")
        order_kept = self.above_bass(slot)
        yield from (mask & order_kept for mask in wanted)
        yield from wanted

    def above_bass(self, slot: int) -> Mask:
        """The lowest voice below what is written, every other voice above the lowest one."""
        bass = outer_slots(self.state)[1]
        written = self.state.rules.order[: self.state.turn]
        if slot == bass:
            others = tuple(token for other in written for token in self.state.sounding[other] or ())
            return between((), others, self.state.sounding[slot])
        floor = self.state.sounding[bass] if bass in written else None
        return between(floor or (), (), self.state.sounding[slot])

    def members(self, slot: int) -> Iterator[Mask]:
        """The masks of a voice by the members of the chord, the strictest first."""
        members, sounding = self.chord.members, self.state.sounding[slot]
        if slot == outer_slots(self.state)[1]:
            yield members_mask(members[:1], sounding)
        elif (target := self.resolution(slot)) is not None:
            yield self.resolving(slot, target)
            yield members_mask(members, sounding)
        elif self.is_last_free(slot) and members[1] not in self.written():
            yield members_mask(members[1:2], sounding)
        else:
            taken = (self.chord.single & self.written()) | (self.owed() & {members[1]})
            left = tuple(member for member in members if member not in taken)
            yield members_mask(left, sounding)
            yield members_mask(members, sounding)

    def may_suspend(self, slot: int) -> bool:
        """Whether a voice may hold a suspension: the only one, with a member to fall to that no other voice needs.

        Chords that stay, those of phrase ends, have none.
        """
        chord, state = self.chord, self.state
        stays = chord.final or chord.stay or chord.hold or chord.rest
        if stays or slot == outer_slots(state)[1] or self.owed():
            return False
        target, third = delayed(state, slot, chord.members), chord.members[1]
        if target is None or (target == third and third in self.written()):
            return False
        if target != third and self.is_last_free(slot) and third not in self.written():
            return False
        if self.resolution(slot) not in (None, target) or not self.can_fall(slot, target):
            return False
        return bool(resolutions(state, slot, state.tick, self.following))

    def can_fall(self, slot: int, target: int) -> bool:
        """Whether the note a step down is one of the voice, and not below the lowest voice."""
        falls = by_moves(target, self.state.sounding[slot], STEPS_DOWN) & self.above_bass(slot)
        own = self.state.rules.voices[slot].pitches
        start = vocabulary().first_pitch
        return bool((falls[start : start + len(own)] & own).any())

    def owed(self) -> frozenset[int]:
        """The member that a suspension delays, on the line of fifths."""
        return frozenset(target for _, target in suspended(self.state, self.chord.members, self.state.tick))

    def written(self) -> frozenset[int]:
        """The positions on the line of fifths of the voices that are already written in this slice, or delayed."""
        slots = self.state.rules.order[: self.state.turn]
        return self.owed().union(fifths for slot in slots for fifths in line_of_fifths(self.state.sounding[slot]))

    def resolution(self, slot: int) -> int | None:
        """The member to which a tendency tone of a voice moves; None if the voice has none."""
        if self.dominant is None:
            return None
        sounding = line_of_fifths(left_pitches(self.state, slot))
        goals = self.dominant.resolutions(self.chord)
        left = next((tone for tone in goals if tone in sounding), None)
        return None if left is None else next(iter(goals[left]), None)

    def resolving(self, slot: int, target: int) -> Mask:
        """A tendency tone moves by step; an inner leading note may fall a third to the fifth, to complete the chord.

        At ends on V-I of the training chorales 69 % of inner leading notes do so, and 91 % of the ends are complete.
        """
        left, root, fifth = left_pitches(self.state, slot), self.chord.members[0], self.chord.members[2:3]
        by_step = by_moves(target, left, _STEPS)
        if target != root or slot in outer_slots(self.state) or not fifth or fifth[0] in self.written():
            return by_step
        return by_step | by_moves(fifth[0], left, _THIRDS_DOWN)

    def is_last_free(self, slot: int) -> bool:
        """Whether no later voice can take the third."""
        later = self.state.rules.order[self.state.rules.order.index(slot) + 1 :]
        bass = outer_slots(self.state)[1]
        return all(
            other == bass or self.resolution(other) is not None or not self.can_take_third(other) for other in later
        )

    def can_take_third(self, slot: int) -> bool:
        """Whether the third is near enough to a voice."""
        return self.widest_leap is None or reaches(self.state, slot, self.chord.members[1], self.widest_leap)
