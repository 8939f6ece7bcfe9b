"""The phrases of small forms."""

from __future__ import annotations

from dataclasses import dataclass

ACCOMPANIMENT = "-"
"""The letter of a phrase without singers."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase: its letter, its measures, its cadence, and its first measures that are in another key."""

    letter: str
    measures: int
    cadence: str
    away: int = 0
