"""Passages that sound alone as they do in the piece."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from scoregen.notation.midi.tracks import note_times
from scoregen.notation.midi.write import to_midi
from scoregen.score.directions import Direction, Dynamic
from scoregen.score.elements import Score, Slot, Tempo
from scoregen.score.rhythm import NoteValue
from scoregen.tasks.scene.passages import level_at, only_slots, passage, sheet_of, tempo_at
from tests.notation.handmade import hymn, melody


def marked() -> Score:
    """Four measures: 60 and p from the start, a sforzato in the second, a tie over each barline."""
    score = melody("w:C5~", "h:~C5 h:E5~", "h:~E5 h:G5~", "w:~G5")
    tempo = Tempo(Fraction(0), NoteValue("half"), Fraction(30))
    marks = [Direction(Fraction(0), Dynamic(mark), "P1") for mark in ("p", "sfz")]
    first, second, *others = score.measures
    first = replace(first, tempos=(tempo,), directions=(marks[0],))
    return replace(score, measures=(first, replace(second, directions=(marks[1],)), *others))


def test_a_passage_has_the_tempo_and_the_level_that_hold_there() -> None:
    score = marked()
    assert (tempo_at(score, 2).quarters_per_minute, level_at(score, 2, "P1")) == (60, "p")
    found = passage(score, 2, 4)
    whole = [note for note in note_times(to_midi(score)) if note.pitch == 79]
    alone = [note for note in note_times(to_midi(found)) if note.pitch == 79]
    assert [note.velocity for note in alone] == [note.velocity for note in whole]
    assert [note.start + 8 for note in alone] == pytest.approx([note.start for note in whole])


def test_no_tie_leads_out_of_a_passage() -> None:
    found = passage(marked(), 1, 3)
    notes = [note for measure in found.measures for voice in measure.voices for each in voice.elements
             for note in each.notes]  # fmt: skip
    assert not notes[0].tied_from_previous and not notes[-1].tied_to_next
    assert notes[1].tied_to_next and notes[2].tied_from_previous, "ties inside stay"
    assert [(note.start, note.stop) for note in note_times(to_midi(found))] == [(0, 2), (2, 6), (6, 8)]


def test_passages_stand_in_one_score_with_silence_between_them() -> None:
    score = marked()
    sheet = sheet_of([passage(score, 2, 4), passage(score, 0, 1)], 8)
    notes = note_times(to_midi(sheet.score))
    assert [round(note.start, 3) for note in notes] == [0, 2, 16], "8 s of music, 8 s of silence"
    assert sheet.spans == ((0, 8), (12, 16))


def test_the_voices_of_a_score_alone() -> None:
    score = hymn()
    whole = note_times(to_midi(score))
    alone = [note_times(to_midi(only_slots(score, frozenset({slot})))) for slot in score.slots]
    assert sorted(note.start for notes in alone for note in notes) == [note.start for note in whole]
    assert [len(notes) for notes in alone] == [5, 4, 6, 6]
    assert only_slots(score, frozenset({Slot("P9")})).duration == score.duration
