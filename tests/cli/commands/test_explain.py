"""`scoregen explain` as a user meets it: a page, its data, and what can be at fault."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scoregen.cli.app import run
from scoregen.notation.files import write_score
from tests.chorales import chorale
from tests.notation import handmade

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def score(tmp_path: Path) -> Path:
    path = tmp_path / "piece.musicxml"
    write_score(chorale(1, measures=4), path)
    return path


def test_a_page_and_its_data(score: Path, untrained: Path, tmp_path: Path, capsys: Captured) -> None:
    page, data = tmp_path / "page.html", tmp_path / "data.json"
    options = ["--given", "soprano", "--rules", "bach", "--checkpoint", str(untrained)]
    assert run(["explain", str(score), "-o", str(page), "-o", str(data), *options]) == 0
    captured = capsys.readouterr()
    assert captured.out.splitlines() == [str(page), str(data)]
    assert captured.err == ""
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    found = json.loads(data.read_text(encoding="utf-8"))
    command = "scoregen explain piece.musicxml --given soprano --rules bach --checkpoint untrained"
    assert found["command"] == f"{command} -o page.html -o data.json"
    assert found["rules"] == "bach"
    assert found["notes"]


def test_json_tells_what_was_written(score: Path, untrained: Path, tmp_path: Path, capsys: Captured) -> None:
    target = tmp_path / "page.html"
    assert run(["explain", str(score), "-o", str(target), "--checkpoint", str(untrained), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["files"] == [str(target)]
    assert report["notes"] > 0


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["SCORE", "-o", "page.pdf"], "page.pdf: found .pdf; expected one of .html, .json"),
        (["SCORE", "-o", "OLD"], "the file exists; --force overwrites it"),
        (["missing.musicxml", "-o", "p.html"], "missing.musicxml: "),
        (["EMPTY", "-o", "p.html"], "the file is empty"),
        (["PROSE", "-o", "p.html"], "prose.musicxml: "),
        (["MELODY", "-o", "p.html"], "melody.musicxml: found no part for alto, tenor, bass"),
        (["SILENT", "-o", "p.html"], "silent.musicxml: found no notes"),
        (["SCORE", "-o", "p.html", "--given", "organ"], "--given: found no part 'organ'"),
        (["SCORE", "-o", "p.html", "--rules", "lenient"], "there is no rule set 'lenient'"),
        (["SCORE", "-o", "p.html", "--ensemble", "kazoos"], "there is no ensemble 'kazoos'"),
        (["SCORE", "-o", "p.html", "--checkpoint", "nowhere"], "no weights can be read"),
    ],
)
def test_a_users_mistake_ends_in_one_line_and_code_2(
    arguments: list[str], expected: str, score: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.chdir(tmp_path)
    stand_ins = {"SCORE": score}
    for name, content in (("OLD", "old"), ("EMPTY", ""), ("PROSE", "no score")):
        stand_ins[name] = tmp_path / {"OLD": "old.html"}.get(name, f"{name.lower()}.musicxml")
        stand_ins[name].write_text(content)
    stand_ins["MELODY"] = write_score(chorale(1, voices=1), tmp_path / "melody.musicxml").paths[0]
    stand_ins["SILENT"] = write_score(handmade.melody("w:r"), tmp_path / "silent.musicxml").paths[0]
    before = sorted(tmp_path.iterdir())
    assert run(["explain", *(str(stand_ins.get(word, word)) for word in arguments)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("scoregen: error: ")
    assert expected in captured.err
    assert captured.err.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before
