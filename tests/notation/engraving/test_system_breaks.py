"""Even systems: no measure alone on the last one, no system alone on the last page."""

from __future__ import annotations

import pytest

from scoregen.notation.engraving.system_breaks import (
    Drawn,
    better_pages,
    better_systems,
    drawn_systems,
    fullness,
    with_breaks,
)
from tests.notation.engraving.handwritten import document, drawn, note

QUARTERS = note() * 4


def system(first: int, *widths: float) -> Drawn:
    return Drawn(tuple(f"m{first + index}" for index in range(len(widths))), widths)


def counts(page: str) -> list[int]:
    return [len(each.measures) for each in drawn_systems(page)]


def test_a_last_measure_alone_is_joined() -> None:
    full = [system(5 * index, *[100.0] * 5) for index in range(3)]
    assert better_systems([*full, system(15, 100.0)], ()) == ["m4", "m8", "m12"]


def test_even_systems_stay() -> None:
    systems = [system(0, 100, 100, 100, 100), system(4, 100, 110, 90, 100), system(8, 100, 100, 100, 90)]
    assert better_systems(systems, ()) == []
    assert better_systems(systems[:1], ()) == []


def test_a_break_after_a_phrase_is_better() -> None:
    systems = [system(0, *[100.0] * 6), system(6, *[100.0] * 6), system(12, *[100.0] * 3)]
    assert better_systems(systems, ()) == ["m5", "m10"]
    assert better_systems(systems, {"m4", "m10"}) == ["m4", "m10"]


def test_sections_that_must_begin_a_system_are_divided_by_themselves() -> None:
    first = [system(0, *[100.0] * 6), system(6, 300.0, 300.0)]  # stretched to the width of the page
    second = [system(8, *[100.0] * 6)]
    assert better_systems([*first, *second], (), {"m8"}) == ["m4", "m8"]
    even = [system(0, *[100.0] * 4), system(4, *[100.0] * 4)]
    assert better_systems([*even, *second], (), {"m8"}) == []


def test_wide_measures_have_room() -> None:
    systems = [system(0, 300, 300), system(2, 100, 100, 100, 100, 100, 100), system(8, 100)]
    starts = better_systems(systems, ())
    assert starts[0] == "m2"


@pytest.mark.parametrize(
    ("pages", "starts"),
    [((6, 1), [4]), ((5, 5, 1), [4, 8]), ((5, 5, 5, 5, 1), [5, 10, 15, 19]), ((2, 1), []), ((5, 2), []), ((4,), [])],
)
def test_a_system_alone_on_the_last_page_gets_company(pages: tuple[int, ...], starts: list[int]) -> None:
    first = iter(range(sum(pages)))
    drawn_pages = [[system(next(first), 100) for _ in range(count)] for count in pages]
    assert better_pages(drawn_pages) == [f"m{start}" for start in starts]


def test_breaks_are_written_at_their_measures() -> None:
    text = '<part><measure id=\'a\'/><measure number="2" id="b"><note/></measure><measure id="c"></measure></part>'
    found = with_breaks(text, ["b"], ["c"])
    assert '<measure number="2" id="b"><print new-system="yes"/><note/>' in found
    assert '<measure id="c"><print new-page="yes"/>' in found and found.count("<print") == 2


@pytest.mark.parametrize("measures", range(2, 40))
def test_no_measure_of_a_melody_stands_alone(measures: int) -> None:
    pages = drawn(document([QUARTERS] * measures), scale=150).pages
    found = [count for page in pages for count in counts(page)]
    assert sum(found) == measures
    assert len(found) == 1 or min(found) > 1
    assert len(found) < 3 or max(found[1:]) - min(found[1:]) <= 2


def test_the_last_of_even_systems_is_as_wide_as_the_others() -> None:
    (page,) = drawn(document([QUARTERS] * 17)).pages
    widths = [each.width for each in drawn_systems(page)]
    assert len(widths) > 2 and widths[-1] == pytest.approx(max(widths), rel=0.02)


def test_no_system_stands_alone_on_the_last_page() -> None:
    for measures in range(60, 110, 7):
        pages = drawn(document(*[[QUARTERS] * measures] * 3)).pages
        systems = [len(counts(page)) for page in pages]
        assert len(pages) > 1 and systems[-1] > 1, systems


def test_breaks_of_the_file_hold_only_when_they_are_asked_for() -> None:
    text = document([QUARTERS, f"<print new-system='yes'/>{QUARTERS}", *[QUARTERS] * 4])
    assert counts(drawn(text, breaks="encoded").pages[0])[0] == 1
    assert counts(drawn(text).pages[0])[0] > 1


def test_a_system_that_is_higher_than_the_page_gets_smaller_staves() -> None:
    text = document(*[[QUARTERS] * 8] * 24)
    engraving = drawn(text)
    assert all(fullness(page) <= 1.02 for page in engraving.pages)
    (problem,) = engraving.problems
    assert "too large for a4 paper" in str(problem) and "mm high" in str(problem)
    assert drawn(text, paper="a3").problems == ()


def test_pages_with_room_keep_their_staff_size() -> None:
    engraving = drawn(document([QUARTERS] * 30))
    assert engraving.problems == () and 0.2 < fullness(engraving.pages[0]) <= 1.02
