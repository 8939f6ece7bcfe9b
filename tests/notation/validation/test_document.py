"""Validation: every kind of damage is found and named with its place, and valid documents pass."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from scoregen.notation.musicxml.document import load_document
from scoregen.notation.musicxml.read.score import read_musicxml
from scoregen.notation.musicxml.write.score import write_musicxml
from scoregen.notation.validation import document
from scoregen.notation.validation.document import check_document, split_by_origin
from scoregen.system.errors import ReadError
from tests.notation.handmade import clarinet_and_piano, hymn, melody


def damaged(text: bytes, old: str, new: str, count: int = 1) -> list[str]:
    """The problems of a document after one replacement in its text."""
    assert old.encode() in text
    return [str(problem) for problem in check_document(text.replace(old.encode(), new.encode(), count), "f")]


def song(*measures: str) -> bytes:
    return write_musicxml(melody(*measures))


PLAIN = song("e:C4 e:D4 h.:E4", "e3:C4 e3:D4 e3:E4 h.:F4~", "w:~F4")


def test_valid_documents_pass() -> None:
    for text in (PLAIN, write_musicxml(hymn()), write_musicxml(clarinet_and_piano())):
        assert check_document(text, "f") == ()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("<step>D<", "<step>H<", "f: part P1, measure 1: found 'H' in <step>; expected one of A, B, C, D, E, F, …"),
        ("<part-list>", "<credits/><part-list>", "f: found <credits>; expected one of <defaults>, "),
        ("<type>whole<", "<type>hole<", "f: part P1, measure 3: found 'hole' in <type>; expected one of 1024th, "),
        (' number="2"', "", "f: part P1: <measure> lacks its attribute number"),
        ("<part-name>Melody</part-name>", "", "f: <score-part> is incomplete; expected one of <identification>, "),
    ],
)
def test_the_schema(old: str, new: str, expected: str) -> None:
    assert damaged(PLAIN, old, new)[0].startswith(expected)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("<note>", '<note color="red">', "found 'red' in attribute color of <note>; expected another value"),
        ("<note>", '<note shade="red">', "<note> has the attribute shade; expected none of this name"),
        (
            "<note>",
            '<note default-x="far">',
            "found 'far' in attribute default-x of <note>; expected a value of another kind",
        ),
        ("</pitch>", "</pitch><junk/>", "found <junk>; expected <duration> at this place"),
    ],
)
def test_a_fault_of_a_value_is_one_problem_in_plain_words(old: str, new: str, expected: str) -> None:
    (problem,) = [message for message in damaged(PLAIN, old, new) if "junk" in message or "note>" in message]
    assert problem.partition(": part P1, measure 1: ")[2].startswith(expected)


def test_the_schema_is_compiled_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the schema asked for the network")

    monkeypatch.setattr(socket, "socket", refuse)
    document._schema.cache_clear()
    assert check_document(PLAIN, "f") == ()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("<divisions>6</divisions>", "", "part P1, measure 1: a duration has no <divisions> before it"),
        (
            "<duration>18</duration>",
            "<duration>12</duration>",
            "part P1, measure 1, voice 1: a note is notated as 3 quarters and lasts 2",
        ),
        (
            "<type>half</type>",
            "",
            "part P1, measure 1, voice 1: a note has no <type>; expected one with its <duration>",
        ),
        ('<tie type="stop"/>', "", "part P1, measure 2, voice 1: a tie has no next note of the same pitch"),
        ('<tie type="start"/>', "", "part P1, measure 3, voice 1: a tie has no previous note of the same pitch"),
        (
            '<beam number="1">begin</beam>',
            "",
            "part P1, measure 1, voice 1: a beam of level 1 continues or ends without a beginning",
        ),
        ('<beam number="1">end</beam>', "", "part P1, measure 1, voice 1: a beam has no end"),
        (
            '<beam number="1">end</beam>',
            '<beam number="1">begin</beam>',
            "part P1, measure 1, voice 1: a beam has no end",
        ),
        ('<tuplet type="start"/>', "", "part P1, measure 2, voice 1: a tuplet bracket stops without a start"),
        ('<tuplet type="stop"/>', "", "part P1, measure 2, voice 1: a tuplet bracket has no stop"),
        (
            "<duration>24</duration>",
            "<duration>25</duration>",
            "part P1, measure 3, voice 1: a note is notated as 4 quarters and lasts 25/6",
        ),
        (
            '<tied type="stop"/>',
            '<slur number="2" type="stop"/>',
            "part P1, measure 3, voice 1: <slur> number 2 has 1 stops and 0 starts",
        ),
        (
            '<tied type="start"/>',
            '<slur type="start"/>',
            "part P1, measure 2, voice 1: <slur> number 1 has 1 starts and 0 stops",
        ),
        (
            '<part id="P1">',
            '<part id="P9">',
            "part P9: the part is 0 times in the part list and 1 times in the score; expected once each",
        ),
    ],
)
def test_problems_that_the_schema_does_not_find(old: str, new: str, expected: str) -> None:
    assert f"f: {expected}" in damaged(PLAIN, old, new)


def with_direction(kind: str) -> str:
    return f"<direction><direction-type>{kind}</direction-type><voice>1</voice></direction><note>"


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        ('<wedge type="crescendo"/>', "<wedge> number 1 has 1 starts and 0 stops"),
        ('<octave-shift type="stop"/>', "<octave-shift> number 1 has 1 stops and 0 starts"),
        ('<dashes type="start" number="3"/>', "<dashes> number 3 has 1 starts and 0 stops"),
    ],
)
def test_directions_are_closed(mark: str, expected: str) -> None:
    assert damaged(PLAIN, "<note>", with_direction(mark)) == [f"f: part P1, measure 1, voice 1: {expected}"]


def test_endings_are_closed() -> None:
    text = write_musicxml(clarinet_and_piano())
    opened = '<ending number="1" type="stop"/>'
    assert damaged(text, opened, "") == ["f: part P1, measure 2: an ending has no stop"]
    started = '<ending number="2" type="start"/>'
    assert damaged(text, started, "") == ["f: part P1, measure 3: an ending stops without a start"]


def test_voices_and_their_places() -> None:
    text = write_musicxml(clarinet_and_piano())
    back = "<backup>\n        <duration>24</duration>"
    assert damaged(text, back, back.replace("24", "30"))[:1] == [
        "f: part P2, measure 1: a <backup> goes 1 quarters before the start of the measure"
    ]
    overlap = damaged(text, back, back.replace("24", "18"))
    assert "f: part P1, measure 1: the measure lasts 4 quarters; expected 5" in overlap
    assert "f: part P2, measure 1, voice 1: the voice ends after 4 of 5 quarters" in overlap
    doubled = damaged(text, "<voice>2</voice>", "<voice>1</voice>", -1)
    assert "f: part P2, measure 1, voice 1: two notes of the voice overlap at 0 quarters" in doubled


def test_a_forward_is_not_a_missing_part_of_a_voice() -> None:
    text = song("h:C4 h:D4")
    note = text[text.rindex(b"<note>") : text.rindex(b"</note>") + 7]
    skipped = text.replace(note, b"<forward><duration>2</duration></forward>")
    assert check_document(skipped, "f") == ()
    both = text.replace(
        note, note + b"<backup><duration>4</duration></backup>" + note.replace(b">1</voice>", b">2</voice>")
    )
    assert [problem.message for problem in check_document(both, "f")] == ["the voice ends after 2 of 4 quarters"]


def test_at_most_four_voices_a_staff() -> None:
    text = song("w:C4")
    note = text[text.rindex(b"<note>") : text.rindex(b"</note>") + 7]
    voices = b"<backup><duration>4</duration></backup>".join(
        note.replace(b">1</voice>", b">%d</voice>" % n) for n in range(1, 6)
    )
    assert [str(p) for p in check_document(text.replace(note, voices), "f")] == [
        "f: part P1, measure 1: staff 1 has 5 voices; expected 4 at most"
    ]


def test_parts_have_the_same_measures() -> None:
    text = write_musicxml(hymn())
    last = text[text.rindex(b"<measure") : text.rindex(b"</measure>") + 10]
    assert [str(p) for p in check_document(text.replace(last, b""), "f")] == [
        "f: part P4, measure 1: the part ends after 2 measures; the score has 3"
    ]


def test_an_empty_measure_is_named() -> None:
    text = song("w:C4", "w:D4")
    note = text[text.rindex(b"<note>") : text.rindex(b"</note>") + 7]
    assert [str(p) for p in check_document(text.replace(note, b""), "f")] == [
        "f: part P1, measure 2: the measure lasts 0 quarters; expected music"
    ]


def test_a_tie_may_stop_short_at_a_repeat() -> None:
    text = song("w:C4", "h:C4 h:D4~", "w:D4")
    forward = '<measure number="3"><barline location="left"><repeat direction="forward"/></barline>'
    cut = text.replace(b'<tie type="stop"/>', b"").replace(b'<measure number="3">', forward.encode())
    assert check_document(cut, "f") == ()


def test_no_xml_is_a_read_error() -> None:
    with pytest.raises(ReadError, match="the XML is broken"):
        check_document(b"<score-partwise>", "f")


def test_problems_of_the_given_document_are_separated_from_new_ones() -> None:
    given = PLAIN.replace(b"<type>half</type>", b"")
    text = given.replace(b"<type>whole</type>", b"")
    score = read_musicxml(given, "f")
    found = split_by_origin(check_document(text, "f"), score)
    assert found.given == check_document(given, "f") and {problem.place.measure for problem in found.given} == {
        "1",
        "2",
    }
    assert {problem.place.measure for problem in found.generated} == {"3"}
    assert split_by_origin(check_document(text, "f"), replace(score, document=None)).given == ()


def test_what_the_schema_expects_instead_does_not_make_a_new_problem() -> None:
    given = PLAIN.replace(b"</part-list>", b"<invented/></part-list>")
    text = given.replace(b"<invented/>", b"<score-part id='P9'><part-name/></score-part><invented/>")
    found = [problem for problem in check_document(text, "f") if "invented" in problem.message]
    assert found and split_by_origin(found, read_musicxml(given, "f")).generated == ()


def test_suite_files_of_others(shared_data: Callable[[str], Path]) -> None:
    """Nearly all of them are meant to be valid: what validation reports is no false alarm."""
    files = sorted((shared_data("xmltestsuite") / "files").glob("*.xml"))
    clean = [path for path in files if not check_document(load_document(path), path.name)]
    assert len(files) == 165 and len(clean) >= 148


@pytest.mark.slow
def test_files_of_many_programs(shared_data: Callable[[str], Path]) -> None:
    """Validation reads every file that can be read, and passes most."""
    files = sorted((shared_data("realworld-musicxml") / "files").iterdir())
    clean, read = 0, 0
    for path in files:
        try:
            text = load_document(path)
        except ReadError:
            continue
        read += 1
        clean += not check_document(text, path.name)
    assert read >= 169 and clean >= 110
