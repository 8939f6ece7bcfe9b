"""The plan of a measure: its chords, the onsets that are open to blank voices, and their widest leap."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, lru_cache

import numpy as np

from scoregen.tokens.constraints.ensemble_chords import ensemble_chord_mask
from scoregen.tokens.constraints.given_chords import ChordSpan, given_chord_mask, no_later
from scoregen.tokens.constraints.planned_chords import PlannedChords, planned_chord_mask
from scoregen.tokens.constraints.state import ConstraintState, next_step, onset, unrestricted_tokens
from scoregen.tokens.constraints.stretches import stretches
from scoregen.tokens.constraints.voice_masks import KEPT_MASKS, Mask, every_token
from scoregen.tokens.vocabulary import vocabulary


@dataclass(frozen=True, slots=True)
class MeasurePlan:
    """What is planned in a measure before it is sampled.

    `chords`: the planned chords by onset; `given_chords`: those of chord symbols, which replace them; `onsets`: where
    blank voices may begin a note or rest, None for every place; `widest_leap`: the most semitones between two
    successive notes of a voice, None for any; `from_lowest`: for voices that may sound chords and come and go, their
    slots from the lowest to the highest, () for a choir; `ranges`: by slot the MIDI numbers between which blank voices
    keep, None for any; `pulses`: places that the next slice does not pass over; `playing`: whether every blank voice
    sounds at the start of the measure.
    """

    chords: PlannedChords = field(default_factory=dict)
    given_chords: Mapping[Fraction, ChordSpan] = field(default_factory=dict)
    onsets: frozenset[Fraction] | None = None
    widest_leap: int | None = None
    from_lowest: tuple[int, ...] = ()
    ranges: tuple[tuple[int, int] | None, ...] = ()
    pulses: frozenset[Fraction] = frozenset()
    playing: bool = False

    def mask(self) -> Callable[[ConstraintState], Mask]:
        """The mask of the chords, leaps, rests, ranges and pulses (`MeasureRules.extra`)."""
        found = self._mask_of_players() if self.from_lowest else self._mask_of_choir()
        found = _with_ranges(found, self.ranges) if self.ranges else found
        found = _with_sound(found) if self.playing else found
        return _with_pulses(found, sorted(self.pulses)) if self.pulses else found

    def _mask_of_players(self) -> Callable[[ConstraintState], Mask]:
        chords = ensemble_chord_mask(stretches(self.chords, self.given_chords), self.from_lowest)
        return chords if self.widest_leap is None else _with_leaps(chords, self.widest_leap)

    def _mask_of_choir(self) -> Callable[[ConstraintState], Mask]:
        chords = planned_chord_mask(self.chords) if self.chords else None
        chords = given_chord_mask(self.given_chords) if self.given_chords else chords
        return _with_rests(chords if self.widest_leap is None else _with_leaps(chords, self.widest_leap))


Plan = Mapping[int, MeasurePlan]
"""The plans of the measures of a piece, by index."""
GivenChords = Mapping[int, Mapping[Fraction, ChordSpan]]
"""The chords of chord symbols, by measure index and onset."""


def _with_rests(others: Callable[[ConstraintState], Mask] | None) -> Callable[[ConstraintState], Mask]:
    """The other masks, under which no voice begins a rest, or goes on with one, while a given voice sounds.

    Where that leaves nothing, the other masks apply alone.
    """

    def mask(state: ConstraintState) -> Mask:
        wanted = others(state) if others else every_token()
        if next_step(state)[0] == "onset" or not _a_given_voice_sounds(state):
            return wanted
        rests = state.sounding[state.rules.order[state.turn]] == ()
        sung = wanted & _without_rest(goes_on=rests)
        return sung if (sung & unrestricted_tokens(state)).any() else wanted

    return mask


def _a_given_voice_sounds(state: ConstraintState) -> bool:
    """Whether one sounds in this slice; given voices are written first."""
    given = state.rules.given
    return any(given[slot] is not None and state.sounding[slot] for slot in state.rules.order[: state.turn])


@cache
def _without_rest(*, goes_on: bool) -> Mask:
    """Every event but a rest; if the voice rests already, neither one that goes on."""
    words = vocabulary()
    mask = np.ones(len(words), dtype=np.bool_)
    mask[words.id("rest")] = False
    mask[words.id("hold")] = not goes_on
    mask.flags.writeable = False
    return mask


def _with_leaps(chords: Callable[[ConstraintState], Mask] | None, widest: int) -> Callable[[ConstraintState], Mask]:
    """The mask of chords with that of leaps, where both leave a choice."""

    def mask(state: ConstraintState) -> Mask:
        wanted = chords(state) if chords else every_token()
        step = next_step(state)
        if step[0] == "onset":
            return wanted
        near = wanted & _near(state.sounding[state.rules.order[state.turn]], widest)
        return near if (near & unrestricted_tokens(state)).any() else wanted

    return mask


@lru_cache(maxsize=KEPT_MASKS)
def _near(sounding: tuple[int, ...] | None, widest: int) -> Mask:
    """Every event but an attack farther than `widest` semitones from all pitches that sound."""
    words = vocabulary()
    mask = np.ones(len(words), dtype=np.bool_)
    places = [words.value(token).chromatic for token in sounding or ()]
    for number, pitch in enumerate(words.pitches):
        if places and min(abs(pitch.chromatic - place) for place in places) > widest:
            mask[words.first_pitch + number] = False
    mask.flags.writeable = False
    return mask


def _with_ranges(
    others: Callable[[ConstraintState], Mask], ranges: Sequence[tuple[int, int] | None]
) -> Callable[[ConstraintState], Mask]:
    """The other masks with that of the ranges, where both leave a choice."""

    def mask(state: ConstraintState) -> Mask:
        wanted, step = others(state), next_step(state)
        own = None if step[0] == "onset" else ranges[state.rules.order[state.turn]]
        if own is None:
            return wanted
        inside = wanted & _between(*own)
        return inside if (inside & unrestricted_tokens(state)).any() else wanted

    return mask


@lru_cache(maxsize=KEPT_MASKS)
def _between(lowest: int, highest: int) -> Mask:
    """Every token but the pitches outside a range."""
    words = vocabulary()
    mask = np.ones(len(words), dtype=np.bool_)
    for number, pitch in enumerate(words.pitches):
        mask[words.first_pitch + number] = lowest <= pitch.midi_pitch <= highest
    mask.flags.writeable = False
    return mask


def _with_sound(others: Callable[[ConstraintState], Mask]) -> Callable[[ConstraintState], Mask]:
    """The other masks, under which no voice rests at the start of the measure, where both leave a choice."""

    def mask(state: ConstraintState) -> Mask:
        wanted, step = others(state), next_step(state)
        if step[0] == "onset" or state.tick or state.written:
            return wanted
        sounds = bool(state.sounding[state.rules.order[state.turn]])
        heard = wanted & _without_rest(goes_on=not sounds)
        return heard if (heard & unrestricted_tokens(state)).any() else wanted

    return mask


def _with_pulses(
    others: Callable[[ConstraintState], Mask], pulses: Sequence[Fraction]
) -> Callable[[ConstraintState], Mask]:
    """The other masks, under which the next slice is no later than the next pulse, where both leave a choice."""

    def mask(state: ConstraintState) -> Mask:
        wanted = others(state)
        if next_step(state)[0] != "onset":
            return wanted
        now = onset(state)
        following = next((place for place in pulses if place > now), None)
        timely = wanted & no_later(state, following)
        return timely if (timely & unrestricted_tokens(state)).any() else wanted

    return mask
