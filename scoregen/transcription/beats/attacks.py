"""What the beat network reads: the attacks of a performance, each with features of its notes and its surroundings.

An attack is the notes that begin together, within a few hundredths of a second. N notes, E attacks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoregen.transcription.performed import PerformedNote

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TOGETHER, SPREAD = 0.035, 0.09
"""Seconds between neighbouring onsets of an attack, and between its first and its last onset."""
CLASSES = 12
FEATURES = 18 + CLASSES
_MEMORY = 1.0
"""Seconds in which the memory of pitch classes fades to 1/e."""


@dataclass(frozen=True, slots=True)
class Attacks:
    """The attacks of a performance: times [E] in seconds, features [E, FEATURES], and the attack of each note [N]."""

    times: Floats
    features: Floats
    members: Ints


def attacks_of(notes: Sequence[PerformedNote]) -> Attacks:
    """The attacks of notes that are sorted by onset."""
    table = np.array([(note.onset, note.end, note.pitch, note.velocity) for note in notes], dtype=np.float64)
    return attacks_of_table(table.reshape(len(notes), 4))


def attacks_of_table(table: Floats) -> Attacks:
    """The attacks of rows [N, 4] of onset, end, pitch and velocity, sorted by onset."""
    members = _members(table[:, 0])
    count = int(members[-1]) + 1 if len(members) else 0
    sizes = np.bincount(members, minlength=count).astype(np.float64)
    times = np.bincount(members, table[:, 0], count) / np.maximum(sizes, 1)
    return Attacks(times, _features(table, members, times, sizes), members)


def _members(onsets: Floats) -> Ints:
    """[N] the attack of each note."""
    members = np.zeros(len(onsets), dtype=np.int64)
    first = onsets[0] if len(onsets) else 0.0
    for index in range(1, len(onsets)):
        begins = onsets[index] - onsets[index - 1] > TOGETHER or onsets[index] - first > SPREAD
        members[index] = members[index - 1] + begins
        first = onsets[index] if begins else first
    return members


def _features(table: Floats, members: Ints, times: Floats, sizes: Floats) -> Floats:
    """[E, FEATURES]: intervals of time, register, loudness, lengths, harmonic change, pitch classes."""
    lowest, highest = _extremes(table[:, 2], members, len(times))
    lengths = np.log(np.clip(table[:, 1] - table[:, 0], 0.03, 8))
    longest = np.full(len(times), -4.0)
    np.maximum.at(longest, members, lengths)
    loud = np.zeros(len(times))
    np.maximum.at(loud, members, table[:, 3])
    loud = (loud - loud.mean()) / (loud.std() + 4) if len(loud) else loud
    chroma = np.zeros((len(times), CLASSES))
    chroma[members, table[:, 2].astype(np.int64) % CLASSES] = 1
    columns = [
        *(_interval(times, step) for step in (1, 2, 3, 4, -1, -2, -3, -4)),
        np.log(sizes + 1),
        (table[lowest, 2] - 60) / 12,
        (table[highest, 2] - 60) / 12,
        loud,
        longest,
        lengths[lowest],
        lengths[highest],
        *_harmonic_changes(chroma, times),
        np.append(0.0, np.diff(table[lowest, 2]) / 12),
    ]
    return np.column_stack([*columns, chroma])


def _extremes(pitches: Floats, members: Ints, count: int) -> tuple[Ints, Ints]:
    """[E] the notes that are lowest and highest in each attack."""
    order = np.lexsort((pitches, members))
    starts = np.searchsorted(members[order], np.arange(count))
    ends = np.searchsorted(members[order], np.arange(count), side="right") - 1
    return order[starts], order[ends]


def _interval(times: Floats, step: int) -> Floats:
    """[E] the logarithm of the time to the attack `step` places on; negative steps go back."""
    other = np.clip(np.arange(len(times)) + step, 0, max(len(times) - 1, 0))
    return np.asarray(np.log(np.clip(np.abs(times[other] - times), 0.03, 8)))


def _harmonic_changes(chroma: Floats, times: Floats) -> tuple[Floats, Floats]:
    """[E] twice: how far the pitch classes after an attack differ from those before it; how new its own are."""
    before, after = _faded(chroma, times), _faded(chroma[::-1], -times[::-1])[::-1] + chroma
    norms = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    change = 1 - (before * after).sum(1) / np.maximum(norms, 1e-6)
    new = (chroma * (before < 0.2)).sum(1) / np.maximum(chroma.sum(1), 1)
    return change, new


def _faded(chroma: Floats, times: Floats) -> Floats:
    """[E, 12] the pitch classes of the attacks before each, fading with time."""
    result, memory = np.zeros_like(chroma), np.zeros(CLASSES)
    for index in range(1, len(times)):
        memory = (memory + chroma[index - 1]) * np.exp(-(times[index] - times[index - 1]) / _MEMORY)
        result[index] = memory
    return result
