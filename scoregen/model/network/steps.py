"""The steps of the network: what is computed while a piece is written slice by slice and voice by voice.

`likelihood.choices` applies the same functions to all slices at once. Sampling uses `STEPS`, either directly on a
device (`engine.torch_engine`) or exported as graphs. Each step takes and returns plain tensors; its entry in `STEPS`
names them with their axes. Add a new layer here or in a module that a step calls, then export the graphs again
(tools/export_graphs.py).

B pieces, T slices at once, C slices of the past (cache), R rows (B T slices end to end), V voices, K other voices of
a slice, F frames.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from scoregen.model.network.config import NetworkConfig
from scoregen.model.network.heads import OtherVoices
from scoregen.model.network.history_features import PITCH_HISTORY
from scoregen.model.network.network import Network


@dataclass(frozen=True, slots=True)
class VoiceInputs:
    """The next voice of a slice: its role, the pitch id and age bucket before the slice, and the key, all [R];
    `previous` [R, embedding] is the code of the voice written before, zero for the first."""

    role: Tensor
    before: Tensor
    age: Tensor
    previous: Tensor
    key: Tensor


@dataclass(frozen=True, slots=True)
class Past:
    """The earlier slices as inputs of one choice.

    scores, trust: [R, H, C] of the slice; agreement: [R, C] how many of the `count` written voices have the same
    event there; past_choices: [R, C] the ids of this choice there; voice_matches: [R, C] the length of the match of
    the voice's own past.
    """

    scores: Tensor
    trust: Tensor
    agreement: Tensor
    count: Tensor
    past_choices: Tensor
    voice_matches: Tensor | None = None


def write_voice(
    network: Network, state: Tensor, inputs: VoiceInputs, others: OtherVoices, past: Past
) -> tuple[Tensor, Tensor, Tensor]:
    """The in-slice state [R, s] at a voice, its logits [R, E], and what each earlier slice adds to them [R, C]."""
    state = network.read_voice(state, inputs.role, inputs.before, inputs.age, inputs.previous, inputs.key)
    logits = network.heads(state, inputs.key, inputs.before, others)
    proposals = _proposals(network, state, past, time_shift=False)
    return state, logits.float().scatter_add(1, past.past_choices, proposals.float()), proposals


def time_shift_logits(network: Network, state: Tensor, previous: Tensor, past: Past) -> Tensor:
    """[R, A] logits of the time shift to the next slice, after the last voice with the code `previous`."""
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


def encode_frames(
    network: Network, events: Tensor, sounding: Tensor, key: Tensor, roles: Tensor, metric: Tensor
) -> tuple[Tensor, ...]:
    """[B, F, 2 context] the given voices, encoded in both directions."""
    codes = network.slice_code(network.voice_code(events, sounding, key, roles))
    return (network.encode_context(codes, metric),)


def read_slices(
    network: Network,
    events: Tensor,
    sounding: Tensor,
    key: Tensor,
    roles: Tensor,
    is_slice: Tensor,
    around: Tensor,
    hidden: Tensor,
) -> tuple[Tensor, ...]:
    """Run the backbone at T slices, each with the ids of its previous slice (`is_slice` 0: there is none).

    Returns the context [B, T, d], the backbone's state, the code of the previous slice [B, T, d], the keys of these
    slices and the values of those before them [B, H, T, d / H].
    """
    previous = network.slice_code(network.voice_code(events, sounding, key, roles)) * is_slice.unsqueeze(-1)
    context, hidden = network.read_slices(network.backbone_input(previous, around), hidden)
    attention = network.copy_attention
    return context, hidden, previous, attention.keys(context), attention.values(previous)


def open_slices(
    network: Network,
    context: Tensor,
    previous: Tensor,
    around: Tensor,
    keys: Tensor,
    values: Tensor,
    position: Tensor,
    positions: Tensor,
    measure_steps: Tensor,
    matches: Tensor,
) -> tuple[Tensor, ...]:
    """Before the first voice of T slices: in-slice state [R, s], attention scores and trust [R, H, C].

    `positions` [B, C] are those of the cache; slices that are not before `position` [B, T] are masked.
    """
    attention = network.copy_attention
    scores = attention.scores(context, keys, attention.bias(position, positions, measure_steps, matches))
    attended = attention.attend(scores, values)
    start = network.start_slice(*(x.flatten(0, 1) for x in (context, attended, previous, around)))
    trust = attention.trust_factors(matches[:, 0].flatten(0, 1).long())
    return start, scores.transpose(1, 2).flatten(0, 1), trust


def pass_voice(
    network: Network,
    state: Tensor,
    role: Tensor,
    before: Tensor,
    age: Tensor,
    key: Tensor,
    last_role: Tensor,
    last_event: Tensor,
    last_sounding: Tensor,
    is_voice: Tensor,
) -> tuple[Tensor, ...]:
    """The state at a voice whose event is given. The last voice is given by ids; `is_voice` 0: there is none."""
    previous = _code(network, last_role, last_event, last_sounding, key, is_voice)
    return (network.read_voice(state, role, before, age, previous, key),)


def choose_voice(
    network: Network,
    state: Tensor,
    role: Tensor,
    before: Tensor,
    age: Tensor,
    key: Tensor,
    last_role: Tensor,
    last_event: Tensor,
    last_sounding: Tensor,
    is_voice: Tensor,
    other_role: Tensor,
    other_pitch: Tensor,
    other_before: Tensor,
    is_set: Tensor,
    scores: Tensor,
    trust: Tensor,
    agreement: Tensor,
    count: Tensor,
    past_choices: Tensor,
    voice_matches: Tensor,
) -> tuple[Tensor, ...]:
    """The state at a voice, and log p of its events [R, E]."""
    previous = _code(network, last_role, last_event, last_sounding, key, is_voice)
    others = OtherVoices(network.pair_role(other_role), other_pitch, other_before, is_set)
    past = Past(scores, trust, agreement, count, past_choices, voice_matches)
    state, logits, _ = write_voice(network, state, VoiceInputs(role, before, age, previous, key), others, past)
    return state, logits.log_softmax(-1)


def choose_time_shift(
    network: Network,
    state: Tensor,
    key: Tensor,
    last_role: Tensor,
    last_event: Tensor,
    last_sounding: Tensor,
    is_voice: Tensor,
    scores: Tensor,
    trust: Tensor,
    agreement: Tensor,
    count: Tensor,
    past_choices: Tensor,
) -> tuple[Tensor, ...]:
    """log p of the time shifts [R, A], once all voices are written."""
    previous = _code(network, last_role, last_event, last_sounding, key, is_voice)
    past = Past(scores, trust, agreement, count, past_choices)
    return (time_shift_logits(network, state, previous, past).log_softmax(-1),)


def _code(network: Network, role: Tensor, event: Tensor, sounding: Tensor, key: Tensor, is_voice: Tensor) -> Tensor:
    """[R, embedding] the code of one voice."""
    codes = network.voice_code(event.unsqueeze(-1), sounding.unsqueeze(-1), key, role.unsqueeze(-1))
    return codes[:, 0] * is_voice.unsqueeze(-1)


@dataclass(frozen=True, slots=True)
class Step:
    """A step with its inputs in order, each with its axes, and the names of its outputs.

    Axes with a size fixed by the network are lower case or L, H (see `axis_sizes`); the others are dynamic.
    """

    function: Callable[..., tuple[Tensor, ...]]
    inputs: Mapping[str, str]
    outputs: tuple[str, ...]

    def dtype(self, name: str) -> torch.dtype:
        """The type of an input."""
        return torch.float32 if name in _FLOATS else torch.uint8 if name in _BYTES else torch.int64


_FLOATS = frozenset(
    {"metric", "is_slice", "around", "hidden", "context", "previous", "keys", "values"}
    | {"state", "is_voice", "scores", "trust", "agreement", "count"}
)
_BYTES = frozenset({"matches", "voice_matches"})
_VOICES = {"events": "B T V", "sounding": "B T V", "key": "B T", "roles": "V"}
_LAST = {"last_role": "R", "last_event": "R", "last_sounding": "R", "is_voice": "R"}
_VOICE_INPUTS = {"state": "R s", "role": "R", "before": "R", "age": "R", "key": "R", **_LAST}
_PAST = {"scores": "R H C", "trust": "R H C", "agreement": "R C", "count": "", "past_choices": "R C"}
_OTHERS = {"other_role": "R K", "other_pitch": "R K", "other_before": "R K", "is_set": "R K"}
_SLICE = {"context": "B T d", "previous": "B T d", "around": "B T a"}
_CACHE = {"keys": "B H C h", "values": "B H C h", "position": "B T", "positions": "B C", "measure_steps": "B T"}

STEPS: Mapping[str, Step] = {
    "encode_frames": Step(
        encode_frames,
        {"events": "B F V", "sounding": "B F V", "key": "B F", "roles": "V", "metric": "B F m"},
        ("encoded",),
    ),
    "read_slices": Step(
        read_slices,
        {**_VOICES, "is_slice": "B T", "around": "B T a", "hidden": "L B d"},
        ("context", "hidden_after", "previous", "keys", "values"),
    ),
    "open_slices": Step(open_slices, {**_SLICE, **_CACHE, "matches": "B M T C"}, ("state", "scores", "trust")),
    "pass_voice": Step(pass_voice, _VOICE_INPUTS, ("state_after",)),
    "choose_voice": Step(
        choose_voice, {**_VOICE_INPUTS, **_OTHERS, **_PAST, "voice_matches": "R C"}, ("state_after", "log_p")
    ),
    "choose_time_shift": Step(choose_time_shift, {"state": "R s", "key": "R", **_LAST, **_PAST}, ("log_p",)),
}


def axis_sizes(config: NetworkConfig) -> dict[str, int]:
    """The sizes of the axes that a network fixes."""
    return {
        "m": config.metric_features,
        "a": config.metric_features + PITCH_HISTORY + 2 * config.context,
        "L": config.layers,
        "d": config.backbone,
        "H": config.heads,
        "h": config.backbone // config.heads,
        "s": config.in_slice,
    }
