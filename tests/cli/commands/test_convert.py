"""`scoregen convert` as a user meets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from scoregen.cli.app import run
from scoregen.notation.files import read_score, write_score
from scoregen.score.timeline import sounding_notes
from tests.chorales import chorale


@pytest.fixture
def choir(tmp_path: Path) -> Path:
    path = tmp_path / "choir.musicxml"
    write_score(chorale(5, measures=4), path)
    return path


def test_a_score_is_moved_and_converted(choir: Path) -> None:
    target = choir.with_suffix(".mid")
    assert run(["convert", str(choir), str(target), "--transpose", "M2", "--octave", "-1"]) == 0
    shifts = {
        b.pitch.midi_pitch - a.pitch.midi_pitch
        for a, b in zip(
            sorted(sounding_notes(read_score(choir)), key=lambda n: (n.onset, n.pitch.midi_pitch)),
            sorted(sounding_notes(read_score(target)), key=lambda n: (n.onset, n.pitch.midi_pitch)),
            strict=True,
        )
    }
    assert shifts == {-10}


def test_parts_are_written_into_a_folder(choir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = choir.parent / "stands"
    assert run(["convert", str(choir), str(choir.with_suffix(".mxl")), "--parts", str(folder)]) == 0
    names = [f"choir.{name}.mxl" for name in ("alto", "bass", "soprano", "tenor")]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert str(folder / names[0]) in capsys.readouterr().out
    assert len(read_score(folder / names[0]).parts) == 1


def test_a_song_is_heard_with_its_chords(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    song = tmp_path / "song.cho"
    song.write_text("[Am]one [F]two\n[Hx]three\n")
    assert run(["convert", str(song), str(tmp_path / "song.mid"), "--play-chords"]) == 0
    assert "1 chord not understood and left out: 'Hx'" in capsys.readouterr().err
    assert len(sounding_notes(read_score(tmp_path / "song.mid"))) == 12


def test_the_files_of_parts_have_the_chords_too(tmp_path: Path) -> None:
    song = tmp_path / "song.cho"
    song.write_text("[Am]one [F]two\n")
    folder = tmp_path / "stands"
    assert run(["convert", str(song), str(tmp_path / "song.mid"), "--play-chords", "--parts", str(folder)]) == 0
    assert len(sounding_notes(read_score(folder / "song.voice.mid"))) == 8


def test_a_wrong_key_is_one_line(choir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["convert", str(choir), str(choir.with_suffix(".pdf")), "--transpose", "H#"]) == 2
    assert "expected an interval (M2, -m3), a number of semitones (-2), or a key" in capsys.readouterr().err


def test_what_midi_cannot_hold_is_named_by_convert_alone(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    song = str(repository / "corpora/samples/nun-danket.musicxml")
    assert run(["convert", song, str(tmp_path / "converted.mid")]) == 0
    assert capsys.readouterr().err == "scoregen: MIDI files cannot hold 1 slur\n"
    assert run(["render", song, "-o", str(tmp_path / "rendered.mid")]) == 0
    assert capsys.readouterr().err == ""
