"""What each line of a piece does at every moment, from its tokens: chords, rests, and rhythms of measures.

A **line** is one voice, or all voices of one staff of a part together: a corpus divides the notes of a hand into voices
that a draft writes as chords of one voice, so that only staves can be compared. A **moment** is a slice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Literal

from scoregen.score.ensemble import Role
from scoregen.score.instruments import InstrumentType, instruments, voice_types
from scoregen.score.pitch import Pitch
from scoregen.tokens.events import Header, Slice, TokenMeasure, TokenScore, ascending
from scoregen.tokens.voice_descriptions import VoiceDescription, low_voices

Grouping = Literal["voices", "staves"]
Chord = tuple[Pitch, ...]
"""Pitches, lowest first; () is silence."""
Rhythm = tuple[tuple[Fraction, str], ...]
"""Onsets in a measure with what begins there: an attack, a rest, or (at 0) the rest of a note from before."""


@dataclass(frozen=True, slots=True)
class Player:
    """What is known of the player of a line: `staff` from 0; `is_low` if the bass of its chords is the outer note."""

    family: str
    part: int
    staff: int
    staves: int
    is_low: bool
    instrument: InstrumentType | None
    role: Role | None

    @property
    def range(self) -> tuple[Pitch, Pitch] | None:
        """The lowest and the highest pitch; None if they are unknown."""
        if self.role is not None:
            return self.role.range_on(self.staff + 1)
        return (self.instrument.lowest, self.instrument.highest) if self.instrument else None

    @property
    def comfortable(self) -> tuple[Pitch, Pitch] | None:
        known = self.role or self.instrument
        return known.comfortable if known else None


@dataclass(frozen=True, slots=True)
class Moment:
    """A line at a slice: what it attacks and what sounds then, lowest first, until the next slice.

    `position` and `duration` are in quarters, `position` from the start of the piece.
    """

    measure: int
    onset: Fraction
    position: Fraction
    duration: Fraction
    attacked: Chord
    sounding: Chord


@dataclass(frozen=True, slots=True)
class Line:
    """A line and its moments. `present` are the measures that have it, without those that are left out."""

    player: Player
    moments: tuple[Moment, ...]
    present: tuple[int, ...]

    def by_measure(self) -> dict[int, list[Moment]]:
        rows: dict[int, list[Moment]] = {index: [] for index in self.present}
        for moment in self.moments:
            rows[moment.measure].append(moment)
        return rows


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece in lines, in the order of the score. `counted` are the indices of the measures that count."""

    headers: tuple[Header, ...]
    lines: tuple[Line, ...]
    counted: tuple[int, ...]


def lines_of(
    tokens: TokenScore,
    descriptions: Sequence[VoiceDescription],
    roles: Sequence[Role | None] | None = None,
    left_out: Collection[int] = (),
    grouping: Grouping = "voices",
) -> Piece:
    """The lines of a piece in tokens. `roles` are those of its voices; `left_out` are measures that do not count."""
    known: Sequence[Role | None] = roles or [None] * len(descriptions)
    groups: dict[tuple[int, ...], list[int]] = {}
    for column, each in enumerate(descriptions):
        key = (each.part, each.staff) if grouping == "staves" else (column,)
        groups.setdefault(key, []).append(column)
    low = low_voices(len(descriptions), descriptions)
    rows = list(_sounding(tokens))
    counted = tuple(index for index in range(len(tokens.measures)) if index not in left_out)
    lines = tuple(
        _line(_player(descriptions[columns[0]], known[columns[0]], is_low=low[columns[0]]), columns, rows, counted)
        for columns in groups.values()
    )
    return Piece(tuple(measure.header for measure in tokens.measures), lines, counted)


def rhythm(moments: Sequence[Moment]) -> Rhythm:
    """The rhythm of a line in one measure, from its moments there."""
    found: list[tuple[Fraction, str]] = []
    for index, moment in enumerate(moments):
        begins_rest = not moment.sounding and (index == 0 or bool(moments[index - 1].sounding))
        if moment.attacked or begins_rest or moment.onset == 0:
            found.append((moment.onset, "attack" if moment.attacked else "hold" if moment.sounding else "rest"))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Row:
    """A slice with what every voice attacks and sounds; None for a voice that is absent or blank."""

    measure: int
    onset: Fraction
    position: Fraction
    duration: Fraction
    voices: tuple[tuple[Chord, Chord] | None, ...]


def _sounding(tokens: TokenScore) -> Iterator[_Row]:
    start = Fraction(0)
    sounding: list[Chord] = [()] * len(tokens.slots)
    for index, measure in enumerate(tokens.measures):
        for piece, end in zip(measure.slices, _ends(measure), strict=True):
            voices = _voices(piece, sounding)
            sounding = [() if voice is None else voice[1] for voice in voices]
            yield _Row(index, piece.onset, start + piece.onset, end - piece.onset, voices)
        start += measure.header.duration


def _ends(measure: TokenMeasure) -> list[Fraction]:
    return [*(piece.onset for piece in measure.slices[1:]), measure.header.duration]


def _voices(piece: Slice, before: Sequence[Chord]) -> tuple[tuple[Chord, Chord] | None, ...]:
    found: list[tuple[Chord, Chord] | None] = []
    for event, sounding in zip(piece.events, before, strict=True):
        if event.kind == "attack":
            found.append((ascending(event.pitches), ascending((*event.pitches, *event.tied))))
        elif event.kind in ("absent", "blank"):
            found.append(None)
        else:
            found.append(((), sounding if event.kind == "hold" else ()))
    return tuple(found)


def _line(player: Player, columns: Sequence[int], rows: Sequence[_Row], counted: Collection[int]) -> Line:
    moments = []
    for row in rows:
        voices = [voice for column in columns if (voice := row.voices[column]) is not None]
        if voices and row.measure in counted:
            attacked, sounding = (ascending({pitch for each in voices for pitch in each[side]}) for side in (0, 1))
            moments.append(Moment(row.measure, row.onset, row.position, row.duration, attacked, sounding))
    return Line(player, tuple(moments), tuple(dict.fromkeys(moment.measure for moment in moments)))


def _player(each: VoiceDescription, role: Role | None, *, is_low: bool) -> Player:
    kind = role.type if role is not None and role.type is not None else _type_with_range(each)
    return Player(each.family, each.part, each.staff, each.staves, is_low, kind, role)


def _type_with_range(each: VoiceDescription) -> InstrumentType | None:
    """The instrument or named voice that a description tells by its family and its range, if any has just these."""
    return _types().get((each.family, each.lowest, each.highest))


@cache
def _types() -> dict[tuple[str, int, int], InstrumentType]:
    every = [*instruments(), *voice_types()]
    return {(each.family, each.lowest.midi_pitch, each.highest.midi_pitch): each for each in reversed(every)}
