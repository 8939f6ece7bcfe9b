"""What the lines of a score sound from one change to the next."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from scoregen.score.timeline import SoundingNote, pitch_of


@dataclass(frozen=True, slots=True)
class VoiceMoment:
    """The notes from an onset to the next change: one for each line, None for a rest."""

    onset: Fraction
    measure_index: int
    notes: tuple[SoundingNote | None, ...]

    @property
    def pitch_classes(self) -> frozenset[int]:
        return frozenset(pitch_of(note).pitch_class for note in self.notes if note is not None)

    @property
    def places(self) -> frozenset[int]:
        """The sounding notes on the line of fifths."""
        return frozenset(pitch_of(note).fifths for note in self.notes if note is not None)
