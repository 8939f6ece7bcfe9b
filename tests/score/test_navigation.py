"""The order of performance: jumps, repeats and endings."""

from __future__ import annotations

from fractions import Fraction

import pytest

from scoregen.score.directions import Direction, RehearsalMark, RepeatMark, RepeatMarkType
from scoregen.score.elements import Barline, Measure
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.navigation import closing_measure, performance_order

SIGNS: dict[str, RepeatMarkType] = {
    "S": "segno", "O": "coda", "DC": "dacapo", "DS": "dalsegno", "to": "tocoda", "fine": "fine",
}  # fmt: skip


def direction(word: str) -> Direction:
    """`S` a segno at the start, `<to` a tocoda at the start, `DC` a da capo at the end; `S2` with a label."""
    name = word.lstrip("<").rstrip("12")
    label = word.removeprefix("<").removeprefix(name) or None
    at_start = word.startswith("<") or name in ("S", "O")
    return Direction(Fraction(0 if at_start else 4), RepeatMark(SIGNS[name], None, label))


def row(number: int, spec: str) -> Measure:
    """One measure: `|:` and `:|` are repeats, `[1` an ending, the other words signs."""
    words = spec.split()
    endings = tuple(int(word[1:]) for word in words if word.startswith("["))
    signs = tuple(direction(word) for word in words if word not in ("|:", ":|") and not word.startswith("["))
    barline = Barline("regular", 2 if ":|" in words else 0)
    return Measure(
        str(number), Fraction(4), TimeSignature((4,), 4), KeySignature(),
        barline=barline, repeat_start="|:" in words, endings=endings, directions=signs,
    )  # fmt: skip


def order(*specs: str) -> str:
    return "".join(map(str, performance_order([row(number, spec) for number, spec in enumerate(specs)])))


@pytest.mark.parametrize(
    ("specs", "expected"),
    [
        (("", "DC"), "0101"),
        (("", "fine", "", "DC"), "012301"),
        (("", "S", "", "DS"), "0123123"),
        (("", "S", "fine", "DS"), "012312"),
        (("", "S", "to", "DS", "O", ""), "01231245"),
        (("", "S", "", "<to", "DS", "O"), "01234125"),
        (("", "to", "", "DC", "O"), "0123014"),
        (("", "O", "", "DC", "O"), "012304"),
        (("", "DC", "", ""), "010123"),
    ],
)
def test_jumps(specs: tuple[str, ...], expected: str) -> None:
    assert order(*specs) == expected


@pytest.mark.parametrize(
    ("specs", "expected"),
    [
        (("|: ", ":| fine", "", "DC"), "01012301"),
        (("", "[1 :|", "[2", "fine", "DC"), "0102340 23".replace(" ", "")),
        (("", "to", "DC", "|: O", ":|"), "012013434"),
        (("|:", "S", ":|", "DS", "|:", ":|"), "0120123123" + "4545"),
        (("|:", "DC :|", ""), "0101012"),
    ],
)
def test_repeats_are_ignored_after_a_jump(specs: tuple[str, ...], expected: str) -> None:
    assert order(*specs) == expected


def test_labels_pair_signs() -> None:
    specs = ("S1", "", "S2", "DS1", "DS2", "")
    assert order(*specs) == "0123" + "01234" + "2345"
    assert order("S", "to1", "DS", "O2", "O1") == "01" + "2" + "01" + "4"


def test_a_mark_without_a_target_changes_nothing() -> None:
    assert order("fine", "S", "to", "O") == "0123"
    assert order("DS", "") == "001"
    only = (Direction(Fraction(0), RehearsalMark("A")),)
    measure = Measure("1", Fraction(4), TimeSignature((4,), 4), KeySignature(), directions=only)
    assert performance_order([measure]) == (0,)


def test_a_segno_at_the_end_of_a_measure_marks_the_next_one() -> None:
    rows = [row(0, ""), row(1, ""), row(2, "DS")]
    late = Direction(Fraction(4), RepeatMark("segno"))
    rows[0] = Measure("0", Fraction(4), TimeSignature((4,), 4), KeySignature(), directions=(late,))
    assert performance_order(rows) == (0, 1, 2, 1, 2)


def test_one_jump_with_different_texts_in_two_parts() -> None:
    rows = [row(0, ""), row(1, "")]
    jumps = tuple(Direction(Fraction(4), RepeatMark("dacapo", text)) for text in (None, "Da Capo al Fine"))
    rows[1] = Measure("1", Fraction(4), TimeSignature((4,), 4), KeySignature(), directions=jumps)
    assert performance_order(rows) == (0, 1, 0, 1)


@pytest.mark.parametrize(
    ("specs", "closing"),
    [
        (("", "", ""), 2),
        (("", "fine", "", "DC"), 1),
        (("", "", "", "DC"), 3),
        (("", "S", "fine", "", "DS"), 2),
        (("", "to", "DC", "O", ""), 4),
        (("", "fine", ""), 2),
    ],
)
def test_the_music_ends_at_fine_after_a_jump_and_else_with_the_page(specs: tuple[str, ...], closing: int) -> None:
    assert closing_measure([row(number, spec) for number, spec in enumerate(specs)]) == closing
