"""Recordings against the MIDI that they are made of: onsets, dynamics, repeats, levels of parts, and their ends."""

from __future__ import annotations

import io
import wave
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from scoregen.notation.files import write_score
from scoregen.notation.midi.tracks import at_speed, note_times, only_tracks
from scoregen.notation.midi.write import to_midi
from scoregen.notation.sound import soundfonts
from scoregen.notation.sound.audio import mixed
from scoregen.notation.sound.audio_files import SUFFIXES, audio_file
from scoregen.notation.sound.loudness import TARGET_LUFS, loudness, true_peak
from scoregen.notation.sound.performance import part_audio, score_audio, stems
from scoregen.notation.sound.synthesis import synthesise
from scoregen.score.directions import Direction, Dynamic
from scoregen.score.elements import Barline, Instrument, Part, Score, Tempo
from scoregen.score.rhythm import NoteValue
from scoregen.system.errors import InputError, ToolError
from tests.notation.handmade import hymn, melody
from tests.notation.midi.playing.test_swells import swelling
from tests.notation.sound.playing import needs_sound, onsets

WOOD_BLOCK = Part("P1", "Block", instrument=Instrument("Wood block", midi_program=116))
"""A program with a sharp attack."""


def played(*measures: str) -> Score:
    return replace(melody(*measures), parts=(WOOD_BLOCK,))


def slower(score: Score, index: int, per_minute: int) -> Score:
    tempo = Tempo(Fraction(0), NoteValue("quarter"), Fraction(per_minute))
    measures = list(score.measures)
    measures[index] = replace(measures[index], tempos=(tempo,))
    return replace(score, measures=tuple(measures))


@needs_sound
def test_notes_begin_when_the_midi_says() -> None:
    """Through a change of tempo and a repeat."""
    score = slower(played("q:C5 q:r h:E5", "q:G5 q:C5 h:r", "w:C5"), 1, 60)
    first, second, last = score.measures
    second = replace(second, barline=Barline("light-heavy", repeat_times=2))
    midi = to_midi(replace(score, measures=(first, second, last)))
    expected = [note.start for note in note_times(midi)]
    assert expected == pytest.approx([0, 1, 2, 3, 6, 7, 8, 9, 12])
    found = onsets(synthesise(midi))
    assert found == pytest.approx(expected, abs=0.03)


@needs_sound
def test_dynamics_are_heard() -> None:
    score = played("q:C5 h.:r", "q:C5 h.:r")
    marks = [(0, "pp"), (1, "ff")]
    measures = [
        replace(score.measures[index], directions=(Direction(Fraction(0), Dynamic(mark), "P1"),))
        for index, mark in marks
    ]
    audio = score_audio(replace(score, measures=tuple(measures)))
    assert audio.between(2, 2.3).level() > audio.between(0, 0.3).level() + 12


@needs_sound
def test_a_hairpin_is_heard_within_a_note() -> None:
    audio = score_audio(swelling("crescendo", "pp", "ff", "w:C5", "w:C5"))
    assert audio.between(1.6, 1.9).level() > audio.between(0.4, 0.7).level() + 6


@needs_sound
def test_a_recording_is_as_loud_as_it_should_be_and_ends_in_silence() -> None:
    audio = score_audio(hymn())
    assert loudness(audio) == pytest.approx(TARGET_LUFS, abs=0.1) or true_peak(audio) == pytest.approx(-1, abs=0.1)
    assert audio.peak < 1
    assert audio.between(audio.seconds - 0.3, audio.seconds).level() < -90
    assert audio.between(audio.seconds - 1.5, audio.seconds - 0.8).level() > -70, "the last note rings out"
    end = max(note.stop for note in note_times(to_midi(hymn())))
    assert end < audio.seconds < end + 6


@needs_sound
def test_parts_have_the_level_that_they_have_in_the_whole() -> None:
    parts = part_audio(hymn())
    assert len({len(part.samples) for part in parts}) == 1
    whole = score_audio(hymn())
    assert mixed(parts).level() == pytest.approx(whole.level(), abs=0.7)


@needs_sound
def test_the_stems_add_up_to_the_whole() -> None:
    midi = to_midi(hymn())
    parts = stems(midi, 4)
    assert sorted(parts) == [1, 2, 3, 4]
    assert all(part.level() > -50 for part in parts.values())
    whole = synthesise(midi)
    length = min(len(whole.samples), *(len(part.samples) for part in parts.values()))
    rest = whole.samples[:length] - sum(part.samples[:length] for part in parts.values())
    assert float((rest**2).mean()) < 0.05 * float((whole.samples**2).mean())


@needs_sound
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_each_format_holds_the_music(suffix: str, tmp_path: Path) -> None:
    soundfile = pytest.importorskip("soundfile")
    path = tmp_path / f"hymn{suffix}"
    write_score(hymn(), path)
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    expected = score_audio(hymn())
    assert rate == expected.rate
    assert len(samples) / rate == pytest.approx(expected.seconds, abs=0.1)
    assert float((samples**2).mean()) == pytest.approx(float((expected.samples**2).mean()), rel=0.05)


@needs_sound
def test_equal_scores_give_equal_files() -> None:
    assert audio_file(score_audio(hymn()), ".wav") == audio_file(score_audio(hymn()), ".wav")
    with wave.open(io.BytesIO(audio_file(score_audio(hymn()), ".wav"))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, 44_100)


def test_half_speed_takes_twice_as_long() -> None:
    midi = to_midi(hymn())
    for slow, fast in zip(note_times(at_speed(midi, 50)), note_times(midi), strict=True):
        assert (slow.pitch, slow.start) == (fast.pitch, pytest.approx(2 * fast.start, abs=1e-3))


def test_a_stem_has_the_notes_of_its_part_alone() -> None:
    midi = to_midi(hymn())
    alone = note_times(only_tracks(midi, (3,)))
    assert [(note.pitch, note.start) for note in alone] == [
        (note.pitch, note.start) for note in note_times(midi) if note.track == 3
    ]


def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolError, match="fluidsynth, which is not on the path; install FluidSynth"):
        write_score(hymn(), tmp_path / "hymn.wav")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_soundfont_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(soundfonts, "FOLDERS", ())
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv(soundfonts.VARIABLE, raising=False)
    with pytest.raises(ToolError, match="found no soundfont"):
        soundfonts.soundfont()
    own = tmp_path / "scoregen" / "soundfonts" / "mine.sf2"
    own.parent.mkdir(parents=True)
    own.touch()
    assert soundfonts.soundfont() == own
    monkeypatch.setenv(soundfonts.VARIABLE, str(tmp_path / "none.sf2"))
    with pytest.raises(InputError, match="names no file"):
        soundfonts.soundfont()
