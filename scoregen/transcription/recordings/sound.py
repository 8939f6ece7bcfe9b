"""Reads a sound file as one row of samples."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scoregen.system.errors import Place, ReadError, ToolError
from scoregen.transcription.recordings.extras import require
from scoregen.transcription.recordings.sound_files import DamagedSoundError, LongSoundError, samples_of

Floats = NDArray[np.float32]

SUFFIXES = (".wav", ".flac", ".mp3", ".ogg", ".m4a")
MOST_SECONDS = 1200
_BY_FFMPEG = ".m4a"
_DECODING_SECONDS = 120
_SILENT = 1e-3
"""The loudest sample of a file that holds nothing but silence."""


@dataclass(frozen=True, slots=True)
class Sound:
    """Samples [T] from -1 to 1 at `rate` in Hz; the channels are added up."""

    samples: Floats
    rate: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate

    @property
    def is_silent(self) -> bool:
        return not len(self.samples) or float(np.abs(self.samples).max()) < _SILENT

    def at(self, rate: int) -> Sound:
        """The same sound at another sampling rate."""
        if rate == self.rate:
            return self
        import soxr

        return Sound(np.asarray(soxr.resample(self.samples, self.rate, rate), dtype=np.float32), rate)


def read_sound(path: Path) -> Sound:
    """Read a sound file. Raises ReadError for a damaged or too long one, ToolError if a decoder is missing."""
    place = Place(str(path))
    if not path.is_file():
        raise ReadError("there is no such file", place)
    require(("soundfile", "soxr"), place)
    if path.suffix.lower() != _BY_FFMPEG:
        return _decoded(path, place)
    with tempfile.TemporaryDirectory(prefix="scoregen-") as folder:
        return _decoded(_with_ffmpeg(path, Path(folder) / "sound.wav", place), place)


def _decoded(path: Path, place: Place) -> Sound:
    try:
        samples, rate = samples_of(path, MOST_SECONDS)
    except LongSoundError as error:
        lasting = f"the recording lasts {error.args[0] / 60:.0f} minutes"
        raise ReadError(f"{lasting}; at most {MOST_SECONDS // 60} are read", place) from None
    except DamagedSoundError as error:
        raise ReadError(f"the sound file is damaged or of an unknown kind ({error})", place) from None
    return Sound(np.nan_to_num(samples.mean(axis=1)), rate)


def _with_ffmpeg(path: Path, target: Path, place: Place) -> Path:
    """The file as a .wav file, made by ffmpeg."""
    program = shutil.which("ffmpeg")
    if program is None:
        raise ToolError(
            f"{path.suffix} files need ffmpeg, which is not installed; save it as .wav, .flac or .mp3", place
        )
    command = [program, "-nostdin", "-v", "error", "-i", f"file:{path}", "-t", str(MOST_SECONDS + 1), str(target)]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=_DECODING_SECONDS)
    except (subprocess.SubprocessError, OSError):
        raise ReadError("ffmpeg cannot read this sound file; save it as .wav, .flac or .mp3", place) from None
    return target
