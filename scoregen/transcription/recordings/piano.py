"""The notes of a piano recording, by transkun (Yan and Duan, Scoring Time Intervals Using Non-Hierarchical
Transformer for Automatic Piano Transcription, 2024).

transkun asks torchaudio for one matrix, and torchaudio does not load beside every version of PyTorch; the matrix is
made here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from types import ModuleType
from typing import Any

import numpy as np

from scoregen.transcription.performed import PerformedNote
from scoregen.transcription.recordings.sound import Sound

_WINDOW, _HOP = 16, 14
"""Seconds that are heard at once, and from one window to the next."""
_LOWEST, _HIGHEST = 21, 108


def hear_piano(sound: Sound) -> tuple[PerformedNote, ...]:
    """The notes of a recording of a piano; about 50 processor seconds for a minute."""
    import torch

    with _mel_matrix(torch), torch.no_grad():
        model = _load(torch)
        samples = torch.from_numpy(sound.at(int(model.fs)).samples[:, None])
        heard = model.transcribe(samples, stepInSecond=_HOP, segmentSizeInSecond=_WINDOW, discardSecondHalf=False)
    return tuple(
        PerformedNote(float(note.start), float(note.end), int(note.pitch), min(max(int(note.velocity), 1), 127))
        for note in heard
        if _LOWEST <= note.pitch <= _HIGHEST and note.end > note.start  # others are pedals
    )


def _load(torch: Any) -> Any:
    """The model with the weights inside the package transkun."""
    import moduleconf

    folder = files("transkun") / "pretrained"
    settings = moduleconf.parseFromFile(str(folder / "2.0.conf"))["Model"]
    model = settings.module.TransKun(conf=settings.config)
    state = torch.load(str(folder / "2.0.pt"), map_location="cpu", weights_only=True)
    model.load_state_dict(state.get("best_state_dict", state.get("state_dict")), strict=False)
    model.eval()
    return model


@contextmanager
def _mel_matrix(torch: Any) -> Iterator[None]:
    """A module torchaudio with the one function that transkun uses, while the model is made."""
    stand_in, functional = ModuleType("torchaudio"), ModuleType("torchaudio.functional")
    functional.melscale_fbanks = lambda *values, **named: torch.from_numpy(_mel_filters(*values, **named))  # type: ignore[attr-defined]
    stand_in.functional = functional  # type: ignore[attr-defined]
    before = {name: sys.modules.get(name) for name in ("torchaudio", "torchaudio.functional")}
    sys.modules |= {"torchaudio": stand_in, "torchaudio.functional": functional}
    try:
        yield
    finally:
        for name, module in before.items():
            sys.modules.pop(name)
            if module is not None:
                sys.modules[name] = module


def _mel_filters(
    n_freqs: int, f_min: float, f_max: float, n_mels: int, sample_rate: int, *_: Any, **__: Any
) -> np.ndarray[Any, np.dtype[np.float32]]:
    """[n_freqs, n_mels] triangular filters on the mel scale of HTK, not normalised."""
    frequencies = np.linspace(0, sample_rate // 2, n_freqs)
    lowest, highest = (2595 * float(np.log10(1 + limit / 700)) for limit in (f_min, f_max))
    mels = np.linspace(lowest, highest, n_mels + 2)
    corners = 700 * (10 ** (mels / 2595) - 1)
    slopes = corners[None, :] - frequencies[:, None]
    widths = np.diff(corners)
    rising, falling = -slopes[:, :-2] / widths[:-1], slopes[:, 2:] / widths[1:]
    return np.asarray(np.maximum(0, np.minimum(rising, falling)), dtype=np.float32)
