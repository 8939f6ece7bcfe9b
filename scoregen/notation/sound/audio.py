"""Sound in memory, and what is done with it: mixing, gain, trimming, the level of a stretch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]
SAMPLE_RATE = 44_100
SILENCE_DB = -60.0
"""The level, under full scale, below which the end of a piece counts as silent."""
END_SECONDS = 0.5
"""The silence that is left at the end."""
_FADE_SECONDS = 0.05
_LEAST = 1e-10


@dataclass(frozen=True, slots=True)
class Audio:
    """Samples of shape (frames, channels), 1.0 at full scale, and frames per second."""

    samples: Samples
    rate: int = SAMPLE_RATE

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate

    @property
    def peak(self) -> float:
        """The largest absolute sample; 0 for no samples."""
        return float(np.max(np.abs(self.samples), initial=0.0))

    def scaled(self, decibels: float) -> Audio:
        return replace(self, samples=(self.samples * np.float32(10 ** (decibels / 20))).astype(np.float32))

    def between(self, start: float, stop: float) -> Audio:
        """The stretch between two times in seconds."""
        return replace(self, samples=self.samples[round(start * self.rate) : round(stop * self.rate)])

    @classmethod
    def joined(cls, parts: Sequence[Audio]) -> Audio:
        """Sounds of one rate, one after the other."""
        return cls(np.concatenate([part.samples for part in parts]), parts[0].rate)

    def level(self) -> float:
        """The root mean square in decibels under full scale; -200 for silence."""
        mean = float(np.mean(np.square(self.samples, dtype=np.float64))) if self.samples.size else 0.0
        return 10 * float(np.log10(max(mean, _LEAST**2)))


def mixed(parts: Sequence[Audio], gains: Sequence[float] = ()) -> Audio:
    """The sum of parts of one rate, each with a gain in decibels if there are gains, as long as the longest."""
    length = max(len(part.samples) for part in parts)
    total: npt.NDArray[Any] = np.zeros((length, parts[0].samples.shape[1]), dtype=np.float32)
    for part, gain in zip(parts, gains or [0.0] * len(parts), strict=True):
        total[: len(part.samples)] += part.scaled(gain).samples
    return Audio(total, parts[0].rate)


def fitted(audio: Audio, length: int) -> Audio:
    """With this number of frames: cut, or with silence at the end."""
    samples = np.zeros((length, audio.samples.shape[1]), dtype=np.float32)
    kept = audio.samples[:length]
    samples[: len(kept)] = kept
    return replace(audio, samples=samples)


def trimmed(audio: Audio) -> Audio:
    """Without what is softer than `SILENCE_DB` at the end, except `END_SECONDS` that fade to silence."""
    threshold = 10 ** (SILENCE_DB / 20)
    loud = np.flatnonzero(np.max(np.abs(audio.samples), axis=1) > threshold)
    last = int(loud[-1]) + 1 if len(loud) else 0
    fade = round(_FADE_SECONDS * audio.rate)
    samples = np.zeros((last + round(END_SECONDS * audio.rate), audio.samples.shape[1]), dtype=np.float32)
    kept = audio.samples[: last + fade]
    samples[: len(kept)] = kept
    tail = len(kept) - last
    samples[last : len(kept)] *= np.linspace(1.0, 0.0, tail, dtype=np.float32)[:, None]
    return replace(audio, samples=samples)
