"""Phrase ends fall where a singer breathes: on a strong place, before the next upbeat."""

import itertools
from fractions import Fraction

import pytest

from scoregen.plan.form import PieceOptions, blank_piece
from scoregen.score.ensemble import load_ensemble


@pytest.mark.parametrize(
    ("time", "anacrusis", "place"),
    [
        ("4/4", 0, 2),
        ("4/4", 1, 2),
        ("3/4", 0, 0),
        ("3/4", 1, 0),
        ("2/4", 0, 1),
        ("6/8", Fraction(1, 2), Fraction(3, 2)),
        ("3/8", 0, 0),
        ("5/4", 0, 0),
    ],
)
def test_where_a_phrase_ends(time: str, anacrusis: Fraction, place: Fraction) -> None:
    options = PieceOptions(measures=8, time=time, anacrusis=Fraction(anacrusis), phrases=2)
    piece = blank_piece(options, load_ensemble("satb"))
    first = 1 if anacrusis else 0
    ends = {index: measure.phrase_ends for index, measure in enumerate(piece.measures) if measure.phrase_ends}
    assert ends == {first + 3: (place,), first + 7: (place,)}


def test_the_anacrusis_is_taken_from_the_last_measure() -> None:
    piece = blank_piece(PieceOptions(measures=4, anacrusis=Fraction(1)), load_ensemble("satb"))
    assert [measure.duration for measure in piece.measures] == [1, 4, 4, 4, 3]
    assert [measure.number for measure in piece.measures] == ["0", "1", "2", "3", "4"]
    assert piece.measures[0].implicit and not piece.measures[-1].implicit


@pytest.mark.parametrize(("time", "usual"), [("4/4", 2), ("3/4", 4)])
@pytest.mark.parametrize("measures", [1, 2, 3, 7, 16, 33])
def test_a_seed_draws_phrases_of_the_usual_length_or_one_more(time: str, usual: int, measures: int) -> None:
    lengths = []
    for seed in range(40):
        piece = blank_piece(PieceOptions(measures=measures, time=time), load_ensemble("satb"), seed=seed)
        stops = [0, *(index + 1 for index, measure in enumerate(piece.measures) if measure.phrase_ends)]
        assert stops[-1] == measures
        lengths.append([after - before for before, after in itertools.pairwise(stops)])
    assert all(1 < length <= usual + 2 for row in lengths for length in row) or measures == 1
    assert measures < 7 or len({tuple(row) for row in lengths}) > 1


def test_a_number_of_phrases_makes_them_equal() -> None:
    piece = blank_piece(PieceOptions(measures=16, phrases=4), load_ensemble("satb"), seed=7)
    assert [index for index, measure in enumerate(piece.measures) if measure.phrase_ends] == [3, 7, 11, 15]
