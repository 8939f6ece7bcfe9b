"""Barlines of tracked performances, and the signatures that they show."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from scoregen.score.metre import TimeSignature
from scoregen.transcription.metrical.barring import Rated
from scoregen.transcription.metrical.cues import Barring
from scoregen.transcription.metrical.positions import metre_of_time
from scoregen.transcription.rhythm.barlines import Barlines, rated_barlines, signatures

THREE, COMPOUND = TimeSignature((3,), 4), TimeSignature((6,), 8)


def rated(time: TimeSignature, phase: Fraction = Fraction(0), scale: Fraction = Fraction(1)) -> Rated:
    return Rated(Barring(metre_of_time(time), scale, phase))


def test_barlines_are_where_the_odds_of_downbeats_are_high() -> None:
    grid = [Fraction(beat) for beat in range(12)]
    odds = np.array([3.0 if beat % 3 == 1 else -3.0 for beat in range(12)])
    found = rated_barlines(rated(THREE, Fraction(2)), Fraction(1), grid, odds)
    assert found == Barlines((Fraction(1), Fraction(4), Fraction(7), Fraction(10)), THREE, Fraction(1))


def test_a_lost_beat_makes_one_short_measure() -> None:
    downs = {0, 3, 6, 8, 11, 14, 17}
    odds = np.array([5.0 if beat in downs else -5.0 for beat in range(18)])
    lines = rated_barlines(rated(THREE), Fraction(1), [Fraction(beat) for beat in range(18)], odds)
    assert {int(place) for place in lines.places} == downs
    first, times = signatures(lines, Fraction(0))
    assert first == 0 and times == {0: THREE, 6: TimeSignature((2,), 4), 8: THREE}


def test_tracked_beats_can_be_half_or_all_of_a_counted_one() -> None:
    grid = [Fraction(beat, 2) for beat in range(24)]
    odds = np.full(24, -1.0)
    halves = rated_barlines(rated(THREE, scale=Fraction(1, 2)), Fraction(1), grid, odds)
    assert halves.unit == Fraction(1, 2) and halves.places[:2] == (0, 6)
    dotted = rated_barlines(rated(COMPOUND, scale=Fraction(3, 2)), Fraction(1), grid, odds)
    assert dotted.unit == Fraction(3, 2) and dotted.places[:3] == (0, 2, 4)
    short = rated_barlines(rated(TimeSignature((3,), 8)), Fraction(1), grid, odds)
    assert short.places[:3] == (0, Fraction(3, 2), 3)


def test_a_score_that_begins_before_its_first_barline_has_a_pickup() -> None:
    lines = Barlines((Fraction(2), Fraction(5), Fraction(8)), THREE, Fraction(1))
    assert signatures(lines, Fraction(3, 2)) == (Fraction(3, 2), {0: THREE, Fraction(1, 2): THREE})
    assert signatures(lines, Fraction(2)) == (Fraction(2), {0: THREE})
    assert signatures(lines, Fraction(5, 2)) == (Fraction(2), {0: THREE})
