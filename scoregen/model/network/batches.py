"""The padded tensors of a batch of examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor

from scoregen.model.features.alphabet import NO_CHOICE, Alphabet
from scoregen.model.features.conditioning import NEVER, Example, frames
from scoregen.model.features.history_features import Buckets
from scoregen.model.features.inputs import SPELLED
from scoregen.model.features.turns import Turns, compared_voices, turns


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded tensors. B pieces, T slices, F frames, V voices, S turns of a slice, K choices of an event.

    Pieces may have different numbers of voices; those that a piece lacks are absent in all of its slices.
    """

    events: Tensor  # [B, T, V]
    before: Tensor  # [B, T, V]
    sounding: Tensor  # [B, T, V]
    age: Tensor  # [B, T, V]
    inner: Tensor  # [B, T, V, N]
    choices: Tensor  # [B, T, V, K] ids, `Alphabet.choices` after the last one of an event
    voices: Tensor  # [B, V, D]
    others: Tensor  # [B, T, V, O] the voices with which each voice is compared, V for none
    turn_count: Tensor  # [B, T]
    turns: Tensor  # [B, T, 6, S] voice, index, choice, pitch, reference, chord (`turns.Turns`)
    style: Tensor  # [B]
    pitch_history: Tensor  # [B, T, PITCH_HISTORY]
    matches: Tensor  # [B, V + 1, T, T] uint8
    labels: Tensor  # [B, T, labels]
    given: Tensor  # [B, T, V] bool
    order: Tensor  # [B, T, V]
    time_shift: Tensor  # [B, T]
    key: Tensor  # [B, T]
    metric: Tensor  # [B, T, features]
    position: Tensor  # [B, T]
    measure_steps: Tensor  # [B, T]
    frame: Tensor  # [B, T] the frame of each slice
    lengths: Tensor  # [B]
    frame_events: Tensor  # [B, F, V]
    frame_sounding: Tensor  # [B, F, V]
    frame_inner: Tensor  # [B, F, V, N]
    frame_key: Tensor  # [B, F]
    frame_metric: Tensor  # [B, F, features]
    frame_lengths: Tensor  # [B]

    def to(self, device: torch.device) -> Batch:
        return Batch(**{field.name: getattr(self, field.name).to(device) for field in fields(self)})


def collate(examples: Sequence[Example], alphabet: Alphabet | None = None) -> Batch:
    """One padded batch of examples, by default of the spelled alphabet."""
    alphabet = alphabet or SPELLED
    pieces = [example.piece for example in examples]
    all_frames = [frames(example.piece, example.given) for example in examples]
    frame_of = [
        np.searchsorted(points, piece.point, side="right") - 1
        for piece, (points, *_) in zip(pieces, all_frames, strict=True)
    ]
    voices = max(piece.events.shape[1] for piece in pieces)
    all_turns = [turns(example, alphabet) for example in examples]
    end = alphabet.choices
    chosen = [np.where(piece.choices == NO_CHOICE, end, np.minimum(piece.choices, end)) for piece in pieces]
    others = [compared_voices(piece.events != alphabet.absent) for piece in pieces]
    silence, absent = alphabet.silence, alphabet.absent
    return Batch(
        events=_pad([piece.events for piece in pieces], absent, voices),
        before=_pad([piece.before for piece in pieces], silence, voices),
        sounding=_pad([piece.sounding for piece in pieces], silence, voices),
        age=_pad([piece.age for piece in pieces], 0, voices),
        inner=_pad_last([piece.inner for piece in pieces], silence, voices),
        choices=_pad_last(chosen, end, voices),
        voices=_pad([piece.voices for piece in pieces]),
        others=_pad_last([np.where(each == each.shape[1], voices, each) for each in others], voices, voices),
        turn_count=_pad([each.count for each in all_turns]),
        turns=_pad_last([_stacked(each) for each in all_turns], 0),
        style=torch.tensor([example.style for example in examples]),
        pitch_history=_pad([piece.pitch_history for piece in pieces]),
        labels=_pad([piece.labels for piece in pieces]),
        matches=_pad_squares([piece.matches for piece in pieces], voices + 1),
        given=_pad([example.given for example in examples], 1, voices),
        order=_pad([_with_voices(example.order, voices) for example in examples], 0, voices),
        time_shift=_pad([piece.time_shift for piece in pieces]),
        key=_pad([piece.key[piece.point] for piece in pieces]),
        metric=_pad([piece.metric[piece.point] for piece in pieces]),
        position=_pad([piece.position[piece.point] for piece in pieces], fill=NEVER),
        measure_steps=_pad([piece.measure_steps[piece.point] for piece in pieces], fill=1),
        frame=_pad(frame_of),
        lengths=torch.tensor([piece.length for piece in pieces]),
        frame_events=_pad([events for _, events, _, _ in all_frames], absent, voices),
        frame_sounding=_pad([sounding for _, _, sounding, _ in all_frames], silence, voices),
        frame_inner=_pad_last([inner for _, _, _, inner in all_frames], silence, voices),
        frame_key=_pad([piece.key[points] for piece, (points, *_) in zip(pieces, all_frames, strict=True)]),
        frame_metric=_pad([piece.metric[points] for piece, (points, *_) in zip(pieces, all_frames, strict=True)]),
        frame_lengths=torch.tensor([len(points) for points, *_ in all_frames]),
    )


Arrays = Sequence[np.typing.NDArray[np.generic]]


def _pad(arrays: Arrays, fill: int = 0, voices: int | None = None) -> Tensor:
    """[B, longest, ...] with `fill`; arrays by voice get columns up to `voices`, other arrays those of the widest."""
    longest = max(len(array) for array in arrays)
    width = voices or max(array.shape[1] if array.ndim > 1 else 0 for array in arrays)
    shape = (len(arrays), longest, *((width, *arrays[0].shape[2:]) if arrays[0].ndim > 1 else ()))
    padded = np.full(shape, fill, dtype=_wide(arrays[0].dtype))
    for row, array in zip(padded, arrays, strict=True):
        row[tuple(map(slice, array.shape))] = array
    return torch.from_numpy(padded)


def _pad_last(arrays: Arrays, fill: int, voices: int | None = None) -> Tensor:
    """`_pad` for arrays with a third axis, whose length differs too."""
    widest = max(array.shape[2] for array in arrays)
    wide = [np.pad(array, ((0, 0), (0, 0), (0, widest - array.shape[2])), constant_values=fill) for array in arrays]
    return _pad(wide, fill, voices)


def _wide(dtype: np.dtype[np.generic]) -> np.dtype[np.generic]:
    return np.dtype(np.int64) if dtype == np.int16 else dtype


def _stacked(each: Turns) -> np.typing.NDArray[np.int64]:
    """[T, 6, S]"""
    return np.stack([each.voice, each.index, each.choice, each.pitch, each.reference, each.chord], 1)


def _with_voices(order: np.typing.NDArray[np.int64], voices: int) -> np.typing.NDArray[np.int64]:
    """The order with the voices that the piece lacks at its end."""
    missing = np.arange(order.shape[1], voices)
    return np.concatenate([order, np.broadcast_to(missing, (len(order), len(missing)))], 1)


def _pad_squares(tables: Sequence[Buckets], count: int) -> Tensor:
    """[B, V + 1, T, T]; the last one is always that of the lowest voice, from which the attention reads it."""
    longest = max(table.shape[-1] for table in tables)
    padded = np.zeros((len(tables), count, longest, longest), dtype=np.uint8)
    for square, table in zip(padded, tables, strict=True):
        square[: table.shape[0], : table.shape[1], : table.shape[2]] = table
        square[-1, : table.shape[1], : table.shape[2]] = table[-1]
    return torch.from_numpy(padded)
