"""`compose --show-plan` prints the harmonic plan on standard error, and JSON contains it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scoregen.cli.app import run


def compose(repository: Path, out: Path, *options: str) -> int:
    melody = repository / "corpora/samples/nun-danket.musicxml"
    return run(["compose", str(melody), "--candidates", "1", "--passes", "0", "-o", str(out), *options])


def test_the_plan_is_printed_with_keys_numerals_and_cadences(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compose(repository, tmp_path / "planned.musicxml", "--show-plan") == 0
    printed = capsys.readouterr()
    lines = printed.err[printed.err.index("harmonic plan:") :].splitlines()[1:]
    assert "G major" in lines[0]
    assert lines[-1].split()[-1] == "authentic" and " I " in lines[-1]
    assert len(lines) > 20
    assert printed.out.strip().endswith("planned.musicxml")


def test_json_has_the_plan_of_every_alternative(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compose(repository, tmp_path / "planned.musicxml", "--json", "--quiet") == 0
    plan = json.loads(capsys.readouterr().out)["alternatives"][0]["plan"]
    assert {"measure", "beat", "key", "numeral", "chord", "cadence"} == set(plan[0])
    assert plan[-1]["chord"] == "G"
