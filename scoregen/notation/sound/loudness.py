"""The loudness of a piece by ITU-R BS.1770-4, and its normalisation.

Each channel is filtered by the K weighting (a high shelf, then a high pass). The mean square of blocks of 400 ms, every
100 ms, is summed over the channels; blocks under -70 LUFS, then those 10 LU under the mean of the rest, do not count.
The filters are applied in the frequency domain, with the coefficients of the standard for 48 kHz converted to the rate
of the audio (Brecht De Man, Evaluation of implementations of the EBU R128 loudness measurement, AES 145, 2018).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from scoregen.notation.sound.audio import Audio

TARGET_LUFS = -18.0
"""The loudness of every file that is written, that of ReplayGain 2.0."""
HIGHEST_PEAK = -1.0
"""The highest true peak in decibels under full scale. A piece that would exceed it is written softer."""
SILENT = -70.0
_BLOCK, _STEP = 0.4, 0.1
_RELATIVE = -10.0
_OFFSET = -0.691
_OVERSAMPLING = 4
_CHUNK = 1 << 16
_STRETCH = 30
"""The seconds that are filtered at once, so that a long piece needs little memory."""
_SHELF = (1681.974450955533, 3.999843853973347, 0.7071752369554196)
_PASS = (38.13547087602444, 0.5003270373238773)
"""Frequency in hertz, gain in decibels and quality of the shelf; frequency and quality of the high pass."""

Array = npt.NDArray[np.float64]


def loudness(audio: Audio) -> float:
    """The integrated loudness in LUFS; `SILENT` for silence and for less than a block."""
    block, step = round(_BLOCK * audio.rate), round(_STEP * audio.rate)
    sums = np.concatenate([[0.0], np.cumsum(np.concatenate(list(_weighted_powers(audio))))])
    starts = np.arange(0, len(sums) - block, step)
    powers = (sums[starts + block] - sums[starts]) / block if len(starts) else np.zeros(0)
    heard = powers[powers > _power(SILENT)]
    if not len(heard):
        return SILENT
    heard = heard[heard > _power(_lufs(float(np.mean(heard))) + _RELATIVE)]
    return _lufs(float(np.mean(heard)))


def true_peak(audio: Audio) -> float:
    """The peak in decibels under full scale of the signal at four times the rate; -200 for silence."""
    chunks = range(0, len(audio.samples), _CHUNK)
    peaks = [_oversampled_peak(audio.samples[start : start + _CHUNK].astype(np.float64)) for start in chunks]
    return 20 * math.log10(max([audio.peak, *peaks, 1e-10]))


def normalised(audio: Audio) -> Audio:
    """At `TARGET_LUFS`, or softer so that the true peak is at most `HIGHEST_PEAK`; silence stays silent."""
    return audio.scaled(gain_to_target(audio))


def gain_to_target(audio: Audio) -> float:
    """The gain in decibels that `normalised` applies."""
    found = loudness(audio)
    return min(TARGET_LUFS - found, HIGHEST_PEAK - true_peak(audio)) if found > SILENT else 0.0


def _lufs(power: float) -> float:
    return _OFFSET + 10 * math.log10(power)


def _power(lufs: float) -> float:
    return float(10 ** ((lufs - _OFFSET) / 10))


def _weighted_powers(audio: Audio) -> Iterator[Array]:
    """The power of each frame after the K weighting, by stretches that are each filtered with a second before them."""
    length = _STRETCH * audio.rate
    for start in range(0, max(len(audio.samples), 1), length):
        before = min(start, audio.rate)
        stretch = replace(audio, samples=audio.samples[start - before : start + length])
        powers: Array = np.sum(np.square(_weighted(stretch)), axis=1)[before:]
        yield powers


def _weighted(audio: Audio) -> Array:
    """The samples after the K weighting. A second of silence after them takes what the filters let ring on."""
    length = len(audio.samples) + audio.rate
    spectrum = np.fft.rfft(audio.samples, length, axis=0)
    angles = 2 * np.pi * np.arange(len(spectrum)) / length
    response = _response(_shelf(audio.rate), angles) * _response(_high_pass(audio.rate), angles)
    found: Array = np.fft.irfft(spectrum * response[:, None], length, axis=0)[: len(audio.samples)]
    return found


Biquad = tuple[tuple[float, float, float], tuple[float, float, float]]


def _shelf(rate: int) -> Biquad:
    frequency, gain, quality = _SHELF
    k, v = math.tan(math.pi * frequency / rate), 10 ** (gain / 20)
    vb, whole = v**0.4996667741545416, 1 + k / quality + k * k
    over = (v + vb * k / quality + k * k) / whole, 2 * (k * k - v) / whole, (v - vb * k / quality + k * k) / whole
    return over, (1.0, 2 * (k * k - 1) / whole, (1 - k / quality + k * k) / whole)


def _high_pass(rate: int) -> Biquad:
    frequency, quality = _PASS
    k = math.tan(math.pi * frequency / rate)
    whole = 1 + k / quality + k * k
    return (1.0, -2.0, 1.0), (1.0, 2 * (k * k - 1) / whole, (1 - k / quality + k * k) / whole)


def _response(filter_: Biquad, angles: Array) -> npt.NDArray[np.complex128]:
    unit = np.exp(-1j * angles)
    over, under = ((row[0] + row[1] * unit + row[2] * unit**2) for row in filter_)
    found: npt.NDArray[np.complex128] = over / under
    return found


def _oversampled_peak(samples: Array) -> float:
    """The peak of a stretch at four times its rate; the stretch is faded at its edges, whose samples count as is."""
    if len(samples) < 2:
        return float(np.max(np.abs(samples), initial=0.0))
    edge = min(64, len(samples) // 2)
    window = np.ones(len(samples))
    window[:edge] = np.linspace(0, 1, edge)
    window[-edge:] = np.linspace(1, 0, edge)
    spectrum = np.fft.rfft(samples * window[:, None], axis=0)
    finer = np.fft.irfft(spectrum, len(samples) * _OVERSAMPLING, axis=0) * _OVERSAMPLING
    return float(np.max(np.abs(finer)))
