"""Planned chords: what is fixed at an onset of a measure, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

_LEADING_NOTE = 4
"""The third of a dominant on the line of fifths above its root."""
_STEP_UP = -5
"""A minor second up on the line of fifths."""


@dataclass(frozen=True, slots=True)
class PlannedChord:
    """The members of a chord on the line of fifths: root, third, then the others; none for a rest of all voices.

    `final`: nothing follows it in its measure; `stay`: the quarters during which the outer voices begin no other
    pitch; `hold`: the quarters during which no voice begins anything, and `rest` those after them in which all voices
    rest; `leads`: it is a dominant of the next planned chord.
    """

    members: tuple[int, ...]
    final: bool = False
    stay: Fraction = Fraction(0)
    hold: Fraction = Fraction(0)
    rest: Fraction = Fraction(0)
    leads: bool = False

    @property
    def single(self) -> frozenset[int]:
        """The members that sound once: the third of a major chord, and the seventh."""
        third = self.members[1:2] if self.members[1] - self.members[0] == _LEADING_NOTE else ()
        return frozenset((*third, *self.members[3:4]))

    def resolutions(self, goal: PlannedChord) -> dict[int, tuple[int, ...]]:
        """Where its tendency tones go in the next chord: the leading note up a semitone, the seventh down a step."""
        root, third, *_ = self.members
        rows: dict[int, tuple[int, ...]] = {third: (third + _STEP_UP,)} if third - root == _LEADING_NOTE else {}
        rows |= {seventh: (seventh - _STEP_UP, seventh - 2) for seventh in self.members[3:4]}
        return {tone: tuple(each for each in steps if each in goal.members) for tone, steps in rows.items()}


PlannedChords = Mapping[Fraction, PlannedChord]
"""The chords of a measure by onset in the measure; the last one before the measure has a negative onset."""
