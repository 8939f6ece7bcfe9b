"""The plan of a measure: its chords, the onsets that are open to blank voices, and their widest leap."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, lru_cache

import numpy as np

from scoregen.tokens.constraints.ensemble_chords import ensemble_chord_mask
from scoregen.tokens.constraints.given_chords import ChordSpan, given_chord_mask
from scoregen.tokens.constraints.planned_chords import PlannedChords, planned_chord_mask
from scoregen.tokens.constraints.state import ConstraintState, next_step, unrestricted_tokens
from scoregen.tokens.constraints.stretches import stretches
from scoregen.tokens.constraints.voice_masks import KEPT_MASKS, Mask, every_token
from scoregen.tokens.vocabulary import vocabulary


@dataclass(frozen=True, slots=True)
class MeasurePlan:
    """What is planned in a measure before it is sampled.

    `chords`: the planned chords by onset; `given_chords`: those of chord symbols, which replace them; `onsets`: where
    blank voices may begin a note or rest, None for every place; `widest_leap`: the most semitones between two
    successive notes of a voice, None for any; `from_lowest`: for voices that may sound chords and come and go, their
    slots from the lowest to the highest, () for a choir.
    """

    chords: PlannedChords = field(default_factory=dict)
    given_chords: Mapping[Fraction, ChordSpan] = field(default_factory=dict)
    onsets: frozenset[Fraction] | None = None
    widest_leap: int | None = None
    from_lowest: tuple[int, ...] = ()

    def mask(self) -> Callable[[ConstraintState], Mask]:
        """The mask of the chords, leaps and rests (`MeasureRules.extra`)."""
        if self.from_lowest:
            chords = ensemble_chord_mask(stretches(self.chords, self.given_chords), self.from_lowest)
            return chords if self.widest_leap is None else _with_leaps(chords, self.widest_leap)
        return self._mask_of_choir()

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
