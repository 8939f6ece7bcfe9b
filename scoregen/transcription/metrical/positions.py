"""The metres that are told apart, and the positions of their measures on which notes begin.

B positions of a metre.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scoregen.score.metre import TimeSignature

Floats = NDArray[np.float64]

_SIMPLE = tuple(Fraction(step, 12) for step in (0, 3, 4, 6, 8, 9))
_BINARY = tuple(Fraction(step, 4) for step in range(4))
_COMPOUND = tuple(Fraction(step, 4) for step in range(6))
_EVEN = (Fraction(0), Fraction(1, 2))
_SIXTHS = tuple(Fraction(step, 6) for step in range(6))
MEASURES = 2
"""Measures within which the note after another is looked for."""


@dataclass(frozen=True)
class Metre:
    """A metre with the positions [B] of a measure, in quarters, and its counted beat, in quarters and seconds."""

    time: TimeSignature
    positions: tuple[Fraction, ...]
    counted: Fraction
    seconds: float

    @cached_property
    def name(self) -> str:
        return str(self.time)

    @cached_property
    def measure(self) -> Fraction:
        return self.time.duration

    @cached_property
    def places(self) -> Floats:
        """[B] the positions as numbers."""
        return np.array([float(position) for position in self.positions])

    @cached_property
    def steps(self) -> Floats:
        """[B, B, MEASURES] quarters from a position (second) to another (first) so many barlines on."""
        gaps = self.places[:, None, None] - self.places[None, :, None]
        return np.asarray(gaps + float(self.measure) * np.arange(MEASURES))

    @cached_property
    def is_step(self) -> NDArray[np.bool_]:
        """[B, B, MEASURES] which steps lead forward."""
        return np.asarray(self.steps > 1e-9)

    def index(self, place: float, nearness: float = 0.01) -> int | None:
        """The index of a position; None if there is none."""
        found = int(np.abs(self.places - place).argmin())
        return found if abs(self.places[found] - place) < nearness else None


def _metre(
    beats: int, unit: int, grid: tuple[Fraction, ...], span: Fraction, counted: Fraction, seconds: float
) -> Metre:
    time = TimeSignature((beats,), unit)
    count = int(time.duration / span)
    return Metre(time, tuple(index * span + offset for index in range(count) for offset in grid), counted, seconds)


_USUAL = 0.65
"""Seconds of a counted beat of other metres."""
_QUARTER, _DOTTED, _HALF = Fraction(1), Fraction(3, 2), Fraction(2)
METRES = (
    _metre(4, 4, _SIMPLE, _QUARTER, _QUARTER, 0.6),
    _metre(3, 4, _SIMPLE, _QUARTER, _QUARTER, 0.58),
    _metre(2, 4, _SIMPLE, _QUARTER, _QUARTER, 0.62),
    _metre(6, 8, _COMPOUND, _DOTTED, _DOTTED, 0.7),
    _metre(3, 8, _COMPOUND, _DOTTED, _DOTTED, 0.85),
    _metre(9, 8, _COMPOUND, _DOTTED, _DOTTED, 0.7),
    _metre(12, 8, _COMPOUND, _DOTTED, _DOTTED, 0.7),
    _metre(3, 2, _BINARY, _QUARTER, _HALF, 0.8),
    _metre(5, 4, _SIMPLE, _QUARTER, _QUARTER, 0.55),
)
"""The metres that are told apart, the commonest first."""


def metre_of_time(time: TimeSignature) -> Metre:
    """The metre of a signature; one that is not told apart has the divisions of its beats."""
    for metre in METRES:
        if metre.name == str(time):
            return replace(metre, time=time)
    counted = time.groups[0]
    parts: tuple[Fraction, ...] = _SIMPLE
    if len(set(time.groups)) > 1:
        counted, parts = time.unit, _EVEN
    elif time.is_compound:
        parts = _SIXTHS
    count = int(time.duration / counted)
    places = tuple(counted * (index + part) for index in range(count) for part in parts)
    return Metre(time, places, counted, _USUAL)
