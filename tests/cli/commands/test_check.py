"""`scoregen check` as a user meets it: sentences, JSON, SARIF, marked scores and exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scoregen.cli.app import run
from scoregen.notation.musicxml.write.score import write_musicxml
from tests.analysis.rules.test_rules import score_of

Captured = pytest.CaptureFixture[str]
FIFTHS = {"Soprano": "E5 F5", "Alto": "G4 A4", "Tenor": "C4 D4", "Bass": "C3 D3"}


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    path = tmp_path / "faulty.musicxml"
    path.write_bytes(write_musicxml(score_of(FIFTHS)))
    return path


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    path = tmp_path / "clean.musicxml"
    lines = {"Soprano": "C5 B4 C5", "Alto": "F4 D4 E4", "Tenor": "A3 G3 G3", "Bass": "F3 G3 C3"}
    path.write_bytes(write_musicxml(score_of(lines)))
    return path


def test_sentences_and_exit_codes(faulty: Path, clean: Path, capsys: Captured) -> None:
    assert run(["check", str(faulty)]) == 1
    captured = capsys.readouterr().out
    assert "error   m. 1 beat 2: alto and tenor move in parallel fifths (C4-G4 to D4-A4); let one" in captured
    assert "`scoregen manual rules` explains each" in captured
    assert run(["check", str(clean)]) == 0
    assert capsys.readouterr().out == "0 errors, 0 warnings, 0 notes (rules: strict)\n"


def test_fail_on(faulty: Path) -> None:
    assert run(["check", str(faulty), "--rules", "free"]) == 0
    assert run(["check", str(faulty), "--rules", "free", "--fail-on", "note"]) == 0
    assert run(["check", str(faulty), "--rules", "bach", "--fail-on", "error"]) == 1


def test_json(faulty: Path, capsys: Captured) -> None:
    assert run(["check", str(faulty), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    fifths = next(finding for finding in report["findings"] if finding["rule"] == "parallel-fifths")
    assert (fifths["measure"], fifths["beat"], fifths["severity"]) == ("1", 2.0, "error")
    assert fifths["parts"] == ["P2", "P3"]
    assert fifths["lines"] == ["alto", "tenor"]
    assert [note["pitch"] for note in fifths["notes"]] == ["G4", "A4", "C4", "D4"]
    assert fifths["reference"] == "docs/rules.md#parallel-fifths"
    assert report["failing"] == sum(finding["severity"] == "error" for finding in report["findings"])


def test_sarif(faulty: Path, tmp_path: Path) -> None:
    log_path = tmp_path / "findings.sarif"
    assert run(["check", str(faulty), "-o", str(log_path)]) == 1
    log = json.loads(log_path.read_text(encoding="utf-8"))
    assert log["version"] == "2.1.0"
    (only,) = log["runs"]
    rules = only["tool"]["driver"]["rules"]
    lines = faulty.read_text(encoding="utf-8").splitlines()
    for result in only["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("note", "warning", "error")
        start = result["locations"][0]["physicalLocation"]["region"]["startLine"]
        assert lines[start - 1].strip().startswith("<note")


def test_marked_scores(faulty: Path, tmp_path: Path, capsys: Captured) -> None:
    marked, page = tmp_path / "marked.musicxml", tmp_path / "marked.svg"
    assert run(["check", str(faulty), "-o", str(marked), "-o", str(page)]) == 1
    assert capsys.readouterr().out.splitlines()[-2:] == [str(marked), str(page)]
    assert "par. 5ths" in marked.read_text(encoding="utf-8")
    assert "#C4161C" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--rules", "lenient"], "there is no rule set 'lenient'"),
        (["--fail-on", "fatal"], "--fail-on: found 'fatal'; expected one of"),
        (["-o", "sound.mid"], "found no suffix for a marked score"),
    ],
)
def test_mistakes_end_in_one_line_and_code_2(options: list[str], expected: str, faulty: Path, capsys: Captured) -> None:
    assert run(["check", str(faulty), *options]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert expected in captured.err
    assert captured.err.count("\n") == 1


def test_nothing_to_check(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "rests.musicxml"
    path.write_bytes(write_musicxml(score_of({"Soprano": "- -"})))
    assert run(["check", str(path)]) == 2
    assert capsys.readouterr().err == (
        f"scoregen: error: {path}: found no pitched notes; expected a score with notes to check\n"
    )


def test_it_loads_no_heavy_library(faulty: Path) -> None:
    code = f"import sys; from scoregen.cli.app import run; run(['check', {str(faulty)!r}]); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & {"torch", "music21", "partitura", "numpy", "verovio", "matplotlib", "sklearn"}
