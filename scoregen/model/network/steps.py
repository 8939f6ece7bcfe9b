"""The network as steps: what is computed when a piece is written slice by slice and voice by voice.

`likelihood.choices` is made of the same functions over all slices at once. What samples is derived from
`STEPS`: run as they are on a device (`engine.torch_engine`), or exported as graphs (tools/export_graphs.py).
Each step takes and returns plain tensors; its entry in `STEPS` names them with their axes. Whoever adds a layer adds
it here or in a module that a step calls, and exports the graphs again (tools/export_graphs.py).

B pieces, T slices at once, C slices of the past (cache), R rows (B T slices end to end), V voices, K voices of a
slice other than the one that is written, F frames.
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
class Turn:
    """Whose turn it is in a slice: its role, the pitch id and age bucket that it comes from, the key, all [R];
    `previous` [R, embedding] is the code of the voice written before, zero for the first."""

    role: Tensor
    before: Tensor
    age: Tensor
    previous: Tensor
    key: Tensor


@dataclass(frozen=True, slots=True)
class Past:
    """The earlier slices as one choice sees them.

    scores, trusted: [R, H, C] of the slice; agreed: [R, C] how many of the `count` voices that are written
    did the same there; done: [R, C] the ids that this choice had there; own: [R, C] how long the pasts of the
    voice match.
    """

    scores: Tensor
    trusted: Tensor
    agreed: Tensor
    count: Tensor
    done: Tensor
    own: Tensor | None = None


def write_voice(
    network: Network, state: Tensor, turn: Turn, others: OtherVoices, past: Past
) -> tuple[Tensor, Tensor, Tensor]:
    """The in-slice state [R, s] at a voice, its logits [R, E], and what each earlier slice adds to them [R, C]."""
    state = network.read_voice(state, turn.role, turn.before, turn.age, turn.previous, turn.key)
    logits = network.heads(state, turn.key, turn.before, others)
    proposed = _proposed(network, state, past, time_shift=False)
    return state, logits.float().scatter_add(1, past.done, proposed.float()), proposed


def time_shift_logits(network: Network, state: Tensor, previous: Tensor, past: Past) -> Tensor:
    """[R, A] logits of the place of the next slice, once the last voice with the code `previous` is written."""
    state = network.time_shift_state(state, previous)
    logits = network.time_shift(state).float()
    shifted: Tensor = logits.scatter_add(1, past.done, _proposed(network, state, past, time_shift=True).float())
    return shifted


def _proposed(network: Network, state: Tensor, past: Past, *, time_shift: bool) -> Tensor:
    attention = network.copy_attention
    own = None if past.own is None else past.own.long()
    weights = attention.point(past.scores, own, past.agreed, past.count - past.agreed)
    proposed: Tensor = attention.proposals(state, weights, past.trusted, time_shift)
    return proposed


def encode_frames(
    network: Network, events: Tensor, sounding: Tensor, key: Tensor, roles: Tensor, metric: Tensor
) -> tuple[Tensor, ...]:
    """[B, F, 2 context] what is given, read both ways."""
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
    """The backbone at T slices, of each of which the slice before it is given (`is_slice` 0: there is none).

    Context [B, T, d], the backbone's state, the code of the slice before [B, T, d]; the keys of these slices
    and the values of those before them [B, H, T, d / H].
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

    `positions` [B, C] are those of the cache; what does not stand before `position` [B, T] is left out.
    """
    attention = network.copy_attention
    scores = attention.scores(context, keys, attention.bias(position, positions, measure_steps, matches))
    attended = attention.attend(scores, values)
    start = network.start_slice(*(x.flatten(0, 1) for x in (context, attended, previous, around)))
    trusted = attention.trusted(matches[:, 0].flatten(0, 1).long())
    return start, scores.transpose(1, 2).flatten(0, 1), trusted


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
    """The state at a voice whose event is given. The voice before is told by ids; `is_voice` 0: there is none."""
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
    trusted: Tensor,
    agreed: Tensor,
    count: Tensor,
    done: Tensor,
    own: Tensor,
) -> tuple[Tensor, ...]:
    """The state at a voice, and log p of its events [R, E]."""
    previous = _code(network, last_role, last_event, last_sounding, key, is_voice)
    others = OtherVoices(network.pair_role(other_role), other_pitch, other_before, is_set)
    past = Past(scores, trusted, agreed, count, done, own)
    state, logits, _ = write_voice(network, state, Turn(role, before, age, previous, key), others, past)
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
    trusted: Tensor,
    agreed: Tensor,
    count: Tensor,
    done: Tensor,
) -> tuple[Tensor, ...]:
    """log p of the time shifts [R, A], once all voices are written."""
    previous = _code(network, last_role, last_event, last_sounding, key, is_voice)
    past = Past(scores, trusted, agreed, count, done)
    return (time_shift_logits(network, state, previous, past).log_softmax(-1),)


def _code(network: Network, role: Tensor, event: Tensor, sounding: Tensor, key: Tensor, is_voice: Tensor) -> Tensor:
    """[R, embedding] the code of one voice."""
    codes = network.voice_code(event.unsqueeze(-1), sounding.unsqueeze(-1), key, role.unsqueeze(-1))
    return codes[:, 0] * is_voice.unsqueeze(-1)


@dataclass(frozen=True, slots=True)
class Step:
    """A step with its inputs in order, each with its axes, and the names of its outputs.

    Axes that the network fixes are lower case or L, H: see `axis_sizes`; the others stay open.
    """

    function: Callable[..., tuple[Tensor, ...]]
    inputs: Mapping[str, str]
    outputs: tuple[str, ...]

    def dtype(self, name: str) -> torch.dtype:
        """The type of an input."""
        return torch.float32 if name in _FLOATS else torch.uint8 if name in _BYTES else torch.int64


_FLOATS = frozenset(
    {"metric", "is_slice", "around", "hidden", "context", "previous", "keys", "values"}
    | {"state", "is_voice", "scores", "trusted", "agreed", "count"}
)
_BYTES = frozenset({"matches", "own"})
_VOICES = {"events": "B T V", "sounding": "B T V", "key": "B T", "roles": "V"}
_LAST = {"last_role": "R", "last_event": "R", "last_sounding": "R", "is_voice": "R"}
_TURN = {"state": "R s", "role": "R", "before": "R", "age": "R", "key": "R", **_LAST}
_PAST = {"scores": "R H C", "trusted": "R H C", "agreed": "R C", "count": "", "done": "R C"}
_OTHERS = {"other_role": "R K", "other_pitch": "R K", "other_before": "R K", "is_set": "R K"}
_HERE = {"context": "B T d", "previous": "B T d", "around": "B T a"}
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
    "open_slices": Step(open_slices, {**_HERE, **_CACHE, "matches": "B M T C"}, ("state", "scores", "trusted")),
    "pass_voice": Step(pass_voice, _TURN, ("state_after",)),
    "choose_voice": Step(choose_voice, {**_TURN, **_OTHERS, **_PAST, "own": "R C"}, ("state_after", "chances")),
    "choose_time_shift": Step(choose_time_shift, {"state": "R s", "key": "R", **_LAST, **_PAST}, ("chances",)),
}


def axis_sizes(config: NetworkConfig) -> dict[str, int]:
    """The widths of the axes that a network fixes."""
    return {
        "m": config.metric_features,
        "a": config.metric_features + PITCH_HISTORY + 2 * config.context,
        "L": config.layers,
        "d": config.backbone,
        "H": config.heads,
        "h": config.backbone // config.heads,
        "s": config.in_slice,
    }
