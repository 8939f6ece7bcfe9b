"""Voices and words of MIDI files, and where pedals stand on a keyboard part."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import mido

from scoregen.notation.files import read_score
from scoregen.notation.midi.read import read_midi
from scoregen.notation.midi.write import to_midi
from scoregen.score.elements import Rest, Score
from scoregen.score.spanners import Pedal
from scoregen.score.timeline import sounding_notes
from tests.notation.midi.test_performed import write

WALTZ = [
    note
    for start in range(0, 24, 3)
    for note in (
        (start, start + 3, 43),
        *((start + beat, start + beat + 1, pitch) for beat in (1, 2) for pitch in (55, 59)),
        *((start + beat, start + beat + 1, 74 + beat) for beat in range(3)),
    )
]
THREE = mido.MetaMessage("time_signature", numerator=3, denominator=4)


def waltz(folder: Path) -> Score:
    return read_midi(write(folder / "waltz.mid", WALTZ, THREE))


def test_a_held_bass_leaves_the_first_voice_to_the_chords_above_it(tmp_path: Path) -> None:
    measure = waltz(tmp_path).measures[0]
    left = {voice.slot.voice: voice for voice in measure.voices if voice.slot.staff == 2}
    first, second = ([len(element.notes) for element in left[number].elements] for number in (1, 2))
    assert first == [0, 2, 2] and second == [1]


def test_rests_of_further_voices_are_not_drawn(tmp_path: Path) -> None:
    notes = [(0, 4, 72), (1, 2, 60), (3, 4, 62), (4, 8, 72), (8, 9, 67), (10, 12, 67)]
    score = read_midi(write(tmp_path / "inner.mid", notes))
    drawn = {
        (voice.slot.voice, element.visible)
        for measure in score.measures
        for voice in measure.voices
        for element in voice.elements
        if isinstance(element, Rest)
    }
    assert drawn == {(1, True), (2, False)}


def test_pedals_stand_at_the_lowest_staff(tmp_path: Path) -> None:
    path = write(tmp_path / "pedal.mid", WALTZ, THREE)
    file = mido.MidiFile(path)
    file.tracks[0].insert(1, mido.Message("control_change", control=64, value=127, time=0))
    file.save(path)
    found = [own for measure in read_midi(path).measures for own in measure.spanners if isinstance(own, Pedal)]
    assert [pedal.staff for pedal in found] == [2]


def test_the_words_of_a_song_come_back(tmp_path: Path) -> None:
    (tmp_path / "song.abc").write_text("X:1\nM:3/4\nL:1/4\nK:C\nCDE | FGA | G3 |]\nw: A-ma-zing grace how sweet __\n")
    source = read_score(tmp_path / "song.abc")
    (tmp_path / "song.mid").write_bytes(to_midi(source))
    assert words(read_midi(tmp_path / "song.mid")) == words(source) != []


def words(score: Score) -> list[tuple[str, str]]:
    return [
        (note.lyrics[0].text, note.lyrics[0].syllabic)
        for measure in score.measures
        for voice in measure.voices
        for element in voice.elements
        for note in element.notes
        if note.lyrics and note.lyrics[0].text
    ]


def test_a_pedalled_accompaniment_has_no_rests(tmp_path: Path) -> None:
    """Keys are released early while the pedal holds the notes."""
    ticks, track, now = 480, mido.MidiTrack(), 0
    events = []
    for beat in range(32):
        place = int((beat + 0.02 * (beat % 3)) * ticks)
        low, high = (36, 60) if beat % 4 == 0 else (55, 72 + beat % 5)
        for pitch in (low, high):
            events += [(place, 1, mido.Message("note_on", note=pitch, velocity=70))]
            events += [(place + 100, 0, mido.Message("note_off", note=pitch))]
        if beat % 4 == 0:
            events += [(max(place - 20, 0), 2, mido.Message("control_change", control=64, value=0))]
            events += [(place + 40, 2, mido.Message("control_change", control=64, value=127))]
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        track.append(message.copy(time=tick - now))
        now = tick
    file = mido.MidiFile(ticks_per_beat=ticks)
    file.tracks.append(track)
    file.save(tmp_path / "pedalled.mid")
    score = read_midi(tmp_path / "pedalled.mid")
    short = [note for note in sounding_notes(score) if note.duration < Fraction(1)]
    assert len(sounding_notes(score)) == 64 and short == []
