"""The bass of a plan as a line: the intervals by which it moved, by fifths."""

from __future__ import annotations

import numpy as np

from scoregen.model.features.metric_features import QUALITIES
from scoregen.model.harmony.bass_line import NO_MOTION, motions_before, next_motions
from scoregen.model.harmony.permissions import bass_of, basses_of

MAJOR, DOMINANT = QUALITIES.index("major"), QUALITIES.index("dominant")
C, C6, G7, G43 = [0, 0, MAJOR, 0], [0, 0, MAJOR, 1], [0, 1, DOMINANT, 0], [0, 1, DOMINANT, 2]
PLAN = np.array([C, C, C6, G43, G7, G7, C])
"""The basses C C E D G G C."""


def test_motions_are_the_intervals_of_the_bass_into_the_chord_before_a_step() -> None:
    up_a_third, down_a_tone, up_a_fourth = 4, -2 % 12, -1 % 12
    expected = [NO_MOTION, NO_MOTION, NO_MOTION, up_a_third, down_a_tone, up_a_fourth, up_a_fourth]
    assert motions_before(PLAN).tolist() == expected
    assert (motions_before(np.stack([PLAN, PLAN])) == expected).all()


def test_a_chord_over_the_same_bass_keeps_the_motion() -> None:
    over_g = np.array([0, 0, MAJOR, 2])
    assert next_motions(np.array(3), np.array(G7), over_g) == 3
    assert next_motions(np.array(3), np.array(G7), np.array(C)) == 11


def test_the_bass_of_a_label_is_that_of_its_inversion() -> None:
    assert bass_of(PLAN).tolist() == [0, 0, 4, 3 - 1, 1, 1, 0]
    assert basses_of(np.array(G7)).tolist() == [1, 5, 2, 11]
