"""Costs of events against a suggested chord: it sounds where nothing speaks against it.

R rows, E events.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.alphabet import FIRST_PITCH, HOLD
from scoregen.model.features.inputs import SILENCE, SPELLED, Ints
from scoregen.tokens.constraints.given_chords import ChordSpan

AGAINST = 3.0
"""Nats of a tone outside the chord, or of another bass where it begins."""


Suggestion = tuple[ChordSpan, bool]
"""A suggested chord, and whether it begins."""


def suggested_costs(
    suggestions: Sequence[Suggestion | None], lowest: Sequence[bool], before: Ints
) -> NDArray[np.float32]:
    """[R, E] the cost of each event; by row the suggested chord and whether it begins, None where there is none.

    `lowest` [R]: whether the voice is the lowest; `before` [R]: its last pitch id.
    """
    costs = np.zeros((len(suggestions), FIRST_PITCH + len(SPELLED.fifths)), dtype=np.float32)
    for row, (suggestion, is_lowest) in enumerate(zip(suggestions, lowest, strict=True)):
        if suggestion is not None:
            chord, begins = suggestion
            outside = _outside(_wanted(chord, begins=begins, is_lowest=is_lowest))
            costs[row, FIRST_PITCH:] = outside
            if before[row] != SILENCE:
                costs[row, HOLD] = outside[before[row]]
    return costs


def suggestion_at(chords: Mapping[Fraction, ChordSpan], now: Fraction) -> Suggestion | None:
    """The suggested chord at an onset of a measure, and whether it begins there; None if there is none."""
    place = max((place for place in chords if place <= now), default=None)
    if place is None or chords[place].fixed or not chords[place].members:
        return None
    return chords[place], now == place and chords[place].bass is not None


def _wanted(chord: ChordSpan, *, begins: bool, is_lowest: bool) -> frozenset[int]:
    if not is_lowest:
        return chord.members
    return frozenset({chord.bass}) if begins and chord.bass is not None else chord.basses or chord.members


@cache
def _outside(tones: frozenset[int]) -> NDArray[np.float64]:
    """[P] the cost of each pitch."""
    return np.where(np.isin(SPELLED.fifths, sorted(tones)), 0.0, AGAINST)
