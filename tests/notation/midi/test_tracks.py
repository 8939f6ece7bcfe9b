"""MIDI files changed for playing."""

from __future__ import annotations

import io
from dataclasses import replace
from fractions import Fraction

import mido
import pytest

from scoregen.notation.midi.tracks import at_constant_tempo, note_times
from scoregen.notation.midi.write import to_midi
from scoregen.score.elements import Score, Tempo
from scoregen.score.rhythm import NoteValue
from tests.notation.handmade import melody


def changing(count: int) -> Score:
    """A quarter at the start of each of some measures, all of another tempo."""
    score = melody(*["q:C5 h.:r"] * count)
    tempos = [Fraction(60 + 37 * number % 71) + Fraction(number, 7) for number in range(count)]
    measures = (
        replace(measure, tempos=(Tempo(Fraction(0), NoteValue("quarter"), tempo),))
        for measure, tempo in zip(score.measures, tempos, strict=True)
    )
    return replace(score, measures=tuple(measures))


def test_a_file_of_one_tempo_has_the_notes_at_the_same_times() -> None:
    midi = to_midi(changing(80))
    constant = at_constant_tempo(midi)
    tempos = [each for track in mido.MidiFile(file=io.BytesIO(constant)).tracks for each in track]
    assert [each.tempo for each in tempos if each.type == "set_tempo"] == [1_000_000]
    before, after = note_times(midi), note_times(constant)
    assert len(before) == 80
    assert [(note.pitch, note.velocity) for note in after] == [(note.pitch, note.velocity) for note in before]
    assert [note.start for note in after] == pytest.approx([note.start for note in before], abs=0.0001)
    assert [note.stop for note in after] == pytest.approx([note.stop for note in before], abs=0.0001)
