"""Planned chords: at an onset every voice sounds a member, the last voice the root, and one voice the third.

Afterwards the outer voices stay, or all voices hold and then rest. A chord that leads to the next planned one has its
tendency tones once; no voice leaves them before the next chord, into which the leading note rises and the seventh
falls; an inner leading note may fall to the fifth. What is given may exclude some of this: the mask then asks for less,
so that it never excludes everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from scoregen.tokens.constraints.plans.small_leaps import reaches
from scoregen.tokens.constraints.state import ConstraintState, left_pitches, next_step, onset, unrestricted_tokens
from scoregen.tokens.constraints.voice_masks import KEPT_MASKS, Mask, every_token, only_word
from scoregen.tokens.vocabulary import vocabulary

_LEADING_NOTE = 4
"""The third of a dominant on the line of fifths above its root."""
_STEP_UP = -5
"""A minor second up on the line of fifths."""
_STEPS, _THIRDS_DOWN = range(-2, 3), range(-4, -2)
"""The semitones of moves by step, and by a third down."""


@dataclass(frozen=True, slots=True)
class PlannedChord:
    """The members of a chord on the line of fifths: root, third, then the others; none for a rest of all voices.

    `final`: nothing follows it in its measure; `stay`: the quarters during which the outer voices begin no other
    pitch; `hold`: the quarters during which no voice begins anything, and `rest` those after them in which all voices
    rest; `leads`: it is a dominant of the next planned chord.
    """

    members: tuple[int, ...]
    final: bool = False
    stay: Fraction = Fraction(0)
    hold: Fraction = Fraction(0)
    rest: Fraction = Fraction(0)
    leads: bool = False

    @property
    def single(self) -> frozenset[int]:
        """The members that sound once: the third of a major chord, and the seventh."""
        third = self.members[1:2] if self.members[1] - self.members[0] == _LEADING_NOTE else ()
        return frozenset((*third, *self.members[3:4]))

    def resolutions(self, goal: PlannedChord) -> dict[int, tuple[int, ...]]:
        """Where its tendency tones go in the next chord: the leading note up a semitone, the seventh down a step."""
        root, third, *_ = self.members
        rows: dict[int, tuple[int, ...]] = {third: (third + _STEP_UP,)} if third - root == _LEADING_NOTE else {}
        rows |= {seventh: (seventh - _STEP_UP, seventh - 2) for seventh in self.members[3:4]}
        return {tone: tuple(each for each in steps if each in goal.members) for tone, steps in rows.items()}


PlannedChords = Mapping[Fraction, PlannedChord]
"""The chords of a measure by onset in the measure; the last one before the measure has a negative onset."""


def planned_chord_mask(chords: PlannedChords, widest_leap: int | None = None) -> Callable[[ConstraintState], Mask]:
    """The mask of one measure with these chords; `widest_leap`: the semitones that a voice may leap into one."""

    def mask(state: ConstraintState) -> Mask:
        now = onset(state)
        wanted = (
            _onsets(chords, now, state) if next_step(state) == ("onset",) else _events(chords, now, state, widest_leap)
        )
        base = unrestricted_tokens(state)
        return next((each for each in wanted if (base & each).any()), every_token())

    return mask


def _events(chords: PlannedChords, now: Fraction, state: ConstraintState, widest_leap: int | None) -> Iterator[Mask]:
    """The events that a voice should choose from, the best choice first."""
    slot, before = state.rules.order[state.turn], _latest(chords, now)
    if now in chords and not chords[now].members:
        before = (now, chords[now])
    if now in chords and chords[now].members:
        classes = _Voices(chords[now], before[1] if before and before[1].leads else None, state, widest_leap)
        yield from classes.choices(slot)
    elif before and now < before[0] + before[1].hold:
        yield only_word("hold")
    elif before and now < before[0] + before[1].hold + before[1].rest:
        yield only_word("hold" if state.sounding[slot] == () and now > 0 else "rest")
    elif before and before[1].leads:
        yield _towards_goal(before[1], slot, state)
    elif before and slot in _outer(state) and now < before[0] + before[1].stay:
        yield _same_pitch(state.sounding[slot])


def _latest(chords: PlannedChords, now: Fraction) -> tuple[Fraction, PlannedChord] | None:
    """The last chord that begins before a time, with its onset."""
    place = max((place for place in chords if place < now), default=None)
    return None if place is None else (place, chords[place])


def _outer(state: ConstraintState) -> tuple[int, int]:
    return 0, len(state.rules.order) - 1


class _Voices(NamedTuple):
    """A chord, the dominant before it if it is one, the state in which its voices are written, their widest leap."""

    chord: PlannedChord
    dominant: PlannedChord | None
    state: ConstraintState
    widest_leap: int | None

    def choices(self, slot: int) -> Iterator[Mask]:
        """The masks of a voice, the strictest first: without and with notes below the lowest voice."""
        wanted = list(self.members(slot))
        order_kept = self.above_bass(slot)
        yield from (mask & order_kept for mask in wanted)
        yield from wanted

    def above_bass(self, slot: int) -> Mask:
        """The lowest voice below what is written, every other voice above the lowest one."""
        bass = _outer(self.state)[1]
        written = self.state.rules.order[: self.state.turn]
        if slot == bass:
            others = tuple(token for other in written for token in self.state.sounding[other] or ())
            return between((), others, self.state.sounding[slot])
        floor = self.state.sounding[bass] if bass in written else None
        return between(floor or (), (), self.state.sounding[slot])

    def members(self, slot: int) -> Iterator[Mask]:
        """The masks of a voice by the members of the chord, the strictest first."""
        members, sounding = self.chord.members, self.state.sounding[slot]
        if slot == _outer(self.state)[1]:
            yield _members(members[:1], sounding)
        elif (target := self.resolution(slot)) is not None:
            yield self.resolving(slot, target)
            yield _members(members, sounding)
        elif self.is_last_free(slot) and members[1] not in self.written():
            yield _members(members[1:2], sounding)
        else:
            left = tuple(member for member in members if member not in self.chord.single & self.written())
            yield _members(left, sounding)
            yield _members(members, sounding)

    def written(self) -> frozenset[int]:
        """The positions on the line of fifths of the voices that are already written in this slice."""
        slots = self.state.rules.order[: self.state.turn]
        return frozenset(fifths for slot in slots for fifths in _fifths(self.state.sounding[slot]))

    def resolution(self, slot: int) -> int | None:
        """The member to which a tendency tone of a voice moves; None if the voice has none."""
        if self.dominant is None:
            return None
        sounding = _fifths(left_pitches(self.state, slot))
        goals = self.dominant.resolutions(self.chord)
        left = next((tone for tone in goals if tone in sounding), None)
        return None if left is None else next(iter(goals[left]), None)

    def resolving(self, slot: int, target: int) -> Mask:
        """A tendency tone moves by step; an inner leading note may fall a third to the fifth, to complete the chord.

        At ends on V-I of the training chorales 69 % of inner leading notes do so, and 91 % of the ends are complete.
        """
        left, root, fifth = left_pitches(self.state, slot), self.chord.members[0], self.chord.members[2:3]
        by_step = _by_moves(target, left, _STEPS)
        if target != root or slot in _outer(self.state) or not fifth or fifth[0] in self.written():
            return by_step
        return by_step | _by_moves(fifth[0], left, _THIRDS_DOWN)

    def is_last_free(self, slot: int) -> bool:
        """Whether no later voice can take the third."""
        later = self.state.rules.order[self.state.rules.order.index(slot) + 1 :]
        bass = _outer(self.state)[1]
        return all(
            other == bass or self.resolution(other) is not None or not self.can_take_third(other) for other in later
        )

    def can_take_third(self, slot: int) -> bool:
        """Whether the third is near enough to a voice."""
        return self.widest_leap is None or reaches(self.state, slot, self.chord.members[1], self.widest_leap)


def _towards_goal(dominant: PlannedChord, slot: int, state: ConstraintState) -> Mask:
    """Between a dominant and its goal: tendency tones stay, the bass stays on the root, nobody doubles a tendency."""
    sounding = state.sounding[slot]
    if slot == _outer(state)[1]:
        return _members(dominant.members[:1], sounding)
    if dominant.single & set(_fifths(sounding)):
        return _same_pitch(sounding)
    return ~_members(tuple(sorted(dominant.single)), None)


def _onsets(chords: PlannedChords, now: Fraction, state: ConstraintState) -> Iterator[Mask]:
    """The next slice is no later than the next chord, and no earlier than the end of a hold, except with a given voice.

    After a final chord comes the barline.
    """
    words = vocabulary()
    following = min((place for place in (*chords, *_rests(chords)) if place > now), default=None)
    mask = np.ones(len(words), dtype=np.bool_)
    if following is not None:
        mask[words.onsets] = False
        mask[words.place_id(0) : words.place_id(int(following * words.ticks_per_quarter)) + 1] = True
    elif now in chords and chords[now].final:
        mask[words.onsets] = False
        mask[words.barline] = True
    kept = mask & _after_hold(chords, now, following, state)
    yield kept
    yield mask


def _rests(chords: PlannedChords) -> list[Fraction]:
    """The onsets at which all voices begin to rest."""
    return [place + chord.hold for place, chord in chords.items() if chord.rest]


def _after_hold(chords: PlannedChords, now: Fraction, following: Fraction | None, state: ConstraintState) -> Mask:
    """No onset of a new voice before the end of a hold and its rest."""
    words = vocabulary()
    mask = np.ones(len(words), dtype=np.bool_)
    place = max((place for place in chords if place <= now), default=None)
    if place is None:
        return mask
    end = place + chords[place].hold + chords[place].rest
    end = end if following is None else min(end, following)
    inside = [
        tick
        for tick in range(state.tick + 1, min(int(end * words.ticks_per_quarter), len(state.rules.plan.spans)))
        if tick not in state.rules.plan.stops
    ]
    mask[[words.place_id(tick) for tick in inside]] = False
    return mask


def _fifths(sounding: tuple[int, ...] | None) -> tuple[int, ...]:
    return tuple(vocabulary().value(token).fifths for token in sounding or ())


@lru_cache(maxsize=KEPT_MASKS)
def _members(members: tuple[int, ...], sounding: tuple[int, ...] | None) -> Mask:
    """Attacks of these positions on the line of fifths, and hold if all sounding pitches belong to them."""
    words = vocabulary()
    mask = np.zeros(len(words), dtype=np.bool_)
    for number, pitch in enumerate(words.pitches):
        mask[words.first_pitch + number] = pitch.fifths in members
    if sounding and all(fifths in members for fifths in _fifths(sounding)):
        mask[words.id("hold")] = True
    mask.flags.writeable = False
    return mask


@lru_cache(maxsize=KEPT_MASKS)
def _by_moves(target: int, sounding: tuple[int, ...] | None, moves: range) -> Mask:
    """Attacks of a position on the line of fifths to which something that sounds moves by so many semitones."""
    words = vocabulary()
    mask = np.zeros(len(words), dtype=np.bool_)
    places = [words.value(token).chromatic for token in sounding or ()]
    for number, pitch in enumerate(words.pitches):
        is_near = any(pitch.chromatic - place in moves for place in places)
        mask[words.first_pitch + number] = pitch.fifths == target and is_near
    mask.flags.writeable = False
    return mask


@lru_cache(maxsize=KEPT_MASKS)
def between(below: tuple[int, ...], above: tuple[int, ...], sounding: tuple[int, ...] | None) -> Mask:
    """Attacks of pitches from the highest of those below to the lowest of those above, and hold if all that sounds is.

    Pitches and what sounds are ids.
    """
    words = vocabulary()
    low = max((words.value(token).midi_pitch for token in below), default=-1)
    high = min((words.value(token).midi_pitch for token in above), default=1000)
    mask = np.ones(len(words), dtype=np.bool_)
    for number, pitch in enumerate(words.pitches):
        mask[words.first_pitch + number] = low <= pitch.midi_pitch <= high
    mask[words.id("hold")] = all(low <= words.value(token).midi_pitch <= high for token in sounding or ())
    mask.flags.writeable = False
    return mask


@lru_cache(maxsize=KEPT_MASKS)
def _same_pitch(sounding: tuple[int, ...] | None) -> Mask:
    """Hold, or an attack of the same pitch."""
    mask = np.zeros(len(vocabulary()), dtype=np.bool_)
    mask[[vocabulary().id("hold"), *(sounding or ())]] = True
    mask.flags.writeable = False
    return mask
