"""The key of a phrase, which may end anywhere: by its scale, by what it stresses, by its first note and its signature.

`analysis.harmony.tune_keys` finds the key of a whole tune by its final; an open phrase ends on another degree.
"""

from __future__ import annotations

from collections.abc import Sequence

from scoregen.generation.variation.theme import Theme
from scoregen.score.keys import Key, KeySignature
from scoregen.score.timeline import pitch_of

_OUTSIDE, _TRIAD, _TONIC = -4.0, 1.2, 0.4
_FIRST = (0.5, 0.15, 0.35)
_LAST = (0.3, 0.1, 0.25)
"""What the root, the third and the fifth of the tonic are worth as first and as last note."""
_LEADING, _SIGNATURE, _STATED = 0.25, 0.9, 0.6
_MAJOR, _MINOR = frozenset((0, 2, 4, 5, 7, 9, 11)), frozenset((0, 2, 3, 5, 7, 8, 10, 11))


def phrase_key(theme: Theme) -> Key:
    """The major or minor key of a phrase."""
    signature = theme.score.measures[-1].key
    keys = [Key.of(KeySignature(fifths, mode)) for fifths in range(-6, 7) for mode in ("major", "minor")]
    return max(keys, key=lambda key: _worth(theme, key, signature))


def _worth(theme: Theme, key: Key, signature: KeySignature) -> float:
    tonic = 7 * key.tonic_fifths % 12
    scale = _MAJOR if key.mode == "major" else _MINOR
    triad = [(tonic + step) % 12 for step in ((0, 4, 7) if key.mode == "major" else (0, 3, 7))]
    classes = [pitch_of(note).pitch_class for note in theme.line]
    lengths = [float(note.duration) * (1.5 if theme.strength(note.onset) <= 1 else 1.0) for note in theme.line]
    total = sum(lengths)
    degrees = [(each - tonic) % 12 for each in classes]
    outside = sum(length for degree, length in zip(degrees, lengths, strict=True) if degree not in scale)
    stressed = sum(length for each, length in zip(classes, lengths, strict=True) if each in triad)
    value = _OUTSIDE * outside / total + _TRIAD * stressed / total + _TONIC * (tonic in classes)
    value += _edge(classes[0], triad, _FIRST) + _edge(classes[-1], triad, _LAST) + _LEADING * (11 in degrees)
    is_written = key.signature.fifths == signature.fifths and (signature.fifths != 0 or signature.mode is not None)
    return value + _SIGNATURE * is_written + _STATED * (is_written and signature.mode == key.mode)


def _edge(pitch_class: int, triad: Sequence[int], worth: Sequence[float]) -> float:
    return worth[triad.index(pitch_class)] if pitch_class in triad else 0.0
