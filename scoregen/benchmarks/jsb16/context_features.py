"""Features of the context of a slice, which two places of a corpus can have in common.

The *sonority* consists of the last pitches of the voices, as intervals over the lowest of them. Each other feature
is one number, for example the last two slices, or the beat. The features depend on the past alone and are
invariant under transposition.

T slices, V voices, F features, P pitches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.alphabet import FIRST_PITCH, GRID, HOLD, Alphabet
from scoregen.model.features.inputs import PieceArrays

Ints = NDArray[np.int64]

SLICES = 6
"""The maximum number of past slices that a feature covers, all voices at once."""
NOTES = 2
"""The maximum number of past notes that a feature of one voice covers."""
UNKNOWN = -1
"""A feature, sonority or move that equals no other."""
_PERIODS = (GRID // 2, GRID, 3 * GRID, 4 * GRID)
"""Grid steps of the cycles in which a position is counted: half a quarter, a quarter, three, four.

Piano rolls have no metre."""
_ATTACK = 1 << 16
"""A move to a new note is this plus the interval from the voice's last note."""
_POSITIVE = (1 << 62) - 1
_MIX = np.array([pow(0x2545F4914F6CDD1D, power, 1 << 63) for power in range(1, 25)])
"""Odd multipliers without a pattern, for hashing rows of numbers by a sum."""


@dataclass(frozen=True, slots=True, eq=False)
class ContextFeatures:
    """The sonority [T], features [T, F] and moves [T, V] of T slices; UNKNOWN if there is none."""

    sonority: Ints
    features: Ints
    moves: Ints


def feature_names(roles: Sequence[str]) -> tuple[str, ...]:
    """The names of the F features for these voices, in order."""
    return (
        *(f"slices {count}" for count in range(1, SLICES + 1)),
        *(f"place modulo {Fraction(steps, GRID)}" for steps in _PERIODS),
        "degree",
        *(f"age {role}" for role in roles),
        *(f"notes {count} {role}" for count in range(1, NOTES + 1) for role in roles),
    )


def context_features(piece: PieceArrays, alphabet: Alphabet) -> ContextFeatures:
    """The context features of every slice of a piece."""
    moves = voice_moves(piece.events, piece.sounding, piece.before, alphabet)
    position, lowest = piece.position[piece.point], piece.before[:, -1]
    degree = alphabet.degrees[piece.key[piece.point], lowest]
    slices = _histories(_hash_rows(np.column_stack([moves, piece.time_shift])), SLICES)
    notes = [_notes(moves[:, voice], position) for voice in range(moves.shape[1])]
    parts = [
        slices,
        np.column_stack([position % steps for steps in _PERIODS]),
        np.where(lowest == alphabet.silence, UNKNOWN, degree)[:, None],
        piece.age,
        *(np.column_stack([voice[:, count] for voice in notes]) for count in range(NOTES)),
    ]
    return ContextFeatures(sonorities(piece.before, alphabet), np.concatenate(parts, axis=1), moves)


def sonorities(before: Ints, alphabet: Alphabet) -> Ints:
    """[T] a hash of the last pitches of the voices [T, V] over the lowest one; UNKNOWN if no voice has sounded."""
    pitches = np.append(line(alphabet), 0)[before]
    silent = before == alphabet.silence
    lowest = np.where(silent, np.iinfo(np.int64).max, pitches).min(1, keepdims=True)
    intervals = np.where(silent, UNKNOWN, pitches - np.where(silent, 0, lowest))
    results: Ints = np.where(silent.all(1), UNKNOWN, _hash_rows(intervals))
    return results


@cache
def line(alphabet: Alphabet) -> Ints:
    """[P] a number for each pitch, such that the difference of two of them is their interval."""
    results: Ints = alphabet.midi * 64
    return results + alphabet.fifths if alphabet.name == "spelled" else results


def voice_moves(events: Ints, sounding: Ints, before: Ints, alphabet: Alphabet) -> Ints:
    """[T, V] the move of each voice: hold, rest, or the interval from its last note; UNKNOWN for its first note."""
    pitches = np.append(line(alphabet), 0)
    way = _ATTACK + pitches[sounding] - pitches[before]
    way = np.where(before == alphabet.silence, UNKNOWN, way)
    results: Ints = np.where(events >= FIRST_PITCH, way, events)
    return results


def events_of(moves: Ints, before: Ints, alphabet: Alphabet) -> Ints:
    """The event ids of the moves of voices whose last pitch is `before`; UNKNOWN if the alphabet has none."""
    table = _events_on_line(alphabet)
    start = np.append(line(alphabet), -_ATTACK)[before]
    there = np.where(moves < _ATTACK // 2, 0, moves - _ATTACK + start)
    inside = (there >= 0) & (before != alphabet.silence)
    attack = np.where(inside, table[np.where(inside, there, 0)], UNKNOWN)
    results: Ints = np.where(moves < _ATTACK // 2, moves, attack)
    return results


@cache
def _events_on_line(alphabet: Alphabet) -> Ints:
    """The attack of each pitch, indexed by its number on the line; UNKNOWN for numbers without a pitch."""
    table = np.full(2 * _ATTACK, UNKNOWN)
    table[line(alphabet)] = FIRST_PITCH + np.arange(alphabet.silence)
    return table


def _histories(numbers: Ints, most: int) -> Ints:
    """[T, most] a hash of the last 1, 2, ... numbers before each."""
    length = len(numbers)
    latest = np.zeros((length, most), dtype=np.int64)
    for count in range(1, min(most, length - 1) + 1):
        latest[count:, count - 1] = numbers[:-count]
    return _hash_prefixes(latest, np.arange(length))


def _hash_prefixes(latest: Ints, counts: Ints) -> Ints:
    """[..., most] a hash of the last 1, 2, ... of `counts` [...] numbers, the latest first."""
    hashed = (latest * _MIX[: latest.shape[-1]]).cumsum(-1) & _POSITIVE
    return np.where(counts[..., None] > np.arange(latest.shape[-1]), hashed, UNKNOWN)


def _notes(moves: Ints, position: Ints) -> Ints:
    """[T, NOTES] a hash of the moves and durations before each note of a voice, over the last 1, 2, ... notes."""
    begins = np.flatnonzero(moves != HOLD)
    durations = np.append(UNKNOWN, np.diff(position[begins]))[: len(begins)]
    histories = _histories(np.append(_hash_rows(np.column_stack([moves[begins], durations])), 0), NOTES)
    count = np.append(0, np.cumsum(moves != HOLD)[:-1])  # notes begun before each slice
    result: Ints = histories[count]
    return result


def _hash_rows(rows: Ints) -> Ints:
    """[T] a non-negative hash of each row."""
    results: Ints = ((rows + 1) * _MIX[: rows.shape[1]]).sum(1) & _POSITIVE
    return results
