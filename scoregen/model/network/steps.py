"""The steps of the network: what is computed while a piece is written slice by slice and voice by voice.

`likelihood.choices` applies the same functions to all slices at once. Sampling uses `STEPS`, either directly on a
device (`engine.torch_engine`) or exported as graphs. Each step takes and returns plain tensors; its entry in `STEPS`
names them with their axes. Add a new layer here or in a module that a step calls, then export the graphs again
(tools/export_graphs.py).

B pieces, T slices at once, C slices of the past (cache), R rows (B T slices end to end), V voices, K other voices of
a slice, N inner notes of a chord, F frames.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from scoregen.model.features.history_features import PITCH_HISTORY
from scoregen.model.features.voice_features import COLUMNS
from scoregen.model.network.config import NetworkConfig
from scoregen.model.network.heads import OtherVoices
from scoregen.model.network.network import Network
from scoregen.model.network.turns import Past, TurnInputs, take_turn, time_shift_logits


def describe_voices(network: Network, voices: Tensor) -> tuple[Tensor, ...]:
    """[V, embedding] the codes of the voices' roles, and [V, s] their terms in pairs of voices."""
    roles = network.role_code(voices)
    return roles, network.pair_role(roles)


def encode_frames(
    network: Network,
    events: Tensor,
    sounding: Tensor,
    inner: Tensor,
    key: Tensor,
    roles: Tensor,
    metric: Tensor,
    style: Tensor,
) -> tuple[Tensor, ...]:
    """[B, F, 2 context] the given voices, encoded in both directions, and the style [B]."""
    codes = network.slice_code(network.voice_code(events, sounding, inner, key, roles), events)
    return (network.with_style(network.encode_context(codes, metric), style),)


def read_slices(
    network: Network,
    events: Tensor,
    sounding: Tensor,
    inner: Tensor,
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
    codes = network.voice_code(events, sounding, inner, key, roles)
    previous = network.slice_code(codes, events) * is_slice.unsqueeze(-1)
    context, hidden = network.read_slices(network.backbone_input(previous, around), hidden)
    attention = network.copy_attention
    return context, hidden, previous, attention.keys(context), attention.values(previous)


def read_strands(
    network: Network,
    events: Tensor,
    sounding: Tensor,
    inner: Tensor,
    key: Tensor,
    roles: Tensor,
    before: Tensor,
    age: Tensor,
    metric: Tensor,
    strands: Tensor,
) -> tuple[Tensor, ...]:
    """[R, V, strand] the memories of the voices after the events [R, V] of a slice; those that hold keep theirs."""
    codes = network.voice_code(events, sounding, inner, key, roles).flatten(0, 1).unsqueeze(1)
    step = network.melodic_step(before, sounding)
    places = metric.unsqueeze(1).expand(-1, events.shape[1], -1).flatten(0, 1).unsqueeze(1)
    state = strands.flatten(0, 1).unsqueeze(0)
    new = network.read_strands(codes, age.reshape(-1, 1), step.reshape(-1, 1), places, state)[:, 0].view_as(strands)
    return (torch.where(network.begins(events).unsqueeze(-1), new, strands),)


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


def pass_turn(
    network: Network,
    state: Tensor,
    role: Tensor,
    reference: Tensor,
    age: Tensor,
    strand: Tensor,
    key: Tensor,
    last_role: Tensor,
    last_choice: Tensor,
    last_pitch: Tensor,
    is_choice: Tensor,
) -> tuple[Tensor, ...]:
    """The state at a turn whose choice is given. The last choice is given by ids; `is_choice` 0: there is none."""
    previous = network.choice_code(last_choice, last_pitch, key, last_role) * is_choice.unsqueeze(-1)
    return (network.read_turn(state, role, reference, age, strand, previous, key),)


def choose(
    network: Network,
    state: Tensor,
    role: Tensor,
    reference: Tensor,
    age: Tensor,
    strand: Tensor,
    key: Tensor,
    last_role: Tensor,
    last_choice: Tensor,
    last_pitch: Tensor,
    is_choice: Tensor,
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
    """The state at a turn, and log p of its choices [R, E]. `other_role` [R, K, s] are terms of `describe_voices`."""
    previous = network.choice_code(last_choice, last_pitch, key, last_role) * is_choice.unsqueeze(-1)
    others = OtherVoices(other_role, other_pitch, other_before, is_set)
    past = Past(scores, trust, agreement, count, past_choices, voice_matches)
    state, logits, _ = take_turn(network, state, TurnInputs(role, reference, age, strand, previous, key), others, past)
    return state, logits.log_softmax(-1)


def choose_time_shift(
    network: Network,
    state: Tensor,
    key: Tensor,
    last_role: Tensor,
    last_choice: Tensor,
    last_pitch: Tensor,
    is_choice: Tensor,
    scores: Tensor,
    trust: Tensor,
    agreement: Tensor,
    count: Tensor,
    past_choices: Tensor,
) -> tuple[Tensor, ...]:
    """log p of the time shifts [R, A], once all voices are written."""
    previous = network.choice_code(last_choice, last_pitch, key, last_role) * is_choice.unsqueeze(-1)
    past = Past(scores, trust, agreement, count, past_choices)
    return (time_shift_logits(network, state, previous, past).log_softmax(-1),)


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
    | {"state", "is_choice", "scores", "trust", "agreement", "count"}
    | {"roles", "role", "last_role", "other_role", "strand", "strands"}
)
_BYTES = frozenset({"matches", "voice_matches"})
_VOICES = {"events": "B T V", "sounding": "B T V", "inner": "B T V N", "key": "B T", "roles": "V e"}
_LAST = {"last_role": "R e", "last_choice": "R", "last_pitch": "R", "is_choice": "R"}
_TURN = {"state": "R s", "role": "R e", "reference": "R", "age": "R", "strand": "R r", "key": "R", **_LAST}
_PAST = {"scores": "R H C", "trust": "R H C", "agreement": "R C", "count": "R 1", "past_choices": "R C"}
_OTHERS = {"other_role": "R K s", "other_pitch": "R K", "other_before": "R K", "is_set": "R K"}
_SLICE = {"context": "B T d", "previous": "B T d", "around": "B T a"}
_CACHE = {"keys": "B H C h", "values": "B H C h", "position": "B T", "positions": "B C", "measure_steps": "B T"}
_STRANDS = {
    **{"events": "R V", "sounding": "R V", "inner": "R V N", "key": "R", "roles": "V e"},
    **{"before": "R V", "age": "R V", "metric": "R m", "strands": "R V r"},
}

STEPS: Mapping[str, Step] = {
    "describe_voices": Step(describe_voices, {"voices": "V c"}, ("roles", "pair_roles")),
    "encode_frames": Step(
        encode_frames,
        {
            **{"events": "B F V", "sounding": "B F V", "inner": "B F V N", "key": "B F", "roles": "V e"},
            **{"metric": "B F m", "style": "B"},
        },
        ("encoded",),
    ),
    "read_slices": Step(
        read_slices,
        {**_VOICES, "is_slice": "B T", "around": "B T a", "hidden": "L B d"},
        ("context", "hidden_after", "previous", "keys", "values"),
    ),
    "open_slices": Step(open_slices, {**_SLICE, **_CACHE, "matches": "B M T C"}, ("state", "scores", "trust")),
    "pass_turn": Step(pass_turn, _TURN, ("state_after",)),
    "choose": Step(choose, {**_TURN, **_OTHERS, **_PAST, "voice_matches": "R C"}, ("state_after", "log_p")),
    "choose_time_shift": Step(choose_time_shift, {"state": "R s", "key": "R", **_LAST, **_PAST}, ("log_p",)),
    "read_strands": Step(read_strands, _STRANDS, ("strands_after",)),
}


def steps_of(config: NetworkConfig) -> Mapping[str, Step]:
    """The steps that a network of this shape has."""
    has = {"encode_frames": config.context > 0, "read_strands": config.strand > 0}
    return {name: step for name, step in STEPS.items() if has.get(name, True)}


def axis_sizes(config: NetworkConfig) -> dict[str, int]:
    """The sizes of the axes that a network fixes."""
    return {
        "m": config.metric_features,
        "a": config.metric_features + PITCH_HISTORY + 2 * config.context,
        "L": config.layers,
        "d": config.backbone,
        "e": config.embedding,
        "c": COLUMNS,
        "r": config.strand,
        "H": config.heads,
        "h": config.backbone // config.heads,
        "s": config.in_slice,
        "1": 1,
    }
