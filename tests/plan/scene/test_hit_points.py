"""The solver: hits on beats, tempos in their range, no step too large, and no better solution."""

from __future__ import annotations

import itertools
import math
import time
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoregen.plan.scene.hit_points import CHANGE_PRICE, IRREGULAR_PRICE, Hit, NoTempoError, Segment, Tempos, solved

TEMPOS = Tempos(Fraction(90), Fraction(60), Fraction(135))


def hits(*seconds: float | str) -> list[Hit]:
    return [Hit(Fraction(str(each))) for each in seconds]


def cost(segments: tuple[Segment, ...], tempos: Tempos) -> float:
    """The price of a solution by its definition."""
    total = 0.0
    for before, segment in zip((None, *segments), segments, strict=False):
        total += math.log(segment.tempo / tempos.wanted) ** 2 + IRREGULAR_PRICE * bool(segment.beats % tempos.beats)
        if before is not None:
            total += CHANGE_PRICE * math.log(segment.tempo / before.tempo) ** 2
    return total


def test_the_wanted_tempo_where_it_fits() -> None:
    """At 120, 8 and 16 seconds are 4 and 8 measures."""
    found = solved(hits(8, 16), Tempos(Fraction(120), Fraction(80), Fraction(180)))
    assert [(segment.tempo, segment.beats) for segment in found] == [(120, 16), (120, 16)]


@st.composite
def times(draw: st.DrawFn) -> list[Hit]:
    gaps = draw(st.lists(st.fractions(2, 12, max_denominator=25), min_size=1, max_size=6))
    return [Hit(sum(gaps[: number + 1], Fraction(0))) for number in range(len(gaps))]


@settings(max_examples=60, deadline=None)
@given(times(), st.sampled_from((3, 4)), st.sampled_from((Fraction(1, 10), Fraction(1, 4), Fraction(1))))
def test_what_a_solution_keeps(wanted: list[Hit], beats: int, jump: Fraction) -> None:
    tempos = Tempos(Fraction(90), Fraction(60), Fraction(135), jump, beats)
    try:
        found = solved(wanted, tempos)
    except NoTempoError:
        return
    assert [segment.start + segment.seconds for segment in found] == [hit.time for hit in wanted], "every hit is met"
    assert all(60 <= segment.tempo <= 135 for segment in found)
    for before, after in itertools.pairwise(found):
        ratio = max(before.tempo / after.tempo, after.tempo / before.tempo)
        assert ratio <= 1 + jump + Fraction(1, 10**9)
    for segment in found:
        whole, rest = segment.measures(beats)
        assert whole * beats + rest == segment.beats


@settings(max_examples=30, deadline=None)
@given(st.lists(st.fractions(1, 5, max_denominator=10), min_size=1, max_size=3))
def test_no_solution_is_cheaper(gaps: list[Fraction]) -> None:
    """Against every combination of numbers of beats."""
    wanted = [Hit(sum(gaps[: number + 1], Fraction(0))) for number in range(len(gaps))]
    starts = [Fraction(0), *(hit.time for hit in wanted)]
    choices = [range(math.ceil(gap), math.floor(gap * 135 / 60) + 1) for gap in gaps]
    costs = []
    for beats in itertools.product(*choices):
        rows = tuple(Segment(starts[index], gaps[index], count, index) for index, count in enumerate(beats))
        steps = [abs(math.log(a.tempo / b.tempo)) for a, b in itertools.pairwise(rows)]
        if all(step <= math.log(1.25) + 1e-12 for step in steps):
            costs.append(cost(rows, TEMPOS))
    if not costs:
        with pytest.raises(NoTempoError):
            solved(wanted, TEMPOS)
    else:
        assert cost(solved(wanted, TEMPOS), TEMPOS) == pytest.approx(min(costs))


def test_a_hit_of_small_weight_is_left_out_where_it_disturbs() -> None:
    close = [Hit(Fraction(8)), Hit(Fraction("8.9"), 0.05), Hit(Fraction(16))]
    assert [segment.stop for segment in solved(close, TEMPOS)] == [0, 2]
    fitting = [Hit(Fraction(8)), Hit(Fraction(16), 0.05), Hit(Fraction(24))]
    assert [segment.stop for segment in solved(fitting, TEMPOS)] == [0, 1, 2]


def test_hits_that_no_tempo_reaches_are_named() -> None:
    with pytest.raises(NoTempoError) as refused:
        solved(hits(8, 8.2, 16), TEMPOS)
    assert (refused.value.first, refused.value.last) == (0, 1)
    with pytest.raises(NoTempoError):
        solved(hits(0.1), TEMPOS)


def test_many_hits_are_solved_fast() -> None:
    wanted = [Hit(Fraction(37 * number, 10)) for number in range(1, 201)]
    assert len(solved(wanted, TEMPOS)) == 200


def test_many_hits_that_may_be_left_out_are_solved_in_seconds() -> None:
    places = [Fraction(10 * number) + Fraction(number * 37 % 10, 17) for number in range(1, 30)]
    optional = [*(Hit(place, 0.5) for place in places), Hit(Fraction(300))]
    started = time.process_time()
    found = solved(optional, TEMPOS)
    assert time.process_time() - started < 30, "to try every pair of segments takes minutes"
    assert found[-1].start + found[-1].seconds == 300
    assert {segment.start for segment in found[1:]} <= set(places)
