"""Notes as they were played: onsets and ends in seconds, before any beat is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PerformedNote:
    """A played or sung note: onset and end in seconds, a MIDI pitch, and its velocity from 1 to 127.

    A note that is sustained sounds on after its end, as the pedal is down.
    """

    onset: float
    end: float
    pitch: int
    velocity: int = 72
    sustained: bool = False


def in_order(notes: Sequence[PerformedNote]) -> list[PerformedNote]:
    """The notes by onset, the highest first."""
    return sorted(notes, key=lambda note: (note.onset, -note.pitch, note.end))
