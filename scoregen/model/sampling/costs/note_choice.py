"""Costs that choose among notes, and never whether a voice begins one.

A cost that is subtracted from every note but a few makes holding and resting likelier: hands that must not cross would
then stand still. R rows, C choices.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.alphabet import FIRST_PITCH

Scores = NDArray[np.float32]

MOST_RETURNED = 4.0
"""The most nats that are given back: a note that costs more than all others are worth is left out."""


def keeping_onsets(scores: Scores, costs: Scores) -> Scores:
    """[R, C] the costs of notes less what they all cost together, so that a note begins as often as without them.

    `scores` are log probabilities, -inf where a choice is excluded. A row in which no note may begin is unchanged.
    """
    notes, paid = scores[:, FIRST_PITCH:], costs[:, FIRST_PITCH:]
    before, after = _log_sums(notes), _log_sums(notes - paid)
    may_begin = np.isfinite(before)
    returned = np.zeros(len(scores), dtype=np.float32)
    returned[may_begin] = np.clip(before[may_begin] - after[may_begin], 0, MOST_RETURNED)
    result = costs.copy()
    result[:, FIRST_PITCH:] -= returned[:, None]
    return result


def _log_sums(scores: Scores) -> Scores:
    """[R] the logarithms of the sums of exponentials of scores [R, C]; -inf where all are."""
    top = scores.max(1, initial=-np.inf)
    over = scores - np.where(np.isfinite(top), top, 0)[:, None]
    with np.errstate(divide="ignore"):
        result: Scores = top + np.log(np.exp(over).sum(1))
    return result
