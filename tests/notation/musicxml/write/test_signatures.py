"""Signatures that change inside a measure: written in new documents and in new parts of given ones."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from lxml import etree

from scoregen.notation.graft.document import graft
from scoregen.notation.musicxml.read.score import read_musicxml
from scoregen.notation.musicxml.write.score import write_musicxml
from scoregen.notation.validation.document import check_document
from scoregen.score.edit import append_measures, insert_voices, with_parts
from scoregen.score.elements import Clef, Instrument, Part, Score, Slot, Voice
from scoregen.score.keys import KeySignature
from scoregen.score.metre import SignatureChange, TimeSignature, last_key, last_time
from scoregen.score.pitch import Interval
from tests.notation.handmade import line, melody
from tests.notation.musescore import COMMAND, note_records, through_musescore

FLATS = KeySignature(-3, "major")
CLARINET = Part("P2", "Clarinet", clefs=(Clef(),), instrument=Instrument("Clarinet"), transposition=Interval(-1, -2))


def changing(key: KeySignature | None = FLATS, time: TimeSignature | None = None) -> Score:
    """D major, then E flat major or another metre after two quarters."""
    first, last = melody("q:D5 q:C#5 q:Eb5 q:D5", "q:C5 q:Bb4" if time else "h:C5 h:Bb4", key=2).measures
    first = replace(first, changes=(SignatureChange(Fraction(2), key, time),))
    return Score(melody("w:C4").parts, (first, replace(last, key=key or first.key, time=time or first.time)))


def with_clarinet(score: Score, first: str, last: str) -> Score:
    """The score read from its document, with a generated part."""
    given = read_musicxml(write_musicxml(score), "f")
    rows = [(index, Voice(Slot("P2"), line(text), "generated")) for index, text in enumerate((first, last))]
    return insert_voices(with_parts(given, (*given.parts, CLARINET)), rows)


def signatures(text: bytes, part: str) -> list[str]:
    """Fifths and beats of a part with the notes between them."""
    names = {"fifths": "k", "beats": "t", "step": ""}
    body = next(element for element in etree.fromstring(text).iterfind("part") if element.get("id") == part)
    return [f"{names[child.tag]}{child.text}" for child in body.iter("fifths", "beats", "step")]


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        (changing(), ["k2", "t4", "D", "C", "k-3", "E", "D", "C", "B"]),
        (changing(None, TimeSignature((2,), 4)), ["k2", "t4", "D", "C", "t2", "E", "D", "C", "B"]),
    ],
)
def test_a_change_is_written_at_its_place_and_read_again(score: Score, expected: list[str]) -> None:
    text = write_musicxml(score)
    assert check_document(text, "f") == () and signatures(text, "P1") == expected
    assert [row.changes for row in read_musicxml(text, "f").measures] == [row.changes for row in score.measures]


def test_accidentals_follow_the_key_in_force() -> None:
    text = write_musicxml(changing()).decode()
    assert "<accidental>" not in text
    text = write_musicxml(replace(changing(), measures=(replace(changing().measures[0], changes=()),))).decode()
    assert text.count("<accidental>flat</accidental>") == 1


@pytest.mark.parametrize("first", ["q:C5 q:A4 q:G4 q:F4", "w:C5"])
def test_new_parts_follow_the_change(first: str) -> None:
    score = with_clarinet(changing(), first, "w:Bb4")
    text = graft(score).text
    assert check_document(text, "f") == ()
    again = read_musicxml(text, "f")
    assert again.measures[0].changes == score.measures[0].changes
    assert [item for item in signatures(text, "P2") if item.startswith("k")] == ["k4", "k-1"]
    assert again.measures[0].voice(Slot("P2")).elements[0].notes[0].pitch == line(first)[0].notes[0].pitch


def test_appended_measures_continue_from_the_last_signatures() -> None:
    score = changing(FLATS, TimeSignature((2,), 4))
    longer = append_measures(replace(score, measures=score.measures[:1]), 1, [Slot("P1")])
    assert (longer.measures[1].key, longer.measures[1].time) == (FLATS, TimeSignature((2,), 4))
    assert (last_key(score.measures[0]), last_time(score.measures[0])) == (FLATS, TimeSignature((2,), 4))


@pytest.mark.skipif(COMMAND is None, reason="MuseScore is not installed")
@pytest.mark.parametrize("first", ["q:C5 q:A4 q:G4 q:F4", "w:C5"])
def test_musescore_accepts_a_key_inside_a_measure(first: str, tmp_path: Path) -> None:
    score = with_clarinet(changing(), first, "w:Bb4")
    came_back = through_musescore(graft(score).text, tmp_path)
    assert came_back.complaints == () and came_back.odd_lengths == ()
    assert note_records(came_back.score) == note_records(score)
