"""The padded tensors of a batch of examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor

from scoregen.model.network.conditioning import NEVER, Example, frames
from scoregen.model.network.history_features import Buckets


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded tensors. B pieces, T slices, F frames, V voices."""

    events: Tensor  # [B, T, V]
    before: Tensor  # [B, T, V]
    sounding: Tensor  # [B, T, V]
    age: Tensor  # [B, T, V]
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
    frame_key: Tensor  # [B, F]
    frame_metric: Tensor  # [B, F, features]
    frame_lengths: Tensor  # [B]

    def to(self, device: torch.device) -> Batch:
        return Batch(**{field.name: getattr(self, field.name).to(device) for field in fields(self)})


def collate(examples: Sequence[Example]) -> Batch:
    """One padded batch of examples."""
    pieces = [example.piece for example in examples]
    all_frames = [frames(example.piece, example.given) for example in examples]
    frame_of = [
        np.searchsorted(points, piece.point, side="right") - 1
        for piece, (points, _, _) in zip(pieces, all_frames, strict=True)
    ]
    return Batch(
        events=_pad([piece.events for piece in pieces]),
        before=_pad([piece.before for piece in pieces]),
        sounding=_pad([piece.sounding for piece in pieces]),
        age=_pad([piece.age for piece in pieces]),
        pitch_history=_pad([piece.pitch_history for piece in pieces]),
        labels=_pad([piece.labels for piece in pieces]),
        matches=_pad_squares([piece.matches for piece in pieces]),
        given=_pad([example.given for example in examples]),
        order=_pad([example.order for example in examples]),
        time_shift=_pad([piece.time_shift for piece in pieces]),
        key=_pad([piece.key[piece.point] for piece in pieces]),
        metric=_pad([piece.metric[piece.point] for piece in pieces]),
        position=_pad([piece.position[piece.point] for piece in pieces], fill=NEVER),
        measure_steps=_pad([piece.measure_steps[piece.point] for piece in pieces], fill=1),
        frame=_pad(frame_of),
        lengths=torch.tensor([piece.length for piece in pieces]),
        frame_events=_pad([events for _, events, _ in all_frames]),
        frame_sounding=_pad([sounding for _, _, sounding in all_frames]),
        frame_key=_pad([piece.key[points] for piece, (points, _, _) in zip(pieces, all_frames, strict=True)]),
        frame_metric=_pad([piece.metric[points] for piece, (points, _, _) in zip(pieces, all_frames, strict=True)]),
        frame_lengths=torch.tensor([len(points) for points, _, _ in all_frames]),
    )


def _pad(arrays: Sequence[np.typing.NDArray[np.generic]], fill: int = 0) -> Tensor:
    longest = max(len(array) for array in arrays)
    padded = np.full((len(arrays), longest, *arrays[0].shape[1:]), fill, dtype=arrays[0].dtype)
    for row, array in zip(padded, arrays, strict=True):
        row[: len(array)] = array
    return torch.from_numpy(padded)


def _pad_squares(tables: Sequence[Buckets]) -> Tensor:
    longest = max(table.shape[-1] for table in tables)
    padded = np.zeros((len(tables), len(tables[0]), longest, longest), dtype=np.uint8)
    for square, table in zip(padded, tables, strict=True):
        square[:, : table.shape[1], : table.shape[2]] = table
    return torch.from_numpy(padded)
