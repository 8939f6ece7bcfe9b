"""Sound that loops: a stretch whose tail sounds on under its own beginning, and a measure of its join.

A stretch is cut from a recording in which silence follows it. What rings on after its end, the tail, is added to its
beginning, as if it had been played before. Played again and again, it is then one signal without an edge: at the join
the tail goes on with the sample after the last one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from scoregen.notation.sound.audio import Audio

_TOLERANCE = 1.01
_WINDOW, _HOP = 2048, 256
_AROUND = 2048
"""The frames on each side of a join in which its spectral flux is measured."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of music with its tail: `audio` begins with it, and `length` frames later the tail begins."""

    audio: Audio
    length: int

    @property
    def tail(self) -> Audio:
        return replace(self.audio, samples=self.audio.samples[self.length :])

    @property
    def loop(self) -> Audio:
        """The stretch with its tail added to its beginning, `length` frames long."""
        samples = np.zeros((self.length, self.audio.samples.shape[1]), dtype=np.float64)
        for start in range(0, len(self.audio.samples), self.length):
            part = self.audio.samples[start : start + self.length]
            samples[: len(part)] += part
        return replace(self.audio, samples=samples.astype(np.float32))


def stretches(audio: Audio, spans: Sequence[tuple[float, float]], gap: float) -> tuple[Stretch, ...]:
    """The stretches between times in seconds; each tail lasts up to `gap` seconds, as long as it is heard."""
    found = []
    for start, stop in spans:
        begin, end = (round(time * audio.rate) for time in (start, stop))
        samples = audio.samples[begin : end + round((gap - 0.05) * audio.rate)]
        found.append(Stretch(replace(audio, samples=_faded(samples, end - begin, audio.rate)), end - begin))
    return tuple(found)


def _faded(samples: npt.NDArray[np.float32], least: int, rate: int, silent: float = 1e-4) -> npt.NDArray[np.float32]:
    """The samples to the last that is heard, but at least a number of them, with a fade of 50 ms at the end."""
    heard = np.flatnonzero(np.max(np.abs(samples), axis=1) > silent)
    fade = round(0.05 * rate)
    stop = min(max(least, int(heard[-1]) + 1 if len(heard) else 0) + fade, len(samples))
    kept = samples[:stop].copy()
    ramp = np.linspace(1.0, 0.0, min(fade, max(stop - least, 0)), dtype=np.float32)
    kept[stop - len(ramp) :] *= ramp[:, None]
    return kept


@dataclass(frozen=True, slots=True)
class Seam:
    """A join against the rest of a loop: the step from the last sample to the first, and the spectral flux around it.

    `largest_step` and `largest_flux` are the largest elsewhere: in the loop, and where it begins out of silence, since
    the first note begins at the join.
    """

    step: float
    largest_step: float
    flux: float
    largest_flux: float

    @property
    def is_smooth(self) -> bool:
        """Whether neither is larger than the largest elsewhere, within `_TOLERANCE`."""
        return self.step <= _TOLERANCE * self.largest_step and self.flux <= _TOLERANCE * self.largest_flux


def seam(stretch: Stretch) -> Seam:
    """The join of the loop of a stretch, in the signal of the loop played twice."""
    loop, length = stretch.loop, stretch.length
    twice = np.concatenate([loop.samples, loop.samples]).astype(np.float64)
    steps = np.max(np.abs(np.diff(twice, axis=0)), axis=1)
    flux = spectral_flux(replace(loop, samples=twice.astype(np.float32)))
    centres = np.arange(len(flux)) * _HOP + _WINDOW // 2
    near = np.abs(centres - length) <= _AROUND
    inside = (centres > _WINDOW) & (centres < len(twice) - _WINDOW) & ~near
    largest = max(_most(flux[inside]), _onset_flux(stretch.audio))
    return Seam(float(steps[length - 1]), float(np.max(np.delete(steps, length - 1))), _most(flux[near]), largest)


def _onset_flux(audio: Audio) -> float:
    """The spectral flux with which a stretch begins out of silence."""
    silence = np.zeros((_WINDOW + _AROUND, audio.samples.shape[1]), dtype=np.float32)
    start = np.concatenate([silence, audio.samples[: _AROUND + _WINDOW]])
    return _most(spectral_flux(replace(audio, samples=start)))


def _most(values: npt.NDArray[np.float64]) -> float:
    return float(np.max(values, initial=0.0))


def spectral_flux(audio: Audio) -> npt.NDArray[np.float64]:
    """The half-wave rectified change of the magnitude spectrum from one window to the next, by windows (Dixon 2006)."""
    mono = audio.samples.mean(axis=1).astype(np.float64)
    count = max((len(mono) - _WINDOW) // _HOP + 1, 0)
    window, before, found = np.hanning(_WINDOW), np.zeros(_WINDOW // 2 + 1), np.zeros(count)
    for index in range(count):
        spectrum = np.abs(np.fft.rfft(mono[index * _HOP : index * _HOP + _WINDOW] * window))
        found[index] = np.sum(np.maximum(spectrum - before, 0)) if index else 0.0
        before = spectrum
    return found
