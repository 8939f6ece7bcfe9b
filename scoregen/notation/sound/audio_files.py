"""Sound as the bytes of a file: WAV by the standard library, FLAC, Ogg Vorbis and MP3 by libsndfile."""

from __future__ import annotations

import io
import struct
import wave
from importlib.util import find_spec

import numpy as np

from scoregen.notation.sound.audio import Audio
from scoregen.system.errors import ToolError
from scoregen.transcription.recordings.sound_files import LIBRARY, file_of

SUFFIXES = (".wav", ".flac", ".mp3", ".ogg")
_FORMATS = {".flac": ("FLAC", "PCM_16"), ".mp3": ("MP3", "MPEG_LAYER_III"), ".ogg": ("OGG", "VORBIS")}
_FULL_SCALE = 32767
_MIDDLE_C = 60


def check_format(suffix: str) -> None:
    """ToolError if the library for a format is missing."""
    if suffix.lower() in _FORMATS and find_spec(LIBRARY) is None:
        raise ToolError(f"{suffix} files need the library {LIBRARY}; `pip install {LIBRARY}`, or write a .wav file")


def audio_file(audio: Audio, suffix: str, *, loops: bool = False) -> bytes:
    """The file in the format of a suffix of `SUFFIXES`, with 16 bits per sample.

    With `loops` a WAV file says that it is played again and again from its first sample to its last.
    """
    suffix = suffix.lower()
    if suffix != ".wav":
        return file_of(audio.samples, audio.rate, *_FORMATS[suffix])
    return _with_loop(_wav(audio), audio) if loops else _wav(audio)


def _with_loop(file: bytes, audio: Audio) -> bytes:
    """A WAV file with a sampler chunk, which has a loop over all samples."""
    period = round(1e9 / audio.rate)
    sampler = struct.pack("<9L", 0, 0, period, _MIDDLE_C, 0, 0, 0, 1, 0)
    chunk = sampler + struct.pack("<6L", 0, 0, 0, len(audio.samples) - 1, 0, 0)
    whole = file + b"smpl" + struct.pack("<L", len(chunk)) + chunk
    return whole[:4] + struct.pack("<L", len(whole) - 8) + whole[8:]


def _wav(audio: Audio) -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(audio.samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(audio.rate)
        file.writeframes(np.round(np.clip(audio.samples, -1, 1) * _FULL_SCALE).astype("<i2").tobytes())
    return written.getvalue()
