"""Small pages in 4/4 for tests: parts with the music of their voices in letters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from scoregen.score.elements import Clef, Instrument, Measure, Part, Score, Slot, Voice
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from tests.notation.handmade import line

TREBLE, TENOR, BASS = Clef(), Clef("G", 2, -1), Clef("F", 4)
TUNE = "q:G4 q:A4 q:B4 q:G4 | q:C5 q:B4 h:A4 | q:B4 q:C5 q:D5 q:B4 | q:A4 q:A4 h:G4"
REST = "w:r | w:r | w:r | w:r"


@dataclass(frozen=True)
class PagePart:
    """A part: its name, clefs, and the music of its voices by staff and voice."""

    name: str
    clefs: tuple[Clef, ...] = (TREBLE,)
    voices: Mapping[tuple[int, int], str] = field(default_factory=lambda: {(1, 1): REST})
    instrument: Instrument | None = None


def sung(name: str, music: str = REST, clef: Clef = TREBLE) -> PagePart:
    return PagePart(name, (clef,), {(1, 1): music})


def page(*parts: PagePart, fifths: int = 1, mode: str | None = None) -> Score:
    """The score of some parts, P1, P2 and so on."""
    declared = tuple(
        Part(f"P{number}", part.name, clefs=part.clefs, instrument=part.instrument)
        for number, part in enumerate(parts, 1)
    )
    columns: list[list[Voice]] = []
    for number, part in enumerate(parts, 1):
        for (staff, voice), music in part.voices.items():
            for index, measure in enumerate(music.split("|")):
                if index == len(columns):
                    columns.append([])
                columns[index].append(Voice(Slot(f"P{number}", staff, voice), line(measure)))
    time, key = TimeSignature((4,), 4), KeySignature(fifths, mode)
    measures = (Measure(str(number), Fraction(4), time, key, tuple(voices)) for number, voices in enumerate(columns, 1))
    return Score(declared, tuple(measures))
