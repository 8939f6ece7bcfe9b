"""Moods as values: valence, arousal and tension.

Valence and arousal are the axes of the circumplex model (J. A. Russell, "A circumplex model of affect", 1980); tension
is an axis of its own in music (U. Schimmack and A. Grob, "Dimensional models of core affect", 2000).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Quadrant = Literal["joy", "peace", "fear", "sorrow"]


@dataclass(frozen=True, slots=True)
class Affect:
    """Valence, arousal and tension, each from -1 to 1."""

    valence: float = 0.0
    arousal: float = 0.0
    tension: float = 0.0

    def __add__(self, other: Affect) -> Affect:
        return Affect(self.valence + other.valence, self.arousal + other.arousal, self.tension + other.tension)

    def times(self, factor: float) -> Affect:
        return Affect(factor * self.valence, factor * self.arousal, factor * self.tension)

    @property
    def clipped(self) -> Affect:
        """The nearest mood in the range."""
        return Affect(*(min(max(each, -1.0), 1.0) for each in (self.valence, self.arousal, self.tension)))

    @property
    def quadrant(self) -> Quadrant:
        """The quadrant of valence and arousal; 0 counts as low arousal and as high valence."""
        if self.valence >= 0:
            return "joy" if self.arousal > 0 else "peace"
        return "fear" if self.arousal > 0 else "sorrow"

    def distance(self, other: Affect) -> float:
        """The Euclidean distance."""
        gap = self + other.times(-1)
        return float((gap.valence**2 + gap.arousal**2 + gap.tension**2) ** 0.5)

    def __str__(self) -> str:
        return f"valence {self.valence:.2f}, arousal {self.arousal:.2f}, tension {self.tension:.2f}"


NEUTRAL = Affect()


def total(rows: Iterable[Affect]) -> Affect:
    """The sum of moods."""
    return sum(rows, NEUTRAL)
