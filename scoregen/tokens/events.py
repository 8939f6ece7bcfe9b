"""The structured form of the token language: measures of slices with one event for each voice.

A slice begins wherever any voice attacks or begins a rest, and at the start of every measure. In
it each voice has one event: it **holds** its note or rest, **rests**, or **attacks** one or more
spelled pitches; it is **absent** from a measure that lacks the voice, and **blank** if it is still to
be written. `vocabulary` gives the flat form, one id for each token.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from scoregen.score.elements import Slot
from scoregen.score.keys import Key, KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.score.theory.chord_kinds import MEMBERS

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
        return ascending((*self.pitches, *self.tied)) if self.tied or len(self.pitches) > 1 else self.pitches


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
class Harmony:
    """A chord of a harmonic plan from an onset in its measure until the next chord.

    `key` is the local key, `root` a position on the line of fifths, `quality` a kind of `chord_kinds`.
    """

    onset: Fraction
    key: Key
    root: int
    quality: str
    inversion: int = 0

    @property
    def members(self) -> tuple[int, ...]:
        """Root, third, fifth and seventh on the line of fifths."""
        return tuple(self.root + member for member in MEMBERS[self.quality])

    @property
    def bass(self) -> int:
        """The lowest member on the line of fifths."""
        return self.members[self.inversion]

    def sounds_like(self, other: Harmony) -> bool:
        """Whether both are the same chord in the same key, whatever their onsets."""
        return replace(self, onset=other.onset) == other


@dataclass(frozen=True, slots=True)
class Header:
    """The settings of a measure: metre, key signature, length, phrase ends, and the harmony that is planned.

    `start` is the position in the metre at which the measure begins: 3 for an anacrusis of one quarter
    in 4/4, 0 for full measures. `harmony` are the chords that begin in the measure, if a plan is known; from the onsets
    `unplanned` on no chord is planned until the next one of `harmony`. Tokens do not express the plan.
    """

    number: str
    time: TimeSignature
    key: KeySignature
    duration: Fraction
    start: Fraction = Fraction(0)
    phrase_ends: tuple[Fraction, ...] = ()
    harmony: tuple[Harmony, ...] = ()
    unplanned: tuple[Fraction, ...] = ()


@dataclass(frozen=True, slots=True)
class TokenMeasure:
    header: Header
    slices: tuple[Slice, ...]


@dataclass(frozen=True, slots=True)
class TokenScore:
    """A score in tokens: the voices in their fixed order, and the measures."""

    slots: tuple[Slot, ...]
    measures: tuple[TokenMeasure, ...]
