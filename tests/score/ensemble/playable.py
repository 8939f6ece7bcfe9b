"""Random scores that an ensemble can play: in range, with chords where hand or bow can sound them."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

from scoregen.score.chord_symbols import ChordSymbol, SpelledPitchClass
from scoregen.score.elements import Barline, Chord, Element, Measure, Note, Rest, Score, Slot, Voice
from scoregen.score.ensemble import Ensemble, Role, new_parts, with_instruments
from scoregen.score.ensemble.playability import can_play
from scoregen.score.instruments import InstrumentType
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch, spell, spell_near
from scoregen.score.rhythm import NoteValue

METRES = ("4/4", "3/4", "2/4", "6/8", "2/2")
VALUES = (NoteValue("half"), NoteValue("quarter"), NoteValue("quarter", 1), NoteValue("eighth"))


def playable_score(ensemble: Ensemble, seed: int) -> Score:
    """Two or three measures in any key of up to six accidentals, with a voice on each staff."""
    chance = random.Random(f"{ensemble.name} {seed}")
    key = KeySignature(chance.randint(-6, 6), "major")
    time = TimeSignature.parse(chance.choice(METRES))
    parts = new_parts(ensemble, key.fifths)
    staves = [
        (role, Slot(part.id, staff, place))
        for role, part in zip(ensemble.roles, parts, strict=True)
        for place, staff in enumerate(range(1, part.staves + 1), 1)
    ]
    count = chance.randint(2, 3)
    measures = [
        Measure(
            str(number),
            time.duration,
            time,
            key,
            tuple(Voice(slot, _filled(role, slot.staff, time.duration, key, chance)) for role, slot in staves),
            barline=Barline("light-heavy" if number == count else "regular"),
            chord_symbols=_chords(ensemble, key) if number == 1 else (),
        )
        for number in range(1, count + 1)
    ]
    return Score(parts, tuple(measures))


def _chords(ensemble: Ensemble, key: KeySignature) -> tuple[ChordSymbol, ...]:
    """The tonic over a lead sheet."""
    tonic = spell(60 + 7 * key.fifths % 12, key.fifths)
    symbol = ChordSymbol(Fraction(0), "P1", SpelledPitchClass(tonic.step, tonic.alter), "major")
    return (symbol,) if ensemble.name == "lead-sheet" else ()


def _filled(role: Role, staff: int, length: Fraction, key: KeySignature, chance: random.Random) -> tuple[Element, ...]:
    row: list[Element] = []
    left = length
    while left:
        value = chance.choice([value for value in VALUES if value.duration <= left])
        row.append(Rest(value) if chance.random() < 0.1 else _sounding(role, staff, value, key, chance))
        left -= value.duration
    return (
        tuple(row)
        if any(element.notes for element in row)
        else (_sounding(role, staff, row[0].value, key, chance), *row[1:])
    )


def _sounding(role: Role, staff: int, value: NoteValue, key: KeySignature, chance: random.Random) -> Element:
    low, high = (pitch.midi_pitch for pitch in role.range_on(staff))
    pitches = {spell_near(chance.randint(low, high), key.fifths)}
    for _ in range(chance.choice((0, 0, 1, 2, 3)) if role.notes_on(staff) > 1 else 0):
        base = chance.choice(sorted(pitches, key=lambda pitch: pitch.midi_pitch)).midi_pitch
        new = spell_near(min(high, max(low, base + chance.choice((-12, -9, -7, -4, 3, 5, 8, 10)))), key.fifths)
        if _fits(role, staff, {*pitches, new}):
            pitches.add(new)
    notes = tuple(Note(value, pitch) for pitch in sorted(pitches, key=lambda pitch: pitch.midi_pitch))
    return notes[0] if len(notes) == 1 else Chord(notes)


def _fits(role: Role, staff: int, chord: set[Pitch]) -> bool:
    distinct = len({pitch.midi_pitch for pitch in chord}) == len({pitch.diatonic for pitch in chord}) == len(chord)
    small = len(chord) <= role.notes_on(staff)
    return distinct and small and (role.type is None or can_play(role.type, sorted(chord, key=lambda p: p.midi_pitch)))


def plain_groups(score: Score) -> Score:
    """The score with its brackets numbered: a file keeps which parts they hold, not their names."""
    names: dict[str, str] = {}
    parts = [
        replace(part, group=names.setdefault(part.group, f"bracket {len(names)}") if part.group else None)
        for part in score.parts
    ]
    return replace(score, parts=tuple(parts), document=None)


def role_of(kind: InstrumentType) -> Role:
    """The role of an instrument as the table has it."""
    return next(each for each in with_instruments(Ensemble("none", "None", None, ()), (kind.name,)).roles)
