"""Open and closed score and the rehearsal reduction: the same notes on other staves."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from scoregen.notation.graft.document import graft
from scoregen.notation.midi.write import to_midi
from scoregen.notation.musicxml.read.score import read_musicxml
from scoregen.notation.musicxml.write.score import write_musicxml
from scoregen.notation.validation.document import check_document
from scoregen.score.arrangement.layout import closed_score, open_score, with_reduction
from scoregen.score.directions import Direction, Dynamic, Words
from scoregen.score.elements import Chord, Clef, Lyric, Measure, Note, Part, Score, Slot
from scoregen.score.spanners import End, Slur, Wedge
from scoregen.score.timeline import pitched_notes
from tests.notation.handmade import BASS, TENOR, TREBLE, hymn, measure, voice_part
from tests.notation.musescore import COMMAND, note_records, through_musescore

ZERO = Fraction(0)
CHOIR = tuple(
    voice_part(number, name, clef)
    for number, (name, clef) in enumerate(
        (("Soprano", TREBLE), ("Alto", TREBLE), ("Tenor", TENOR), ("Bass", BASS)), start=1
    )
)
STAVES = (Part("P1", "Soprano, Alto", clefs=(TREBLE,)), Part("P2", "Tenor, Bass", clefs=(BASS,)))
CLOSED = (Slot("P1"), Slot("P1", 1, 2), Slot("P1", 2, 1), Slot("P1", 2, 2))
LINES = ("q:C5 q:D5 h:E5", "q:A4 q:A4 q:B4 q:C5", "h:E4 h:G4", "w:C3")


def closed(**rest: object) -> Score:
    part = Part("P1", "Choir", clefs=(Clef(), BASS))
    row = measure("1", "4/4", dict(zip(CLOSED, LINES, strict=True)), **rest)
    return Score((part,), (row,))


def sung(row: Measure, slot: Slot, *syllables: str) -> Measure:
    """The measure with a syllable on each note of a voice."""
    voice = row.voice(slot)
    assert voice is not None
    notes = [
        replace(note, lyrics=(Lyric(text),)) if text else note
        for note, text in zip(voice.elements, syllables, strict=True)
    ]
    new = replace(voice, elements=tuple(notes))
    return replace(row, voices=tuple(new if other.slot == slot else other for other in row.voices))


def sounds(score: Score) -> Counter[tuple[Fraction, Fraction, object]]:
    return Counter((note.onset, note.duration, note.pitch) for note in pitched_notes(score))


def words(score: Score, slot: Slot) -> list[list[tuple[str, str]]]:
    voice = score.measures[0].voice(slot)
    assert voice is not None
    return [[(w.verse, w.text) for note in element.notes for w in note.lyrics] for element in voice.elements]


def test_an_open_score_has_a_part_for_each_voice() -> None:
    score = closed()
    done, slots = open_score(score, CLOSED, CHOIR)
    assert [part.name for part in done.parts] == ["Soprano", "Alto", "Tenor", "Bass"]
    assert [slot.voice for slot in slots] == [1, 1, 1, 1] and len({slot.part for slot in slots}) == 4
    assert sounds(done) == sounds(score) and check_document(write_musicxml(done), "f") == ()


def test_a_closed_score_has_two_voices_a_staff_and_back() -> None:
    score = hymn()
    slots = [Slot(part.id) for part in score.parts]
    done = closed_score(score, [(STAVES[0], slots[:2]), (STAVES[1], slots[2:])])
    assert [part.name for part in done.score.parts] == ["Soprano, Alto", "Tenor, Bass"]
    assert [slot.voice for slot in done.slots] == [1, 2, 1, 2]
    assert sounds(done.score) == sounds(score) and check_document(write_musicxml(done.score), "f") == ()
    again = open_score(done.score, done.slots, CHOIR)
    assert sounds(again.score) == sounds(score)


def test_other_parts_stay_where_they_are() -> None:
    score = closed()
    flute, organ = Part("F", "Flute"), Part("O", "Organ")
    rows = tuple(
        replace(row, voices=(*row.voices, *measure("1", "4/4", {Slot("F"): "w:C6", Slot("O"): "w:C2"}).voices))
        for row in score.measures
    )
    done, _ = open_score(replace(score, parts=(flute, *score.parts, organ), measures=rows), CLOSED, CHOIR)
    assert [part.name for part in done.parts] == ["Flute", "Soprano", "Alto", "Tenor", "Bass", "Organ"]


def test_the_words_of_a_closed_score_are_for_all_voices() -> None:
    score = closed()
    done, slots = open_score(
        replace(score, measures=(sung(score.measures[0], CLOSED[0], "Al", "le", "lu"),)), CLOSED, CHOIR
    )
    texts = [["/".join(text for _, text in texts) for texts in words(done, slot)] for slot in slots]
    assert texts == [["Al", "le", "lu"], ["Al", "le", "lu", ""], ["", ""], [""]]
    assert done.measures[0].spanners == (Slur(slots[1], Fraction(2), End(0, Fraction(3))),)
    assert {voice.origin for voice in done.measures[0].voices} == {"given"}


def test_equal_words_are_printed_once_and_others_below() -> None:
    score, slots = closed(), CLOSED
    opened, slots = open_score(score, CLOSED, CHOIR)
    row = sung(opened.measures[0], slots[0], "Al", "le", "lu")
    row = sung(row, slots[1], "O", "le", "lu", "")
    row = sung(row, slots[2], "Al", "lu")
    done = closed_score(replace(opened, measures=(row,)), [(STAVES[0], slots[:2]), (STAVES[1], slots[2:])])
    soprano, alto, tenor, _ = done.slots
    assert words(done.score, soprano) == [[("1", "Al")], [("1", "le")], [("1", "lu")]]
    assert words(done.score, alto) == [[("2", "O")], [("2", "le")], [("2", "lu")], []]
    assert words(done.score, tenor) == [[], []]


def test_dynamics_hold_for_every_voice_of_their_staff() -> None:
    marks = (Direction(ZERO, Dynamic("p"), "P1", 1), Direction(ZERO, Words("dolce"), "P1", 2))
    wedge = Wedge("P1", ZERO, End(0, Fraction(4)), "crescendo", 2)
    slur = Slur(CLOSED[3], ZERO, End(0, ZERO))
    done, slots = open_score(closed(directions=marks, spanners=(wedge, slur)), CLOSED, CHOIR)
    parts = [slot.part for slot in slots]
    row = done.measures[0]
    assert [(mark.part, mark.value) for mark in row.directions] == [
        (parts[0], Dynamic("p")),
        (parts[1], Dynamic("p")),
        (parts[2], Words("dolce")),
    ]
    assert [spanner.part for spanner in row.spanners] == [parts[2], parts[3], parts[3]]
    back = closed_score(done, [(STAVES[0], slots[:2]), (STAVES[1], slots[2:])]).score.measures[0]
    assert len(back.directions) == 2 and len(back.spanners) == 2


def test_a_voice_that_rests_with_the_one_above_is_left_out() -> None:
    rows = dict(zip(CLOSED, ("w:r", "w:r", "w:r", "w:C3"), strict=True))
    score, slots = open_score(replace(closed(), measures=(measure("1", "4/4", rows),)), CLOSED, CHOIR)
    done = closed_score(score, [(STAVES[0], slots[:2]), (STAVES[1], slots[2:])])
    assert [voice.slot for voice in done.score.measures[0].voices] == [done.slots[0], *done.slots[2:]]


def test_a_reduction_repeats_the_voices_in_silent_small_notes() -> None:
    score = closed()
    done = with_reduction(score, CLOSED[:2], CLOSED[2:])
    new = [voice for voice in done.measures[0].voices if voice.slot.part == done.parts[-1].id]
    assert [voice.slot[1:] for voice in new] == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert all(note.cue for voice in new for element in voice.elements for note in element.notes)
    assert done.parts[-1].clefs == (Clef("G", 2), Clef("F", 4))
    assert sounds(done) == sounds(score) and len(to_midi(done)) > len(to_midi(score))
    assert check_document(write_musicxml(done), "f") == ()


def test_voices_of_a_reduction_that_move_together_are_chords() -> None:
    done = with_reduction(hymn(), [Slot("P1"), Slot("P2")], [Slot("P3"), Slot("P4")])
    first = done.measures[0]
    upper = first.voice(Slot(done.parts[-1].id, 1, 1))
    assert upper is not None and isinstance(upper.elements[0], Chord)
    assert [str(note.pitch) for note in upper.elements[0].notes] == ["G4", "D5"]
    assert first.voice(Slot(done.parts[-1].id, 1, 2)) is None
    assert not any(note.lyrics for note in upper.elements[0].notes)


def test_unisons_of_a_reduction_are_one_note() -> None:
    rows = dict(zip(CLOSED, ("w:C5", "w:C5", "w:G3", "w:C3"), strict=True))
    done = with_reduction(replace(closed(), measures=(measure("1", "4/4", rows),)), CLOSED[:2], CLOSED[2:])
    upper = done.measures[0].voice(Slot(done.parts[-1].id))
    assert upper is not None and isinstance(upper.elements[0], Note)


def test_a_reduction_of_high_voices_has_one_staff() -> None:
    done = with_reduction(closed(), CLOSED[:2], ())
    assert done.parts[-1].staves == 1 and check_document(write_musicxml(done), "f") == ()


def test_a_reduction_is_grafted_into_the_document() -> None:
    score = read_musicxml(write_musicxml(closed()), "f")
    text = graft(with_reduction(score, CLOSED[:2], CLOSED[2:])).text
    again = read_musicxml(text, "f")
    assert check_document(text, "f") == () and sounds(again) == sounds(score)
    assert [part.name for part in again.parts] == ["Choir", "Rehearsal"] and text.count(b"<cue/>") == 10


@pytest.mark.skipif(COMMAND is None, reason="MuseScore is not installed")
@pytest.mark.parametrize("layout", ["open", "closed", "reduction"])
def test_musescore_accepts_every_layout(layout: str, tmp_path: Path) -> None:
    score = closed() if layout != "closed" else hymn()
    slots = [Slot(part.id) for part in hymn().parts]
    made = {
        "open": lambda: open_score(score, CLOSED, CHOIR).score,
        "closed": lambda: closed_score(score, [(STAVES[0], slots[:2]), (STAVES[1], slots[2:])]).score,
        "reduction": lambda: with_reduction(score, CLOSED[:2], CLOSED[2:]),
    }[layout]()
    came_back = through_musescore(write_musicxml(made), tmp_path)
    assert came_back.complaints == ()
    assert note_records(came_back.score) == note_records(made)
