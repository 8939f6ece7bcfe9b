"""`scoregen score-scene` as a user meets it."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest

from scoregen.cli.app import run
from scoregen.notation.files import read_score
from scoregen.plan.piece.reading import read_plan
from tests.notation.sound.playing import needs_sound

Captured = pytest.CaptureFixture[str]


def test_score_midi_cue_sheet_and_plan(tmp_path: Path, capsys: Captured) -> None:
    cues = tmp_path / "cues.toml"
    cues.write_text('end = 12\n[[cue]]\nat = 5.2\nname = "bell"\n', encoding="utf-8")
    names = {name: str(tmp_path / name) for name in ("a.musicxml", "a.mid", "a.md", "a.toml")}
    outputs = ["-o", names["a.musicxml"], "-o", names["a.mid"], "--cue-sheet", names["a.md"], "--plan", names["a.toml"]]
    assert run(["score-scene", str(cues), *outputs, "--candidates", "1", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    (cue,) = report["cues"]
    assert (cue["name"], cue["timecode"], cue["exact"]) == ("bell", "00:00:05:05", True)
    assert cue["seconds"] == pytest.approx(5.2, abs=0.005)
    assert "bell" in (tmp_path / "a.md").read_text(encoding="utf-8")
    assert read_plan(tmp_path / "a.toml").measures == len(read_score(tmp_path / "a.musicxml").measures)
    assert b"bell" in (tmp_path / "a.mid").read_bytes(), "the cue is a marker"


def samples(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float) / 32768


@needs_sound
def test_stems_are_equally_long_and_add_up_to_the_recording(tmp_path: Path) -> None:
    cues = tmp_path / "cues.toml"
    cues.write_text("end = 6\n[[cue]]\nat = 3\n", encoding="utf-8")
    outputs = ["-o", str(tmp_path / "a.wav"), "--stems", str(tmp_path / "stems")]
    assert run(["score-scene", str(cues), *outputs, "--candidates", "1", "-q"]) == 0
    stems = sorted((tmp_path / "stems").iterdir())
    assert [path.name for path in stems] == [
        f"cues-{number}-{name}.wav" for number, name in enumerate(("soprano", "alto", "tenor", "bass"), 1)
    ]
    assert len({path.stat().st_size for path in stems}) == 1
    whole = samples(tmp_path / "a.wav")
    rest = whole - sum(samples(path) for path in stems)
    assert np.mean(rest**2) < 1e-6 * np.mean(whole**2), "60 dB under the recording"


def test_a_cue_sheet_is_a_table_or_a_page(tmp_path: Path) -> None:
    cues = tmp_path / "cues.toml"
    cues.write_text('end = 6\n[[cue]]\nat = 3\nname = "鐘 | \\"bell\\", é"\n', encoding="utf-8")
    for suffix in (".csv", ".pdf", ".md"):
        sheet = tmp_path / f"sheet{suffix}"
        outputs = ["-o", str(tmp_path / f"{suffix[1:]}.mid"), "--cue-sheet", str(sheet), "--candidates", "1", "-q"]
        assert run(["score-scene", str(cues), *outputs]) == 0
    head, row = csv.reader((tmp_path / "sheet.csv").read_text(encoding="utf-8").splitlines())
    assert dict(zip(head, row, strict=True))["Cue"] == '鐘 | "bell", é'
    assert (tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF")
    lines = (tmp_path / "sheet.md").read_text(encoding="utf-8").splitlines()
    assert len({line.count("|") for line in lines if "Hit" in line or "accent" in line}) == 1
    if shutil.which("pdftotext"):
        text = subprocess.run(["pdftotext", str(tmp_path / "sheet.pdf"), "-"], capture_output=True, check=True).stdout
        assert all(word in text.decode() for word in ("bell", "00:00:03:00", "Tempo"))


def test_a_wrong_scene_is_one_line_with_exit_code_2(tmp_path: Path, capsys: Captured) -> None:
    cues = tmp_path / "cues.toml"
    for text in ("[[cue]]\nat = -1\n", "end = 9\n[[cue]]\nat = 8\n[[cue]]\nat = 8.1\n", "no toml", ""):
        cues.write_text(text, encoding="utf-8")
        assert run(["score-scene", str(cues), "-o", str(tmp_path / "a.mid")]) == 2
        assert capsys.readouterr().err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["cues.toml"]
