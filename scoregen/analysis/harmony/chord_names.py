"""The name of a chord: root, quality and inversion."""

from __future__ import annotations

from dataclasses import dataclass

from scoregen.score.theory.chord_kinds import AUGMENTED_SIXTHS, CHORD_KINDS, FOUR_NOTES, MEMBERS, note_name


@dataclass(frozen=True, slots=True)
class ChordName:
    """A chord. `root` is a position on the line of fifths, `quality` the kind in MusicXML's terms.

    `inversion` is the index of the member in the bass: 0 for root position, 3 for the seventh.
    """

    root: int
    quality: str
    inversion: int = 0

    @property
    def members(self) -> tuple[int, ...]:
        """Root, third, fifth and seventh on the line of fifths."""
        return tuple(self.root + member for member in MEMBERS[self.quality])

    @property
    def bass(self) -> int:
        return self.members[self.inversion]

    @property
    def seventh(self) -> int | None:
        """The seventh on the line of fifths; None in a triad."""
        return self.members[3] if self.quality in FOUR_NOTES - AUGMENTED_SIXTHS else None

    def __str__(self) -> str:
        """The chord symbol, such as `G7/B`."""
        low = f"/{note_name(self.bass)}" if self.inversion else ""
        return f"{note_name(self.root)}{CHORD_KINDS[self.quality].suffix}{low}"
