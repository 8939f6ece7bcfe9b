"""The outputs of a command: default names, folders, suffixes, collisions."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from scoregen.cli.app import run
from scoregen.cli.console.arguments import parse_output
from scoregen.cli.console.outputs import default_stem, output_files
from scoregen.system.errors import OutputError

Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        ("melody.musicxml", "melody.satb"),
        ("songs/my song.v2.mid", "my song.v2.satb"),
        ("melody.satb.musicxml", "melody.satb-2"),
        ("melody.satb-2.mxl", "melody.satb-3"),
        ("melody.satb-x.mxl", "melody.satb-x.satb"),
        ("-", "score.satb"),
        (None, "new-piece.satb"),
    ],
)
def test_the_default_name_is_that_of_the_score_and_of_the_ensemble(score: str | None, expected: str) -> None:
    assert default_stem(Path(score) if score else None, "satb") == expected


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("new.pdf", "new.pdf"),
        ("out/new.pdf", "out/new.pdf"),
        ("out/", "out/melody.satb.musicxml"),
        (".", "melody.satb.musicxml"),
        (".pdf", "melody.satb.pdf"),
        ("out/.mid", "out/melody.satb.mid"),
        ("-", "-.musicxml"),
        ("-.mid", "-.mid"),
        ("no-suffix", "no-suffix"),
    ],
)
def test_an_output_is_a_file_a_folder_or_a_suffix(output: str, expected: str) -> None:
    score = Path("songs/melody.musicxml")
    assert output_files([parse_output(output)], [score], "satb", ".musicxml") == {score: (Path(expected),)}


def test_a_folder_that_exists_needs_no_slash(tmp_path: Path) -> None:
    score = Path("melody.musicxml")
    assert output_files([tmp_path], [score], "satb", ".pdf")[score] == (tmp_path / "melody.satb.pdf",)


def test_without_outputs_the_file_is_in_the_current_folder_and_a_pipe_stays_one() -> None:
    scores = [Path("songs/a.mid"), Path("-")]
    assert output_files(None, scores, "satb", ".musicxml") == {
        scores[0]: (Path("a.satb.musicxml"),),
        scores[1]: (Path("-.musicxml"),),
    }


def test_two_scores_with_one_output_are_refused_before_the_work() -> None:
    for scores, output in ((["a/x.mid", "b/x.mid"], "."), (["a.mid", "b.mid"], "new.mid")):
        with pytest.raises(OutputError, match="this would be the output of several scores"):
            output_files([parse_output(output)], [Path(score) for score in scores], "satb", ".mid")


@pytest.mark.parametrize(("platform", "same"), [("linux", False), ("darwin", True), ("win32", True)])
def test_names_that_differ_in_case_are_one_file_on_some_systems(
    platform: str, same: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    scores = [Path("Song.mid"), Path("song.mid")]
    if same:
        with pytest.raises(OutputError, match="several scores"):
            output_files(None, scores, "satb", ".mid")
    else:
        assert len(output_files(None, scores, "satb", ".mid")) == 2


def test_windows_paths_name_folders_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scoregen.cli.console.arguments.os.sep", "\\")
    monkeypatch.setattr("scoregen.cli.console.arguments.os.altsep", "/")
    assert parse_output("out\\").name == parse_output("out/").name == "*"
    assert parse_output("out\\new.pdf").name.endswith("new.pdf")


def test_render_writes_pages_next_to_nothing_else(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.chdir(tmp_path)
    melody = str(repository / "corpora" / "samples" / "morning-song.musicxml")
    assert run(["render", melody]) == 0
    assert capsys.readouterr().out == "morning-song.pdf\n"
    assert Path("morning-song.pdf").read_bytes().startswith(b"%PDF")
    assert run(["render", melody]) == 2
    assert "morning-song.pdf: the file exists; --force overwrites it" in capsys.readouterr().err


def test_a_missing_folder_is_made(repository: Path, tmp_path: Path) -> None:
    target = tmp_path / "new" / "folder" / "song.mid"
    assert run(["render", str(repository / "corpora" / "samples" / "morning-song.musicxml"), "-o", str(target)]) == 0
    assert target.read_bytes().startswith(b"MThd")


def test_several_pages_do_not_fit_standard_output(repository: Path, tmp_path: Path, capsys: Captured) -> None:
    from scoregen.notation.files import write_score
    from tests.chorales import chorale

    write_score(chorale(1, measures=60), tmp_path / "long.musicxml")
    assert run(["render", str(tmp_path / "long.musicxml"), "-o", "-.png"]) == 2
    assert "standard output: the score has several pages; name a file for .png" in capsys.readouterr().err
