"""The cadences as successions of chords: the only table of them.

Degrees are fifths from the tonic to the root. The kinds and their names follow W. Caplin, Classical Form (1998).
"""

from __future__ import annotations

from dataclasses import dataclass

from scoregen.score.theory.chord_kinds import CONSONANT_TRIADS


@dataclass(frozen=True, slots=True)
class ChordClass:
    """The chords of some kinds on some degrees of a key."""

    degrees: tuple[int, ...]
    kinds: frozenset[str]

    def contains(self, degree: int, kind: str) -> bool:
        return degree in self.degrees and kind in self.kinds


TONIC = ChordClass((0,), CONSONANT_TRIADS)
DOMINANT = ChordClass((1,), frozenset({"major", "dominant"}))
LEADING_TONE = ChordClass((5,), frozenset({"diminished", "half-diminished", "diminished-seventh"}))
SUBDOMINANT = ChordClass((-1,), CONSONANT_TRIADS)
SUBMEDIANT = ChordClass((3, -4), CONSONANT_TRIADS)
MINOR_SUBDOMINANT = ChordClass((-1,), frozenset({"minor"}))


@dataclass(frozen=True, slots=True)
class Cadence:
    """The chords before a last chord; an empty `before` allows any. `root_position` restricts the last chord."""

    name: str
    before: tuple[ChordClass, ...]
    last: ChordClass
    root_position: bool = False

    def leads(self, degree: int, kind: str) -> bool:
        """Whether a chord may come before the last one."""
        return not self.before or any(chords.contains(degree, kind) for chords in self.before)


AUTHENTIC = Cadence("authentic", (DOMINANT, LEADING_TONE), TONIC)
"""Perfect if it is V to I, both in root position, with the tonic in the highest voice; else imperfect."""
HALF = Cadence("half", (), DOMINANT, root_position=True)
PHRYGIAN = Cadence("Phrygian half", (MINOR_SUBDOMINANT,), DOMINANT, root_position=True)
"""In minor; the chord before is in first inversion."""
DECEPTIVE = Cadence("deceptive", (DOMINANT,), SUBMEDIANT)
PLAGAL = Cadence("plagal", (SUBDOMINANT,), TONIC, root_position=True)

SUPERTONIC_DEGREE = 2
LEADING_HOME_DEGREES = (
    *(degree for chords in AUTHENTIC.before for degree in chords.degrees),
    *SUBDOMINANT.degrees,
    SUPERTONIC_DEGREE,
)
"""The degrees of chords that may come before a final tonic: dominants, and subdominants in the wider sense."""
