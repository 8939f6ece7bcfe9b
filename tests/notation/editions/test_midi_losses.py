"""What MIDI files cannot hold, by kind and number."""

from __future__ import annotations

from pathlib import Path

from scoregen.notation.editions.midi_losses import midi_losses
from scoregen.notation.files import read_score

TUNE = """X:1
T:Lost
M:4/4
L:1/4
K:C
"C"C (DE) F | "G7""^slowly"G4 |]
w: one two three four five
w: six se-ven eight nine ten
"""


def test_kinds_and_numbers_are_named(tmp_path: Path) -> None:
    path = tmp_path / "lost.abc"
    path.write_text(TUNE)
    score = read_score(path)
    line = midi_losses(score, play_chords=False)
    assert line is not None and line.startswith("MIDI files cannot hold 2 chord symbols, ")
    assert "1 slur" in line and "1 text" in line and "5 syllables of further verses" in line
    assert line.endswith("--play-chords lets chord symbols be heard")
    heard = midi_losses(score, play_chords=True)
    assert heard is not None and "chord" not in heard


def test_nothing_lost_is_not_said(tmp_path: Path) -> None:
    path = tmp_path / "plain.abc"
    path.write_text("X:1\nM:4/4\nL:1/4\nK:C\nCDEF | G4 |]\n")
    assert midi_losses(read_score(path), play_chords=False) is None
