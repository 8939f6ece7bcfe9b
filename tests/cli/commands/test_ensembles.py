"""`scoregen ensembles`, and `--ensemble` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scoregen.cli.app import run
from scoregen.score.ensemble import ensemble_names

Captured = pytest.CaptureFixture[str]


def test_all_ensembles_with_their_roles(capsys: Captured) -> None:
    assert run(["ensembles"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert [row.split()[0] for row in rows] == list(ensemble_names())
    assert "string-quartet     violin1, violin2, viola, cello" in rows


def test_the_roles_of_one(capsys: Captured) -> None:
    assert run(["ensembles", "sax quartet"]) == 0
    head, titles, *rows = capsys.readouterr().out.splitlines()
    assert head == "saxophone-quartet: Saxophone quartet"
    assert titles.split()[:3] == ["role", "name", "clef"]
    assert "-M13" in rows[-1]
    assert len(rows) == 4


def test_as_json(capsys: Captured) -> None:
    assert run(["ensembles", "organ", "--json"]) == 0
    (organ,) = json.loads(capsys.readouterr().out)
    assert organ["roles"][0]["clef"] == "treble bass bass"
    assert organ["roles"][0]["notes"] == "5 and 2 on a staff"


def test_a_faulty_file_is_one_line(tmp_path: Path, capsys: Captured) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text('[[roles]]\ninstrument = "flut"\n', encoding="utf-8")
    assert run(["compose", "--measures", "2", "--ensemble", str(mine)]) == 2
    error = capsys.readouterr().err
    assert "mine.toml: roles[1].instrument: found 'flut'; expected the name of an instrument" in error
    assert len(error.splitlines()) == 1


def test_an_output_has_the_name_of_the_ensemble(tmp_path: Path, untrained: Path) -> None:
    options = ["--measures", "2", "--candidates", "1", "--passes", "0", "--checkpoint", str(untrained), "-q"]
    assert run(["compose", "--ensemble", "S.S.A.", *options, "-o", f"{tmp_path}/"]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["new-piece.ssa.musicxml"]
