"""`EventHeads` for pieces that are all in one key and write their voices in one order: fewer, larger steps.

All that is linear in the in-slice state is one product, in which a pitch that hangs on the key alone
has a column of its own; every look-up by a pitch is one from a table of columns. Where a part has
nothing to say (silence, a voice that did not move) the table points at zeros.

R rows, K other voices, P pitches, E events, s in-slice.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch.nn import functional

from scoregen.model.engine.layers import Affine, array, gelu
from scoregen.model.network.alphabet import FIRST_PITCH
from scoregen.model.network.heads import MELODIC_REACH, EventHeads
from scoregen.model.network.inputs import Floats, Ints
from scoregen.model.network.network import Network

_NOWHERE = -1000
"""What silence adds to the number of a row: before the first one, whatever else is added."""


@dataclass(frozen=True, slots=True)
class Around:
    """The other voices of a slice, those set already first: pitch ids [R, K], as in `heads.Others`."""

    now: Ints
    before: Ints


class QuickHeads:
    """The heads of a network, in one key, as they are now."""

    def __init__(self, network: Network, key: int) -> None:
        heads = network.heads
        self._heads, self._role = heads, network.role.weight
        self._product = _product(heads, key)
        fixed = FIRST_PITCH + heads.silence
        steps = fixed + heads.sizes[3] + heads.sizes[4] + 1
        self._fixed, self._pair_columns = slice(0, fixed), slice(steps, steps + len(heads.pair_state.weight))
        self._gates = slice(self._pair_columns.stop, None)
        self._from_before = fixed + _columns_from_before(heads)
        self._harmonic = Affine.with_weights(
            functional.pad(heads.harmonic.weight, (0, 0, 0, 1)), functional.pad(heads.harmonic.bias, (0, 1))
        )
        none = torch.full((1, heads.silence), len(heads.harmonic.bias))
        self._by_interval: Ints = torch.cat([heads.harmonic_index[: heads.silence], none]).numpy()
        self._motion, self._motion_starts, self._motion_classes = _motion(heads)
        self._other_pitch = array((heads.melodic_index != MELODIC_REACH).float())
        self._pairs: dict[tuple[tuple[int, ...], int], Floats] = {}

    def logits(self, state: Floats, before: Ints, others: Around, order: tuple[int, ...], step: int) -> Floats:
        """[R, E] of the voice that is number `step` of `order`, coming from the pitches `before` [R]."""
        product = self._product(state)
        found: Floats = product[:, self._fixed].copy()
        pitch = found[:, FIRST_PITCH:]
        pitch += _gathered(product, self._from_before.take(before, 0)).sum(1)
        if others.now.shape[1]:
            pitch += self._asked(product[:, self._pair_columns], others.now, order, step)
        if self._heads.use_motion and step:
            pitch += self._moves(product[:, self._gates], before, others.now[:, :step], others.before[:, :step])
        return found

    def _asked(self, pair: Floats, now: Ints, order: tuple[int, ...], step: int) -> Floats:
        """[R, P] what the other voices ask for by the intervals to them."""
        rows, count = now.shape
        pairs = gelu((pair[:, None] + self._pair(order, step)).reshape(rows * count, -1))
        harmonic = self._harmonic(pairs).reshape(rows, -1)
        width = harmonic.shape[1] // count
        columns = self._by_interval.take(now, 0) + width * np.arange(count)[:, None]
        found: Floats = _gathered(harmonic, columns).sum(1)
        return found

    def _moves(self, gate: Floats, before: Ints, now: Ints, was: Ints) -> Floats:
        """[R, P] what the motion of the voices set already asks for, from pitches [R, K] to others."""
        rows = (self._motion_starts[was, before[:, None]] + self._motion_classes[now]) * (now != was)
        asked = self._motion.take(np.maximum(rows, 0), 0).sum(1)  # [R, 2, P]
        found: Floats = (asked[:, 0] * (1 + gate[:, :1]) + asked[:, 1] * gate[:, 1:]) * self._other_pitch[before]
        return found

    def _pair(self, order: tuple[int, ...], step: int) -> Floats:
        """[K, s] what a pair of voices is, whatever the state."""
        found = self._pairs.get((order, step))
        if found is None:
            others = [rank for rank in range(len(order)) if rank != step]
            roles = self._role[[order[rank] for rank in others]]
            is_set = torch.tensor([int(rank < step) for rank in others])
            found = self._pairs[order, step] = array(self._heads.pair_role(roles) + self._heads.is_set[is_set])
        return found


@lru_cache(maxsize=4)
def quick_heads(network: Network, key: int, version: int) -> QuickHeads:
    """The heads in a key; `version` changes with the weights."""
    return QuickHeads(network, key)


def _gathered(values: Floats, columns: Ints) -> Floats:
    """From the rows of [R, N], columns [R, ...] of each."""
    starts = np.arange(0, values.size, values.shape[1]).reshape(-1, *[1] * (columns.ndim - 1))
    found: Floats = values.take(columns + starts)
    return found


def _product(heads: EventHeads, key: int) -> Affine:
    """From a state [s] the columns: kinds, pitches, steps (a zero last), pairs and the gates of motion."""
    table = torch.cat([heads.alone.weight, heads.alone.bias[:, None]], 1)
    kinds, height, degree, melodic, classes = torch.split(table, heads.sizes)
    pitch = height[heads.height_index]
    if len(degree):
        pitch = pitch + functional.pad(degree, (0, 0, 0, 1))[heads.degree_index[key]]
    zero = torch.zeros_like(table[:1])
    pair = torch.cat([heads.pair_state.weight, heads.pair_state.bias[:, None]], 1)
    gate = torch.cat([heads.motion_gate.weight, heads.motion_gate.bias[:, None]], 1)
    columns = torch.cat([kinds, pitch, melodic, classes, zero, pair, gate])
    return Affine.with_weights(columns[:, :-1], columns[:, -1].contiguous())


def _columns_from_before(heads: EventHeads) -> Ints:
    """[P + 1, 2, P] by the pitch come from, the columns of its melodic steps and of their classes."""
    found = torch.stack([heads.melodic_index, heads.class_index + heads.sizes[3]], 1)
    found[-1] = heads.sizes[3] + heads.sizes[4]
    columns: Ints = found.numpy()
    return columns


def _motion(heads: EventHeads) -> tuple[Floats, Ints, Ints]:
    """Both tables of motion, by the interval before and the pitch class of the other voice now.

    The rows [M, 2, P], the first of zeros; by the pitches before of the other voice and of this one
    [P + 1, P + 1] where theirs begin; and what the other's pitch now [P + 1] adds. Silence takes off
    more than there is.
    """
    classes = heads.interval_class[0] % 12  # over the lowest pitch
    apart = (classes - torch.arange(12)[:, None]) % 12
    rows = heads.motion[:, :, apart].movedim(0, 2).flatten(0, 1)
    table = functional.pad(rows, (0, 0, 0, 0, 1, 0))
    starts = 1 + 12 * heads.interval_class[:-1]
    return (
        array(table.contiguous()),
        functional.pad(starts, (0, 1, 0, 1), value=_NOWHERE).numpy(),
        functional.pad(classes, (0, 1), value=_NOWHERE).numpy(),
    )
