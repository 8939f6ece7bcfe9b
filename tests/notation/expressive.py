"""A score made by hand with every kind of value besides the notes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from scoregen.score.chord_symbols import ChordSymbol, Degree, SpelledPitchClass
from scoregen.score.directions import Direction, Dynamic, RehearsalMark, RepeatMark, Words
from scoregen.score.elements import Barline, Instrument, Measure, Metadata, Note, Part, Score, Slot, Tempo
from scoregen.score.pitch import Interval
from scoregen.score.rhythm import NoteValue
from scoregen.score.spanners import End, Pedal, Slur, Wedge
from tests.notation.handmade import BASS, TREBLE, line, measure

ZERO, HALF, ONE, TWO, THREE, FOUR = (Fraction(n, 2) for n in (0, 1, 2, 4, 6, 8))
CLARINET = Part(
    "P1", "Clarinet", "Cl.", (TREBLE,), Instrument("Clarinet", "wind.reed.clarinet.bflat", 72), Interval(-1, -2)
)
PIANO = Part("P2", "Piano", "Pno.", (TREBLE, BASS), Instrument("Piano", "keyboard.piano", 1))
SOLO, RIGHT, LEFT = Slot("P1"), Slot("P2"), Slot("P2", 2)
QUARTER = NoteValue("quarter")


def expressive() -> Score:
    """Six measures: dynamics, hairpins, slurs, pedals, tempos, words, signs, chord symbols, breaks, velocities."""
    rows = (_opening(), _crescendo(), _to_coda(), _dal_segno(), _coda(), _last())
    return Score((CLARINET, PIANO), rows, Metadata("Everything"))


def _with_velocity(notes: tuple[object, ...], *velocities: int) -> tuple[Note, ...]:
    return tuple(replace(note, velocity=velocity) for note, velocity in zip(notes, velocities, strict=True))  # type: ignore[type-var]


def _opening() -> Measure:
    grace = replace(line("e:D5")[0], grace=True)
    return measure(
        "1",
        "4/4",
        {SOLO: (grace, *line("h:E5 q:D5 q:C5")), RIGHT: "h:C5+E5 h:D5+F5", LEFT: "q:C3 q:G3 q:E3 q:G3"},
        tempos=(
            Tempo(ZERO, NoteValue("quarter", 1), Fraction(60), "Andante"),
            Tempo(THREE, QUARTER, Fraction(72), "rit.", number_implicit=True),
        ),
        directions=(
            Direction(ZERO, RehearsalMark("A")),
            Direction(ZERO, Words("dolce", italic=True), "P1"),
            Direction(ZERO, Dynamic("p", 49), "P1", placement="above"),
            Direction(ZERO, Dynamic("mp"), "P2"),
            Direction(HALF, Dynamic("sfz"), "P2", 2),
            Direction(FOUR, Words("attacca", bold=True), "P2", placement="below"),
        ),
        chord_symbols=(
            ChordSymbol(ZERO, "P1", SpelledPitchClass("C"), "major"),
            ChordSymbol(TWO, "P2", SpelledPitchClass("B", -1), "none", "N.C.", staff=2),
            ChordSymbol(
                Fraction(5, 2), "P1", SpelledPitchClass("G"), "dominant", "7", 1, SpelledPitchClass("B"),
                (Degree(9, -1, "add"), Degree(5, 1, "alter")),
            ),
        ),
        spanners=(
            Slur(SOLO, ZERO, End(0, ZERO), grace=1),
            Slur(SOLO, ZERO, End(1, ZERO), placement="above"),
            Pedal("P2", ZERO, End(0, TWO), 2, line=True),
            Slur(LEFT, ZERO, End(0, TWO), RIGHT),
            Pedal("P2", TWO, End(1, TWO), 2, line=True),
        ),
    )  # fmt: skip


def _crescendo() -> Measure:
    return measure(
        "2",
        "4/4",
        {SOLO: _with_velocity(line("h:F5 h:G5"), 80, 90), RIGHT: "w:C5+E5", LEFT: "w:C3"},
        tempos=(Tempo(ZERO, QUARTER, Fraction(90), number_implicit=True),),
        directions=(Direction(ZERO, RepeatMark("segno")),),
        spanners=(
            Wedge("P1", ZERO, End(1, ZERO), "crescendo"),
            Wedge("P2", ZERO, End(0, THREE), "crescendo", placement="above"),
            Wedge("P2", ONE, End(1, ONE), "diminuendo", 2, niente=True),
            Pedal("P2", THREE, End(1, ZERO)),
        ),
        break_before="system",
    )


def _to_coda() -> Measure:
    return measure(
        "3",
        "4/4",
        {SOLO: "w:A5", RIGHT: "w:C5+F5", LEFT: "w:F3"},
        directions=(Direction(ZERO, Dynamic("più f"), "P1"), Direction(FOUR, RepeatMark("tocoda"))),
    )


def _dal_segno() -> Measure:
    jump = RepeatMark("dalsegno", "D.S. al Coda")
    return measure(
        "4",
        "4/4",
        {SOLO: "w:G5", RIGHT: "w:B4+D5", LEFT: "w:G3"},
        directions=(Direction(FOUR, jump),),
        barline=Barline("light-light"),
    )


def _coda() -> Measure:
    return measure(
        "5",
        "4/4",
        {SOLO: "w:C6", RIGHT: "w:C5+E5", LEFT: "w:C3"},
        directions=(Direction(ZERO, RepeatMark("coda")), Direction(ZERO, Dynamic("ff"), "P1")),
        break_before="page",
    )


def _last() -> Measure:
    return measure(
        "6",
        "4/4",
        {SOLO: "w:C6", RIGHT: "w:C5+E5", LEFT: "w:C3"},
        directions=(Direction(FOUR, RepeatMark("fine", "")),),
        barline=Barline("light-heavy"),
    )
