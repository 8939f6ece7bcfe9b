"""Note values have the right durations, complete their tuplets, and show the metre."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate, groupby, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoregen.score.metre import TimeSignature
from scoregen.score.rhythm import NoteValue, fits, notate
from tests.strategies import Frame, boundaries, frames


def written(values: tuple[NoteValue, ...]) -> str:
    """A value as text, `half.` or `quarter/3`: type, dots, and the tuplet if any."""
    return " ".join(value.type + "." * value.dots + f"/{value.actual}" * value.is_tuplet for value in values)


def notes(metre: str, ends: str, start: str = "0", rests: tuple[int, ...] = ()) -> list[str]:
    """The values that `notate` gives for notes with these ends, the last at the end of the measure."""
    places = [Fraction(end) for end in ends.split()]
    return [written(row) for row in notate(places, places[-1], TimeSignature.parse(metre), Fraction(start), rests)]


@st.composite
def rhythms(draw: st.DrawFn) -> tuple[Frame, list[Fraction], set[int]]:
    """A measure, the ends of its notes, and the indices of the rests."""
    frame = draw(frames(most=1))[0]
    measure = frame.measure
    ends = [*draw(boundaries(measure.duration, measure.time, frame.start)), measure.duration]
    return frame, ends, draw(st.sets(st.integers(0, len(ends) - 1)))


@settings(max_examples=200, deadline=None)
@given(rhythms())
def test_values_last_exactly_as_long_as_the_note(rhythm: tuple[Frame, list[Fraction], set[int]]) -> None:
    frame, ends, rests = rhythm
    rows = notate(ends, ends[-1], frame.measure.time, frame.start, rests)
    lengths = [sum((value.duration for value in row), Fraction(0)) for row in rows]
    assert lengths == [end - begin for begin, end in pairwise([Fraction(0), *ends])]
    assert fits(ends, ends[-1], frame.measure.time, frame.start)


@settings(max_examples=200, deadline=None)
@given(rhythms())
def test_tuplets_close(rhythm: tuple[Frame, list[Fraction], set[int]]) -> None:
    """A run of triplet values begins and ends on binary positions."""
    frame, ends, rests = rhythm
    values = [value for row in notate(ends, ends[-1], frame.measure.time, frame.start, rests) for value in row]
    places = [frame.start, *accumulate((value.duration for value in values), initial=frame.start)]
    borders = [index for index, (a, b) in enumerate(pairwise(values), 2) if a.is_tuplet != b.is_tuplet]
    for index in [1, *borders, len(places) - 1]:
        denominator = places[index].denominator
        assert denominator & (denominator - 1) == 0, (places[index], [written((value,)) for value in values])
    for is_tuplet, run in groupby(values, key=lambda value: value.is_tuplet):
        whole = sum((value.duration for value in run), Fraction(0))
        assert not is_tuplet or (whole / 2).numerator % 3 != 0 or whole.denominator % 3 != 0


@settings(max_examples=100, deadline=None)
@given(rhythms())
def test_plain_values_have_at_most_one_dot_and_triplets_are_three_in_two(
    rhythm: tuple[Frame, list[Fraction], set[int]],
) -> None:
    frame, ends, rests = rhythm
    for row in notate(ends, ends[-1], frame.measure.time, frame.start, rests):
        for value in row:
            assert value.dots <= 1
            assert (value.actual, value.normal) in ((1, 1), (3, 2))


@pytest.mark.parametrize(
    ("metre", "ends", "expected"),
    [
        ("4/4", "4", ["whole"]),
        ("4/4", "1/2 3/2 2 4", ["eighth", "quarter", "eighth", "half"]),
        ("4/4", "1 3 4", ["quarter", "half", "quarter"]),
        ("4/4", "3/2 5/2 4", ["quarter.", "quarter", "quarter."]),  # over the middle, as in chorale editions
        ("4/4", "1 5/2 4", ["quarter", "quarter.", "quarter."]),
        ("4/4", "1/2 5/2 4", ["eighth", "quarter. eighth", "quarter."]),
        ("4/4", "7/4 9/4 4", ["quarter eighth.", "16th 16th", "eighth. quarter"]),
        ("3/4", "3", ["half."]),
        ("3/4", "1/2 3", ["eighth", "eighth half"]),
        ("2/2", "1 3 4", ["quarter", "half", "quarter"]),
        ("6/8", "2 3", ["quarter. eighth", "quarter"]),
        ("6/8", "1/4 3/2 3", ["16th", "16th quarter", "quarter."]),
        ("6/8", "1 2 3", ["quarter", "eighth eighth", "quarter"]),
        ("9/8", "4 9/2", ["half. quarter", "eighth"]),
        ("12/8", "6", ["whole."]),
        ("5/4", "5", ["whole quarter"]),
        ("2/4", "1/3 2/3 1 2", ["eighth/3", "eighth/3", "eighth/3", "quarter"]),
        ("2/4", "1/3 1 2", ["eighth/3", "quarter/3", "quarter"]),
        ("2/4", "2/3 4/3 2", ["quarter/3", "quarter/3", "quarter/3"]),
        ("2/4", "4/3 2", ["half/3", "quarter/3"]),
        ("4/4", "4/3 8/3 4", ["half/3", "half/3", "half/3"]),
        ("2/1", "8/3 8", ["whole/3", "breve/3"]),
        ("2/4", "1/6 1/3 1/2 1 2", ["16th/3", "16th/3", "16th/3", "eighth", "quarter"]),
        ("2/4", "1/3 1/2 2/3 1 2", ["eighth/3", "16th/3", "16th/3", "eighth/3", "quarter"]),
        ("2/4", "1/8 1/2 2/3 5/6 1 2", ["32nd", "16th.", "16th/3", "16th/3", "16th/3", "quarter"]),
    ],
)
def test_notes_show_the_metre(metre: str, ends: str, expected: list[str]) -> None:
    assert notes(metre, ends) == expected


@pytest.mark.parametrize(
    ("metre", "ends", "expected"),
    [
        ("4/4", "1 4", ["quarter", "quarter half"]),
        ("4/4", "3 4", ["half quarter", "quarter"]),
        ("4/4", "1/2 3/2 4", ["eighth", "eighth eighth", "eighth half"]),
        ("3/4", "1 3", ["quarter", "quarter quarter"]),
        ("3/4", "3/2 3", ["quarter.", "eighth quarter"]),
        ("6/8", "1 3", ["quarter", "eighth quarter."]),
        ("6/8", "1/2 3/2 3", ["eighth", "eighth eighth", "quarter."]),
        ("12/8", "3 6", ["half.", "half."]),
    ],
)
def test_rests_show_the_metre_more_strictly(metre: str, ends: str, expected: list[str]) -> None:
    rest = 0 if ends.startswith("3 ") else 1
    assert notes(metre, ends, rests=(rest,)) == expected


def test_an_anacrusis_is_notated_at_its_position_in_the_metre() -> None:
    assert notes("4/4", "1/2 3/2", start="5/2") == ["eighth", "quarter"]
    assert notes("6/8", "1/2 2", start="1") == ["eighth", "quarter."]
    assert notes("6/8", "2", start="1") == ["eighth quarter."]


@pytest.mark.parametrize("ends", ["1/5 2/5 1", "1/7 1", "1/32 1", "1/9 1", "1/96 1"])
def test_ends_that_cannot_be_notated(ends: str) -> None:
    assert not fits([Fraction(end) for end in ends.split()], Fraction(1), TimeSignature.parse("1/4"))
    with pytest.raises(ValueError, match="cannot be notated"):
        notes("1/4", ends)


@pytest.mark.parametrize("ends", ["1 1 2", "2 1", "1"])
def test_notes_must_fill_the_measure_in_order(ends: str) -> None:
    with pytest.raises(ValueError, match="do not fill a measure of 2"):
        notate([Fraction(end) for end in ends.split()], Fraction(2), TimeSignature.parse("2/4"))


def test_a_value_for_any_duration() -> None:
    assert NoteValue.of(Fraction(7, 2)) == NoteValue("half", 2)
    assert NoteValue.of(Fraction(1, 3)) == NoteValue("eighth", 0, 3, 2)
    assert NoteValue.plain(Fraction(5)) is None
    for duration in (Fraction(5), Fraction(9, 2), Fraction(1, 7), Fraction(3, 20)):
        assert NoteValue.of(duration).duration == duration
