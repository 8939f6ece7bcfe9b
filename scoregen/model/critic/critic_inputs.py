"""What the critic reads of a piece: by slice, numbers that do not depend on the key.

Intervals over the bass, the degree of the bass, how each voice moved and for how long it holds its note, the duration
and the place of the slice. Nothing of the harmonic plan: that of a draft was drawn and that of a chorale found, so that
a plan would tell them apart by itself.

T slices, V voices, F inputs.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from scoregen.score.metre import TimeSignature
from scoregen.tokens.events import TokenScore
from scoregen.tokens.sonorities import SILENT, Sonorities
from scoregen.tokens.tendencies import phrase_ends
from scoregen.tokens.vocabulary import vocabulary

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

VOICES = 4
MODES = ("major", "minor")
HELD, REPEATED, SILENCE = 0, 1, 12
"""Kinds of motion; between them are those of `WIDEST`, upwards and then downwards."""
WIDEST = (1, 2, 4, 7)
"""The semitones of the widest motion of each kind; the last kind has the wider ones."""
DOWNBEAT, BEAT, HALF_BEAT, BETWEEN = range(4)
MOTIONS, CLASSES, STRENGTHS = 13, 13, 4
FAR = 8
"""The quarters from which on the end of a phrase is far."""
CRITIC_INPUTS = VOICES * CLASSES + VOICES * MOTIONS + (VOICES - 1) + VOICES + STRENGTHS + len(MODES) + 5
"""The number of inputs of a slice."""


def critic_inputs(tokens: TokenScore, piece: Sonorities, *, flowing: bool) -> Floats:
    """[T, CRITIC_INPUTS] the inputs of a piece for four voices, whose sonorities are `piece`.

    `flowing`: its new voices move as they like, and not with the pulse of the melody.
    """
    pitches, attack = piece.pitches, _attacks(tokens)
    bass, quarter = pitches[:, -1:], vocabulary().ticks_per_quarter
    headers = [measure.header for measure in tokens.measures]
    tonic = np.array([7 * header.key.fifths for header in headers])[piece.measure]
    modes = np.array([[header.key.mode == mode for mode in MODES] for header in headers])[piece.measure]
    upper = np.where((pitches[:, :-1] == SILENT) | (bass == SILENT), CLASSES - 1, (pitches[:, :-1] - bass) % 12)
    degree = np.where(bass == SILENT, CLASSES - 1, (bass - tonic[:, None]) % 12)
    spacing = np.clip((pitches[:, :-1] - pitches[:, 1:]) / 12, -1, 2) * (pitches[:, 1:] != SILENT)
    age = piece.onset[:, None] - np.maximum.accumulate(np.where(attack, piece.onset[:, None], 0), axis=0)
    ends = np.append(sorted(tick for tick, _ in phrase_ends(tokens)), piece.end)
    left = ends[np.searchsorted(ends, piece.onset)] - piece.onset
    columns = (
        _one_hot(upper, CLASSES),
        _one_hot(degree, CLASSES),
        _one_hot(_motions(pitches, attack), MOTIONS),
        spacing,
        np.log2(1 + 2 * age / quarter) / 3,
        _one_hot(_strengths(tokens)[:, None], STRENGTHS),
        modes,
        np.log2(np.maximum(piece.durations, 1) / quarter)[:, None] / 3,
        (left == 0)[:, None],
        np.minimum(left / (FAR * quarter), 1)[:, None],
        np.full((len(pitches), 2), (flowing, not flowing)),
    )
    return np.concatenate([column.astype(np.float32) for column in columns], axis=1)


def _attacks(tokens: TokenScore) -> NDArray[np.bool_]:
    """[T, V] whether a voice attacks."""
    rows = [[event.kind == "attack" for event in each.events] for own in tokens.measures for each in own.slices]
    return np.array(rows, dtype=np.bool_)


def _motions(pitches: Ints, attack: NDArray[np.bool_]) -> Ints:
    """[T, V] how each voice came to its pitch."""
    before = np.concatenate([pitches[:1], pitches[:-1]])
    step = pitches - before
    kind = np.searchsorted(WIDEST, np.abs(step)) + np.where(step > 0, 2, 2 + len(WIDEST) + 1)
    kind = np.where(step == 0, np.where(attack, REPEATED, HELD), kind)
    return np.where((pitches == SILENT) | (before == SILENT), SILENCE, kind)


def _strengths(tokens: TokenScore) -> Ints:
    """[T] the metrical strength of each slice."""
    return np.array(
        [_strength(own.header.time, own.header.start, each.onset) for own in tokens.measures for each in own.slices]
    )


@lru_cache(maxsize=1024)
def _strength(time: TimeSignature, start: Fraction, onset: Fraction) -> int:
    place = start + onset
    if place == 0:
        return DOWNBEAT
    if place in time.beat_onsets:
        return BEAT
    return HALF_BEAT if (2 * place).denominator == 1 else BETWEEN


def _one_hot(classes: Ints, size: int) -> Floats:
    """[T, N * size] from classes [T, N]."""
    rows: Floats = np.eye(size, dtype=np.float32)[classes].reshape(len(classes), -1)
    return rows
