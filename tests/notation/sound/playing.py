"""What sounds in a recording, measured: levels, and when notes begin."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from scoregen.notation.sound.audio import Audio
from scoregen.notation.sound.soundfonts import soundfont
from scoregen.system.errors import ScoregenError


def _is_there() -> bool:
    try:
        return shutil.which("fluidsynth") is not None and soundfont().is_file()
    except ScoregenError:
        return False


needs_sound = pytest.mark.skipif(not _is_there(), reason="FluidSynth or a soundfont is missing")


def onsets(audio: Audio, rise: float = 12.0) -> list[float]:
    """The seconds at which the level of 5 ms rises by `rise` decibels over that of the 40 ms before."""
    hop = round(0.005 * audio.rate)
    step = hop / audio.rate
    mono = audio.samples.mean(axis=1)
    frames = mono[: len(mono) // hop * hop].reshape(-1, hop)
    levels = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-9)
    found: list[float] = []
    for index in range(len(levels)):
        before = levels[max(index - 8, 0) : index].max(initial=-90.0)
        if levels[index] > before + rise and (not found or index * step - found[-1] > 0.1):
            found.append(index * step)
    return found
