"""`EventHeads` for pieces that are all in one key and write their voices in one order: fewer, larger steps.

All that is linear in the in-slice state is one product, in which a pitch that hangs on the key alone
has a column of its own; every look-up by a pitch is one gather from a table of columns. Where a part
has nothing to say (silence, a voice that did not move) the table points at a column of zeros.

R rows, K other voices, P pitches, E events, s in-slice.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional

from scoregen.model.heads import MELODIC_REACH, EventHeads
from scoregen.model.lexicon import FIRST_PITCH
from scoregen.model.network import Network


@dataclass(frozen=True, slots=True)
class Around:
    """The other voices of a slice, those set already first: pitch ids [R, K], as in `heads.Others`."""

    now: Tensor
    before: Tensor


class QuickHeads:
    """The heads of a network, in one key, as they are now."""

    def __init__(self, network: Network, key: int) -> None:
        heads = network.heads
        self._heads, self._role = heads, network.role.weight
        pitches = heads.silence
        self._weight, self._bias = _product(heads, key)
        self._parts = [FIRST_PITCH + pitches, self._step_columns(heads), len(heads.pair_state.weight), 2]
        self._from_before = _columns_from_before(heads)
        self._harmonic = functional.pad(heads.harmonic.weight.T, (0, 1)).contiguous()
        self._harmonic_bias = functional.pad(heads.harmonic.bias, (0, 1))
        none = torch.full((1, pitches), self._harmonic.shape[1] - 1)
        self._by_interval = torch.cat([heads.harmonic_index[:pitches], none])
        still = torch.full((1, pitches), 12)
        self._becomes = torch.cat([heads.interval_class[:pitches] % 12, still])
        self._other_pitch = (heads.melodic_index != MELODIC_REACH).float()
        self._motion = functional.pad(heads.motion, (0, 1))
        self._pairs: dict[tuple[tuple[int, ...], int], Tensor] = {}

    def logits(self, state: Tensor, before: Tensor, others: Around, order: tuple[int, ...], step: int) -> Tensor:
        """[R, E] of the voice that is number `step` of `order`, coming from the pitches `before` [R]."""
        product = torch.addmm(self._bias, state, self._weight)
        fixed, steps, pair, gate = torch.split(product, self._parts, -1)
        rows, pitches = len(state), self._heads.silence
        melodic = steps.gather(1, self._from_before.index_select(0, before)).view(rows, 2, pitches).sum(1)
        found: Tensor = fixed.clone()
        pitch = found[:, FIRST_PITCH:]
        pitch += melodic
        if others.now.shape[1]:
            pitch += self._against(pair, gate, before, others, order, step)
        return found

    def _against(
        self, pair: Tensor, gate: Tensor, before: Tensor, others: Around, order: tuple[int, ...], step: int
    ) -> Tensor:
        rows, count = others.now.shape
        pairs = functional.gelu(pair.unsqueeze(1) + self._pair(order, step))
        harmonic = torch.addmm(self._harmonic_bias, pairs.flatten(0, 1), self._harmonic)
        total = harmonic.gather(1, self._by_interval.index_select(0, others.now.flatten()))
        if self._heads.use_motion and step:
            total = total.view(rows, count, -1)
            moves = self._moves(gate, before, Around(others.now[:, :step], others.before[:, :step]))
            return total.sum(1) + moves
        return total.view(rows, count, -1).sum(1)

    def _moves(self, gate: Tensor, before: Tensor, others: Around) -> Tensor:
        """[R, P] what the motion of the voices set already [R, K] asks for."""
        heads, silence = self._heads, self._heads.silence
        moved = (others.now != others.before) & (others.now != silence) & (others.before != silence)
        moved &= (before != silence).unsqueeze(1)
        was = heads.interval_class[others.before, before.clamp(max=silence - 1).unsqueeze(1)]
        rows = self._motion[:, was]  # [2, R, K, 13]
        table = torch.addcmul(rows[0], rows[0], gate[:, :1, None]).addcmul_(rows[1], gate[:, 1:, None])
        there = torch.where(moved, others.now, silence).flatten()
        becomes = self._becomes.index_select(0, there).view(*moved.shape, -1)
        return table.gather(2, becomes).sum(1) * self._other_pitch.index_select(0, before)

    def _pair(self, order: tuple[int, ...], step: int) -> Tensor:
        """[K, s] what a pair of voices is, whatever the state."""
        found = self._pairs.get((order, step))
        if found is None:
            others = [rank for rank in range(len(order)) if rank != step]
            roles = self._role[[order[rank] for rank in others]]
            is_set = torch.tensor([int(rank < step) for rank in others])
            found = self._pairs[order, step] = self._heads.pair_role(roles) + self._heads.is_set[is_set]
        return found

    @staticmethod
    def _step_columns(heads: EventHeads) -> int:
        return heads.sizes[3] + heads.sizes[4] + 1


@lru_cache(maxsize=4)
def quick_heads(network: Network, key: int, version: int) -> QuickHeads:
    """The heads in a key; `version` changes with the weights."""
    return QuickHeads(network, key)


def _product(heads: EventHeads, key: int) -> tuple[Tensor, Tensor]:
    """[s, columns] and [columns]: kinds, pitches, steps (a zero last), pairs and the gates of motion."""
    table = torch.cat([heads.alone.weight, heads.alone.bias[:, None]], 1)
    kinds, height, degree, melodic, classes = torch.split(table, heads.sizes)
    pitch = height[heads.height_index]
    if len(degree):
        pitch = pitch + functional.pad(degree, (0, 0, 0, 1))[heads.degree_index[key]]
    zero = torch.zeros_like(table[:1])
    pair = torch.cat([heads.pair_state.weight, heads.pair_state.bias[:, None]], 1)
    gate = torch.cat([heads.motion_gate.weight, heads.motion_gate.bias[:, None]], 1)
    columns = torch.cat([kinds, pitch, melodic, classes, zero, pair, gate])
    return columns[:, :-1].T.contiguous(), columns[:, -1].contiguous()


def _columns_from_before(heads: EventHeads) -> Tensor:
    """[P + 1, 2 P] by the pitch come from, the columns of its melodic steps and of their classes."""
    zero = heads.sizes[3] + heads.sizes[4]
    found = torch.cat([heads.melodic_index, heads.class_index + heads.sizes[3]], 1)
    found[-1] = zero
    return found
