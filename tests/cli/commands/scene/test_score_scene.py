"""`scoregen score-scene` as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path

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


@needs_sound
def test_stems_are_equally_long(tmp_path: Path) -> None:
    cues = tmp_path / "cues.toml"
    cues.write_text("end = 6\n[[cue]]\nat = 3\n", encoding="utf-8")
    outputs = ["-o", str(tmp_path / "a.mid"), "--stems", str(tmp_path / "stems")]
    assert run(["score-scene", str(cues), *outputs, "--candidates", "1", "-q"]) == 0
    stems = sorted((tmp_path / "stems").iterdir())
    assert [path.name for path in stems] == [
        f"cues-{number}-{name}.wav" for number, name in enumerate(("soprano", "alto", "tenor", "bass"), 1)
    ]
    assert len({path.stat().st_size for path in stems}) == 1


def test_a_wrong_scene_is_one_line_with_exit_code_2(tmp_path: Path, capsys: Captured) -> None:
    cues = tmp_path / "cues.toml"
    for text in ("[[cue]]\nat = -1\n", "end = 9\n[[cue]]\nat = 8\n[[cue]]\nat = 8.1\n", "no toml", ""):
        cues.write_text(text, encoding="utf-8")
        assert run(["score-scene", str(cues), "-o", str(tmp_path / "a.mid")]) == 2
        assert capsys.readouterr().err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["cues.toml"]
