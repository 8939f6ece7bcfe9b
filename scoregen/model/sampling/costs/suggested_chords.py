"""Costs of notes against a suggested chord: it sounds where nothing speaks against it.

They hold for every note of a chord that a voice sounds, for what it holds, and for what it ties. R rows, C choices,
P pitches.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.alphabet import FIRST_PITCH, HOLD, PITCH_IDS, PITCHES
from scoregen.model.features.inputs import SPELLED
from scoregen.model.sampling.costs.note_choice import Scores
from scoregen.score.pitch import Pitch
from scoregen.tokens.constraints.plans.given_chords import ChordSpan
from scoregen.tokens.constraints.state import ConstraintState
from scoregen.tokens.vocabulary import vocabulary

AGAINST = 4.0
"""Nats of a tone outside the chord, or of another bass where it begins."""
_PITCHES = slice(FIRST_PITCH, FIRST_PITCH + len(PITCHES))


class Suggestion(NamedTuple):
    """A suggested chord, and whether it begins."""

    chord: ChordSpan
    begins: bool

    def wanted(self, *, is_lowest: bool) -> frozenset[int]:
        """The tones of a note; `is_lowest`: of the lowest note of all."""
        if not is_lowest:
            return self.chord.members
        return self.chord.bass_tones(begins=self.begins) or self.chord.members


def suggestion_at(chords: Mapping[Fraction, ChordSpan], now: Fraction) -> Suggestion | None:
    """The suggested chord at an onset of a measure; None if there is none."""
    place = max((place for place in chords if place <= now), default=None)
    if place is None or chords[place].fixed or not chords[place].members:
        return None
    return Suggestion(chords[place], now == place and chords[place].bass is not None)


def suggested_costs(
    suggestions: Sequence[Suggestion | None],
    states: Sequence[ConstraintState],
    voices: Sequence[int],
    lowest: int,
    scores: Scores,
) -> NDArray[np.float32]:
    """[R, C] the cost of each choice of a voice of each draft; by row the suggested chord, None where there is none.

    `lowest` is the lowest voice; `scores` [R, C] are log probabilities, -inf where a choice is excluded.
    """
    costs = np.zeros(scores.shape, dtype=np.float32)
    for row, (suggestion, state, voice) in enumerate(zip(suggestions, states, voices, strict=True)):
        if suggestion is not None:
            _price_row(costs[row], scores[row], suggestion, state, voice, is_lowest=voice == lowest)
    return costs


def _price_row(
    row: NDArray[np.float32],
    scores: Scores,
    suggestion: Suggestion,
    state: ConstraintState,
    voice: int,
    *,
    is_lowest: bool,
) -> None:
    written, held = _pitches(state.written), _pitches(state.sounding[voice] or ())
    inward = is_lowest and not state.rules.voices[voice].descending
    own = _outside(suggestion.wanted(is_lowest=inward and not written))
    row[_PITCHES] = own
    if len(row) > SPELLED.more:
        row[SPELLED.more] = _mean_price(scores[_PITCHES], own)
        row[SPELLED.tied] = 0.0 if any(not _price(own, pitch) for pitch in held if pitch not in written) else AGAINST
    if held and not state.written:
        row[HOLD] = _held_price(held, suggestion, is_lowest=is_lowest)


def _held_price(held: Sequence[Pitch], suggestion: Suggestion, *, is_lowest: bool) -> float:
    low = min(held, key=lambda pitch: pitch.midi_pitch)
    bass = _outside(suggestion.wanted(is_lowest=is_lowest))
    return max(_price(bass, low), *(_price(_outside(suggestion.chord.members), pitch) for pitch in held))


def _mean_price(scores: Scores, prices: NDArray[np.float64]) -> float:
    """What the notes cost together, so that a chord is as likely beside a single note as without the prices."""
    before, after = np.logaddexp.reduce(scores), np.logaddexp.reduce(scores - prices)
    return float(before - after) if np.isfinite(before) else 0.0


def _pitches(tokens: Sequence[int]) -> list[Pitch]:
    values = [vocabulary().value(token) for token in tokens]
    return [value for value in values if isinstance(value, Pitch)]


def _price(prices: NDArray[np.float64], pitch: Pitch) -> float:
    return float(prices[PITCH_IDS[pitch]])


@cache
def _outside(tones: frozenset[int]) -> NDArray[np.float64]:
    """[P] the cost of each pitch."""
    return np.where(np.isin(SPELLED.fifths, sorted(tones)), 0.0, AGAINST)
