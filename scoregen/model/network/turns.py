"""A turn of a slice: the choice of one voice, and at the end the time shift to the next slice.

R rows (slices of all pieces end to end), C slices of the past, E choices, A time shifts, s units of the in-slice state.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional

from scoregen.model.network.heads import OtherVoices
from scoregen.model.network.network import Network


@dataclass(frozen=True, slots=True)
class TurnInputs:
    """The next turn of a slice, all [R]: the code of the voice's role [R, embedding], the pitch id from which its steps
    count, the age bucket of its last note, its memory [R, strand], and the key; `previous` [R, embedding] is the code
    of the choice before, zero for the first."""

    role: Tensor
    reference: Tensor
    age: Tensor
    strand: Tensor
    previous: Tensor
    key: Tensor


@dataclass(frozen=True, slots=True)
class Past:
    """The earlier slices as inputs of one choice.

    scores, trust: [R, H, C] of the slice; agreement: [R, C] how many of the `count` turns before have the same
    choice there; past_choices: [R, C] the ids of this choice there; voice_matches: [R, C] the length of the match of
    the voice's own past.
    """

    scores: Tensor
    trust: Tensor
    agreement: Tensor
    count: Tensor
    past_choices: Tensor
    voice_matches: Tensor | None = None


def take_turn(
    network: Network, state: Tensor, inputs: TurnInputs, others: OtherVoices, past: Past
) -> tuple[Tensor, Tensor, Tensor]:
    """The in-slice state [R, s] at a turn, its logits [R, E], and what each earlier slice adds to them [R, C]."""
    state = network.read_turn(
        state, inputs.role, inputs.reference, inputs.age, inputs.strand, inputs.previous, inputs.key
    )
    logits = network.heads(state, inputs.key, inputs.reference, others)
    proposals = _proposals(network, state, past, time_shift=False)
    logits = functional.pad(logits.float(), (0, 1)).scatter_add(1, past.past_choices, proposals.float())[:, :-1]
    return state, logits, proposals


def time_shift_logits(network: Network, state: Tensor, previous: Tensor, past: Past) -> Tensor:
    """[R, A] logits of the time shift to the next slice, after the last choice with the code `previous`."""
    state = network.time_shift_state(state, previous)
    logits = network.time_shift(state).float()
    result: Tensor = logits.scatter_add(1, past.past_choices, _proposals(network, state, past, time_shift=True).float())
    return result


def _proposals(network: Network, state: Tensor, past: Past, *, time_shift: bool) -> Tensor:
    attention = network.copy_attention
    voice_matches = None if past.voice_matches is None else past.voice_matches.long()
    weights = attention.point(past.scores, voice_matches, past.agreement, past.count - past.agreement)
    proposals: Tensor = attention.proposals(state, weights, past.trust, time_shift)
    return proposals
