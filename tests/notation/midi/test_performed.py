"""Played MIDI: the file's own beats if the notes keep to them, else beats found from the notes."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import mido
import numpy as np

from scoregen.notation.midi.read import read_midi
from scoregen.score.check import problems
from scoregen.score.elements import Score
from scoregen.score.timeline import sounding_notes
from tests.transcription.performances import GRACE, played

TICKS = 480


def write(path: Path, notes: list[tuple[float, float, int]], *signatures: mido.MetaMessage) -> Path:
    """A file of one track from onsets and ends in quarters."""
    events = [(round(onset * TICKS), 1, pitch) for onset, _, pitch in notes]
    events += [(round(end * TICKS), 0, pitch) for _, end, pitch in notes]
    track, now = mido.MidiTrack(signatures), 0
    for tick, on, pitch in sorted(events):
        track.append(mido.Message("note_on", note=pitch, velocity=70 * on, time=tick - now))
        now = tick
    file = mido.MidiFile(ticks_per_beat=TICKS)
    file.tracks.append(track)
    file.save(path)
    return path


def shortest(score: Score) -> Fraction:
    return min(element.duration for measure in score.measures for voice in measure.voices for element in voice.elements)


def test_a_free_performance_gets_the_metre_of_its_notes(tmp_path: Path) -> None:
    notes = [(2 * note.onset, 2 * note.end, note.pitch) for note in played(GRACE, 0.71, 0.03)]
    score = read_midi(write(tmp_path / "free.mid", notes))
    assert problems(score) == () and any("the beats were found from the notes: 3/4" in text for text in score.notices)
    assert score.measures[0].duration == 1 and score.measures[0].number == "0"
    right = sum(
        note.duration == Fraction(length) for note, (_, length) in zip(sounding_notes(score), GRACE, strict=True)
    )
    assert right >= len(GRACE) - 1
    assert score.measures[0].tempos[0].per_minute in range(80, 90)


def test_uneven_hands_on_the_beats_of_the_file(tmp_path: Path) -> None:
    generator = np.random.default_rng(4)
    notes = []
    for measure in range(12):
        for beat, (low, high) in enumerate([(36, 72), (48, 76), (43, 79), (48, 76)]):
            place = 4 * measure + beat
            for pitch in (low, high):
                onset = max(place + float(generator.normal(0, 0.025)), 0)
                notes.append((onset, onset + 0.8, pitch))
    metre = mido.MetaMessage("time_signature", numerator=4, denominator=4)
    score = read_midi(write(tmp_path / "uneven.mid", notes, metre))
    assert shortest(score) == 1 and len(score.measures) == 12
    assert {(note.slot.staff, note.duration) for note in sounding_notes(score)} == {(1, 1), (2, 1)}
    assert "put onto the beats of the MIDI file" in score.notices[0]


def test_a_file_from_notation_is_not_touched(tmp_path: Path) -> None:
    notes = [(place / 4, place / 4 + 0.25, 60 + place % 7) for place in range(32)]
    score = read_midi(write(tmp_path / "exact.mid", notes, mido.MetaMessage("key_signature", key="C")))
    assert score.notices == () and {note.duration for note in sounding_notes(score)} == {Fraction(1, 4)}


def test_one_hand_with_a_wide_range_stays_on_one_staff(tmp_path: Path) -> None:
    notes = [(place / 2, place / 2 + 0.75, pitch) for place, pitch in enumerate([45, 52, 57, 64, 69, 64, 57, 52] * 4)]
    score = read_midi(write(tmp_path / "harp.mid", notes))
    assert score.parts[0].staves == 1
