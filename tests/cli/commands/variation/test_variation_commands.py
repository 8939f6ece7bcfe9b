"""`scoregen vary` and `scoregen improvise` as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scoregen.cli.app import run
from scoregen.notation.files import read_score, write_score
from scoregen.notation.midi.live import ports
from tests.plan.tunes import tune

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def theme(tmp_path: Path) -> Path:
    path = tmp_path / "theme.musicxml"
    write_score(tune("C5:1 E5:1 D5:1 B4:1 | C5:2 G4:2 | A4:1 C5:1 B4:1 D5:1 | C5:4", name="Melody"), path)
    return path


def test_variations_are_written_and_counted(
    theme: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["vary", str(theme), "--technique", "ornament,mode+triplets"]) == 0
    printed = capsys.readouterr()
    assert "Var. 1: ornament" in printed.err and "Var. 2: mode+triplets" in printed.err
    assert len(read_score(tmp_path / "theme.variations.musicxml").measures) == 12


def test_json_has_the_figures(theme: Path, tmp_path: Path, capsys: Captured) -> None:
    target = tmp_path / "v.musicxml"
    assert run(["vary", str(theme), "--technique", "diminution", "-o", str(target), "--json", "-q"]) == 0
    row = json.loads(capsys.readouterr().out)["variations"][0]
    assert row["technique"] == "diminution" and row["kept"] == row["structural_notes"] == row["in_place"]
    assert 0 < row["share_changed"] <= 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--strength", "2"], "--strength: found 2"),
        (["--technique", "fugue"], "--technique: found 'fugue'"),
        (["--technique", "voice-exchange"], "voice-exchange needs two voices"),
        (["--count", "99"], "--count: found 99"),
        (["--part", "Oboe"], "--part: there is no part 'Oboe'"),
    ],
)
def test_wrong_options_of_vary_are_one_line(theme: Path, arguments: list[str], message: str, capsys: Captured) -> None:
    assert run(["vary", str(theme), *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1


def test_a_solo_over_text_and_over_a_lead_sheet(tmp_path: Path, capsys: Captured) -> None:
    solo = tmp_path / "solo.musicxml"
    arguments = ["--chords", "Dm7 | G7 | Cmaj7 | C6", "--instrument", "trumpet", "-o", str(solo), "--json", "-q"]
    assert run(["improvise", *arguments]) == 0
    first = json.loads(capsys.readouterr().out)
    assert first["strong_chord_tones"] == 1 and first["drafts"] == 4
    again = tmp_path / "again.musicxml"
    assert run(["improvise", str(solo), "--style", "folk", "-o", str(again), "-q"]) == 0
    kinds = [symbol.kind for measure in read_score(again).measures for symbol in measure.chord_symbols]
    assert kinds == ["minor-seventh", "dominant", "major-seventh", "major-sixth"]


def test_an_answer_is_written(theme: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["improvise", "--answer", str(theme)]) == 0
    assert "ends on the tonic" in capsys.readouterr().err
    assert len(read_score(tmp_path / "theme.answer.musicxml").measures) == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "found nothing to play to; expected one of: a LEADSHEET, --chords, --answer, --listen"),
        (["--chords", "C", "--listen", "x"], "found --chords and --listen"),
        (["--chords", "C | | G"], "chords of measure 2: found nothing"),
        (["--chords", "C", "--style", "polka"], "--style: found 'polka'"),
        (["--chords", "C", "--density", "7"], "--density: found 7"),
        (["--listen", "x", "--pause", "60"], "--pause: found 60"),
        (["--listen", "x", "--style", "folk"], "--style has no effect with --listen; omit it"),
        (["--listen", "x", "-o", "solo.mid"], "--output has no effect with --listen; omit it"),
        (["--answer", "x.mid", "--key", "G"], "--key has no effect with --answer; omit it"),
        (["--chords", "C", "--reply-to", "x"], "--reply-to has no effect with --chords; omit it"),
    ],
)
def test_wrong_options_of_improvise_are_one_line(arguments: list[str], message: str, capsys: Captured) -> None:
    assert run(["improvise", *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1


def test_listening_without_a_library_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setattr(ports, "is_installed", lambda: False)
    assert run(["improvise", "--listen", "Keyboard"]) == 1
    error = capsys.readouterr().err
    assert "pip install 'scoregen[live]'" in error and error.count("\n") == 1
