"""Features of the past of a place: the ages of notes, the pitch history, and matches with earlier places.

All features look back only and are invariant under transposition. T slices, V voices.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.alphabet import GRID, HOLD, Alphabet

Ints = NDArray[np.int64]
ShortInts = NDArray[np.signedinteger[Any]]
"""Ids in 16 or 64 bits."""
Floats = NDArray[np.float32]
Buckets = NDArray[np.uint8]

AGES = 10
_AGE_LIMITS = np.array([1, 12, 24, 36, 48, 72, 96, 144, 192])  # grid steps; a fresh piece has age 0
MATCHES = 9
_MATCH_BUCKETS = np.array([0, 1, 2, 3, 4, 4, 5, 5, 5, *[6] * 4, *[7] * 12, 8], dtype=np.uint8)
"""By the number of consecutive identical slices (or notes): 0, 1, 2, 3, 4-5, 6-8, 9-12, 13-24, more."""
PITCH_HISTORY = 24
_HALF_LIVES = (4.0, 16.0)  # quarters


def ages(events: Ints, position: Ints) -> Ints:
    """[T, V] the time from the last attack or rest of the voice to each slice, as a bucket."""
    onsets = np.maximum.accumulate(np.where(events != HOLD, position[:, None], -1), axis=0)
    before = np.vstack([np.full((1, events.shape[1]), -1), onsets[:-1]])
    return age_bucket(np.where(before < 0, 0, position[:, None] - before))


def pitch_history(sounding: Ints, position: Ints, alphabet: Alphabet) -> Floats:
    """[T, 2, 12] the share of each pitch class (by fifths) in the music before, with exponential decay."""
    classes = np.append(alphabet.fifths % 12, 12)[sounding]
    shares = np.zeros((len(position), len(_HALF_LIVES), 12), dtype=np.float32)
    for index in range(1, len(position)):
        shares[index] = decay_shares(shares[index - 1], classes[index - 1], int(position[index] - position[index - 1]))
    return shares


def decay_shares(shares: Floats, classes: Ints, steps: int) -> Floats:
    """The shares [2, 12] after pitch classes [V] (12: silence) have sounded for a number of grid steps."""
    fresh = np.bincount(classes, minlength=13)[:12].astype(np.float32)
    result: Floats = decay_rows(shares[None], fresh[None], np.array([steps]))[0]
    return result


def relative_to_key(shares: Floats, keys: Ints) -> Floats:
    """[T, 24] the shares with the tonic of each slice's key first; they sum to one if anything has sounded."""
    rotated = np.take_along_axis(shares, ((np.arange(12) + keys[:, None]) % 12)[:, None], axis=2)
    total = rotated.sum(2, keepdims=True)
    result: Floats = (rotated / np.maximum(total, 1e-6)).reshape(len(keys), PITCH_HISTORY).astype(np.float32)
    return result


_MAJOR = np.array([6.35, 5.19, 3.48, 3.66, 4.38, 2.88, 2.52, 2.23, 2.39, 2.33, 2.29, 4.09])
_MINOR = np.array([6.33, 4.75, 3.52, 2.69, 2.60, 3.17, 2.54, 2.68, 3.98, 5.38, 3.34, 3.53])
"""Krumhansl and Kessler's profiles (1982) in order of fifths."""


def _collections() -> NDArray[np.float64]:
    """[2, 12 keys, 12] centred profiles of each signature's major and minor key."""
    rows = [[np.roll(profile, key + turn) for key in range(12)] for profile, turn in ((_MAJOR, 0), (_MINOR, 3))]
    table = np.array(rows)
    centred: NDArray[np.float64] = (table - table.mean(2, keepdims=True)) / table.std(2, keepdims=True)
    return centred


PROFILES = _collections()


def estimate_keys(shares: Floats, no_key: int) -> Ints:
    """[T] the signature (in fifths, 0-11) whose major or minor key fits the pitch history best."""
    slow = shares[:, 1]
    best = (slow @ PROFILES.reshape(24, 12).T).reshape(-1, 2, 12).max(1).argmax(1)
    return np.where(slow.sum(1) > 0, best, no_key)


def matches(events: Ints, sounding: Ints, time_shift: Ints, position: Ints, inner: ShortInts | None = None) -> Buckets:
    """[V + 1, T, T] the length of the match between the pasts of slices t and s < t: whole, then voice by voice.

    Whole: the number of consecutive slices before t that equal those before s, time shifts and the inner notes of
    chords [T, V, N] included. One voice: the number of its outer notes, of which the current one has the same age at t
    and s.
    """
    length, voices = events.shape
    table = np.zeros((voices + 1, length, length), dtype=np.uint8)
    chords = np.zeros((length, 0), dtype=np.int64) if inner is None else inner.reshape(length, -1)
    rows = np.column_stack([events, sounding, time_shift, chords])
    _, whole = np.unique(rows, axis=0, return_inverse=True)
    table[0] = bucket(_runs(whole.reshape(-1)))
    for voice in range(voices):
        table[voice + 1] = bucket(_voice_match(events[:, voice], sounding[:, voice], position))
    return table


def bucket(lengths: Ints) -> Buckets:
    return _MATCH_BUCKETS[np.minimum(lengths, len(_MATCH_BUCKETS) - 1)]


def _runs(kinds: Ints) -> Ints:
    """[T, T] for a sequence: the number of consecutive elements before t that equal those before s, for s < t."""
    length = len(kinds)
    same = kinds[:, None] == kinds[None]
    runs = np.zeros((length + 1, length + 1), dtype=np.int64)
    for index in range(length):
        runs[index + 1, 1 : index + 1] = np.where(same[index, :index], runs[index, :index] + 1, 0)
    return runs[:length, :length]


def _voice_match(events: Ints, sounding: Ints, position: Ints) -> Ints:
    """The number of consecutive notes that are equal, the current one with the same age at both places."""
    begins = np.flatnonzero(events != HOLD)
    current = np.cumsum(events != HOLD)  # the number of notes begun up to and including each slice
    before = np.append(0, current[:-1]) - 1  # the note that sounds before each slice, -1: none
    if not len(begins):
        return np.zeros((len(events), len(events)), dtype=np.int64)
    onset, pitch = position[begins], sounding[begins]
    lengths = np.append(np.diff(onset), -1)
    _, finished = np.unique(np.column_stack([pitch, lengths]), axis=0, return_inverse=True)
    runs = _runs(finished.reshape(-1))  # [N, N] notes before the current ones
    age = position - onset[before]
    same = (pitch[before][:, None] == pitch[before][None]) & (age[:, None] == age[None])
    same &= (before[:, None] > before[None]) & (before[None] >= 0)
    return np.where(same, 1 + runs[before][:, before], 0)


def age_bucket(steps: Ints) -> Ints:
    """The bucket of a note's age in grid steps."""
    return np.searchsorted(_AGE_LIMITS, steps, side="right")


def decay_rows(shares: Floats, fresh: Floats, steps: Ints) -> Floats:
    """`decay_shares` for many pieces: shares [R, 2, 12], counts of sounding pitch classes [R, 12], grid steps [R]."""
    exponents = -steps.astype(np.float32)[:, None] / GRID / np.array(_HALF_LIVES, dtype=np.float32)
    kept = np.exp2(exponents)[:, :, None]
    result: Floats = (kept * shares + (1 - kept) * fresh[:, None]).astype(np.float32, copy=False)
    return result
