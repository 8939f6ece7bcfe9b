"""The kinds of chord that the analysis knows, as stacks on a root along the line of fifths.

On that line a major third is 4, a minor third -3, a perfect fifth 1 and a minor seventh -2, so that
a chord is spelled: an augmented sixth is not a dominant seventh. The names are MusicXML's.
"""

from __future__ import annotations

from types import MappingProxyType

MEMBERS = MappingProxyType(
    {
        "major": (0, 4, 1),
        "minor": (0, -3, 1),
        "diminished": (0, -3, -6),
        "augmented": (0, 4, 8),
        "dominant": (0, 4, 1, -2),
        "major-seventh": (0, 4, 1, 5),
        "minor-seventh": (0, -3, 1, -2),
        "half-diminished": (0, -3, -6, -2),
        "diminished-seventh": (0, -3, -6, -9),
        "major-minor": (0, -3, 1, 5),
        "augmented-seventh": (0, 4, 8, -2),
        "Italian": (0, 4, 10),
        "German": (0, 4, 1, 10),
        "French": (0, 4, 6, 10),
    }
)
"""Root, third, fifth and seventh of each quality, as steps on the line of fifths from the root.

The sixths named after nations stand on their lowest note, as they are played: the flat sixth degree.
"""

SUFFIXES = MappingProxyType(
    {
        "major": "",
        "minor": "m",
        "diminished": "dim",
        "augmented": "+",
        "dominant": "7",
        "major-seventh": "maj7",
        "minor-seventh": "m7",
        "half-diminished": "m7b5",
        "diminished-seventh": "dim7",
        "major-minor": "m(maj7)",
        "augmented-seventh": "+7",
        "Italian": "It6",
        "German": "Ger6",
        "French": "Fr6",
    }
)
"""What a lead sheet writes after the root."""

SEVENTHS = frozenset(name for name, members in MEMBERS.items() if len(members) == 4)
AUGMENTED_SIXTHS = frozenset({"Italian", "German", "French"})


_AS_CHORDS = MappingProxyType({"Italian": "7", "German": "7", "French": "7b5"})


def lead_sheet_suffix(quality: str) -> str:
    """What a player reads after the root: an augmented sixth is fingered as a seventh."""
    return _AS_CHORDS.get(quality, SUFFIXES[quality]).replace("b", "♭")


def note_name(fifths: int) -> str:
    """The name of a place on the line of fifths: F is -1, C 0, B flat -2."""
    alter, step = divmod(fifths + 1, 7)
    return f"{'FCGDAEB'[step]}{'#' * alter if alter > 0 else 'b' * -alter}"
