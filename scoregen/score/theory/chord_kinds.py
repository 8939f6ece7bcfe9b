"""The kinds of chord: the only table of them.

A chord is a set of positions on the line of fifths relative to its root: a major third is 4, a minor third -3, a
perfect fifth 1 and a minor seventh -2. Spelling therefore counts: an augmented sixth is not a dominant seventh. The
names are those of MusicXML.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class ChordKind:
    """A kind of chord.

    fifths: root, third, fifth and seventh on the line of fifths from the root; suffix: the text after the root in a
    chord symbol; lead_sheet: the suffix on a lead sheet, if it is another one.
    """

    name: str
    fifths: tuple[int, ...]
    suffix: str
    lead_sheet: str | None = None

    @property
    def semitones(self) -> tuple[int, ...]:
        """The members in semitones above the root, within an octave."""
        return tuple(7 * place % 12 for place in self.fifths)


CHORD_KINDS: Mapping[str, ChordKind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            ChordKind("major", (0, 4, 1), ""),
            ChordKind("minor", (0, -3, 1), "m"),
            ChordKind("diminished", (0, -3, -6), "dim"),
            ChordKind("augmented", (0, 4, 8), "+"),
            ChordKind("dominant", (0, 4, 1, -2), "7"),
            ChordKind("major-seventh", (0, 4, 1, 5), "maj7"),
            ChordKind("minor-seventh", (0, -3, 1, -2), "m7"),
            ChordKind("half-diminished", (0, -3, -6, -2), "m7b5"),
            ChordKind("diminished-seventh", (0, -3, -6, -9), "dim7"),
            ChordKind("major-minor", (0, -3, 1, 5), "m(maj7)"),
            ChordKind("augmented-seventh", (0, 4, 8, -2), "+7"),
            ChordKind("Italian", (0, 4, 10), "It6", lead_sheet="7"),
            ChordKind("German", (0, 4, 1, 10), "Ger6", lead_sheet="7"),
            ChordKind("French", (0, 4, 6, 10), "Fr6", lead_sheet="7b5"),
        )
    }
)
"""By name. The root of an augmented sixth chord is its usual bass, the flat sixth degree."""

MEMBERS: Mapping[str, tuple[int, ...]] = MappingProxyType({name: kind.fifths for name, kind in CHORD_KINDS.items()})
"""By name: root, third, fifth and seventh on the line of fifths."""

AUGMENTED_SIXTHS = frozenset({"Italian", "German", "French"})
FOUR_NOTES = frozenset(name for name, members in MEMBERS.items() if len(members) == 4)
"""Seventh chords, and the augmented sixths of four notes."""
CONSONANT_TRIADS = frozenset({"major", "minor"})

_FIFTH, _MINOR_SEVENTH = 1, -2


def is_consonant_triad(members: Sequence[int]) -> bool:
    """Whether the members of a chord on the line of fifths are root, third and fifth of a major or minor triad."""
    shape = tuple(member - members[0] for member in members)
    return any(shape == MEMBERS[kind] for kind in CONSONANT_TRIADS)


def open_fifth_root(places: Set[int]) -> int | None:
    """The root of a chord without third: a root and its fifth, with or without a minor seventh; else None.

    `places` are the sounding notes on the line of fifths.
    """
    for root in places:
        above = {place - root for place in places}
        if above in ({0, _FIFTH}, {0, _FIFTH, _MINOR_SEVENTH}):
            return root
    return None


_STEPS = "FCGDAEB"
_SYMBOL = re.compile(r"([A-G])(#+|b+|)(.*)")


def semitones(kind: str) -> tuple[int, ...]:
    """The members of a kind in semitones above the root."""
    return CHORD_KINDS[kind].semitones


@cache
def pitch_classes(root: int, kind: str) -> tuple[int, ...]:
    """The pitch classes of a chord on the pitch class `root`, the root first."""
    return tuple((root + member) % 12 for member in semitones(kind))


def lead_sheet_suffix(kind: str) -> str:
    """The suffix on a lead sheet, where an augmented sixth is written as a seventh."""
    chord_kind = CHORD_KINDS[kind]
    return (chord_kind.suffix if chord_kind.lead_sheet is None else chord_kind.lead_sheet).replace("b", "♭")


def note_name(fifths: int) -> str:
    """The name of a position on the line of fifths: F is -1, C 0, B flat -2."""
    alter, step = divmod(fifths + 1, 7)
    return f"{_STEPS[step]}{'#' * alter if alter > 0 else 'b' * -alter}"


def parse_chord(text: str) -> tuple[int, str]:
    """The root on the line of fifths and the kind of a chord symbol such as `Bdim7`; ValueError for anything else."""
    by_suffix = {kind.suffix: kind.name for kind in CHORD_KINDS.values()}
    parts = _SYMBOL.fullmatch(text)
    if parts is None or parts[3] not in by_suffix:
        raise ValueError(f"{text!r} is not a chord; expected a root and one of {', '.join(filter(None, by_suffix))}")
    alter = len(parts[2]) * (1 if parts[2].startswith("#") else -1)
    return _STEPS.index(parts[1]) - 1 + 7 * alter, by_suffix[parts[3]]
