"""`scoregen ensembles`, and `--ensemble` on the command line."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from scoregen.cli.app import run
from scoregen.notation.files import write_score
from scoregen.score.ensemble import ensemble_names
from tests.chorales import chorale
from tests.score.ensemble.pages import page

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


def test_each_page_is_written_for_its_own_ensemble_from_files_and_from_standard_input(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [tmp_path / "trio.musicxml", tmp_path / "tune.musicxml"]
    write_score(page("string-trio", 0), files[0])
    write_score(chorale(1, measures=2, voices=1), files[1])
    options = ["--candidates", "1", "--passes", "0", "-q"]
    assert run(["compose", *map(str, files), *options, "-o", f"{tmp_path}/out/"]) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "trio.string-trio.musicxml",
        "tune.satb.musicxml",
    ]
    capsysbinary.readouterr()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(files[0].read_bytes())))
    assert run(["compose", "-", *options]) == 0
    expected = (tmp_path / "out" / "trio.string-trio.musicxml").read_bytes()
    assert capsysbinary.readouterr().out == expected
