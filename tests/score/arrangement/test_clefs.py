"""Clefs inside a part: changed where more than three ledger lines would stand for more than a measure."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest

from scoregen.notation.musicxml.read.score import read_musicxml
from scoregen.notation.musicxml.tree import parse
from scoregen.notation.musicxml.write.score import write_musicxml
from scoregen.notation.validation.document import check_document
from scoregen.score.arrangement.clefs import clefs_by_measure
from scoregen.score.elements import Clef, Measure, Note, Score, Slot, Voice
from scoregen.score.instruments import CLEFS, instrument_type
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue
from tests.score.ensemble.playable import role_of


def score_of(instrument: str, rows: Sequence[str], staff: int = 1) -> Score:
    """A part with one half note twice in each measure, at the sounding pitches of `rows`."""
    part = role_of(instrument_type(instrument)).part("P1", None)
    time, key = TimeSignature.parse("4/4"), KeySignature(0, "major")
    half = NoteValue("half")
    measures = [
        Measure(
            str(number),
            Fraction(4),
            time,
            key,
            (Voice(Slot("P1", staff, staff), (Note(half, Pitch.parse(name)),) * 2),),
        )
        for number, name in enumerate(rows, 1)
    ]
    return Score((part,), tuple(measures))


def clefs_of(score: Score, staff: int = 1) -> list[str]:
    names = {clef: name for name, clef in CLEFS.items()}
    return [names[clefs[staff - 1]] for clefs in clefs_by_measure(score, score.parts[0])]


@pytest.mark.parametrize(
    ("instrument", "rows", "staff", "expected"),
    [
        ("cello", ["C3", "B4", "C5", "B4", "C2", "C2"], 1, ["bass", *["tenor"] * 3, "bass", "bass"]),
        ("cello", ["C3", "B4", "C3", "D3"], 1, ["bass"] * 4),
        ("cello", ["C3", "A5", "B5", "A5"], 1, ["bass", *["treble"] * 3]),
        ("bassoon", ["C3", "C5", "B4", "C5"], 1, ["bass", *["tenor"] * 3]),
        ("viola", ["C4", "E6", "D6", "E6"], 1, ["alto", *["treble"] * 3]),
        ("horn", ["C4", "C2", "D2", "C2"], 1, ["treble", *["bass"] * 3]),
        ("piano", ["C3", "C5", "D5", "C5"], 2, ["bass", *["treble"] * 3]),
        ("violin", ["C5", "A6", "A6", "A6"], 1, ["treble"] * 4),
        ("trumpet", ["C5", "G3", "G3", "G3"], 1, ["treble"] * 4),
    ],
)
def test_clefs_follow_the_music(instrument: str, rows: list[str], staff: int, expected: list[str]) -> None:
    assert clefs_of(score_of(instrument, rows, staff), staff) == expected


def test_a_written_change_is_valid_and_keeps_the_notes() -> None:
    score = score_of("cello", ["C3", "B4", "C5", "B4", "C2", "C2"])
    text = write_musicxml(score)
    assert check_document(text, "cello") == ()
    measures = parse(text, "cello").findall("part/measure")
    signs = [[clef.findtext("sign") for clef in measure.iterfind("attributes/clef")] for measure in measures]
    assert signs == [["F"], ["C"], [], [], ["F"], []]
    again = read_musicxml(text, "cello")
    assert [m.voices for m in again.measures] == [m.voices for m in score.measures]
    assert again.parts[0].clefs == score.parts[0].clefs


def test_stems_follow_the_clef_of_their_measure() -> None:
    measures = parse(write_musicxml(score_of("cello", ["C3", "C5", "C5", "C5"])), "cello").findall("part/measure")
    assert [measure.findtext("note/stem") for measure in measures] == ["up", "down", "down", "down"]
    low = parse(write_musicxml(score_of("cello", ["G3", "B4", "B4", "B4", "G3", "B4", "B4"])), "cello")
    assert [measure.findtext("note/stem") for measure in low.findall("part/measure")][::4] == ["down", "up"]


def test_ledger_lines() -> None:
    assert [Clef("G", 2).ledger_lines(Pitch.parse(name).diatonic) for name in ("C4", "D4", "A3", "A5", "C6")] == [
        *(1, 0, 2),
        *(1, 2),
    ]
    assert Clef("F", 4).ledger_lines(Pitch.parse("C4").diatonic) == 1
    assert Clef("C", 4).ledger_lines(Pitch.parse("B4").diatonic) == 2
    assert Clef("G", 2, -1).ledger_lines(Pitch.parse("C3").diatonic) == 1
