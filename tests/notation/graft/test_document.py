"""Grafting: the given music is unchanged element by element, and the generated music is in its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from lxml import etree

from scoregen.notation.graft.document import graft
from scoregen.notation.musicxml.document import load_document, parse, serialize
from scoregen.notation.musicxml.read.score import read_musicxml
from scoregen.notation.musicxml.write.score import write_musicxml
from scoregen.notation.validation.document import check_document, schema_problems, split_by_origin
from scoregen.score.edit import append_measures, insert_voices, with_parts
from scoregen.score.elements import Clef, Element, Part, Score, Slot, Voice
from scoregen.score.pitch import Interval
from scoregen.system.errors import RefusedError
from tests.notation.handmade import BASS, TENOR, hymn, line, melody, voice_part
from tests.notation.handmade import measure as made

CASE = Path(__file__).resolve().parents[2] / "cases" / "grafting" / "lead_sheet.musicxml"
SONG, CLARINET, RIGHT, LEFT, LEFT_INNER = Slot("P1"), Slot("P2"), Slot("P3"), Slot("P3", 2), Slot("P3", 2, 2)


@pytest.fixture(scope="module")
def sheet() -> Score:
    return read_musicxml(load_document(CASE), CASE.name)


def with_voices(score: Score, *rows: tuple[int, Slot, str]) -> Score:
    """The score with generated voices, by measure index and slot."""
    return insert_voices(score, [(index, Voice(slot, line(text), "generated")) for index, slot, text in rows])


def checked(score: Score, provenance: dict[str, str] | None = None) -> etree._Element:
    """The grafted document, after it has passed validation."""
    text = graft(score, provenance or {}).text
    assert split_by_origin(check_document(text, "f"), score).generated == ()
    assert schema_problems(parse(score.document or b"", "f"), "f") or not schema_problems(parse(text, "f"), "f")
    return parse(text, "f")


def sounds(score: Score) -> list[tuple[int, Slot, Fraction, Element]]:
    """Everything that sounds, with its place."""
    found = []
    for index, measure in enumerate(score.measures):
        for voice in measure.voices:
            onset = Fraction(0)
            for element in voice.elements:
                found += [(index, voice.slot, onset, element)] if element.notes else []
                onset += element.duration
    return sorted(found, key=lambda item: item[:3])


def children(element: etree._Element) -> list[bytes]:
    """Each child as canonical text, without white space between elements."""
    parser = etree.XMLParser(remove_blank_text=True)
    again = etree.fromstring(etree.tostring(element, with_tail=False), parser)
    return [canonical(child) for child in again]


def canonical(element: etree._Element) -> bytes:
    """Canonical text; lxml crashes on that of a comment."""
    if not isinstance(element.tag, str):
        return etree.tostring(element, with_tail=False)
    return etree.tostring(element, method="c14n", with_tail=False)


def part(root: etree._Element, part_id: str) -> etree._Element:
    return root.findall(f"part[@id='{part_id}']")[0]


def measure(root: etree._Element, part_id: str, index: int) -> etree._Element:
    return part(root, part_id).findall("measure")[index]


def shape(element: etree._Element) -> list[str]:
    """The children of a measure: the tag, and the duration or the text of a direction."""
    return [f"{child.tag} {child.findtext('duration') or ''}".strip() for child in element]


def choir(sheet: Score) -> Score:
    """The song with a new alto and tenor below it."""
    new = (replace(voice_part(8, "Alto", Clef()), id="P8"), replace(voice_part(9, "Tenor", TENOR), id="P9"))
    score = with_parts(sheet, (sheet.parts[0], *new, *sheet.parts[1:]))
    return with_voices(
        score,
        *(
            (index, Slot("P8"), text)
            for index, text in enumerate(("q:A4", "e3:A4 e3:Bb4 e3:C5 h:C4~", "h.:~C4", "h:A3"))
        ),
        *((index, Slot("P9"), text) for index, text in enumerate(("q:F3", "q.:F3 e:G3 q:A3", "h.:F#3", "h:F#3"))),
    )


def test_without_a_document_there_is_nothing_to_graft_into() -> None:
    with pytest.raises(ValueError, match="the score has no document"):
        graft(melody("w:C4"))


def test_without_generated_music_nothing_changes(sheet: Score) -> None:
    assert sheet.document is not None
    assert graft(sheet).text == serialize(parse(sheet.document, ""))


def test_given_parts_are_untouched(sheet: Score) -> None:
    before, after = parse(sheet.document or b"", ""), checked(choir(sheet), {"scoregen:seed": "7"})
    for given in sheet.parts:
        assert children(part(after, given.id)) == children(part(before, given.id))
    new = {"P8", "P9"}
    kept = [child for child in after if child.get("id") not in new and child.tag not in ("identification", "part-list")]
    old = [child for child in before if child.tag not in ("identification", "part-list")]
    assert [canonical(child) for child in kept] == [canonical(child) for child in old]
    assert after.get("version") == "3.1" and b"MusicXML 3.1 Partwise" in graft(choir(sheet)).text


def test_generated_music_reads_back(sheet: Score) -> None:
    score = choir(sheet)
    again = read_musicxml(graft(score).text, "")
    assert [given.id for given in again.parts] == ["P1", "P8", "P9", "P2", "P3"]
    assert sounds(again) == sounds(score)
    assert [(row.number, row.duration, row.implicit) for row in again.measures] == [
        (row.number, row.duration, row.implicit) for row in score.measures
    ]


def test_new_parts_mirror_signatures_barlines_and_numbers(sheet: Score) -> None:
    root = checked(choir(sheet))
    alto = part(root, "P8")
    assert [dict(row.attrib) for row in alto.iterfind("measure")] == [
        {"number": "0", "implicit": "yes"},
        {"number": "1"},
        {"number": "2"},
        {"number": "X1", "implicit": "yes"},
    ]
    assert [key.text for key in alto.iterfind("measure/attributes/key/fifths")] == ["-1", "2"]
    assert alto.findtext("measure/attributes/divisions") == "6"
    marks = [[(c.tag, c.get("type")) for c in barline] for barline in alto.iterfind("measure/barline")]
    given = [[(c.tag, c.get("type")) for c in barline] for barline in part(root, "P1").iterfind("measure/barline")]
    assert marks == given
    assert {ending.get("print-object") for ending in alto.iter("ending")} == {"no"}
    assert all("default-y" not in ending.attrib for ending in alto.iter("ending"))


def test_new_parts_of_a_transposing_instrument(sheet: Score) -> None:
    new = Part("P8", "Horn", transposition=Interval(-4, -7))
    score = with_voices(with_parts(sheet, (*sheet.parts, new)), (0, Slot("P8"), "q:F4"))
    horn = part(checked(score), "P8")
    assert [key.text for key in horn.iterfind("measure/attributes/key/fifths")] == ["0", "3"]
    assert horn.findtext("measure/note/pitch/step") == "C"
    assert [child.tag for child in horn[1] if child.tag == "note"] == ["note"]  # a blank voice is a rest


def listing(root: etree._Element) -> list[str]:
    return [f"{child.get('id') or child.get('type')}" for child in root.findall("part-list")[0]]


def test_new_parts_are_declared_in_order_and_bracketed_with_vocal_parts(sheet: Score) -> None:
    root = checked(choir(sheet))
    assert listing(root) == ["start", "P1", "P8", "P9", "stop", "start", "P2", "P3", "stop"]
    groups = root.findall("part-list/part-group")
    assert [group.get("number") for group in groups] == ["2", "2", "1", "1"]
    assert groups[0].findtext("group-symbol") == "bracket"


def test_a_new_part_stays_out_of_a_group_that_it_does_not_belong_to(sheet: Score) -> None:
    new = Part("P8", "Bass", clefs=(BASS,))
    assert listing(checked(with_parts(sheet, (*sheet.parts, new)))) == ["P1", "start", "P2", "P3", "stop", "P8"]
    assert listing(checked(with_parts(sheet, (new, *sheet.parts)))) == ["P8", "P1", "start", "P2", "P3", "stop"]
    brace = replace(new, group="brace")
    assert listing(checked(with_parts(sheet, (*sheet.parts, brace)))) == ["P1", "start", "P2", "P3", "P8", "stop"]


def test_a_whole_choir_gets_one_bracket() -> None:
    song = write_musicxml(replace(melody("w:C5"), parts=(Part("P1", "Melody"),)))
    score = read_musicxml(song, "")
    new = tuple(voice_part(number, name, BASS) for number, name in ((2, "Alto"), (3, "Bass")))
    root = checked(with_parts(score, (*score.parts, *new)))
    assert listing(root) == ["start", "P1", "P2", "P3", "stop"]
    channels = [channel.text for channel in root.iter("midi-channel")]
    assert len(set(channels)) == len(channels)


def test_provenance_is_added_to_the_identification(sheet: Score) -> None:
    root = checked(choir(sheet), {"scoregen:seed": "7", "scoregen:weights": "abc"})
    identification = root.findall("identification")[0]
    assert [child.tag for child in identification] == ["creator", "encoding", "source", "miscellaneous"]
    assert identification.findtext("encoding/software") == "Another Program 1.0"
    again = replace(choir(sheet), document=graft(sheet, {"scoregen:seed": "1", "own": "text"}).text)
    fields = {
        field.get("name"): field.text for field in checked(again, {"scoregen:seed": "2"}).iter("miscellaneous-field")
    }
    assert fields == {"scoregen:seed": "2", "own": "text"}


def test_a_document_without_identification_gets_one_in_its_place() -> None:
    text = write_musicxml(replace(melody("w:C5"), metadata=replace(hymn().metadata, movement="First")))
    root = parse(text, "")
    root.remove(root.findall("identification")[0])
    score = read_musicxml(serialize(root), "")
    assert [child.tag for child in checked(score, {"a": "b"})][:4] == [
        "work",
        "movement-title",
        "identification",
        "part-list",
    ]


def test_a_voice_is_refilled_in_place(sheet: Score) -> None:
    score = with_voices(sheet, (1, CLARINET, "q.:A4 e:Bb4 q:C5"))
    root, before = checked(score), parse(sheet.document or b"", "")
    assert shape(measure(root, "P2", 1)) == ["barline", "note 3", "note 1", "note 2"]
    assert [note.findtext("pitch/step") for note in measure(root, "P2", 1).iterfind("note")] == ["B", "C", "D"]
    for index in (0, 2, 3):
        assert children(measure(root, "P2", index)) == children(measure(before, "P2", index))
    assert sounds(read_musicxml(graft(score).text, "")) == sounds(score)


def test_harmony_and_dynamics_keep_their_onsets(sheet: Score) -> None:
    same = measure(checked(with_voices(sheet, (1, SONG, "q:F4 q:G4 q:A4"))), "P1", 1)
    assert shape(same) == ["barline", "harmony", "note 1", "note 1", "direction", "note 1"]
    inside = measure(checked(with_voices(sheet, (1, SONG, "h.:F4"))), "P1", 1)
    assert shape(inside) == ["barline", "harmony", "note 3", "backup 1", "direction", "forward 1"]


def test_other_voices_of_the_measure_keep_their_elements(sheet: Score) -> None:
    before = parse(sheet.document or b"", "")
    score = with_voices(sheet, (1, LEFT, "q:F3 q:G3 q:A3"))
    root = checked(score)
    old, new = children(measure(before, "P3", 1)), children(measure(root, "P3", 1))
    kept = [child for child in new if b"<voice>5<" not in child]
    assert kept == [child for child in old if b"<voice>5<" not in child]
    assert shape(measure(root, "P3", 1))[6:] == ["note 4", "note 4", "attributes", "note 4", "backup 4", "note 4"]
    assert sounds(read_musicxml(graft(score).text, "")) == sounds(score)


def test_a_voice_that_starts_late_is_filled_from_the_start(sheet: Score) -> None:
    score = with_voices(sheet, (1, LEFT_INNER, "h:C3 q:D3"))
    root = checked(score)
    assert shape(measure(root, "P3", 1))[-4:] == ["backup 4", "backup 8", "note 8", "note 4"]
    assert sounds(read_musicxml(graft(score).text, "")) == sounds(score)


def test_a_voice_that_the_measure_lacks_is_appended(sheet: Score) -> None:
    score = with_voices(sheet, (2, LEFT_INNER, "h.:A2"))
    root = checked(score)
    assert shape(measure(root, "P3", 2))[-3:] == ["backup 12", "note 12", "barline"]
    assert measure(root, "P3", 2).findall("note")[-1].findtext("voice") == "6"
    assert sounds(read_musicxml(graft(score).text, "")) == sounds(score)


def test_finer_lengths_change_the_divisions_for_as_long_as_they_last(sheet: Score) -> None:
    score = with_voices(sheet, (1, SONG, "e:F4 e:G4 h:A4"), (2, SONG, "e3:D4 e3:E4 e3:F#4 h:E4"))
    root = checked(score)
    assert [d.text for d in part(root, "P1").iterfind("measure/attributes/divisions")] == ["1", "6", "1"]
    assert sounds(read_musicxml(graft(score).text, "")) == sounds(score)


@pytest.mark.parametrize(("text", "divisions"), [("w:G5", ["1"]), ("e3:D4 e3:E4 e3:F#4 q:E4 h:E4", ["3", "1"])])
def test_a_part_without_divisions_gets_them(text: str, divisions: list[str]) -> None:
    """A file of empty measures needs no divisions until something is written into it."""
    document = (
        b'<score-partwise version="4.0"><part-list><score-part id="P1"><part-name/></score-part></part-list>'
        b'<part id="P1"><measure number="1"/><measure number="2"/></part></score-partwise>'
    )
    score = with_voices(read_musicxml(document, "f"), (1, SONG, text))
    root = checked(score)
    assert [d.text for d in part(root, "P1").iterfind("measure/attributes/divisions")] == divisions
    assert children(measure(root, "P1", 0)) == []
    assert sounds(read_musicxml(graft(score).text, "")) == sounds(score)


def test_divisions_change_within_a_measure_and_back(sheet: Score) -> None:
    score = with_voices(sheet, (1, RIGHT, "e3:F4 e3:G4 e3:A4 h:A4"))
    root = checked(score)
    assert [d.text for d in part(root, "P3").iterfind("measure/attributes/divisions")] == ["4", "12", "4"]
    assert sounds(read_musicxml(graft(score).text, "")) == sounds(score)


def test_stems_and_accidentals_follow_the_clef_and_the_other_voices() -> None:
    song = replace(melody("w:F#4", "w:r"), parts=(Part("P1", clefs=(BASS,)),))
    score = read_musicxml(write_musicxml(song), "")
    note = measure(checked(with_voices(score, (1, SONG, "h:F4 h:F3"))), "P1", 1).findall("note")
    assert [(n.findtext("accidental"), n.findtext("stem")) for n in note] == [("natural", "down")] * 2 or [
        (n.findtext("accidental"), n.findtext("stem")) for n in note
    ] == [("natural", "down"), (None, "down")]


def test_a_tie_to_a_given_note_needs_its_other_end(sheet: Score) -> None:
    given = read_musicxml(write_musicxml(melody("h:C4 h:D4", "h:D4~ h:~D4")), "")
    root = checked(with_voices(given, (0, SONG, "h:C4 h:D4~")))
    assert [tie.get("type") for tie in measure(root, "P1", 0).iter("tie")] == []


def test_measures_are_appended_to_every_part(sheet: Score) -> None:
    score = append_measures(sheet, 2, (SONG, CLARINET, RIGHT, LEFT))
    score = with_voices(
        score, (4, SONG, "e:D4 e:E4 h:F#4"), (5, SONG, "h.:D4"), (4, LEFT, "h.:D3"), (5, CLARINET, "h.:F#4")
    )
    root, before = checked(score), parse(sheet.document or b"", "")
    for given in sheet.parts:
        body = part(root, given.id)
        assert [row.get("number") for row in body] == ["0", "1", "2", "X1", "3", "4"]
        assert children(body)[:3] == children(part(before, given.id))[:3]
        styles = [[b.findtext("bar-style") for b in row.iterfind("barline[@location='right']")] for row in body]
        assert styles == [[], [], ["light-heavy"], [None], [], ["light-heavy"]]
    assert sounds(read_musicxml(graft(score).text, "")) == sounds(score)
    assert len(measure(root, "P1", 4).findall("attributes/divisions")) == 1


def test_a_final_barline_moves_unchanged() -> None:
    text = write_musicxml(melody("w:C4")).replace(b'location="right"', b'location="right" coda="x"')
    score = append_measures(read_musicxml(text, ""), 1, (SONG,))
    root = checked(with_voices(score, (1, SONG, "w:D4")))
    assert measure(root, "P1", 0).find("barline") is None
    assert measure(root, "P1", 1).findall("barline")[0].get("coda") == "x"


def test_voices_that_the_file_does_not_separate_are_refused() -> None:
    text = write_musicxml(melody("w:C4"))
    note = text[text.rindex(b"<note>") : text.rindex(b"</note>") + 7]
    twice = text.replace(note, note + b"<backup><duration>4</duration></backup>" + note)
    score = read_musicxml(twice, "")
    with pytest.raises(RefusedError, match="part P1, measure 1, voice 1: notes of voice '1' overlap"):
        graft(with_voices(score, (0, SONG, "w:D4")))


def test_chord_members_follow_the_first_note() -> None:
    """Some programs omit the voice in the later notes of a chord."""
    two = Score((Part("P1"),), (made("1", "4/4", {SONG: "w:C5+E5", Slot("P1", 1, 2): "h:C4+E4 h:D4+F4"}),))
    text = write_musicxml(two)
    bare = re.sub(rb"(<chord/>(?:(?!</note>).)*?)<voice>\d</voice>", rb"\1", text, flags=re.DOTALL)
    score = read_musicxml(bare, "")
    assert sounds(score) == sounds(two) and bare.count(b"<voice>") == 3
    for slot in (SONG, Slot("P1", 1, 2)):
        refilled = with_voices(score, (0, slot, "h:A4 h:G4"))
        assert sounds(read_musicxml(graft(refilled).text, "")) == sounds(refilled)


def test_divisions_that_change_inside_a_refilled_voice_are_refused() -> None:
    text = write_musicxml(melody("h:C4 h:D4", "h:E4 h:F4"))
    second = text.index(b"<note>", text.index(b"<note>") + 1)
    changed = text[:second] + b"<attributes><divisions>2</divisions></attributes>" + text[second:]
    again = changed.replace(b"<duration>2</duration>", b"<duration>4</duration>").replace(
        b"<duration>4", b"<duration>2", 1
    )
    score = read_musicxml(again, "")
    assert [row.duration for row in score.measures] == [4, 4]
    with pytest.raises(RefusedError, match="part P1, measure 1, voice 1: the divisions change inside"):
        graft(with_voices(score, (0, SONG, "w:D4")))
    assert measure(checked(with_voices(score, (1, SONG, "w:D4"))), "P1", 1).findtext("note/duration") == "8"


def test_a_slur_that_loses_its_other_end_is_left_out_and_named(sheet: Score) -> None:
    written = graft(with_voices(sheet, (0, SONG, "q:C5")))
    assert check_document(written.text, "f") == check_document(sheet.document or b"", "f")
    assert written.notices == (
        "Voice: 1 slur left out, whose other end was replaced (measure 1); the replaced notes had 1 syllable",
    )


def test_a_fault_of_the_given_document_is_a_given_problem(sheet: Score) -> None:
    flawed = (sheet.document or b"").replace(b"<type>quarter</type>\n        <stem>up</stem>", b"<type>half</type>", 1)
    score = with_voices(read_musicxml(flawed, ""), (1, CLARINET, "h.:C5"), (1, RIGHT, "h.:C5"))
    text = graft(score).text
    found = split_by_origin(check_document(text, "f"), score)
    assert [problem.message for problem in found.given] == ["a note is notated as 2 quarters and lasts 1"]
    assert found.generated == ()
    undotted = text.replace(b"<type>half</type>\n        <dot/>", b"<type>half</type>")
    broken = split_by_origin(check_document(undotted, "f"), score)
    assert {("P2", "1"), ("P3", "1")} <= {(problem.place.part, problem.place.measure) for problem in broken.generated}


def test_new_elements_are_indented_as_their_neighbours(sheet: Score) -> None:
    lines = graft(choir(sheet)).text.decode().splitlines()
    assert '  <part id="P8">' in lines and '    <measure number="X1" implicit="yes">' in lines
    assert lines.count("      <note>") > 10


def alone(score: Score, keep: str) -> Score:
    """One part of a score as the input, and all others as generated for it."""
    root = parse(score.document or b"", "")
    for element in [*root.findall("part"), *root.findall("part-list/*")]:
        owner = element.getparent()
        if element.get("id") != keep and owner is not None:
            owner.remove(element)
    rows = [
        replace(row, voices=tuple(_generated(voice) if voice.slot.part != keep else voice for voice in row.voices))
        for row in score.measures
    ]
    return replace(score, document=serialize(root), measures=tuple(rows))


def _generated(voice: Voice) -> Voice:
    return replace(voice, origin="generated")


def cut(score: Score, count: int) -> Score:
    """The first measures as the input, and the others as generated after them."""
    root = parse(score.document or b"", "")
    for body in root.iterfind("part"):
        for element in body.findall("measure")[count:]:
            body.remove(element)
    rows = [
        row if index < count else replace(row, voices=tuple(map(_generated, row.voices)))
        for index, row in enumerate(score.measures)
    ]
    return replace(score, document=serialize(root), measures=tuple(rows))


def generated_voices(score: Score) -> Score:
    """Every third voice of a measure as generated, with its untied notes reversed."""
    return insert_voices(score, _backwards(score))


def _backwards(score: Score) -> Iterator[tuple[int, Voice]]:
    for index, row in enumerate(score.measures):
        for order, voice in enumerate(row.voices):
            tied = any(n.tied_to_next or n.tied_from_previous or n.grace for e in voice.elements for n in e.notes)
            if (index + order) % 3 == 0 and not tied:
                yield index, replace(voice, elements=voice.elements[::-1], origin="generated")


def without_breaks(root: etree._Element) -> None:
    for sign in list(root.iter("print")):
        for name in ("new-system", "new-page", "blank-page"):
            sign.attrib.pop(name, None)
        if not len(sign) and not sign.attrib:
            parent = sign.getparent()
            assert parent is not None
            parent.remove(sign)


def survives(score: Score) -> bool:
    """Whether the graft passes validation, reads back, and leaves every given measure as it was.

    Breaks of systems and pages may go where parts are added: they were set for fewer staves.
    """
    root, before = checked(score), parse(score.document or b"", "")
    if len(root.findall("part")) > len(before.findall("part")):
        without_breaks(before)
    for body in before.iterfind("part"):
        part_id = body.get("id", "")
        for index, element in enumerate(body.findall("measure")[:-1]):
            voices = [voice for voice in score.measures[index].voices if voice.slot.part == part_id]
            if all(voice.origin == "given" for voice in voices):
                assert children(measure(root, part_id, index)) == children(element)
    return sounds(read_musicxml(serialize(root), "")) == sounds(score)


@pytest.mark.parametrize("kind", ["alone", "cut", "generated_voices"])
def test_psalms_survive(kind: str, shared_data: Callable[[str], Path]) -> None:
    for path in sorted((shared_data("goudimel") / "scores").glob("*.mxl"))[::3]:
        score = read_musicxml(load_document(path), path.name)
        made = {
            "alone": lambda s: alone(s, s.parts[2].id),
            "cut": lambda s: cut(s, 5),
            "generated_voices": generated_voices,
        }[kind](score)
        assert survives(made), path.name


def test_new_parts_are_as_long_as_the_document() -> None:
    """The music of the last measure is short, and the file fills it with a <forward>."""
    text = write_musicxml(melody("w:C4", "h.:C4", "h.:D4"))
    last = text.rindex(b"</note>") + 7
    score = read_musicxml(text[:last] + b"<forward><duration>1</duration></forward>" + text[last:], "")
    assert score.measures[2].duration == 3
    full = with_voices(with_parts(score, (*score.parts, Part("P2"))), (2, Slot("P2"), "e:C4 e:D4 h:E4"))
    assert shape(measure(checked(full), "P2", 2)) == ["note 1", "note 1", "note 4", "forward 2", "barline"]
    assert sounds(read_musicxml(graft(full).text, "")) == sounds(full)


def test_generated_parts_in_a_document_of_rests() -> None:
    """A template: every part is present and empty."""
    full = hymn()
    rests = insert_voices(
        full, [(i, Voice(v.slot, (), "blank")) for i, row in enumerate(full.measures) for v in row.voices]
    )
    empty = read_musicxml(write_musicxml(rests), "")
    score = insert_voices(empty, [(i, _generated(v)) for i, row in enumerate(full.measures) for v in row.voices])
    assert sounds(read_musicxml(serialize(checked(score)), "")) == sounds(full)
