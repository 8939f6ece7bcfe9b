"""Chord symbols that are heard."""

from __future__ import annotations

from pathlib import Path

from scoregen.notation.editions.played_chords import with_played_chords
from scoregen.notation.files import read_score, write_all
from scoregen.score.timeline import sounding_notes


def song(tmp_path: Path) -> Path:
    path = tmp_path / "song.cho"
    path.write_text("[Am]one [D7/F#]two [N.C.]three [Hx]four\n")
    return path


def test_chords_sound_from_their_bass_up_until_the_next_one(tmp_path: Path) -> None:
    score = with_played_chords(read_score(song(tmp_path)))
    by_measure = {index: [n.pitch for n in sounding_notes(score) if n.measure_index == index] for index in range(4)}
    assert {pitch.midi_pitch % 12 for pitch in by_measure[0]} == {9, 0, 4}
    assert {pitch.midi_pitch % 12 for pitch in by_measure[1]} == {2, 6, 9, 0}
    assert min(by_measure[1], key=lambda pitch: pitch.midi_pitch).step == "F"
    assert by_measure[2] == [] == by_measure[3]


def test_only_what_is_heard_has_them(tmp_path: Path) -> None:
    score = read_score(song(tmp_path))
    write_all(score, [tmp_path / "heard.mid", tmp_path / "seen.musicxml"], play_chords=True)
    assert len(read_score(tmp_path / "seen.musicxml").parts) == 1
    assert len(sounding_notes(read_score(tmp_path / "heard.mid"))) == 8


def test_a_score_without_chord_symbols_is_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "tune.abc"
    path.write_text("X:1\nT:A\nL:1/4\nK:C\nCDEF|\n")
    score = read_score(path)
    assert with_played_chords(score) is score
