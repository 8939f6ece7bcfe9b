"""The blank score and the chords of a plan."""

from __future__ import annotations

from fractions import Fraction

import pytest

from scoregen.plan.piece.piece_plan import PiecePlan
from scoregen.plan.piece.planned_piece import PlannedPiece, given_by_plan, planned_piece
from scoregen.plan.piece.reading import parse_plan
from scoregen.plan.sections import unfolded
from scoregen.score.directions import Dynamic
from scoregen.score.elements import Score
from scoregen.score.ensemble import load_ensemble
from scoregen.score.spanners import Wedge
from scoregen.styles.style import load_style
from tests.plan.piece.test_reading import EVENING


def planned(text: str) -> tuple[PiecePlan, PlannedPiece]:
    plan = parse_plan(text)
    return plan, planned_piece(plan, load_ensemble("satb"), load_style(), 0)


def whole(text: str) -> Score:
    _, piece = planned(text)
    return unfolded(piece.score, piece.order, piece.lengths)


def test_sections_have_their_own_lengths_keys_metres_and_tempos() -> None:
    score = whole(EVENING)
    assert score.metadata.title == "Evening"
    assert [measure.number for measure in score.measures] == [str(number) for number in range(1, 18)]
    assert [str(measure.time) for measure in score.measures] == ["4/4"] * 4 + ["3/4"] * 9 + ["4/4"] * 4
    assert [measure.key.fifths for measure in score.measures] == [-2] * 4 + [0] * 9 + [-2] * 4
    tempos = {index: tempo.per_minute for index, measure in enumerate(score.measures) for tempo in measure.tempos}
    assert tempos == {0: 66, 4: 81, 13: 66}
    assert [index for index, measure in enumerate(score.measures) if measure.phrase_ends][:2] == [1, 3]
    doubles = [index for index, measure in enumerate(score.measures) if measure.barline.style == "light-light"]
    assert doubles == [3, 12]


def test_dynamics_are_in_every_part() -> None:
    score = whole(EVENING.replace('mood = "calm"', ""))
    marks = [
        (index, each.part, each.value.mark)
        for index, measure in enumerate(score.measures[:4])
        for each in measure.directions
        if isinstance(each.value, Dynamic)
    ]
    assert {part for _, part, _ in marks} == {part.id for part in score.parts}
    assert [(index, mark) for index, part, mark in marks if part == "P1"] == [(0, "p"), (2, "f"), (3, "p")]
    wedges = [each for measure in score.measures[:4] for each in measure.spanners if isinstance(each, Wedge)]
    assert sorted({(wedge.type, wedge.end.measures) for wedge in wedges}) == [("crescendo", 2), ("diminuendo", 1)]


@pytest.mark.parametrize(
    ("cadence", "key", "expected"),
    [
        ("authentic", "G major", [(1, "V"), (2, "I")]),
        ("authentic", "g minor", [(1, "V"), (2, "i")]),
        ("half", "G major", [(2, "V")]),
        ("deceptive", "g minor", [(1, "V"), (2, "VI")]),
        ("plagal", "G major", [(1, "IV"), (2, "I")]),
        ("open", "G major", []),
    ],
)
def test_cadences_are_given_chords(cadence: str, key: str, expected: list[tuple[int, str]]) -> None:
    text = f'key = "{key}"\n[[section]]\nmeasures = 2\nphrases = [2]\ncadences = ["{cadence}"]'
    plan, piece = planned(text)
    found = given_by_plan(plan, piece)
    chords = [(onset, chord.name) for onset, chord in sorted(found.get(1, {}).items()) if chord.tones]
    assert chords == [(Fraction(onset), name) for onset, name in expected]


def test_an_anacrusis_is_once_unless_the_beginning_comes_back() -> None:
    once = whole("anacrusis = 1\n[[section]]\nmeasures = 2\n[[section]]\nname = 'B'\nmeasures = 2")
    assert [measure.duration for measure in once.measures] == [1, 4, 4, 4, 4]
    again = whole("anacrusis = 1\nform = 'A A'\n[[section]]\nmeasures = 2")
    assert [measure.duration for measure in again.measures] == [1, 4, 3, 1, 4, 3]
