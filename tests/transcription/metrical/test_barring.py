"""What speaks for barrings, and the choice among them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from scoregen.transcription.counting import UNKNOWN
from scoregen.transcription.metrical.barring import SCALES, barrings, best_barring, feature_rows
from scoregen.transcription.metrical.cues import Line, note_cues
from scoregen.transcription.metrical.rater import Rater


def line(seconds: float = 0.55) -> Line:
    generator = np.random.default_rng(3)
    onsets = np.cumsum(np.array([0.0, *generator.choice([0.5, 1.0, 2.0], 29)]))
    return Line(onsets, 60 + generator.integers(0, 9, 30), np.ones(30), seconds)


def rater_of_scales(width: int, weights: dict[Fraction, float]) -> Rater:
    """One that rates nothing but the scale of a barring, whose columns are the last."""
    direct = np.zeros(width)
    direct[-len(SCALES) :] = [weights.get(scale, -9.0) for scale in SCALES]
    return Rater(direct, np.zeros((width, 1)), np.zeros(1), np.zeros(1))


def test_barrings_of_one_metre_and_scale_have_the_rows_that_each_has_alone() -> None:
    own = line()
    cues, found = note_cues(own), list(barrings(own))
    rows = feature_rows(own, cues, found, {})
    alone = np.concatenate([feature_rows(own, cues, [barring], {}) for barring in found])
    assert len(found) > 50 and np.allclose(rows, alone)


@pytest.mark.parametrize("scale", [Fraction(1), Fraction(2)])
def test_the_unit_of_tracking_speaks_for_a_barring(scale: Fraction) -> None:
    own = line()
    width = feature_rows(own, note_cues(own), list(barrings(own))[:1], {}, Fraction(4)).shape[1]
    rated = best_barring(own, {}, rater_of_scales(width, {scale: 3.0}), UNKNOWN, tracked=Fraction(4))
    assert rated.barring.scale == scale


def test_the_unit_is_that_for_which_most_speaks_in_all() -> None:
    """Many barrings in one unit that are rated alike are likelier than a single one that is rated a little higher."""
    own = line(0.3)
    found = list(barrings(own))
    width = feature_rows(own, note_cues(own), found, {}, Fraction(4)).shape[1]
    counts = [sum(barring.scale == scale for barring in found) for scale in (1, 2)]
    assert counts[0] > 1.5 * counts[1] > 0
    rater = rater_of_scales(width, {Fraction(1): 3.0, Fraction(2): 3.2})
    assert best_barring(own, {}, rater, UNKNOWN, tracked=Fraction(4)).barring.scale == 1


def test_notes_off_the_grid_do_not_rule_the_unit_of_tracking_out() -> None:
    onsets = np.append(np.arange(0, 8, 0.125), 8.0)
    fast = Line(onsets, np.full(len(onsets), 60), np.ones(len(onsets)), 0.5)
    assert Fraction(1) not in {barring.scale for barring in barrings(fast)}
    assert Fraction(1) in {barring.scale for barring in barrings(fast, is_tracked=True)}
