"""`scoregen transcribe`, as a user calls it."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from scoregen.cli.app import run
from scoregen.notation.files import read_score
from tests.notation.midi.test_performed import write
from tests.transcription.performances import GRACE, played


def test_a_midi_take_becomes_a_score(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notes = [(2 * note.onset, 2 * note.end, note.pitch) for note in played(GRACE, 0.71, 0.03)]
    take, target = write(tmp_path / "take.mid", notes), tmp_path / "take.musicxml"
    assert run(["transcribe", str(take), "-o", str(target), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["metre"] == "3/4" and report["notes"] == len(GRACE)
    assert str(read_score(target).measures[1].time) == "3/4"


def test_the_user_says_how_the_music_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notes = [(2 * note.onset, 2 * note.end, note.pitch) for note in played(GRACE, 0.71, 0.03)]
    take, target = write(tmp_path / "take.mid", notes), tmp_path / "take.musicxml"
    options = ["--time", "3/8", "--tempo", "84", "--anacrusis", "1/2", "--json"]
    assert run(["transcribe", str(take), "-o", str(target), *options]) == 0
    assert json.loads(capsys.readouterr().out)["metre"] == "3/8"
    score = read_score(target)
    assert score.has_anacrusis and score.measures[0].duration == Fraction(1, 2)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("take.wav", ["--from", "choir"], "recordings of choir are not transcribed"),
        ("take.wav", [], "there is no such file"),
        ("take.txt", [], "neither a recording nor a MIDI file"),
        ("take.mid", ["--time", "4-4"], "--time: '4-4' is not a time signature"),
    ],
)
def test_what_is_refused_is_one_line(
    name: str, options: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["transcribe", str(tmp_path / name), "-o", str(tmp_path / "out.musicxml"), *options]) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1
