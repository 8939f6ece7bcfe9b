"""Given chords: new voices sound only members of the chord that a chord symbol, a numeral or a figured bass names.

Where a chord begins, the last voice takes its bass, and the other voices leave none of its essential tones out if they
are enough; a tone that sounds once is not doubled. Tendency tones of the chord before go where they tend. While the
chord lasts, a voice keeps an essential tone that no other new voice has, and the bass leaves its tone only for one that
makes no six-four. The constraint is added to those of `state` by intersection. Where given voices leave nothing that
fits, it asks for less, and at last for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

import numpy as np

from scoregen.tokens.constraints.next_onsets import no_later
from scoregen.tokens.constraints.plans.pitch_masks import between
from scoregen.tokens.constraints.state import (
    ConstraintState,
    is_on_beat,
    left_pitches,
    next_step,
    onset,
    unrestricted_tokens,
)
from scoregen.tokens.constraints.voice_masks import KEPT_MASKS, Mask, every_token, only_word
from scoregen.tokens.vocabulary import vocabulary


@dataclass(frozen=True, slots=True)
class ChordSpan:
    """A chord from an onset of its measure, by positions on the line of fifths; `members` empty: nothing is fixed.

    `essential` are the tones that must sound where it begins, `bass` that of the last voice; None if it began earlier.
    `basses` are the tones of the last voice while it lasts; none allows all members. `single` tones sound once.
    `resolutions` lead from tendency tones of the chord before to the tones of this chord, the best first. A chord that
    is not `fixed` is a suggestion: it has costs in place of the mask. One that is `ornamented` binds where it begins
    and on beats; between them it is a suggestion.
    """

    members: frozenset[int]
    essential: tuple[int, ...] = ()
    bass: int | None = None
    basses: frozenset[int] = frozenset()
    single: frozenset[int] = frozenset()
    resolutions: Mapping[int, tuple[int, ...]] = field(default_factory=dict, hash=False)
    fixed: bool = True
    ornamented: bool = False

    def binds(self, state: ConstraintState, *, begins: bool) -> bool:
        """Whether the mask holds in the slice of a state; `begins`: the chord begins there."""
        return bool(self.members) and (self.fixed or (self.ornamented and (begins or is_on_beat(state))))

    @property
    def stays(self) -> bool:
        """Whether its bass stays below as long as it lasts."""
        return len(self.basses) == 1

    def bass_tones(self, *, begins: bool) -> frozenset[int]:
        """The tones of the lowest voice where the chord begins, or while it lasts; none allows all members."""
        return frozenset({self.bass}) if begins and self.bass is not None else self.basses


def given_chord_mask(chords: Mapping[Fraction, ChordSpan]) -> Callable[[ConstraintState], Mask]:
    """The mask (`MeasureRules.extra`) of one measure with these chords by onset."""
    onsets = sorted(chords)

    def mask(state: ConstraintState) -> Mask:
        now, base = onset(state), unrestricted_tokens(state)
        if next_step(state) == ("onset",):
            wanted = no_later(state, next((place for place in onsets if place > now), None))
        else:
            place = max((place for place in onsets if place <= now), default=None)
            if place is None or not chords[place].binds(state, begins=now == place):
                return every_token()
            begins = now == place and chords[place].bass is not None
            choices = _Turn(chords[place], state, begins).choices()
            wanted = next((each for each in choices if (base & each).any()), every_token())
            wanted = wanted | only_word("rest") if now > place and _given_voices_rest(state) else wanted
        return wanted if (base & wanted).any() else every_token()

    return mask


def _given_voices_rest(state: ConstraintState) -> bool:
    """Whether there are given voices and none of them sounds; then new voices may rest inside a chord."""
    given = [slot for slot in state.rules.order if state.rules.given[slot] is not None]
    return bool(given) and not any(state.sounding[slot] for slot in given)


@dataclass(frozen=True, slots=True)
class _Turn:
    """The turn of a voice inside a chord; `begins`: the chord begins here."""

    chord: ChordSpan
    state: ConstraintState
    begins: bool

    @property
    def slot(self) -> int:
        return self.state.rules.order[self.state.turn]

    @property
    def last(self) -> int:
        return len(self.state.rules.order) - 1

    def choices(self) -> Iterator[Mask]:
        """The masks of the voice, the strictest first."""
        sounding, in_order = self.state.sounding[self.slot], self._in_order()
        rows = list(self._tones())
        if not self.begins and self.slot != self.last:
            in_order = in_order & _no_octave(sounding)
        yield from (_members(tones, sounding, spelled=True) & in_order for tones in rows)
        for tones in (*rows, self.chord.members):
            for spelled in (True, False):
                yield _members(tones, sounding, spelled=spelled)

    def _tones(self) -> Iterator[frozenset[int]]:
        """The tones that the voice should choose from, the strictest choice first."""
        wanted = self._wanted()
        if self.slot != self.last and self.begins:
            goals = self._goals(self.slot)
            yield from (frozenset({goal}) & wanted for goal in goals)
            yield from (frozenset({goal}) & self.chord.members for goal in goals if not self._is_urgent(wanted))
        if self.slot != self.last:
            taken = {tone for tone in self.chord.single if self._sounds(tone)} | self._reserved_singles()
            yield wanted - taken
        yield wanted

    def _wanted(self) -> frozenset[int]:
        if self.slot == self.last:
            return self.chord.bass_tones(begins=self.begins) or self.chord.members
        return self._essential_left() if self.begins else self._kept()

    def _is_urgent(self, wanted: frozenset[int]) -> bool:
        return wanted != self.chord.members

    def _essential_left(self) -> frozenset[int]:
        """The tones of a voice where the chord begins, so that the essential ones still can all sound."""
        later = {other: self._goals(other) for other in self._later()}
        reserved = {goals[0] for goals in later.values() if goals}
        left = 1 + sum(not goals for goals in later.values())
        missing = [tone for tone in self.chord.essential if not self._sounds(tone) and tone not in reserved]
        urgent = missing[:left]
        return frozenset(urgent) if urgent and len(urgent) == left else self.chord.members

    def _later(self) -> list[int]:
        """The new voices that are written after this one, without the lowest."""
        given, order = self.state.rules.given, self.state.rules.order
        return [other for other in order[self.state.turn + 1 :] if other != self.last and given[other] is None]

    def _sounds(self, tone: int) -> bool:
        return 7 * tone % 12 in self._present()

    def _present(self) -> frozenset[int]:
        """The pitch classes of the voices that are already written in this slice, and of the bass."""
        words, chord = vocabulary(), self.chord
        written = self.state.rules.order[: self.state.turn]
        classes = {words.value(token).pitch_class for slot in written for token in self.state.sounding[slot] or ()}
        if self.begins and self.state.rules.given[self.last] is None and chord.bass is not None:
            classes.add(7 * chord.bass % 12)
        return frozenset(classes)

    def _kept(self) -> frozenset[int]:
        """The essential tone that only this voice has, while the chord lasts; else all members."""
        own, rules = self._classes(self.slot), self.state.rules
        others = {
            each for slot in rules.order if slot != self.slot and rules.given[slot] is None for each in
            self._classes(slot)
        }  # fmt: skip
        alone = frozenset(tone for tone in self.chord.essential if 7 * tone % 12 in own and 7 * tone % 12 not in others)
        return alone or self.chord.members

    def _classes(self, slot: int) -> frozenset[int]:
        return frozenset(vocabulary().value(token).pitch_class for token in self.state.sounding[slot] or ())

    def _reserved_singles(self) -> frozenset[int]:
        """The tones that sound once and to which a tendency tone of a later voice moves."""
        goals = [self._goals(other)[:1] for other in self._later()] if self.begins else []
        return self.chord.single & {goal for row in goals for goal in row}

    def _goals(self, slot: int) -> tuple[int, ...]:
        """The tones to which a tendency tone of a voice moves, the best first."""
        sounding = [vocabulary().value(token).fifths for token in left_pitches(self.state, slot)]
        return tuple(goal for tone in sounding for goal in self.chord.resolutions.get(tone, ()))

    def _in_order(self) -> Mask:
        """The lowest voice below what is written, every other voice above the lowest one."""
        order, sounding = self.state.rules.order, self.state.sounding
        written = order[: self.state.turn]
        if self.slot == self.last:
            others = tuple(token for other in written for token in sounding[other] or ())
            return between((), others, sounding[self.slot])
        floor = sounding[self.last] if self.last in written else None
        return between(floor or (), (), sounding[self.slot])


@lru_cache(maxsize=KEPT_MASKS)
def _members(tones: frozenset[int], sounding: tuple[int, ...] | None, *, spelled: bool) -> Mask:
    """Attacks of these tones, by spelling or by pitch class alone, and hold if all sounding pitches belong to them."""
    words = vocabulary()
    classes = {7 * tone % 12 for tone in tones}
    mask = np.zeros(len(words), dtype=np.bool_)
    for number, pitch in enumerate(words.pitches):
        mask[words.first_pitch + number] = pitch.fifths in tones if spelled else pitch.pitch_class in classes
    if sounding and all(words.value(token).pitch_class in classes for token in sounding):
        mask[words.id("hold")] = True
    mask.flags.writeable = False
    return mask


@lru_cache(maxsize=KEPT_MASKS)
def _no_octave(sounding: tuple[int, ...] | None) -> Mask:
    """Every event but an attack an octave, or octaves, from what sounds."""
    words = vocabulary()
    pitches = [words.value(token) for token in sounding or ()]
    mask = np.ones(len(words), dtype=np.bool_)
    for number, pitch in enumerate(words.pitches):
        leaps = (pitch.pitch_class == other.pitch_class and pitch != other for other in pitches)
        mask[words.first_pitch + number] = not any(leaps)
    mask.flags.writeable = False
    return mask
