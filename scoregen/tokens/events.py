"""The structured form of the token language: measures of slices with one event for each voice.

A slice begins wherever any voice attacks or begins a rest, and at the start of every measure. In
it each voice has one event: it **holds** its note or rest, **rests**, or **attacks** one or more
spelled pitches; it is **absent** from a measure that lacks the voice, and **blank** if it is still to
be written. `vocabulary` gives the flat form, one id for each token.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from scoregen.score.elements import Slot
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch

Kind = Literal["hold", "rest", "attack", "absent", "blank"]


@dataclass(frozen=True, slots=True)
class Event:
    """The event of one voice in one slice; `tied` are the pitches of a chord that only continue."""

    kind: Kind
    pitches: tuple[Pitch, ...] = ()
    tied: tuple[Pitch, ...] = ()

    @property
    def sounding(self) -> tuple[Pitch, ...]:
        """All pitches that sound after an attack, lowest first; an attack may only end some notes of a chord."""
        return ascending((*self.pitches, *self.tied))


HOLD = Event("hold")
REST = Event("rest")
ABSENT = Event("absent")
BLANK = Event("blank")


def ascending(pitches: Iterable[Pitch]) -> tuple[Pitch, ...]:
    """Pitches in the order of a chord: lowest first; enharmonic ones by staff position."""
    return tuple(sorted(pitches, key=lambda pitch: (pitch.chromatic, pitch.diatonic)))


@dataclass(frozen=True, slots=True)
class Slice:
    """An onset in the measure, in quarters, with one event for each slot of the score."""

    onset: Fraction
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Header:
    """The settings of a measure: metre, key signature, length, phrase ends.

    `start` is the position in the metre at which the measure begins: 3 for an anacrusis of one quarter
    in 4/4, 0 for full measures.
    """

    number: str
    time: TimeSignature
    key: KeySignature
    duration: Fraction
    start: Fraction = Fraction(0)
    phrase_ends: tuple[Fraction, ...] = ()


@dataclass(frozen=True, slots=True)
class TokenMeasure:
    header: Header
    slices: tuple[Slice, ...]


@dataclass(frozen=True, slots=True)
class TokenScore:
    """A score in tokens: the voices in their fixed order, and the measures."""

    slots: tuple[Slot, ...]
    measures: tuple[TokenMeasure, ...]
