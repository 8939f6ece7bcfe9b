"""Passages become bars whose labels do not overlap."""

from __future__ import annotations

import pytest

from scoregen.pictures.passages_picture import LABELLED, Bar, Row, _apart, _rank, draw_passages

LONG, INSIDE, FAR = Bar(0, 6, 9, 1, "long"), Bar(2, 4, 5, 1, "inside"), Bar(8, 10, 4, 1, "far")


def row(usual: float | None = 5, rare: float | None = 8) -> Row:
    return Row("all voices", "changes", (LONG, INSIDE, FAR), (Bar(0, 12, 8, 0.4, "near"),), usual, rare)


def test_labels_of_hidden_bars_are_left_out() -> None:
    assert [bar.label for bar in _apart((LONG, INSIDE, FAR))] == ["long", "far"]
    many = [Bar(5 * place, 5 * place + 4, 4, 1, str(place)) for place in range(6)]
    assert len(_apart(many)) == LABELLED


def test_colours_tell_what_a_length_means() -> None:
    assert [_rank(events, row()) for events in (4, 6, 9)] == [2, 1, 0]
    assert _rank(99, row(None, None)) == 2


@pytest.mark.parametrize(("kind", "magic"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_kinds(kind: str, magic: bytes) -> None:
    assert draw_passages([row(), row(None, None)], [str(n) for n in range(1, 13)], "A title", kind).startswith(magic)


def test_a_score_without_passages_is_drawn_all_the_same() -> None:
    assert draw_passages([Row("Soprano", "notes", (), (), None, None)], ["1"], "", "svg")
