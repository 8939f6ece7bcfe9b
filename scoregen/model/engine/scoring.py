"""The likelihood of finished pieces, computed by the steps of the engine: all slices of a piece are rows of one step.

The figures equal those of `network.likelihood`, and need torch only if the engine does. T slices, V voices, R slices
in which something is chosen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoregen.model.engine.decoder import ALL_ROWS, Rows, replace_rows, selection
from scoregen.model.engine.frames import encode_frames
from scoregen.model.engine.other_voices import compared_with, other_voices, voice_codes
from scoregen.model.engine.protocol import Array, Engine
from scoregen.model.features.alphabet import NO_CHOICE, UNSCORED, alphabet
from scoregen.model.features.conditioning import Example
from scoregen.model.features.inputs import Floats, Ints, PieceArrays
from scoregen.model.features.turns import turns

Nats = NDArray[np.float64]


def piece_nats(engine: Engine, example: Example) -> Nats:
    """[T] -log p of the choices of each slice: its events that are not given, and the time shift after them."""
    rows = np.flatnonzero(~example.given.all(1))
    nats = np.zeros(example.piece.length)
    if len(rows):
        with engine.session():
            nats[rows] = _nats(engine, example, rows)
    return nats


@dataclass(slots=True)
class _Rows:
    """The slices in which something is chosen, as inputs of the steps."""

    number: Ints  # [R]
    state: Array
    scores: Array
    trust: Array
    agreement: Floats  # [R, T]
    strands: Array  # [R, V, strand]
    roles: Array  # [V, e]
    pairs: Array  # [V + 1, s]


def _nats(engine: Engine, example: Example, number: Ints) -> Nats:
    """The rows end their turns at different places; those without a turn keep their state."""
    piece, own = example.piece, alphabet(engine.config.alphabet)
    rows, table = _open_rows(engine, example, number), turns(example, own)
    every, key = np.arange(len(number)), piece.key[piece.point][number]
    voices, indices, choices, pitches, references, chords = (
        each[number] for each in (table.voice, table.index, table.choice, table.pitch, table.reference, table.chord)
    )
    given, age, counts = example.given[number], piece.age[number], table.count[number]
    rank, present = np.argsort(example.order[number], axis=1), piece.events[number] != own.absent
    compared = compared_with(present)
    past = np.where(piece.choices == NO_CHOICE, own.choices, np.minimum(piece.choices, own.choices))
    past = np.ascontiguousarray(past.astype(np.int64).transpose(1, 2, 0))  # [V, K, T]
    nats = np.zeros(len(number))
    last: tuple[Array, ...] = (
        rows.roles[voices[:, 0]],
        choices[:, 0],
        pitches[:, 0],
        np.zeros(len(number), np.float32),
    )
    for place in range(int(counts.max(initial=0))):
        at = selection(counts > place)
        slices, row = number[at], every[at]
        voice, index, choice = voices[at, place], indices[at, place], choices[at, place]
        before = tuple(each[at] for each in last)
        inputs = (
            rows.state[at],
            rows.roles[voice],
            references[at, place],
            age[row, voice],
            rows.strands[row, voice],
            key[at],
            *before,
        )
        scored = ~given[row, voice]
        if scored.any():
            notes = piece.sounding[slices], piece.before[slices]
            around = other_voices(compared[at], rank[at], *notes, voice, chords[at, place])
            state, log_p = engine.run(
                "choose",
                *inputs,
                rows.pairs[around.voice],
                *around[1:],
                *_past(rows, at, np.full(len(row), place)),
                past[voice, index],
                piece.matches[voice + 1, slices],
            )
            nats[at] -= np.where(scored, engine.numpy(log_p)[np.arange(len(row)), choice], 0)
        else:
            (state,) = engine.run("pass_turn", *inputs)
        rows.state = replace_rows(at, state, rows.state)
        rows.agreement[at] += past[voice, index] == choice[:, None]
        now = (rows.roles[voice], choice, pitches[at, place], np.ones(len(row), np.float32))
        last = tuple(replace_rows(at, new, old) for new, old in zip(now, last, strict=True))
    shift = piece.time_shift[number]
    past_shifts = np.broadcast_to(np.maximum(piece.time_shift, 0), rows.agreement.shape)
    (log_p,) = engine.run(
        "choose_time_shift", rows.state, key, *last, *_past(rows, ALL_ROWS, counts), np.ascontiguousarray(past_shifts)
    )
    timed = (shift != UNSCORED) & (~given & present).any(1)
    return nats - np.where(timed, engine.numpy(log_p)[every, np.maximum(shift, 0)], 0)


def _past(rows: _Rows, at: Rows, count: Ints) -> tuple[Array, ...]:
    return rows.scores[at], rows.trust[at], rows.agreement[at], count[:, None].astype(np.float32)


def _open_rows(engine: Engine, example: Example, number: Ints) -> _Rows:
    """Run the backbone over every slice, and open those in which something is chosen."""
    piece, config = example.piece, engine.config
    key, inner = piece.key[piece.point], piece.inner.astype(np.int64)
    roles, pairs = voice_codes(engine, piece.voices)
    points, encoded = encode_frames(engine, piece, example.given, example.style)
    frame = np.searchsorted(points, piece.point, side="right") - 1
    history = piece.pitch_history if config.use_pitch_history else np.zeros_like(piece.pitch_history)
    around = np.concatenate([piece.metric[piece.point], history, encoded[frame]], 1)[None]
    earlier = [np.concatenate([each[:1], each[:-1]])[None] for each in (piece.events, piece.sounding, inner, key)]
    is_slice = np.ones((1, piece.length), dtype=np.float32)
    is_slice[:, 0] = 0
    hidden = engine.zeros(config.layers, 1, config.backbone)
    context, _, previous, keys, earlier_values = engine.run("read_slices", *earlier, roles, is_slice, around, hidden)
    values = engine.zeros(*keys.shape)
    values[:, :, :-1] = earlier_values[:, :, 1:]
    position, measure_steps = piece.position[piece.point], piece.measure_steps[piece.point]
    state, scores, trust = engine.run(
        "open_slices",
        context[:, number],
        previous[:, number],
        around[:, number],
        keys,
        values,
        position[None, number],
        position[None],
        measure_steps[None, number],
        piece.matches[None, :, number],
    )
    agreement = np.zeros((len(number), piece.length), dtype=np.float32)
    return _Rows(number, state, scores, trust, agreement, _strands(engine, piece, roles)[number], roles, pairs)


def _strands(engine: Engine, piece: PieceArrays, roles: Array) -> Array:
    """[T, V, strand] the memory of each voice before each slice."""
    length, voices = piece.events.shape
    result = engine.zeros(length, voices, engine.config.strand)
    state = engine.zeros(1, voices, engine.config.strand)
    key, metric, inner = piece.key[piece.point], piece.metric[piece.point], piece.inner.astype(np.int64)
    for at in range(length if engine.config.strand else 0):
        result[at] = state[0]
        one = slice(at, at + 1)
        (state,) = engine.run(
            "read_strands",
            piece.events[one],
            piece.sounding[one],
            inner[one],
            key[one],
            roles,
            piece.before[one],
            piece.age[one],
            metric[one],
            state,
        )
    return result
