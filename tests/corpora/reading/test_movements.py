"""Movements begin where the numbers of the measures begin again; sections inside a movement do not."""

from dataclasses import replace
from fractions import Fraction

import pytest

from scoregen.corpora.reading.movements import movement_spans
from scoregen.score.directions import Direction, RepeatMark
from scoregen.score.elements import Barline, Measure, Score, Tempo
from scoregen.score.keys import KeySignature
from scoregen.score.rhythm import NoteValue
from tests.corpora.music import measure, score

FINAL = Barline("light-heavy")


def numbered(*numbers: str, fifths: int = 0) -> list[Measure]:
    return [measure(number, fifths=fifths) for number in numbers]


def spans(music: Score) -> list[tuple[int, int]]:
    return list(movement_spans(music))


def test_a_new_first_measure_with_a_new_key_begins_a_movement() -> None:
    assert spans(score(*numbered("1", "2", "3"), *numbered("1", "2", fifths=2))) == [(0, 3), (3, 5)]


def test_an_anacrusis_begins_a_movement() -> None:
    assert spans(score(*numbered("0", "1", "2"), *numbered("0", "1", fifths=-1))) == [(0, 3), (3, 5)]


def test_numbers_that_begin_again_for_no_reason_begin_none() -> None:
    assert spans(score(*numbered("1", "2", "1", "2"))) == [(0, 4)]


def test_a_final_barline_alone_ends_a_section_only() -> None:
    minuet, trio = numbered("1", "2"), numbered("3", "4", fifths=1)
    assert spans(score(minuet[0], replace(minuet[1], barline=FINAL), *trio)) == [(0, 4)]


def test_a_movement_may_end_with_a_measure_without_a_number() -> None:
    first = [*numbered("1", "2"), replace(measure("X1"), barline=FINAL)]
    assert spans(score(*first, *numbered("1", "2", fifths=1))) == [(0, 3), (3, 5)]


def test_measures_without_numbers_inside_a_movement_do_not_divide_it() -> None:
    assert spans(score(*numbered("1", "X1", "2", "X2", "3"))) == [(0, 5)]


def test_one_movement_is_the_whole_score_and_an_empty_score_has_an_empty_one() -> None:
    assert spans(score(*numbered("5", "6"))) == [(0, 2)]


PRESTO = Tempo(Fraction(0), NoteValue("quarter"), Fraction(160), "Presto")


def goes_on(**changes: object) -> list[Measure]:
    """Two pieces whose numbers go on: a final barline, then another metre at a new page, with words for the tempo."""
    after = replace(measure("3", fifths=2), tempos=(PRESTO,), break_before="page")
    return [*numbered("1"), replace(measure("2"), barline=FINAL), replace(after, **changes), measure("4", fifths=2)]


def test_numbers_may_go_on_in_the_next_movement() -> None:
    assert spans(score(*goes_on())) == [(0, 2), (2, 4)]


@pytest.mark.parametrize(
    "changes",
    [{"tempos": ()}, {"break_before": None}, {"key": KeySignature(0)}, {"tempos": (replace(PRESTO, text=None),)}],
)
def test_a_section_in_another_tempo_or_key_is_no_movement(changes: dict[str, object]) -> None:
    assert spans(score(*goes_on(**changes))) == [(0, 4)]


def test_a_trio_from_which_the_music_jumps_back_is_no_movement() -> None:
    *first, last = goes_on()
    jump = replace(last, directions=(Direction(Fraction(2), RepeatMark("dacapo")),))
    assert spans(score(*first, jump)) == [(0, 4)]


def test_a_repeated_last_part_ends_a_movement_where_numbers_tempo_and_key_begin_again() -> None:
    first = [*numbered("1", "2"), replace(measure("X2"), barline=Barline("light-heavy", 2))]
    second = [replace(measure("0", fifths=1), tempos=(PRESTO,)), measure("1", fifths=1)]
    assert spans(score(*first, *second)) == [(0, 3), (3, 5)]
    assert spans(score(*first, replace(second[0], tempos=()), second[1])) == [(0, 5)]
