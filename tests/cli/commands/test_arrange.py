"""`scoregen arrange` as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scoregen.cli.app import run
from scoregen.notation.files import read_score, write_score
from tests.notation.handmade import hymn

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "hymn.musicxml"
    write_score(hymn(), path)
    return path


def test_the_arrangement_is_written_and_its_notes_accounted_for(
    source: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["arrange", str(source), "--ensemble", "brass quintet"]) == 0
    printed = capsys.readouterr()
    assert "notes" in printed.err and "are kept" in printed.err
    done = read_score(tmp_path / "hymn.brass-quintet.musicxml")
    assert len(done.parts) == 5


def test_json_has_counts_and_what_is_left_out(source: Path, tmp_path: Path, capsys: Captured) -> None:
    target = tmp_path / "sa.musicxml"
    assert run(["arrange", str(source), "--ensemble", "sa", "-o", str(target), "--json", "-q"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert set(result["notes"]) == {"kept", "moved", "merged", "left out"}
    assert len(result["left_out"]) == result["notes"]["left out"]
    assert result["files"] == [str(target)]


def test_an_unknown_ensemble_is_one_line(source: Path, capsys: Captured) -> None:
    assert run(["arrange", str(source), "--ensemble", "sting quartet"]) == 2
    assert "did you mean string-quartet" in capsys.readouterr().err
