"""Odds of beats without a network: long, loud and full attacks with new harmony are beats more often."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoregen.transcription.beats.attacks import Attacks
from scoregen.transcription.beats.network import BeatOdds
from scoregen.transcription.beats.scale import PERIODS, scale_of, seconds_of

Floats = NDArray[np.float64]
_WINDOW = 5.0
_USUAL, _SPREAD = 0.62, 0.55
"""The commonest length of a beat in seconds, and the spread of its logarithm."""


def odds_by_rule(attacks: Attacks) -> BeatOdds:
    """The odds [E] of beat and downbeat, and the probabilities [E, PERIODS] of the lengths of the beat."""
    features = attacks.features
    change = features[:, 15] + 0.5 * features[:, 16]
    salience = _standard(features[:, 0]) + 0.5 * _standard(features[:, 8]) + 0.6 * _standard(change)
    salience += 0.4 * _standard(features[:, 11]) - 0.3 * _standard(features[:, 9])
    down = 0.7 * salience + 0.8 * _standard(change)
    periods = _periods(attacks.times, salience)
    return BeatOdds(*(x.astype(np.float32) for x in (0.8 * salience + 0.2, down - 1.0, periods)))


def _standard(values: Floats) -> Floats:
    return np.asarray((values - values.mean()) / (values.std() + 1e-3))


def _periods(times: Floats, salience: Floats) -> Floats:
    """[E, PERIODS] how often attacks near each are a beat length apart, times how common that length is."""
    scale = np.arange(PERIODS, dtype=np.float64)
    common = np.exp(-0.5 * (np.log(seconds_of(scale) / _USUAL) / _SPREAD) ** 2)
    weights = np.exp(0.5 * salience)
    rows = np.zeros((len(times), PERIODS))
    for index, now in enumerate(times):
        later = np.arange(index + 1, np.searchsorted(times, now + 3.0))
        near = np.exp(-0.5 * ((scale_of(times[later] - now)[:, None] - scale) / 0.7) ** 2)
        rows[index] = (near * (weights[later] * weights[index])[:, None]).sum(0)
    result = np.array(
        [rows[np.searchsorted(times, now - _WINDOW) : np.searchsorted(times, now + _WINDOW)].sum(0) for now in times]
    )
    result = (result + 1e-3) * common
    return np.asarray(result / result.sum(1, keepdims=True))
