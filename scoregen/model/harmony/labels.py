"""The labels of a plan: each step of it as classes, relative to the key signature.

A step either continues the chord before it or begins another one, which is written as its local key, its root, its
quality and its inversion, in this order. Pitch classes are counted by fifths from the key signature, so that a label
does not depend on the key.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.metric_features import CLASSES, MINOR_MODES, QUALITIES, quality_of
from scoregen.score.keys import Key
from scoregen.score.theory.chord_kinds import MEMBERS
from scoregen.tokens.events import Harmony, Header

Ints = NDArray[np.int64]

ATTRIBUTES: dict[str, int] = {"key": 2 * CLASSES, "root": CLASSES, "quality": len(QUALITIES), "inversion": 4}
"""The attributes of a chord in the order in which they are chosen, and their numbers of classes. Minor keys are the
classes from 12."""
KEY, ROOT, QUALITY, INVERSION = range(len(ATTRIBUTES))
UNKNOWN = -1
_START = Fraction(0)
_LEADING, _SHARPER = ("diminished", "half-diminished", "diminished-seventh"), 4
"""Qualities whose roots are leading notes, and how much farther to the sharps these are."""
_NEAREST = range(-5, 7)
"""The positions on the line of fifths, relative to a signature, that spell the twelve pitch classes of its keys."""

_MEMBER_CLASSES = np.zeros((len(QUALITIES), CLASSES), dtype=np.bool_)
for _number, _quality in enumerate(QUALITIES):
    _MEMBER_CLASSES[_number, [member % CLASSES for member in MEMBERS[_quality]]] = True


def label_of(chord: Harmony, fifths: int) -> list[int]:
    """The classes of a chord under a key signature."""
    quality = quality_of(chord.quality)
    inversion = min(chord.inversion, len(MEMBERS[quality]) - 1)
    return [
        key_class(chord.key, fifths),
        (chord.root - fifths) % CLASSES,
        QUALITIES.index(quality),
        inversion,
    ]


def key_class(key: Key, fifths: int) -> int:
    """The class of a key under a key signature."""
    return (key.tonic_fifths - fifths) % CLASSES + CLASSES * (key.mode in MINOR_MODES)


def labels_of(chords: Sequence[Harmony | None], signatures: Sequence[int]) -> Ints:
    """[S, 4] the classes of the chord at each step, UNKNOWN without one."""
    nothing = [UNKNOWN] * len(ATTRIBUTES)
    rows = [label_of(chord, fifths) if chord else nothing for chord, fifths in zip(chords, signatures, strict=True)]
    return np.array(rows, dtype=np.int64).reshape(len(rows), len(ATTRIBUTES))


def chord_of(label: Sequence[int], header: Header) -> Harmony:
    """The chord of a label at the start of a measure, spelled near its key; a church mode keeps its name."""
    fifths, quality = header.key.fifths, QUALITIES[label[QUALITY]]
    key = Key(_near(int(label[KEY]) % CLASSES + fifths, fifths + 1), "minor" if label[KEY] >= CLASSES else "major")
    own = Key.of(header.key)
    if own.tonic_fifths == key.tonic_fifths and own.has_major_third == key.has_major_third:
        key = own
    centre = key.tonic_fifths + (1 if key.has_major_third else 0) + (_SHARPER if quality in _LEADING else 0)
    root = _near(int(label[ROOT]) + fifths, centre)
    return Harmony(_START, key, root, quality, min(int(label[INVERSION]), len(MEMBERS[quality]) - 1))


def members_of(labels: Ints) -> NDArray[np.bool_]:
    """[..., 12] the pitch classes of chords, relative to the signature."""
    shape = _MEMBER_CLASSES[labels[..., QUALITY]]
    index = (np.arange(CLASSES) - labels[..., ROOT, None]) % CLASSES
    result: NDArray[np.bool_] = np.take_along_axis(shape, index, axis=-1)
    return result


def begins(labels: Ints) -> NDArray[np.bool_]:
    """[S] whether a chord begins at a step."""
    return np.append(True, (labels[1:] != labels[:-1]).any(1))


def _near(place: int, centre: int) -> int:
    """The position on the line of fifths with the pitch class of `place` that is nearest to a centre."""
    return centre + (place - centre - _NEAREST.start) % CLASSES + _NEAREST.start
