"""When, in seconds, the places of a MIDI file are reached, from the tempos of the file."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise

DEFAULT_TEMPO = 500_000
"""Microseconds per quarter before the first tempo of a file: 120 quarters a minute."""


class TempoMap:
    """From quarters to seconds; `tempos` are microseconds per quarter by their onsets in quarters."""

    def __init__(self, tempos: Mapping[Fraction, int]) -> None:
        self._changes = sorted({Fraction(0): DEFAULT_TEMPO, **tempos}.items())
        self._starts = [0.0]
        for (place, tempo), (following, _) in pairwise(self._changes):
            self._starts.append(self._starts[-1] + float(following - place) * tempo / 1e6)

    def seconds(self, quarters: Fraction) -> float:
        """When a place is reached."""
        index = bisect_right(self._changes, quarters, key=lambda change: change[0]) - 1
        place, tempo = self._changes[index]
        return self._starts[index] + float(quarters - place) * tempo / 1e6
