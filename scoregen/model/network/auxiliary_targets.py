"""What a slice is in its harmony: labels that the network learns to foresee, and that never enter a likelihood.

A label is computed from the finished piece, so it may look ahead; it is a target, never an input.
Everything is seen from the key of the slice and does not change when a piece is transposed.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from scoregen.model.network.alphabet import GRID, SILENT_CLASS, Alphabet
from scoregen.model.network.history_features import PROFILES
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
"""The kinds of chord by id, the more usual first: of two that fit the first is meant. Weights depend on the order."""
UNLABELLED = -100
NO_KEY = -99
"""The fifths of a key that is not known: nothing can be seen from it."""
LABELS: dict[str, int] = {"root": 12, "shape": len(CHORD_SHAPES), "key": 24, "phrase_end": 2}
"""Every label and how many classes it has; a label that is not known is `UNLABELLED`."""
_WINDOW = 8 * GRID
_LONG = 3 * GRID // 2


def harmony_targets(
    sounding: Ints, position: Ints, end: int, key_fifths: Ints, phrase_ends: Ints | None, alphabet: Alphabet
) -> Ints:
    """[T, labels] root by fifths over the key, shape, key in force (major 0-11, minor 12-23), phrase end.

    `phrase_ends` are positions; where they are not known, a phrase is taken to end on a sonority of a
    dotted quarter or more. `end` is where the piece ends.
    """
    classes = alphabet.pitch_classes[sounding]
    present = np.eye(SILENT_CLASS + 1, dtype=np.int64)[classes].max(1)[:, :SILENT_CLASS]
    lengths = np.diff(np.append(position, end))
    ends_phrase = lengths >= _LONG if phrase_ends is None else np.isin(position, phrase_ends)
    root, shape = _chords(present, _lowest(sounding, alphabet))
    known = key_fifths != NO_KEY
    root = np.where(known & (root >= 0), (7 * root - key_fifths) % 12, UNLABELLED)
    keys = _keys(present * lengths[:, None], position)
    seen = np.where(keys < 12, (keys - key_fifths) % 12, 12 + (keys - key_fifths) % 12)
    seen = np.where(known, seen, UNLABELLED)
    return np.column_stack([root, shape, seen, ends_phrase])


@cache
def _templates() -> tuple[Ints, Ints, Ints]:
    """[N, 12] pitch classes of every chord, its root and its shape, the likeliest reading first."""
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

    A chord fits if it holds all that sounds and misses no more than one member, the fewest first,
    then the usual shapes, then the bass as root: counted from the bass, so that no key is special.
    """
    members, roots, shapes = _templates()
    turned = np.take_along_axis(present, (np.arange(12) + bass[:, None]) % 12, axis=1)
    shared = turned @ members.T
    missing = members.sum(1) - shared
    fits = (shared == turned.sum(1, keepdims=True)) & (missing <= 1) & (shared >= 2)
    best = np.where(fits, missing, 9).argmin(1)
    found = fits.any(1)
    return np.where(found, (roots[best] + bass) % 12, -1), np.where(found, shapes[best], UNLABELLED)


def _keys(weights: Ints, position: Ints) -> Ints:
    """[T] the key around each slice, two measures of 4/4 either way: tonic by fifths, minor keys from 12."""
    by_fifths = weights[:, 7 * np.arange(12) % 12].astype(np.float64)
    near = np.abs(position[:, None] - position[None]) <= _WINDOW
    around = near @ by_fifths
    best = (around @ PROFILES.reshape(24, 12).T).argmax(1)
    keys: Ints = np.where(best < 12, best, 12 + (best + 3) % 12)
    return keys
