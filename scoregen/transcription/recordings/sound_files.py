"""The one door to libsndfile: samples from sound files, and sound files from samples."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

LIBRARY = "soundfile"
_BLOCK = 1 << 15


class DamagedSoundError(Exception):
    """The file is damaged or of an unknown kind."""


class LongSoundError(Exception):
    """The file is longer than is read; its argument is its length in seconds."""


def samples_of(path: Path, most_seconds: float) -> tuple[Floats, int]:
    """The samples [T, channels] of a file from -1 to 1, and their rate in Hz."""
    import soundfile

    try:
        with soundfile.SoundFile(path) as file:
            if file.frames > most_seconds * file.samplerate:
                raise LongSoundError(file.frames / file.samplerate)
            return file.read(dtype="float32", always_2d=True), int(file.samplerate)
    except (soundfile.SoundFileError, ValueError, TypeError) as error:
        raise DamagedSoundError(str(error)) from None


def file_of(samples: NDArray[np.floating], rate: int, container: str, coding: str) -> bytes:
    """The file of samples [T, channels], cut off at -1 and 1, in a container and a coding of libsndfile.

    It is written in blocks, since the Vorbis encoder overflows the stack on long arrays.
    """
    import soundfile

    written = io.BytesIO()
    shape: dict[str, Any] = {"samplerate": rate, "channels": samples.shape[1]}
    with soundfile.SoundFile(written, "w", format=container, subtype=coding, **shape) as file:
        for start in range(0, len(samples), _BLOCK):
            file.write(np.clip(samples[start : start + _BLOCK], -1, 1))
    return written.getvalue()
