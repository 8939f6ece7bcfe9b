"""`scoregen plan` and `scoregen compose --plan` as a user meets them."""

from __future__ import annotations

from pathlib import Path

import pytest

from scoregen.cli.app import run
from scoregen.notation.files import read_score
from scoregen.plan.piece.reading import read_plan

Captured = pytest.CaptureFixture[str]


def test_a_plan_is_written_and_followed(tmp_path: Path, capsys: Captured) -> None:
    plan, piece = tmp_path / "plan.toml", tmp_path / "piece.musicxml"
    assert run(["plan", "--measures", "4", "--key", "d minor", "--time", "3/4", "-o", str(plan)]) == 0
    assert run(["compose", "--plan", str(plan), "-o", str(piece), "--candidates", "1", "--passes", "0", "-q"]) == 0
    score = read_score(piece)
    assert (len(score.measures), str(score.measures[0].time), score.measures[0].key.fifths) == (4, "3/4", -1)
    assert run(["plan", str(piece)]) == 0
    (tmp_path / "again.toml").write_text(capsys.readouterr().out.split("\n", 2)[2], encoding="utf-8")
    assert read_plan(tmp_path / "again.toml").measures == 4


def test_faults_are_one_line_with_exit_code_2(tmp_path: Path, capsys: Captured) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text("[[section]]\nmeasures = 4\nphrases = [3]\n", encoding="utf-8")
    for arguments in (
        ["compose", "--plan", str(plan), "-o", str(tmp_path / "a.musicxml")],
        ["compose", "--plan", str(tmp_path / "none.toml")],
        ["compose", "--plan", str(plan), "--key", "C"],
        ["plan", "--form", "AX"],
        ["plan", str(plan)],
        ["plan", "-o", str(tmp_path / "plan.txt")],
    ):
        assert run(arguments) == 2, arguments
        assert capsys.readouterr().err.count("\n") == 1
