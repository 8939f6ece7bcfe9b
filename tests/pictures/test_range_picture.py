"""The plot of ranges has a row for each family, the largest first, and is the same every time."""

from __future__ import annotations

import re

import pytest

from scoregen.pictures.range_picture import draw_ranges

RANGES = {"strings": {55: 1, 76: 2}, "voice": {60: 5, 62: 5}, "other": {120: 1}}


@pytest.mark.parametrize(("kind", "start"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_each_kind_of_picture_is_reproducible(kind: str, start: bytes) -> None:
    picture = draw_ranges(RANGES, "songs", kind)
    assert picture.startswith(start) and picture == draw_ranges(RANGES, "songs", kind)


def test_there_is_a_row_for_each_family() -> None:
    one, three = (draw_ranges(ranges, "songs", "svg").decode() for ranges in ({"voice": RANGES["voice"]}, RANGES))
    assert len(re.findall(r'id="axes_\d+"', one)) == 1 and len(re.findall(r'id="axes_\d+"', three)) == 3
    assert draw_ranges({}, "nothing", "svg")
