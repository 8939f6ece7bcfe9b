"""`--layout` and `--reduction` of `scoregen render`."""

from __future__ import annotations

from pathlib import Path

import pytest

from scoregen.cli.app import run
from scoregen.notation.files import read_score

CLOSED = Path(__file__).resolve().parents[2] / "cases" / "reading" / "closed_score.musicxml"


def names(path: Path) -> list[str]:
    return [part.name for part in read_score(path).parts]


def test_a_closed_score_is_opened_with_a_notice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "open.musicxml"
    assert run(["render", str(CLOSED), "--layout", "open", "-o", str(target)]) == 0
    assert names(target) == ["Soprano", "Alto", "Tenor", "Bass"]
    assert "the layout is new" in capsys.readouterr().err


def test_a_reduction_is_added_to_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "rehearsal.musicxml"
    assert run(["render", str(CLOSED), "--reduction", "-o", str(target)]) == 0
    assert names(target) == ["Choir", "Rehearsal"] and capsys.readouterr().err == ""


def test_an_unknown_layout_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["render", str(CLOSED), "--layout", "round", "-o", str(tmp_path / "x.mid")]) == 2
    assert "found 'round' for the layout; expected one of: open, closed" in capsys.readouterr().err
