"""Occlusion: the effect of parts of a piece on a choice (Zeiler and Fergus 2014, arXiv:1311.2901).

Occluded events are removed from the input of the network: the mean code of their voice replaces their codes in the
past, their pitch classes leave the pitch history, they match nothing, and given ones are blank in the context. The
copy attention does not see slices that are occluded in all voices. The last pitch of every voice remains, and so do
the events of the same slice that were chosen before, since the choice would not be the same without them.
Each effect is exact and costs a forward pass. Effects do not sum to a total.

N masks, T slices, V voices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from scoregen.model.engine.inference_mode import inference_mode
from scoregen.model.features.alphabet import MOST_ACCIDENTALS
from scoregen.model.features.conditioning import Example
from scoregen.model.features.history_features import matches, pitch_history, relative_to_key
from scoregen.model.features.inputs import SILENCE, SPELLED, Bools, PieceArrays
from scoregen.model.network.batches import collate
from scoregen.model.network.likelihood import choices, costs
from scoregen.model.network.network import Network

Nats = NDArray[np.float32]
BATCH_CELLS = 160_000
"""Pieces times slices squared in one forward pass; the tables of the copy attention have this size."""
_OCCLUDED = 1 << 20
"""The first of the event ids of occluded events, which are all different."""


def effects(network: Network, example: Example, masks: Sequence[Bools]) -> Nats:
    """[N, T, V] the nats that each event loses by each mask [T, V] of occluded events; negative if it gains."""
    nothing = np.zeros_like(example.given)
    result = event_log_p(network, example, [nothing, *masks])
    losses: Nats = result[:1] - result[1:]
    return losses


def event_log_p(network: Network, example: Example, masks: Sequence[Bools]) -> Nats:
    """[N, T, V] log p of the events of the piece under each mask of occluded events, of a chord as a whole.

    It is 0 where an event is given.
    """
    batch_size = max(1, BATCH_CELLS // example.piece.length**2)
    starts = range(0, len(masks), batch_size)
    with inference_mode():
        return np.concatenate([_event_log_p(network, example, masks[start : start + batch_size]) for start in starts])


def occlude(piece: PieceArrays, visible: Bools) -> PieceArrays:
    """The piece with pitch history and matches computed from the visible events [T, V] alone."""
    if visible.all():
        return piece
    position = piece.position[piece.point]
    slots = np.arange(visible.size).reshape(visible.shape)
    events = np.where(visible, piece.events, _OCCLUDED + slots)
    return replace(
        piece,
        pitch_history=relative_to_key(
            pitch_history(np.where(visible, piece.sounding, SILENCE), position, SPELLED),
            piece.key[piece.point] - MOST_ACCIDENTALS,
        ),
        matches=matches(events, np.where(visible, piece.sounding, _OCCLUDED + slots), piece.time_shift, position),
    )


def _event_log_p(network: Network, example: Example, masks: Sequence[Bools]) -> Nats:
    visible = [~mask for mask in masks]
    hidden = [replace(example, piece=occlude(example.piece, own), given=example.given & own) for own in visible]
    batch = collate(hidden, network.alphabet)
    result = choices(network, batch, torch.from_numpy(np.stack(visible)).float())
    scored = replace(batch, given=batch.given | torch.from_numpy(example.given))
    chosen: Nats = -costs(network, scored, result).events.numpy()
    return chosen.reshape(len(visible), *example.given.shape)
