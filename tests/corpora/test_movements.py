"""Movements begin where the numbers of the measures begin again; sections inside a movement do not."""

from dataclasses import replace

from scoregen.corpora.movements import movement_spans
from scoregen.score.elements import Barline, Measure, Score
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
