"""A few short pieces in four voices on disk, random but reproducible, for tests that compare pieces."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from scoregen.notation.files import write_score
from scoregen.score.elements import Clef, Measure, Metadata, Note, Part, Score, Slot, Voice
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch, spell_near
from scoregen.score.rhythm import NoteValue

FOUR = TimeSignature((4,), 4)
VOICES = (
    ("Soprano", Clef("G", 2), 72),
    ("Alto", Clef("G", 2), 65),
    ("Tenor", Clef("G", 2, -1), 60),
    ("Bass", Clef("F", 4), 48),
)


def chorale(seed: int, measures: int = 10, transposed: int = 0, voices: int = 4) -> Score:
    """Random quarters and eighths with a phrase end in every fifth measure; a seed gives the same piece in any key."""
    chance = random.Random(seed)
    rows = [
        [_measure(chance, middle, transposed, ends=number % 5 == 0) for _, _, middle in VOICES[:voices]]
        for number in range(1, measures + 1)
    ]
    parts = tuple(Part(f"P{number}", name, clefs=(clef,)) for number, (name, clef, _) in enumerate(VOICES[:voices], 1))
    columns = tuple(
        Measure(
            str(number),
            FOUR.duration,
            FOUR,
            KeySignature(0, "major"),
            tuple(Voice(Slot(part.id), notes) for part, notes in zip(parts, row, strict=True)),
            phrase_ends=(Fraction(0),) if number % 5 == 0 else (),
        )
        for number, row in enumerate(rows, 1)
    )
    return Score(parts, columns, Metadata(f"Chorale {seed}"))


def _measure(chance: random.Random, middle: int, transposed: int, *, ends: bool) -> tuple[Note, ...]:
    """Four quarters; at a phrase end the first note has a fermata."""
    values = [name for _ in range(4) for name in chance.choice((("quarter",), ("eighth", "eighth")))]
    notes = [Note(NoteValue(name), _pitch(middle + chance.randint(-5, 5) + transposed)) for name in values]
    return (replace(notes[0], fermata=ends), *notes[1:])


def _pitch(midi: int) -> Pitch:
    return spell_near(midi, 0)


def write_chorales(folder: Path, seeds: range, **options: int) -> Path:
    """A folder of such pieces, named 000.musicxml and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        write_score(chorale(seed, **options), folder / f"{seed:03}.musicxml")
    return folder
