"""New parts and voices beside given music: signatures as they are shown, breaks, stems, the words of new parts."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from lxml import etree

from scoregen.notation.graft.document import Grafted, graft
from scoregen.notation.musicxml.read.score import read_musicxml
from scoregen.notation.musicxml.write.score import write_musicxml
from scoregen.notation.validation.document import check_document
from scoregen.score.arrangement.sung_texts import with_given_marks
from scoregen.score.edit import append_measures, insert_voices, with_parts
from scoregen.score.elements import Clef, Instrument, Lyric, Part, Score, Slot, Voice
from tests.notation.handmade import BASS, line, melody
from tests.notation.musescore import COMMAND, note_records, through_musescore

ALTO = Part("P2", "Alto", clefs=(Clef(),), instrument=Instrument("Alto", "voice.alto", 53))


def given(*measures: str, **changes: str) -> Score:
    """A melody read from its document, with replacements of text: underscores stand for spaces."""
    text = write_musicxml(melody(*measures)).decode()
    for old, new in changes.items():
        assert TEXTS[old] in text
        text = text.replace(TEXTS[old], new, 1)
    return read_musicxml(text.encode(), "f")


TEXTS = {"time": "<time>", "key": "<key>", "second": '<measure number="2">', "metre": "<beats>4</beats>"}


def with_alto(score: Score, *measures: str) -> Grafted:
    rows = [(index, Voice(Slot("P2"), line(text), "generated")) for index, text in enumerate(measures)]
    return graft(insert_voices(with_parts(score, (*score.parts, ALTO)), rows))


def part(text: bytes, part_id: str) -> etree._Element:
    assert check_document(text, "f") == ()
    return next(body for body in etree.fromstring(text).iterfind("part") if body.get("id") == part_id)


def shown(text: bytes, part_id: str, tag: str) -> list[str | None]:
    return [element.get("print-object") for element in part(text, part_id).iter(tag)]


def test_hidden_signatures_stay_hidden() -> None:
    score = given("w:C5", "w:D5", time='<time print-object="no">', key='<key print-object="no">')
    text = with_alto(score, "w:A4", "w:B4").text
    assert shown(text, "P2", "time") == shown(text, "P1", "time") == ["no"]
    assert shown(text, "P2", "key") == shown(text, "P1", "key") == ["no"]


def senza_misura() -> Score:
    """Measures of 5 and 3 quarters without metre, then 4/4."""
    text = write_musicxml(melody("w:C5 q:C5", "h.:D5", "w:E5")).decode()
    time = "<beats>4</beats>\n          <beat-type>4</beat-type>"
    assert time in text
    text = text.replace(time, "<senza-misura/>").replace(
        '<measure number="3">', f'<measure number="3"><attributes><time>{time}</time></attributes>'
    )
    return read_musicxml(text.encode(), "f")


def test_music_without_metre_has_none_in_new_parts() -> None:
    score = senza_misura()
    text = with_alto(score, "w:A4 q:A4", "h.:B4", "w:C5").text
    senza = [
        [index for index, measure in enumerate(part(text, name).iterfind("measure")) for _ in measure.iter(tag)]
        for name in ("P1", "P2")
        for tag in ("time", "senza-misura")
    ]
    assert senza == [[0, 2], [0], [0, 2], [0]]
    assert read_musicxml(text, "f").measures[2].time == score.measures[2].time


def test_a_faulty_time_signature_is_not_copied() -> None:
    text = write_musicxml(melody("w:C5")).decode().replace("<beats>4</beats>", "<beats>4</beats><text>4</text>", 1)
    written = with_alto(read_musicxml(text.encode(), "f"), "w:A4").text
    new = next(body for body in etree.fromstring(written).iterfind("part") if body.get("id") == "P2")
    assert [child.tag for child in next(new.iter("time"))] == ["beats", "beat-type"]
    assert {problem.place.part for problem in check_document(written, "f")} == {"P1"}


def test_a_part_without_divisions_keeps_its_lengths() -> None:
    """Its durations count by the first divisions of the document, which are those of a new part afterwards."""
    first = "<attributes><divisions>2</divisions><key><fifths>0</fifths></key><time><beats>4</beats><beat-type>4"
    note = "<note><pitch><step>C</step><octave>{}</octave></pitch><duration>8</duration><type>whole</type></note>"
    text = (
        '<score-partwise version="4.0"><part-list><score-part id="P1"><part-name>A</part-name></score-part>'
        '<score-part id="P3"><part-name>B</part-name></score-part></part-list><part id="P1"><measure number="1">'
        f"{first}</beat-type></time></attributes>{note.format(5)}</measure></part>"
        f'<part id="P3"><measure number="1">{note.format(3)}</measure></part></score-partwise>'
    )
    score = read_musicxml(text.encode(), "f")
    rows = [(0, Voice(Slot("P2"), line("w:A4"), "generated"))]
    written = graft(insert_voices(with_parts(score, (ALTO, *score.parts)), rows)).text
    assert [body.get("id") for body in etree.fromstring(written).iterfind("part")] == ["P2", "P1", "P3"]
    assert check_document(written, "f") == ()
    assert read_musicxml(written, "f").measures[0].duration == score.measures[0].duration == 4


def test_a_list_without_parts_gets_the_new_one() -> None:
    given = etree.fromstring(write_musicxml(melody("w:C5")))
    listing = given.find("part-list")
    assert listing is not None
    for child in listing:
        listing.remove(child)
    score = read_musicxml(etree.tostring(given), "f")
    rows = [(0, Voice(Slot("P2"), line("w:A4"), "generated"))]
    written = graft(insert_voices(with_parts(score, (*score.parts, ALTO)), rows)).text
    assert [entry.get("id") for entry in etree.fromstring(written).iterfind("part-list/score-part")] == ["P2"]
    assert [body.get("id") for body in etree.fromstring(written).iterfind("part")] == ["P1", "P2"]


def test_shorter_notes_at_the_end_do_not_change_a_document_without_divisions() -> None:
    text = write_musicxml(melody("h:D5 h:E5", "w:D5")).decode().replace("<divisions>1</divisions>", "", 1)
    score = append_measures(read_musicxml(text.encode(), "f"), 1, [Slot("P1")])
    rows = [(2, Voice(Slot("P1"), line("e:C5 e:D5 q:C5 h:C5"), "generated"))]
    written = graft(insert_voices(score, rows))
    assert written.notices == ("the document has no divisions; durations count quarters",)
    assert check_document(written.text, "f") == ()
    lengths = [[each.duration for each in row.voices[0].elements] for row in read_musicxml(written.text, "f").measures]
    assert lengths == [[2, 2], [4], [Fraction(1, 2), Fraction(1, 2), 1, 2]]


def test_breaks_go_when_staves_are_added() -> None:
    breaks = '<measure number="2"><print new-system="yes"><system-layout><system-distance>90</system-distance>'
    score = given("w:C5", "w:D5", second=f"{breaks}</system-layout></print>")
    assert score.measures[1].break_before == "system"
    done = with_alto(score, "w:A4", "w:B4")
    assert b"<print new-" not in done.text and b"<system-distance>90<" in done.text
    assert done.notices == ("the system and page breaks of the given score are left out, since staves were added",)
    assert (
        b'<print new-system="yes">'
        in graft(insert_voices(score, [(1, Voice(Slot("P1"), line("w:E5"), "generated"))])).text
    )


def test_a_print_that_was_only_a_break_goes_too() -> None:
    done = with_alto(given("w:C5", "w:D5", second='<measure number="2"><print new-page="yes"/>'), "w:A4", "w:B4")
    assert b"<print" not in done.text


def test_words_and_melismas_of_a_new_part_are_written() -> None:
    plain = melody("h:C5 h:D5")
    voice = plain.measures[0].voices[0]
    sung = [replace(note, lyrics=(Lyric(word),)) for note, word in zip(voice.elements, ("a", "men"), strict=True)]
    plain = replace(plain, measures=(replace(plain.measures[0], voices=(replace(voice, elements=tuple(sung)),)),))
    score = read_musicxml(write_musicxml(plain), "f")
    rows = [(0, Voice(Slot("P2"), line("q:A4 q:G4 h:B4"), "generated"))]
    done = with_given_marks(insert_voices(with_parts(score, (*score.parts, ALTO)), rows))
    new = part(graft(done).text, "P2")
    assert [(note.findtext("pitch/step"), note.findtext("lyric/text")) for note in new.iter("note")] == [
        ("A", "a"),
        ("G", None),
        ("B", "men"),
    ]
    assert [slur.get("type") for slur in new.iter("slur")] == ["start", "stop"]


# Closed score: a new voice on a staff that has one, and an empty staff of a part.


def two_staves(lower: str | None = None) -> Score:
    """A part with an upper staff and a lower one, which rests or is absent from the file."""
    choir = Part("P1", "Choir", clefs=(Clef(), BASS))
    plain = melody("q:C5 q:D5 h:E5", "w:D5")
    text = write_musicxml(replace(plain, parts=(choir,))).decode()
    return read_musicxml(text.encode(), "f")


VOICES = {
    Slot("P1", 1, 2): ("q:A4 q:B4 h:C5", "h:A4 h:G4"),
    Slot("P1", 2, 1): ("h:E4 h:G4", "w:B3"),
    Slot("P1", 2, 2): ("h:A3 h:C3", "w:G3"),
}


def closed() -> Score:
    score = two_staves()
    rows = [(i, Voice(slot, line(text), "generated")) for slot, texts in VOICES.items() for i, text in enumerate(texts)]
    return insert_voices(score, rows)


def test_a_voice_is_added_to_a_staff_that_has_one() -> None:
    text = graft(closed()).text
    again = read_musicxml(text, "f")
    assert again.slots == (Slot("P1"), *VOICES)
    for slot, texts in VOICES.items():
        pitches = [[note.pitch for e in line(row) for note in e.notes] for row in texts]
        found = [[n.pitch for e in measure.voice(slot).elements for n in e.notes] for measure in again.measures]
        assert found == pitches
    assert len(again.parts) == 1 and [part.name for part in again.parts] == ["Choir"]


def test_stems_of_two_voices_on_a_staff_point_away_from_each_other() -> None:
    before = part(write_musicxml(two_staves()), "P1")
    assert "down" in [stem.text for stem in before.iter("stem")]
    notes = [note for note in part(graft(closed()).text, "P1").iter("note") if note.find("stem") is not None]
    directions = {(note.findtext("staff"), note.findtext("voice"), note.findtext("stem")) for note in notes}
    assert directions == {("1", "1", "up"), ("1", "2", "down"), ("2", "5", "up"), ("2", "6", "down")}


def test_given_notes_change_in_nothing_but_their_stems() -> None:
    def notes(text: bytes) -> list[bytes]:
        found = [note for note in part(text, "P1").iter("note") if note.findtext("voice") == "1"]
        for stem in [stem for note in found for stem in note.iter("stem")]:
            stem.text = ""
        return [b"".join(etree.tostring(note, with_tail=False).split()) for note in found]

    score = closed()
    assert score.document is not None
    assert notes(graft(score).text) == notes(score.document)


@pytest.mark.skipif(COMMAND is None, reason="MuseScore is not installed")
def test_musescore_accepts_new_voices(tmp_path: Path) -> None:
    score = closed()
    came_back = through_musescore(graft(score).text, tmp_path)
    assert came_back.complaints == () and came_back.odd_lengths == ()
    assert note_records(came_back.score) == note_records(score)


@pytest.mark.skipif(COMMAND is None, reason="MuseScore is not installed")
def test_musescore_accepts_music_without_metre(tmp_path: Path) -> None:
    score = senza_misura()
    done = with_alto(score, "w:A4 q:A4", "h.:B4", "w:C5")
    came_back = through_musescore(done.text, tmp_path)
    assert came_back.complaints == ()
    assert note_records(came_back.score) == note_records(read_musicxml(done.text, "f"))


def test_words_and_melismas_of_a_replaced_voice_are_written() -> None:
    plain = with_alto(given("h:C5 h:D5", "w:E5"), "h:A4 h:B4", "w:C5")
    text = plain.text.decode()
    for step, word in (("C", "a"), ("D", "men"), ("A", "a"), ("B", "men")):
        place = text.index("</stem>", text.index(f"<step>{step}</step>")) + len("</stem>")
        text = f"{text[:place]}<lyric><text>{word}</text></lyric>{text[place:]}"
    score = read_musicxml(text.encode(), "f")
    rows = [(0, Voice(Slot("P2"), line("q:A4 q:G4 h:B4"), "generated"))]
    done = graft(with_given_marks(insert_voices(score, rows)))
    new = part(done.text, "P2")
    assert [note.findtext("lyric/text") for note in new.iter("note")] == ["a", None, "men", None]
    assert [(slur.get("type"), slur.get("number")) for slur in new.iter("slur")] == [("start", "9"), ("stop", "9")]
    assert done.notices == ()
