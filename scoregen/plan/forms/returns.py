"""How the phrases of a small form return: to all their music or its head, exactly or varied, and in another key.

A composer seldom writes a theme twice in the same way. The habits of a kind of music are shares of its training
movements (`grammars/forms/small.toml`).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from scoregen.plan.forms.phrases import ACCOMPANIMENT, Phrase

HEAD = 1
"""The measures of the head of a theme."""


@dataclass(frozen=True, slots=True)
class Habits:
    """Shares of the ways to return, whose sum is 1: exactly or varied, whole or with the head alone.

    `taken_up`: how often a contrast in another key begins with the head of the theme; `melody_alone`: how often an
    exact return has another accompaniment. A varied one always has.
    """

    exact: float
    head: float
    varied: float
    varied_head: float
    taken_up: float
    melody_alone: float


@dataclass(frozen=True, slots=True)
class Return:
    """Measures that come again: the first of them, the first of those that they repeat, and their number.

    `melody_alone`: the other voices are new. `is_varied`: the melody is like that of the source, no more. `is_moved`:
    it is in the key of its own measures, and varied.
    """

    start: int
    source: int
    measures: int
    melody_alone: bool = False
    is_varied: bool = False
    is_moved: bool = False

    def __str__(self) -> str:
        rows = (_numbers(start, self.measures) for start in (self.start, self.source))
        manner = " in another key" if self.is_moved else " varied" if self.is_varied else ""
        return " as ".join(rows) + (manner or " in the melody" * self.melody_alone)


def _numbers(start: int, measures: int) -> str:
    """Measures as they are numbered on the page."""
    return f"{start + 1}-{start + measures}" if measures > 1 else str(start + 1)


def draw_returns(phrases: Sequence[Phrase], habits: Habits, chance: random.Random) -> tuple[Return, ...]:
    """The returns of the phrases whose letter came before, and of contrasts that take up the theme."""
    starts = [0, *accumulate(phrase.measures for phrase in phrases)]
    found = list[Return]()
    for number, phrase in enumerate(phrases):
        earlier = [place for place in range(number) if phrases[place].letter == phrase.letter]
        if earlier:
            alike = [place for place in earlier if phrases[place].cadence == phrase.cadence]
            source = (alike or earlier)[-1 if alike else 0]
            length = _length(phrases[source], phrase, is_last=number + 1 == len(phrases))
            found.append(_drawn(Return(starts[number], starts[source], length), habits, chance))
        elif _turns_away(phrases, number) and chance.random() < habits.taken_up:
            theme = next(place for place, each in enumerate(phrases) if each.letter != ACCOMPANIMENT)
            found.append(Return(starts[number], starts[theme], HEAD, True, is_varied=True, is_moved=True))
    return tuple(found)


def _turns_away(phrases: Sequence[Phrase], number: int) -> bool:
    """Whether a stretch in another key begins with a phrase."""
    return phrases[number].away > 0 and number > 0 and phrases[number - 1].away == 0


def _drawn(whole: Return, habits: Habits, chance: random.Random) -> Return:
    """A return in one of the ways of its kind of music."""
    is_alone, place = chance.random() < habits.melody_alone, chance.random()
    is_varied = place >= habits.exact + habits.head
    is_head = habits.exact <= place < habits.exact + habits.head or place >= 1 - habits.varied_head
    length = HEAD if is_head else whole.measures
    return Return(whole.start, whole.source, length, is_alone or is_varied, is_varied)


def _length(source: Phrase, phrase: Phrase, *, is_last: bool) -> int:
    """The measures that come again: to the cadence, which the last phrase has of its own, or the first half."""
    shorter = min(source.measures, phrase.measures)
    if source.cadence != phrase.cadence:
        return max(1, shorter // 2)
    return max(1, shorter - 1) if is_last or source.measures != phrase.measures else shorter
