"""Signatures inside measures, for an engraver that draws them at the start of a measure."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from scoregen.notation.engraving.pages import engrave
from scoregen.notation.musicxml.document import load_document, parse, serialize
from scoregen.notation.musicxml.read.score import read_musicxml
from scoregen.notation.musicxml.split_measures import split_at_changes
from scoregen.notation.musicxml.write.score import write_musicxml
from scoregen.notation.validation.document import check_document
from scoregen.score.elements import Part, Score, Slot
from scoregen.score.keys import KeySignature
from scoregen.score.metre import SignatureChange, TimeSignature
from scoregen.score.timeline import pitched_notes
from tests.notation.handmade import measure

CASES = Path(__file__).resolve().parents[2] / "cases" / "reading"
FLATS = KeySignature(-3, "major")


def split(text: bytes) -> bytes:
    root = parse(text, "f")
    split_at_changes(root)
    return serialize(root)


def duet(upper: str, lower: str, place: int = 2) -> Score:
    """Two parts in C, then in E flat from a place in the first measure on."""
    parts = (Part("P1", "A"), Part("P2", "B"))
    first = measure("1", "4/4", {Slot("P1"): upper, Slot("P2"): lower})
    last = measure("2", "4/4", {Slot("P1"): "w:C5", Slot("P2"): "w:C4"}, key=FLATS)
    return Score(parts, (replace(first, changes=(SignatureChange(Fraction(place), FLATS),)), last))


@pytest.mark.parametrize(
    ("upper", "lower", "place"),
    [
        ("q:C5 q:D5 h:Eb5", "h:C4 h:Bb3", 2),
        ("q:C5 q:D5 h:Eb5", "w:C4+G4", 2),
        ("w:r", "q:C4 h.:Bb3", 2),
        ("h.:C5 q:D5", "q:C4 h.:D4", 3),
    ],
)
def test_a_measure_is_split_where_the_key_changes(upper: str, lower: str, place: int) -> None:
    score = duet(upper, lower, place)
    text = split(write_musicxml(score))
    assert check_document(text, "f") == ()
    done = read_musicxml(text, "f")
    assert [row.duration for row in done.measures] == [place, 4 - place, 4]
    assert [row.key.fifths for row in done.measures] == [0, -3, -3]
    assert all(row.changes == () for row in done.measures) and done.measures[0].barline.style == "none"
    assert [(n.onset, n.duration, n.pitch) for n in pitched_notes(done)] == [
        (n.onset, n.duration, n.pitch) for n in pitched_notes(score)
    ]


def test_a_metre_that_changes_has_its_own_barline() -> None:
    done = read_musicxml(split(load_document(CASES / "time_inside_measure.musicxml")), "f")
    assert [str(row.time) for row in done.measures] == ["4/4", "2/4", "2/4"]
    assert done.measures[0].barline.style == "dashed"


def test_other_documents_stay_as_they_are() -> None:
    for name in ("closed_score", "repeats", "key_at_measure_end", "cross_staff"):
        text = load_document(CASES / f"{name}.musicxml")
        assert split(text) == serialize(parse(text, "f"))


def test_a_tuplet_across_the_change_is_left_alone() -> None:
    text = write_musicxml(replace(duet("h:C5 h:D5", "q3:C4 q3:D4 q3:E4 h:F4", 1)))
    assert split(text) == serialize(parse(text, "f"))


def test_the_engraver_draws_the_key_at_its_place() -> None:
    page = "".join(engrave(write_musicxml(duet("q:C5 q:D5 h:Eb5", "w:C4"))))
    assert page.count('class="measure"') == 3


def test_a_change_of_metre_is_drawn(tmp_path: Path) -> None:
    first = duet("h:C5 h:D5", "w:C4").measures[0]
    change = SignatureChange(Fraction(2), None, TimeSignature((2,), 4))
    score = Score((Part("P1", "A"), Part("P2", "B")), (replace(first, changes=(change,)),))
    assert "".join(engrave(write_musicxml(score))).count('class="meterSig"') == 4
