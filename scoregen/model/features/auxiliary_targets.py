"""Auxiliary targets: labels of the harmony of each slice, which the network predicts in training only.

The labels enter no likelihood. They are computed from the finished piece and may look ahead, because they are
targets and never inputs. All are relative to the key of the slice and invariant under transposition.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.alphabet import GRID, SILENT_CLASS, Alphabet
from scoregen.model.features.history_features import PROFILES
from scoregen.score.theory.chord_kinds import pitch_classes

Ints = NDArray[np.int64]

CHORD_SHAPES = (
    "major",
    "minor",
    "diminished",
    "dominant",
    "minor-seventh",
    "half-diminished",
    "diminished-seventh",
    "major-seventh",
)
"""The kinds of chord by id, the more usual first: if two fit, the first is taken. Weights depend on the order."""
UNLABELLED = -100
NO_KEY = -99
"""The fifths of an unknown key; labels relative to it are unknown too."""
LABELS: dict[str, int] = {"root": 12, "shape": len(CHORD_SHAPES), "key": 24, "phrase_end": 2}
"""Every label and its number of classes; an unknown label is `UNLABELLED`."""
_WINDOW = 8 * GRID
_LONG = 3 * GRID // 2


def harmony_targets(
    sounding: Ints, position: Ints, end: int, key_fifths: Ints, phrase_ends: Ints | None, alphabet: Alphabet
) -> Ints:
    """[T, labels] root by fifths over the key, shape, key in force (major 0-11, minor 12-23), phrase end.

    `phrase_ends` are positions. If they are unknown, a sonority of a dotted quarter or more counts as a
    phrase end. `end` is the position of the end of the piece.
    """
    classes = alphabet.pitch_classes[sounding]
    present = np.eye(SILENT_CLASS + 1, dtype=np.int64)[classes].max(1)[:, :SILENT_CLASS]
    lengths = np.diff(np.append(position, end))
    ends_phrase = lengths >= _LONG if phrase_ends is None else np.isin(position, phrase_ends)
    root, shape = _chords(present, _lowest(sounding, alphabet))
    has_key = key_fifths != NO_KEY
    root = np.where(has_key & (root >= 0), (7 * root - key_fifths) % 12, UNLABELLED)
    keys = _keys(present * lengths[:, None], position)
    local_keys = np.where(keys < 12, (keys - key_fifths) % 12, 12 + (keys - key_fifths) % 12)
    local_keys = np.where(has_key, local_keys, UNLABELLED)
    return np.column_stack([root, shape, local_keys, ends_phrase])


@cache
def _templates() -> tuple[Ints, Ints, Ints]:
    """[N, 12] the pitch classes of every chord, its root and its shape, the likeliest reading first."""
    rows = [
        (np.isin(np.arange(12), pitch_classes(root, kind)), root, index)
        for index, kind in enumerate(CHORD_SHAPES)
        for root in range(12)
    ]
    members, roots, shapes = zip(*rows, strict=True)
    return np.array(members, dtype=np.int64), np.array(roots), np.array(shapes)


def _lowest(sounding: Ints, alphabet: Alphabet) -> Ints:
    """[T] the pitch class of the lowest note, 0 in silence."""
    lowest: Ints = np.append(alphabet.midi, 12 * 12)[sounding].min(1) % 12
    return lowest


def _chords(present: Ints, bass: Ints) -> tuple[Ints, Ints]:
    """Root (a pitch class, -1: none) and shape of each set of pitch classes [T, 12] over a bass [T].

    A chord fits if it contains all sounding pitch classes and at most one of its members is missing. The best has the
    fewest missing members, then the most usual shape, then its root in the bass. Counting from the bass treats all
    keys alike.
    """
    members, roots, shapes = _templates()
    rotated = np.take_along_axis(present, (np.arange(12) + bass[:, None]) % 12, axis=1)
    shared = rotated @ members.T
    missing = members.sum(1) - shared
    fits = (shared == rotated.sum(1, keepdims=True)) & (missing <= 1) & (shared >= 2)
    best = np.where(fits, missing, 9).argmin(1)
    has_chord = fits.any(1)
    return np.where(has_chord, (roots[best] + bass) % 12, -1), np.where(has_chord, shapes[best], UNLABELLED)


def _keys(weights: Ints, position: Ints) -> Ints:
    """[T] the key around each slice, two measures of 4/4 in both directions: tonic by fifths, minor keys from 12."""
    by_fifths = weights[:, 7 * np.arange(12) % 12].astype(np.float64)
    near = np.abs(position[:, None] - position[None]) <= _WINDOW
    around = near @ by_fifths
    best = (around @ PROFILES.reshape(24, 12).T).argmax(1)
    keys: Ints = np.where(best < 12, best, 12 + (best + 3) % 12)
    return keys
