"""What replaced notes leave behind is closed or removed, and said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from lxml import etree

from scoregen.notation.graft.document import Grafted, graft
from scoregen.notation.musicxml.document import load_document
from scoregen.notation.musicxml.read.score import read_musicxml
from scoregen.notation.musicxml.write.score import write_musicxml
from scoregen.notation.validation.document import check_document
from scoregen.score.edit import blank_voices, insert_voices
from scoregen.score.elements import Score, Slot, Voice
from tests.notation.handmade import line, melody
from tests.notation.musescore import COMMAND, note_records, through_musescore

CASE = Path(__file__).resolve().parents[2] / "cases" / "grafting" / "lines_into_blanks.musicxml"


def replaced(score: Score, slot: Slot, indices: Sequence[int]) -> Grafted:
    """The score with quarters of D4 in place of some measures."""
    return graft(with_replaced(score, slot, indices))


def with_replaced(score: Score, slot: Slot, indices: Sequence[int]) -> Score:
    rows = [(index, Voice(slot, line("q:D4 q:D4 q:D4 q:D4"), "generated")) for index in indices]
    return insert_voices(blank_voices(score, [slot], indices), rows)


def lines(text: bytes, part: str) -> list[str]:
    """The ties and slurs of a part with their measures: `1 tie start`."""
    assert check_document(text, "f") == ()
    body = next(element for element in etree.fromstring(text).iterfind("part") if element.get("id") == part)
    return [
        f"{measure.get('number')} {mark.tag} {mark.get('type')}"
        for measure in body.iterfind("measure")
        for mark in measure.iter("tie", "slur")
    ]


@pytest.mark.parametrize(
    ("indices", "left", "notice"),
    [
        (
            [1, 2],
            ["1 slur start", "1 slur stop"],
            "Alto: 1 tie left out, 1 slur shortened, 1 slur left out, whose other end was replaced (measures 1, 4);"
            " the replaced notes had 1 syllable and 1 fermata",
        ),
        (
            [0],
            ["2 tie start", "3 tie stop", "3 slur start", "4 slur stop"],
            "Alto: 1 tie left out, 1 slur left out, whose other end was replaced (measure 2);"
            " the replaced notes had 2 syllables",
        ),
        (
            [3],
            [
                *("1 slur start", "1 tie start", "2 tie stop", "2 slur stop", "2 tie start", "3 tie stop"),
                *("3 slur start", "3 slur stop"),
            ],
            "Alto: 1 slur shortened, whose other end was replaced (measure 3); the replaced notes had 1 syllable",
        ),
    ],
)
def test_ties_and_slurs_do_not_lead_into_new_notes(indices: list[int], left: list[str], notice: str) -> None:
    score = read_musicxml(load_document(CASE), "f")
    done = replaced(score, Slot("P2"), indices)
    assert lines(done.text, "P2") == left and done.notices == (notice,)
    for tag in (b"<wedge", b"<pedal", b"<dynamics"):
        assert done.text.count(tag) == load_document(CASE).count(tag)


def test_a_slur_over_replaced_notes_keeps_its_ends() -> None:
    text = write_musicxml(melody("q:C5 h.:D5", "w:E5", "h.:D5 q:C5")).decode()
    first, last = [found.end() for found in re.finditer("</stem>", text)][1::2][:2]
    slur = "<notations><slur type='{}' number='1'/></notations>".format
    text = text[:first] + slur("start") + text[first:last] + slur("stop") + text[last:]
    score = read_musicxml(text.encode(), "f")
    done = replaced(score, Slot("P1"), [1])
    assert lines(done.text, "P1") == ["1 slur start", "3 slur stop"] and done.notices == ()


@pytest.mark.parametrize(
    ("marks", "kept"),
    [
        (["begin", "continue", "end"], ["begin", "end"]),
        (["", "begin", "end"], []),
    ],
)
def test_beams_and_brackets_across_a_barline_are_cut(marks: list[str], kept: list[str]) -> None:
    """A beam over the barline: its first measure has two eighths, or one, and the next one eighth."""
    text = write_musicxml(melody("h.:C5 e:D5 e:E5", "e:F5 e:G5 h.:A5")).decode()
    text = re.sub(r"\s*<beam .*?</beam>", "", text)
    ends = [found.end() for found in re.finditer("<type>eighth</type>\\s*<stem>down</stem>", text)]
    for end, word in reversed(list(zip(ends, marks, strict=False))):
        text = text[:end] + (f'<beam number="1">{word}</beam>' if word else "") + text[end:]
    score = read_musicxml(text.encode(), "f")
    assert check_document(text.encode(), "f") == ()
    done = replaced(score, Slot("P1"), [1])
    assert check_document(done.text, "f") == ()
    first = etree.fromstring(done.text).find("part/measure")
    assert first is not None and [beam.text for beam in first.iter("beam")] == kept


def test_given_faults_stay_as_they_are() -> None:
    text = load_document(CASE).replace(b'<slur type="stop" number="1"/>', b"", 1)
    score = read_musicxml(text, "f")
    before = check_document(text, "f")
    assert before and check_document(replaced(score, Slot("P1"), [0]).text, "f") == before


@pytest.mark.skipif(COMMAND is None, reason="MuseScore is not installed")
def test_musescore_accepts_the_shortened_lines(tmp_path: Path) -> None:
    score = with_replaced(read_musicxml(load_document(CASE), "f"), Slot("P2"), [1, 2])
    came_back = through_musescore(graft(score).text, tmp_path)
    assert came_back.complaints == () and came_back.odd_lengths == ()
    assert note_records(came_back.score) == note_records(score)
