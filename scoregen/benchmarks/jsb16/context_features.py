"""Where a slice stands, told by its past alone and in any key: what two places can have in common.

A place is told by its *sonority*, what the voices sounded last, seen from the lowest of them, and by its
*codes*: a number for each thing that two places can have in common, such as the last two slices, or the
beat. Everything is relative: a piece in another key has the same sonorities and codes.

T slices, V voices, F codes, P pitches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import numpy as np
from numpy.typing import NDArray

from scoregen.model.network.alphabet import FIRST_PITCH, GRID, HOLD, Alphabet
from scoregen.model.network.inputs import PieceArrays

Ints = NDArray[np.int64]

SLICES = 6
"""So many slices back two pasts are compared, all voices at once."""
NOTES = 2
"""So many notes back, voice by voice."""
UNKNOWN = -1
"""A code, sonority or doing that is like no other."""
_PERIODS = (GRID // 2, GRID, 3 * GRID, 4 * GRID)
"""After so many grid steps a place comes again: half a quarter, a quarter, three, four. Rolls have no metre."""
_ATTACK = 1 << 16
"""A doing that begins a note is this and the way there from the voice's last note."""
_POSITIVE = (1 << 62) - 1
_MIX = np.array([pow(0x2545F4914F6CDD1D, power, 1 << 63) for power in range(1, 25)])
"""Odd and with no pattern: what is added up in these multiples is told by the sum."""


@dataclass(frozen=True, slots=True, eq=False)
class ContextFeatures:
    """T places. sonority: [T]; codes: [T, F]; both UNKNOWN where there is none. doing: [T, V] what was done there."""

    sonority: Ints
    codes: Ints
    doing: Ints


def code_names(roles: Sequence[str]) -> tuple[str, ...]:
    """What the codes of places of these voices are, in order."""
    return (
        *(f"slices {count}" for count in range(1, SLICES + 1)),
        *(f"place modulo {Fraction(steps, GRID)}" for steps in _PERIODS),
        "degree",
        *(f"age {role}" for role in roles),
        *(f"notes {count} {role}" for count in range(1, NOTES + 1) for role in roles),
    )


def context_features(piece: PieceArrays, alphabet: Alphabet) -> ContextFeatures:
    """Every slice of a piece."""
    doing = voice_events(piece.events, piece.sounding, piece.before, alphabet)
    position, lowest = piece.position[piece.point], piece.before[:, -1]
    degree = alphabet.degrees[piece.key[piece.point], lowest]
    slices = _histories(_mixed(np.column_stack([doing, piece.time_shift])), SLICES)
    notes = [_notes(doing[:, voice], position) for voice in range(doing.shape[1])]
    parts = [
        slices,
        np.column_stack([position % steps for steps in _PERIODS]),
        np.where(lowest == alphabet.silence, UNKNOWN, degree)[:, None],
        piece.age,
        *(np.column_stack([voice[:, count] for voice in notes]) for count in range(NOTES)),
    ]
    return ContextFeatures(sonorities(piece.before, alphabet), np.concatenate(parts, axis=1), doing)


def sonorities(before: Ints, alphabet: Alphabet) -> Ints:
    """[T] what the voices [T, V] sounded last, seen from the lowest that sounds; UNKNOWN where none has."""
    pitches = np.append(line(alphabet), 0)[before]
    silent = before == alphabet.silence
    lowest = np.where(silent, np.iinfo(np.int64).max, pitches).min(1, keepdims=True)
    seen = np.where(silent, UNKNOWN, pitches - np.where(silent, 0, lowest))
    found: Ints = np.where(silent.all(1), UNKNOWN, _mixed(seen))
    return found


@cache
def line(alphabet: Alphabet) -> Ints:
    """[P] a number for each pitch, such that an interval is a difference of two of them."""
    found: Ints = alphabet.midi * 64
    return found + alphabet.fifths if alphabet.name == "spelled" else found


def voice_events(events: Ints, sounding: Ints, before: Ints, alphabet: Alphabet) -> Ints:
    """[T, V] what each voice does, in any key: hold, rest, or the way from its last note; UNKNOWN for its first."""
    pitches = np.append(line(alphabet), 0)
    way = _ATTACK + pitches[sounding] - pitches[before]
    way = np.where(before == alphabet.silence, UNKNOWN, way)
    found: Ints = np.where(events >= FIRST_PITCH, way, events)
    return found


def events_of(doing: Ints, before: Ints, alphabet: Alphabet) -> Ints:
    """The event ids of doings of voices whose last pitch is `before`; UNKNOWN where the alphabet has none."""
    table = _events_on_line(alphabet)
    start = np.append(line(alphabet), -_ATTACK)[before]
    there = np.where(doing < _ATTACK // 2, 0, doing - _ATTACK + start)
    inside = (there >= 0) & (before != alphabet.silence)
    attack = np.where(inside, table[np.where(inside, there, 0)], UNKNOWN)
    found: Ints = np.where(doing < _ATTACK // 2, doing, attack)
    return found


@cache
def _events_on_line(alphabet: Alphabet) -> Ints:
    """The attack of every pitch at its place on the line; UNKNOWN where there is none."""
    table = np.full(2 * _ATTACK, UNKNOWN)
    table[line(alphabet)] = FIRST_PITCH + np.arange(alphabet.silence)
    return table


def _histories(numbers: Ints, most: int) -> Ints:
    """[T, most] the last 1, 2, ... before each in one number."""
    length = len(numbers)
    latest = np.zeros((length, most), dtype=np.int64)
    for count in range(1, min(most, length - 1) + 1):
        latest[count:, count - 1] = numbers[:-count]
    return _folded(latest, np.arange(length))


def _folded(latest: Ints, counts: Ints) -> Ints:
    """[..., most] of the latest of all `counts` [...] numbers, latest first: the last 1, 2, ... in one number."""
    told = (latest * _MIX[: latest.shape[-1]]).cumsum(-1) & _POSITIVE
    return np.where(counts[..., None] > np.arange(latest.shape[-1]), told, UNKNOWN)


def _notes(doing: Ints, position: Ints) -> Ints:
    """[T, NOTES] by which ways and after how long a voice came to its note, over the last 1, 2, ... notes."""
    begins = np.flatnonzero(doing != HOLD)
    came = np.append(UNKNOWN, np.diff(position[begins]))[: len(begins)]
    known = _histories(np.append(_mixed(np.column_stack([doing[begins], came])), 0), NOTES)
    count = np.append(0, np.cumsum(doing != HOLD)[:-1])  # notes begun before each slice
    result: Ints = known[count]
    return result


def _mixed(rows: Ints) -> Ints:
    """[T] each row in one number that is not negative."""
    found: Ints = ((rows + 1) * _MIX[: rows.shape[1]]).sum(1) & _POSITIVE
    return found
