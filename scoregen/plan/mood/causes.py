"""What in a story causes its mood: words, and losses that are told by what is absent."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from scoregen.plan.mood.absence import Absence
from scoregen.plan.mood.affect import Affect

LOSS = Affect(-1.1, -0.65, 0.0)
"""The mood of a loss, stronger than that of the words of grief, since nothing but its construction tells it."""
BARELY_ABSENT = 0.5
"""The share of its mood that a word of absence has if no construction says what is lost."""


@dataclass(frozen=True, slots=True)
class Cause:
    """A word of a text, the meaning that it has, its mood there, and how it was read.

    `reading` is "" for plainly, `negated`, `irony` or `absence`.
    """

    word: str
    meaning: str
    affect: Affect
    reading: str = ""

    def __str__(self) -> str:
        return f"{self.word} ({', '.join(filter(None, (self.reading, self.meaning)))})"


@dataclass(frozen=True, slots=True)
class PlacedCause:
    """A cause and the index of its first word in its sentence."""

    place: int
    cause: Cause


def without_losses(
    causes: Sequence[PlacedCause], absent: Collection[str], *, is_excited: bool
) -> Iterator[PlacedCause]:
    """The causes where the `absent` words tell of no loss: they count less, and nothing in an excited scene."""
    for each in causes:
        if each.cause.word.lower() not in absent:
            yield each
        elif not is_excited:
            affect = each.cause.affect.times(BARELY_ABSENT)
            yield replace(each, cause=replace(each.cause, affect=affect))


def with_loss(causes: Sequence[PlacedCause], absence: Absence, words: str) -> list[PlacedCause]:
    """The causes of a sentence with a loss in place of the words that tell it; other losses stay."""
    others = [each for each in causes if not absence.first <= each.place <= absence.last or each.cause.affect == LOSS]
    added = PlacedCause(absence.first, Cause(words, absence.meaning, LOSS, "absence"))
    return sorted((*others, added), key=lambda each: each.place)
