"""Excerpts and selections keep the spanners inside them and cut those that lead out of them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from scoregen.score.check import problems
from scoregen.score.directions import RehearsalMark, RepeatMark
from scoregen.score.edit import append_measures, blank_voices, insert_voices, select_voices, with_parts
from scoregen.score.elements import Score, Slot
from scoregen.score.spanners import End, Pedal, Slur, Spanner, Wedge
from tests.notation.expressive import LEFT, RIGHT, SOLO, expressive
from tests.notation.handmade import hymn


def spanners(score: Score) -> list[tuple[int, Spanner]]:
    return [(index, spanner) for index, row in enumerate(score.measures) for spanner in row.spanners]


def parts_of(score: Score) -> set[str | None]:
    directions = {direction.part for row in score.measures for direction in row.directions}
    symbols = {symbol.part for row in score.measures for symbol in row.chord_symbols}
    return directions | symbols | {spanner.part for _, spanner in spanners(score)}


def test_the_whole_score_as_an_excerpt_is_the_same() -> None:
    assert expressive().excerpt(0, 6) == expressive()
    assert hash(expressive()) == hash(expressive().excerpt(0, 6))


def test_an_excerpt_cuts_hairpins_and_pedals_to_itself() -> None:
    (row,) = expressive().excerpt(1, 2).measures
    assert Wedge("P1", Fraction(0), End(1, Fraction(0)), "crescendo") in row.spanners
    assert Wedge("P2", Fraction(1), End(1, Fraction(0)), "diminuendo", 2, niente=True) in row.spanners
    assert Pedal("P2", Fraction(0), End(0, Fraction(2)), 2, line=True) in row.spanners
    assert not any(isinstance(spanner, Slur) for spanner in row.spanners)


def test_a_hairpin_that_spans_an_excerpt_fills_it() -> None:
    long = Wedge("P1", Fraction(1), End(4, Fraction(2)), "crescendo")
    score = expressive()
    score = replace(score, measures=(replace(score.measures[0], spanners=(long,)), *score.measures[1:]))
    inside = score.excerpt(2, 4)
    assert next(found for _, found in spanners(inside) if found.part == "P1" and isinstance(found, Wedge)) == (
        Wedge("P1", Fraction(0), End(2, Fraction(0)), "crescendo")
    )
    assert score.excerpt(5, 6).measures[0].spanners == ()


def test_a_slur_needs_both_its_notes() -> None:
    def slurs(score: Score) -> int:
        return sum(isinstance(spanner, Slur) for _, spanner in spanners(score))

    score = expressive()
    assert slurs(score) == 3
    assert slurs(blank_voices(score, [SOLO], [1])) == 2  # the one that leads into the blank is cut
    assert slurs(blank_voices(score, [RIGHT], [0])) == 2  # and so is the one that crosses to the other staff
    assert slurs(blank_voices(score, [LEFT], [3])) == 3
    assert slurs(score.excerpt(0, 1)) == 2
    assert slurs(select_voices(score, [LEFT])) == 0


def test_parts_keep_their_values() -> None:
    score = expressive()
    assert parts_of(select_voices(score, [SOLO])) == {None, "P1"}
    assert parts_of(select_voices(score, [RIGHT, LEFT])) == {None, "P2"}
    assert parts_of(with_parts(score, score.parts[1:])) == {None, "P2"}
    assert with_parts(score, score.parts) == score


def test_values_of_all_parts_stay_with_any_part() -> None:
    values = {type(item.value) for row in select_voices(expressive(), [LEFT]).measures for item in row.directions}
    assert {RehearsalMark, RepeatMark} <= values


def test_marks_of_no_part_are_a_problem() -> None:
    score = expressive()
    assert problems(score) == ()
    found = problems(replace(score, parts=score.parts[:1]))
    assert {problem.message.partition(" belongs")[0] for problem in found} == {
        "the voice",
        "a direction",
        "a chord symbol",
        "a slur",
        "a pedal",
        "a wedge",
    }
    early = Slur(SOLO, Fraction(9), End(0, Fraction(9)))
    first = replace(score.measures[0], spanners=(early,))
    (problem,) = problems(replace(score, measures=(first, *score.measures[1:])))
    assert str(problem) == "part P1, measure 1: a slur has its onset at 9 quarters; the measure lasts 4"


def test_other_edits_keep_the_values() -> None:
    score = expressive()
    longer = append_measures(score, 2, score.slots)
    assert spanners(longer) == spanners(score)
    assert [row.directions for row in longer.measures[:6]] == [row.directions for row in score.measures]
    voice = score.measures[3].voice(SOLO)
    assert voice is not None and insert_voices(score, [(3, voice)]) == score


def test_a_score_without_values_is_unchanged() -> None:
    for row in hymn().measures:
        assert (row.directions, row.chord_symbols, row.spanners, row.break_before) == ((), (), (), None)
    slot = Slot("P1")
    assert blank_voices(hymn(), [slot], [0]).measures[1].spanners == ()


def test_a_final_barline_ends_a_section() -> None:
    rows = expressive().measures
    assert [row.ends_section for row in rows] == [False] * 5 + [True]
    repeated = replace(rows[5], barline=replace(rows[5].barline, repeat_times=2))
    assert not repeated.ends_section
