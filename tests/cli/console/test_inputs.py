"""The inputs of a command: several, patterns, folders, standard input."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from scoregen.cli.app import run
from scoregen.cli.console.inputs import input_files, suffix_of
from scoregen.notation.files import READERS, read_score, write_score
from scoregen.system.errors import InputError

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def songs(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two melodies, which is the current one."""
    for name in ("hymn-to-joy", "morning-song"):
        source = repository / "corpora" / "samples" / f"{name}.musicxml"
        (tmp_path / source.name).write_bytes(source.read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def feed(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_every_score_has_its_output(songs: Path, untrained: Path, capsys: Captured) -> None:
    arguments = ["compose", "hymn-to-joy.musicxml", "morning-song.musicxml", "--checkpoint", str(untrained)]
    assert run([*arguments, "-o", "out/", "-o", "sounds/.mid"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "out/hymn-to-joy.satb.musicxml",
        "sounds/hymn-to-joy.satb.mid",
        "out/morning-song.satb.musicxml",
        "sounds/morning-song.satb.mid",
    ]
    assert [len(read_score(path).parts) for path in sorted((songs / "out").iterdir())] == [4, 4]


def test_a_failure_does_not_stop_the_others(songs: Path, capsys: Captured) -> None:
    (songs / "broken.musicxml").write_text("<score-partwise>")
    assert run(["render", "broken.musicxml", "hymn-to-joy.musicxml", "-o", ".mid"]) == 2
    captured = capsys.readouterr()
    assert captured.out == "hymn-to-joy.mid\n"
    assert captured.err.startswith("scoregen: error: broken.musicxml: ")
    assert captured.err.count("\n") == 1


def test_several_results_in_json_are_a_list(songs: Path, capsys: Captured) -> None:
    assert run(["analyze", "hymn-to-joy.musicxml", "missing.mid", "morning-song.musicxml", "--json"]) == 2
    first, second, third = json.loads(capsys.readouterr().out)
    assert (first["key"], third["key"]) == ("F major", "G major")
    assert second["score"] == "missing.mid"
    assert "there is no such file" in second["error"]


def test_several_reports_have_headings(songs: Path, capsys: Captured) -> None:
    assert run(["check", "hymn-to-joy.musicxml", "morning-song.musicxml", "--rules", "free"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "hymn-to-joy.musicxml:"
    assert "morning-song.musicxml:" in lines[2:]


def test_patterns_are_expanded_for_shells_that_do_not(songs: Path) -> None:
    assert input_files([Path("*song.musicxml")]) == [Path("morning-song.musicxml")]
    assert input_files([Path("none*.xml")]) == [Path("none*.xml")]  # so that the error names it
    (songs / "a[1].xml").write_text("")
    assert input_files([Path("a[1].xml")]) == [Path("a[1].xml")]


def test_a_folder_is_named_with_what_to_do(songs: Path) -> None:
    (songs / "hymns").mkdir()
    with pytest.raises(InputError, match=r"^hymns: this is a folder; name its files, such as hymns/\*\.musicxml$"):
        input_files([Path("morning-song.musicxml"), Path("hymns")])


def test_a_score_passes_through_standard_input_and_output(
    songs: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    text = (songs / "hymn-to-joy.musicxml").read_bytes()
    feed(monkeypatch, text)
    assert run(["render", "-", "-o", "-"]) == 0
    captured = capfdbinary.readouterr()
    assert captured.out == text  # MusicXML that was given is written as it is
    assert captured.err == b""
    feed(monkeypatch, text)
    assert run(["render", "-", "-o", "-.mid"]) == 0
    assert capfdbinary.readouterr().out.startswith(b"MThd")
    assert names(songs) == ["hymn-to-joy.musicxml", "morning-song.musicxml"]


@pytest.mark.parametrize("suffix", [".musicxml", ".mxl", ".mid"])
def test_standard_input_is_recognised_by_its_content(
    suffix: str, songs: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    write_score(read_score(songs / "hymn-to-joy.musicxml"), songs / f"song{suffix}")
    feed(monkeypatch, (songs / f"song{suffix}").read_bytes())
    assert run(["analyze", "-"]) == 0
    assert capsys.readouterr().out.startswith("Key: F major\n")


def test_every_beginning_leads_to_a_reader() -> None:
    beginnings = {
        b"\xef\xbb\xbf<?xml version='1.0'?><score-partwise/>": ".musicxml",
        b"<?xml version='1.0'?><mei xmlns='http://www.music-encoding.org/ns/mei'/>": ".mei",
        b"\n%abc-2.1\nX:1\n": ".abc",
        b"X:1\nK:C\nC": ".abc",
        b"!!!COM: Bach\n**kern\n": ".krn",
        b"**kern\t**text\n": ".krn",
        b"MThd\x00": ".mid",
        b"RIFF\x00\x00\x00\x00RMID": ".mid",
        b"PK\x03\x04": ".mxl",
    }
    assert {data: suffix_of(data) for data in beginnings} == beginnings
    assert set(beginnings.values()) <= set(READERS)


@pytest.mark.parametrize(("data", "expected"), [(b" \n", "found nothing"), (b"<score-partwise>", "standard input: ")])
def test_errors_name_standard_input(
    data: bytes, expected: str, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    feed(monkeypatch, data)
    assert run(["check", "-"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("scoregen: error: standard input: ")
    assert expected in error
    assert "/tmp" not in error
