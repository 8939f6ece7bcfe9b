"""Spells the pitches of a MIDI file by key, mode and melody.

The key is that of the signature. Its mode is the one that the file gives if that is minor, else the one whose
profile correlates better with the notes; without a signature all 24 keys are compared (Krumhansl, Cognitive
Foundations of Musical Pitch, 1990, with the profiles of Temperley, What's Key for Key?, 1999). A pitch outside
the scale that rises by a semitone to a note of the scale is that note's leading note; any other pitch is spelled
by the window of its key on the line of fifths (`score.pitch.spell_near`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache

from scoregen.score.keys import Key, KeySignature
from scoregen.score.pitch import Pitch, spell, spell_near

Weights = tuple[float, ...]
"""The sounding length of each pitch class from C, in quarters."""

_MAJOR_PROFILE = (5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0)
_MINOR_PROFILE = (5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0)
_MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)
_MINOR_SCALE = (0, 2, 3, 5, 7, 8, 9, 10, 11)
_LEADING_NOTE_FIFTHS = 5
"""A leading note is five fifths above its goal."""


def pitch_class_weights(notes: Iterable[tuple[int, Fraction]]) -> Weights:
    """From MIDI pitches and lengths."""
    weights = [0.0] * 12
    for pitch, length in notes:
        weights[pitch % 12] += float(length)
    return tuple(weights)


def spelling_key(signature: KeySignature | None, weights: Weights) -> Key:
    """The key by which to spell the notes; `signature` is None if the file has none."""
    if signature is None:
        signatures: Sequence[int] = range(-5, 7)
    elif signature.mode == "minor":
        return Key.of(signature)
    else:
        signatures = (signature.fifths,)
    keys = [Key.of(KeySignature(fifths, mode)) for fifths in signatures for mode in ("major", "minor")]
    return max(keys, key=lambda key: _correlation(key, weights))


def _correlation(key: Key, weights: Weights) -> float:
    """Pearson's correlation of the weights with the profile of a key."""
    profile = _MAJOR_PROFILE if key.mode == "major" else _MINOR_PROFILE
    tonic = 7 * key.tonic_fifths % 12
    pairs = [(weights[(tonic + degree) % 12], profile[degree]) for degree in range(12)]
    mean, centre = sum(weights) / 12, sum(profile) / 12
    spread = sum((weight - mean) ** 2 for weight in weights) ** 0.5
    return sum((weight - mean) * (value - centre) for weight, value in pairs) / spread if spread else 0.0


@lru_cache(maxsize=4096)
def spell_in_key(pitch: int, key: Key, following: int | None) -> Pitch:
    """The spelling of a MIDI pitch before `following`, the next one of its line, if that is a single note."""
    fifths, minor = key.signature.fifths, key.mode == "minor"
    if following == pitch + 1 and not _in_scale(pitch, key) and _in_scale(following, key):
        return spell(pitch, spell_near(following, fifths, minor=minor).fifths + _LEADING_NOTE_FIFTHS)
    return spell_near(pitch, fifths, minor=minor)


def _in_scale(pitch: int, key: Key) -> bool:
    degree = (pitch - 7 * key.tonic_fifths) % 12
    return degree in (_MAJOR_SCALE if key.mode == "major" else _MINOR_SCALE)
