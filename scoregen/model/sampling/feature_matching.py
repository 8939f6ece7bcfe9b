"""Feature matching: logit biases with which drafts have simple features as often as the corpus.

Sampling drifts from the corpus: small errors of each choice accumulate, the nucleus removes rare events, and
reranking prefers some textures. A *calibration* corrects this with a log-linear model. Each of a few hundred
features (a voice's step, the age of its note, the interval between two voices, the sonority of all voices, the time
until the next change, the treatment of dissonance) has a bias in nats, fitted until drafts show the feature as often as
the corpus. For these features it is the smallest change of the distribution that gives them their rates (maximum
entropy: Berger et al. 1996; moment matching of language models: Khalifa et al. 2021, arXiv:2012.11635).

T slices, V voices, B tasks (nothing given; something given).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.alphabet import BARLINE, FIRST_PITCH, GRID, HOLD
from scoregen.model.features.history_features import AGES
from scoregen.model.features.inputs import MIDI, SILENCE, SPELLED, Ints, PieceArrays
from scoregen.model.sampling.treatment import INTERVALS, MOVES, REACHES, count_treatment

Nats = NDArray[np.float64]

WIDEST = 12
STEPS = 2 * WIDEST + 1
"""The steps of a voice in semitones; wider ones count as the widest."""
CHORDS = 4096
"""Sonorities as bits: the interval classes over the lowest voice."""
PACES = 5
"""Times until the next change: up to a 16th, an eighth, three 16ths, a quarter, and longer."""
_SIXTEENTH = GRID // 4
_PRIOR = {"step": 8.0, "length": 8.0, "interval": 20.0, "sonority": 20.0, "pace": 8.0, "reached": 8.0, "left": 8.0}
"""Occurrences added to all counts, so that a few cannot decide about rare features. (Intervals and sonorities are
counted in 16ths, several for one choice.)"""
_GAIN = {"pace": 0.5}
"""The part of a difference that one round corrects, if not all: a piece keeps the pace at which it begins, so that
a bias on the pace takes effect twice."""
MAX_BIAS = 1.0
"""The largest absolute bias in nats: if it does not suffice, the cause is elsewhere."""


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """A number for each feature: how often it occurred, or its logit bias in nats.

    step: [V, STEPS] by voice; length: [V, AGES, 2] by the age of the voice's note and whether it stays (0) or
    ends (1); interval: [V, V, 12] classes between an upper and a lower voice, in 16ths; sonority: [CHORDS] in 16ths;
    pace: [2, PACES] the time to the next slice, off a beat and on one; reached: [2, REACHES] and left: [INTERVALS,
    MOVES] the treatment of dissonance (`treatment`), by place and by the interval before. As biases, `length` holds
    half the log odds.
    """

    step: Nats
    length: Nats
    interval: Nats
    sonority: Nats
    pace: Nats
    reached: Nats
    left: Nats

    @classmethod
    def zeros(cls, voices: int) -> Features:
        return cls(
            np.zeros((voices, STEPS)),
            np.zeros((voices, AGES, 2)),
            np.zeros((voices, voices, 12)),
            np.zeros(CHORDS),
            np.zeros((2, PACES)),
            np.zeros((2, REACHES)),
            np.zeros((len(INTERVALS), len(MOVES))),
        )


KINDS = tuple(field.name for field in fields(Features))


def count_features(pieces: Sequence[PieceArrays]) -> Features:
    """The number of occurrences of each feature in finished pieces."""
    counts = Features.zeros(pieces[0].events.shape[1])
    for piece in pieces:
        times = _times(piece)
        _count_voices(counts, piece)
        _count_together(counts, piece, times / _SIXTEENTH)
        count_treatment(counts.reached, counts.left, piece)
        np.add.at(counts.pace, (piece.is_beat[piece.point].astype(int), pace(times)), 1)
    return counts


def pace(steps: Ints) -> Ints:
    """The index in PACES of times in grid steps."""
    return np.minimum(-(-steps // _SIXTEENTH), PACES) - 1


def update_biases(
    biases: Features, counts: Features, target: Features, rate: float, kinds: Collection[str] = KINDS
) -> Features:
    """The biases after a round whose drafts have the counts `counts`, where `target` are those of the corpus.

    `rate` is the part of the difference that is corrected, `kinds` are the features that change.
    """

    def updated(name: str) -> Nats:
        bias, own, wanted = (getattr(features, name) for features in (biases, counts, target))
        gain = rate * _GAIN.get(name, 1.0)
        result: Nats = np.clip(bias + gain * _log_ratio(own, wanted, name), -MAX_BIAS, MAX_BIAS)
        return result

    return replace(biases, **{name: updated(name) for name in kinds})


def difference(counts: Features, target: Features) -> dict[str, float]:
    """By kind of feature, the mean absolute log ratio of the rates, weighted by their frequency in the corpus."""
    differences = {}
    for name in KINDS:
        own, wanted = getattr(counts, name), getattr(target, name)
        ratios = np.abs(_log_ratio(own, wanted, name))
        differences[name] = float(np.average(ratios, weights=wanted + 1e-9))
    return differences


def _log_ratio(counts: Nats, target: Nats, name: str) -> Nats:
    """The log ratio in nats of the target rates to those of the drafts, regularised by the prior.

    Both counts are first scaled to the smaller total, so that the prior has the same weight in both. For
    lengths it is half the difference of the log odds that a note ends, with either sign.
    """
    totals = [each.sum(-1, keepdims=True) for each in (counts, target)]
    least = np.minimum(*totals)
    own, wanted = (
        each * least / np.maximum(total, 1) + _PRIOR[name] for each, total in zip((counts, target), totals, strict=True)
    )
    ratio: Nats = np.log(wanted / own)
    if name == "length":
        odds = (ratio[..., 1] - ratio[..., 0]) / 2
        ratio = np.stack([-odds, odds], -1)
    return ratio


def _count_voices(counts: Features, piece: PieceArrays) -> None:
    for voice in range(piece.events.shape[1]):
        events, before, age = (x[:, voice] for x in (piece.events, piece.before, piece.age))
        has_sounded = before != SILENCE
        np.add.at(counts.length[voice], (age[has_sounded], (events[has_sounded] != HOLD).astype(int)), 1)
        moves = has_sounded & (events >= FIRST_PITCH) & (events < SPELLED.blank)
        step = MIDI[events[moves] - FIRST_PITCH] - MIDI[before[moves]]
        np.add.at(counts.step[voice], np.clip(step, -WIDEST, WIDEST) + WIDEST, 1)


def _times(piece: PieceArrays) -> Ints:
    """[T] grid steps from each slice to the next, or to the end."""
    position = piece.position[piece.point]
    return np.diff(np.append(position, position[-1] + _last_length(piece)))


def _count_together(counts: Features, piece: PieceArrays, weight: Nats) -> None:
    pitches, voices = MIDI[piece.sounding], piece.sounding.shape[1]
    sounds = piece.sounding != SILENCE
    for upper in range(voices):
        for lower in range(upper + 1, voices):
            both = sounds[:, upper] & sounds[:, lower]
            classes = (pitches[both, upper] - pitches[both, lower]) % 12
            counts.interval[upper, lower] += np.bincount(classes, weight[both], 12)
    full = sounds[:, -1]
    over = (pitches[full] - pitches[full, -1:]) % 12
    masks = np.bitwise_or.reduce(np.where(sounds[full], 1 << over, 0), axis=1)
    counts.sonority[:] += np.bincount(masks, weight[full], CHORDS)


def _last_length(piece: PieceArrays) -> int:
    """Grid steps of the last slice: to the end of its measure, according to the metre."""
    last = piece.point[-1]
    measures = int(piece.measure_steps[last])
    inside = int(piece.position[last] - piece.position[piece.point[piece.measure == piece.measure[-1]][0]])
    return max(_SIXTEENTH, measures - inside) if piece.time_shift[-1] == BARLINE else _SIXTEENTH


@cache
def sonority_rotations() -> Ints:
    """[12, CHORDS] a set of pitch classes as the set of their intervals over a lowest one."""
    sets = np.arange(CHORDS)
    return np.stack([(sets >> low) | (sets << (12 - low)) & (CHORDS - 1) for low in range(12)])
