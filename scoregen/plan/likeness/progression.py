"""Progressions in the vocabulary of another piece: chords are drawn one after another from its successions.

A chord that is fixed stays, and the chord before it is drawn among those that lead to it. The rhythm of changes is
drawn measure by measure from that of the piece. What is drawn is a suggestion.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from scoregen.plan.chords.chord_rows import FREE, PROLONGED, Rows
from scoregen.plan.likeness.likeness import Likeness

TONICS = {"major": "I", "minor": "i"}
_TRIES = 40
_SMOOTHING = 0.05
"""The weight of a chord of the vocabulary that never follows the one before, beside one that once does."""


def filled(rows: Rows, likeness: Likeness, mode: str, seed: str) -> Rows:
    """Rows with a suggestion wherever nothing is fixed; the rows themselves if the piece has no chords of the mode."""
    if not likeness.vocabulary(mode):
        return rows
    tries = (_tried(rows, likeness, mode, random.Random(f"{seed} {number}")) for number in range(_TRIES))
    return min(tries, key=lambda each: each[0])[1]


def _tried(rows: Rows, likeness: Likeness, mode: str, chance: random.Random) -> tuple[float, Rows]:
    """A draw, and how many of its fixed chords follow a chord that never leads to them in the piece."""
    found, last, strange = Rows(), "", 0.0
    successions = likeness.successions[mode]
    for row in rows:
        in_force, drawn = _in_force(row), list[str]()
        places = _places(len(row), likeness, chance)
        for beat, fixed in enumerate(in_force):
            if fixed != FREE:
                strange += bool(last) and last != _plain(fixed) and not successions.get(last, {}).get(_plain(fixed))
                drawn.append(row[beat] if row[beat] != FREE else PROLONGED)
                last = _plain(fixed)
            elif beat in places or not drawn or in_force[beat - 1] != FREE:
                last = _next(successions, likeness.vocabulary(mode), last or "", mode, chance)
                drawn.append(f"({last})")
            else:
                drawn.append(PROLONGED)
        found.append(drawn)
    return strange, found


def _in_force(row: Sequence[str]) -> list[str]:
    """The word that holds at each beat."""
    held, found = FREE, list[str]()
    for word in row:
        held = held if word == PROLONGED else word
        found.append(held)
    return found


def _plain(word: str) -> str:
    """The numeral of a word, without parentheses and key."""
    return word.strip("()").rpartition(":")[2]


def _places(beats: int, likeness: Likeness, chance: random.Random) -> frozenset[int]:
    """The beats of a measure on which chords change, the first always, the others evenly."""
    counts = likeness.changes.get(beats) or {count: 1 for count in (1, 2) if count <= beats}
    (count,) = chance.choices(list(counts), list(counts.values()))
    return frozenset(-(-number * beats // count) for number in range(count))


def _next(
    successions: Mapping[str, Mapping[str, int]],
    vocabulary: frozenset[str],
    last: str,
    mode: str,
    chance: random.Random,
) -> str:
    """A chord that follows the last one; the tonic at the start."""
    tonic = TONICS[mode]
    if not last and tonic in vocabulary:
        return tonic
    own = successions.get(last, {})
    names = sorted(vocabulary - {last}) or sorted(vocabulary)
    weights = [own.get(name, 0) + _SMOOTHING * (1 if own else 20) for name in names]
    return chance.choices(names, weights)[0]
