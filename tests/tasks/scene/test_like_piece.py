"""What a piece and the music that is like it share."""

from __future__ import annotations

from scoregen.tasks.scene.like_piece import shared_line, shared_with, taken_line
from tests.plan.likeness.test_liking import BY_FIFTHS, LIKENESS, choir


def test_what_is_shared_is_found_and_said() -> None:
    piece = choir(BY_FIFTHS)
    copied = shared_with(piece, piece, "mine.musicxml")
    assert copied.lines[0].verdict == "copied"
    turned = choir({name: rows[::-1] for name, rows in BY_FIFTHS.items()})
    lines = shared_with(turned, piece, "mine.musicxml").lines
    assert lines[0].longest < copied.lines[0].longest
    text = shared_line(turned, piece, "mine.musicxml")
    assert text.startswith("the longest passages shared with mine.musicxml, in any key: ")
    assert f"{lines[0].longest} changes of sonority" in text


def test_repeated_notes_are_not_taken_for_a_melody() -> None:
    rows = {"Soprano": ("q:C5 q:C5 q:C5 q:C5", "q:C5 q:C5 q:D5 q:E5"), "Bass": ("w:C3", "w:G3")}
    piece = choir({"Soprano": ("q:F4 q:F4 q:F4 q:F4", "q:F4 q:F4 q:E4 q:D4"), "Bass": ("w:D3", "w:A2")})
    text = shared_line(choir(rows), piece, "mine.musicxml")
    assert text.endswith("(Soprano, measures 1-2, where it changes its pitch 2 times)"), text


def test_what_is_taken_is_said() -> None:
    assert taken_line(LIKENESS) == (
        "taken from the piece: 4 chords, most often I, IV, V, vi; density still; texture full"
    )
