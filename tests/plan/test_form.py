"""Phrase ends fall where a singer breathes: on a strong place, before the next upbeat."""

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
