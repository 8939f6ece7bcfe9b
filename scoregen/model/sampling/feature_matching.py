"""What a sampler writes too often or too seldom, and what is added to its scores to mend it.

A network that is drawn from event by event drifts: small excesses of each choice add up, the nucleus
cuts off what is rare, the ranking of drafts prefers some textures. A *calibration* is a log-linear tilt
against that: for each of a few hundred plain features (a voice's step, how long its note has lasted, the
interval between two voices, the sonority of all, the time until anything changes) a number of nats,
fitted until drafts show the feature as often as the corpus does. So far as the features go it is the
least change of the distribution that gives them their rates (maximum entropy: Berger et al. 1996; moment
matching of language models: Khalifa et al. 2021, arXiv:2012.11635).

T slices, V voices, B tasks (nothing given; something given).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from scoregen.model.network.alphabet import BARLINE, FIRST_PITCH, GRID, HOLD
from scoregen.model.network.history_features import AGES
from scoregen.model.network.inputs import MIDI, SILENCE, SPELLED, Ints, PieceArrays

Nats = NDArray[np.float64]

WIDEST = 12
STEPS = 2 * WIDEST + 1
"""A voice's steps in semitones, wider ones at the ends."""
CHORDS = 4096
"""Sonorities as bits: the interval classes over the lowest voice."""
PACES = 5
"""Times until anything changes: up to a 16th, an eighth, three 16ths, a quarter, and longer."""
_SIXTEENTH = GRID // 4
_PRIOR = {"step": 8.0, "length": 8.0, "interval": 20.0, "sonority": 20.0, "pace": 8.0}
"""Occurrences that are added to everything, so that what is rare is not judged by a few. (Those of intervals and
sonorities are 16ths, of which one choice makes several.)"""
_GAIN = {"pace": 0.5}
"""How much of what differs is mended where it is not all: a piece goes on at the pace at which it began, so that
what leans on it counts twice."""
MOST = 1.0
"""Nats, the most that anything is favoured: what does not come with that is kept from coming by something else."""


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """A number for each feature: how often it occurred, or what is added to its score in nats.

    step: [V, STEPS] of a voice; length: [V, AGES, 2] by how long the voice's note has lasted, whether it
    stays or goes; interval: [V, V, 12] classes between an upper and a lower voice, in 16ths; sonority:
    [CHORDS] in 16ths; pace: [2, PACES] off a beat and on one, the time to the next slice. Of tilts, `length` holds
    half the log odds.
    """

    step: Nats
    length: Nats
    interval: Nats
    sonority: Nats
    pace: Nats

    @classmethod
    def none(cls, voices: int) -> Features:
        return cls(
            np.zeros((voices, STEPS)),
            np.zeros((voices, AGES, 2)),
            np.zeros((voices, voices, 12)),
            np.zeros(CHORDS),
            np.zeros((2, PACES)),
        )


KINDS = tuple(field.name for field in fields(Features))


def counted(pieces: Sequence[PieceArrays]) -> Features:
    """How often each feature occurs in finished pieces."""
    found = Features.none(pieces[0].events.shape[1])
    for piece in pieces:
        times = _times(piece)
        _count_voices(found, piece)
        _count_together(found, piece, times / _SIXTEENTH)
        np.add.at(found.pace, (piece.is_beat[piece.point].astype(int), pace(times)), 1)
    return found


def pace(steps: Ints) -> Ints:
    """Which of the PACES times are that are so many grid steps long."""
    return np.minimum(-(-steps // _SIXTEENTH), PACES) - 1


def tilted(
    tilt: Features, written: Features, wanted: Features, rate: float, kinds: Collection[str] = KINDS
) -> Features:
    """The tilt after one more round: what was written too often is taken back.

    `rate` says how much of the difference is mended at once, `kinds` of which features.
    """

    def moved(name: str) -> Nats:
        was, here, there = (getattr(features, name) for features in (tilt, written, wanted))
        gain = rate * _GAIN.get(name, 1.0)
        result: Nats = np.clip(was + gain * _lacking(here, there, name), -MOST, MOST)
        return result

    return replace(tilt, **{name: moved(name) for name in kinds})


def difference(written: Features, wanted: Features) -> dict[str, float]:
    """By kind of feature, the mean absolute log ratio of the rates, weighted by how often the corpus has them."""
    found = {}
    for name in KINDS:
        here, there = getattr(written, name), getattr(wanted, name)
        apart = np.abs(_lacking(here, there, name))
        found[name] = float(np.average(apart, weights=there + 1e-9))
    return found


def _lacking(here: Nats, there: Nats, name: str) -> Nats:
    """By how many nats the log rates of what was written lie below those that are wanted, as far as both are sure.

    Both are brought to the smaller number of occurrences first, so that the prior weighs the same. Of
    lengths it is half the difference of the log odds of going on, with either sign.
    """
    size = [counts.sum(-1, keepdims=True) for counts in (here, there)]
    least = np.minimum(*size)
    written, wanted = (
        counts * least / np.maximum(total, 1) + _PRIOR[name] for counts, total in zip((here, there), size, strict=True)
    )
    found: Nats = np.log(wanted / written)
    if name == "length":
        odds = (found[..., 1] - found[..., 0]) / 2
        found = np.stack([-odds, odds], -1)
    return found


def _count_voices(found: Features, piece: PieceArrays) -> None:
    for voice in range(piece.events.shape[1]):
        events, before, age = (x[:, voice] for x in (piece.events, piece.before, piece.age))
        heard = before != SILENCE
        np.add.at(found.length[voice], (age[heard], (events[heard] != HOLD).astype(int)), 1)
        moves = heard & (events >= FIRST_PITCH) & (events < SPELLED.blank)
        step = MIDI[events[moves] - FIRST_PITCH] - MIDI[before[moves]]
        np.add.at(found.step[voice], np.clip(step, -WIDEST, WIDEST) + WIDEST, 1)


def _times(piece: PieceArrays) -> Ints:
    """[T] grid steps from each slice to the next, or to the end."""
    position = piece.position[piece.point]
    return np.diff(np.append(position, position[-1] + _last_length(piece)))


def _count_together(found: Features, piece: PieceArrays, weight: Nats) -> None:
    pitches, voices = MIDI[piece.sounding], piece.sounding.shape[1]
    sounds = piece.sounding != SILENCE
    for upper in range(voices):
        for lower in range(upper + 1, voices):
            both = sounds[:, upper] & sounds[:, lower]
            classes = (pitches[both, upper] - pitches[both, lower]) % 12
            found.interval[upper, lower] += np.bincount(classes, weight[both], 12)
    full = sounds[:, -1]
    over = (pitches[full] - pitches[full, -1:]) % 12
    masks = np.bitwise_or.reduce(np.where(sounds[full], 1 << over, 0), axis=1)
    found.sonority[:] += np.bincount(masks, weight[full], CHORDS)


def _last_length(piece: PieceArrays) -> int:
    """Grid steps of the last slice: to the end of its measure, as far as a full one tells."""
    last = piece.point[-1]
    measures = int(piece.measure_steps[last])
    inside = int(piece.position[last] - piece.position[piece.point[piece.measure == piece.measure[-1]][0]])
    return max(_SIXTEENTH, measures - inside) if piece.time_shift[-1] == BARLINE else _SIXTEENTH


@cache
def sonority_turns() -> Ints:
    """[12, CHORDS] a set of pitch classes as the set of their distances from a lowest one."""
    sets = np.arange(CHORDS)
    return np.stack([(sets >> low) | (sets << (12 - low)) & (CHORDS - 1) for low in range(12)])
