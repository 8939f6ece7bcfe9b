"""What a choice rests on: how much less likely it is where a part of the piece is forgotten.

Forgotten is what the network knows of some events: their codes in its past (the mean of their voice
takes the place), their pitch classes in what was heard, their part in what matches, and, where they
were given, their place in the context. A slice that is forgotten in all voices is hidden from the
pointer. What every voice sounded last, and what is set already in the slice of the choice, stays known:
a choice without it would be another one. This is occlusion (Zeiler and Fergus 2014, arXiv:1311.2901):
each effect is a second forward pass and no estimate; that effects do not sum to a whole is its price.

N ways to forget, T slices, V voices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from scoregen.model.engine.inference_mode import inference_mode
from scoregen.model.network.alphabet import MOST_ACCIDENTALS
from scoregen.model.network.batches import collate
from scoregen.model.network.conditioning import Example
from scoregen.model.network.history_features import matches, pitch_history, relative_to_key
from scoregen.model.network.inputs import SILENCE, SPELLED, Bools, PieceArrays
from scoregen.model.network.likelihood import choices, rows_of
from scoregen.model.network.network import Network

Nats = NDArray[np.float32]
BATCH_CELLS = 160_000
"""Pieces times slices squared that go through the network at once: the pointer's tables are as large."""
_UNLIKE = 1 << 20
"""Event ids from here on stand for forgotten events: none is like another."""


def effects(network: Network, example: Example, forgotten: Sequence[Bools]) -> Nats:
    """[N, T, V] nats that what stands there loses by each way to forget, [T, V] a way; negative where it gains."""
    everything = np.zeros_like(example.given)
    found = chances(network, example, [everything, *forgotten])
    lost: Nats = found[:1] - found[1:]
    return lost


def chances(network: Network, example: Example, forgotten: Sequence[Bools]) -> Nats:
    """[N, T, V] log p of what stands there, by voice, with a part of the rest forgotten."""
    at_once = max(1, BATCH_CELLS // example.piece.length**2)
    starts = range(0, len(forgotten), at_once)
    with inference_mode():
        return np.concatenate([_chances(network, example, forgotten[start : start + at_once]) for start in starts])


def occluded(piece: PieceArrays, known: Bools) -> PieceArrays:
    """The piece with what was heard and what matches reckoned from the known events [T, V] alone."""
    if known.all():
        return piece
    position = piece.position[piece.point]
    slots = np.arange(known.size).reshape(known.shape)
    events = np.where(known, piece.events, _UNLIKE + slots)
    return replace(
        piece,
        pitch_history=relative_to_key(
            pitch_history(np.where(known, piece.sounding, SILENCE), position, SPELLED),
            piece.key[piece.point] - MOST_ACCIDENTALS,
        ),
        matches=matches(events, np.where(known, piece.sounding, _UNLIKE + slots), piece.time_shift, position),
    )


def _chances(network: Network, example: Example, forgotten: Sequence[Bools]) -> Nats:
    known = [~mask for mask in forgotten]
    examples = [Example(occluded(example.piece, own), example.given & own, example.order) for own in known]
    batch = collate(examples)
    b, t = rows_of(batch)
    found = choices(network, batch, torch.from_numpy(np.stack(known)).float()).events
    chosen: Nats = found.gather(2, batch.events[b, t].unsqueeze(2))[..., 0].numpy()
    return chosen.reshape(len(known), *example.given.shape)
