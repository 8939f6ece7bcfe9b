"""The likelihood of finished pieces, computed by the steps of the engine: all slices of a piece are rows of one step.

The figures equal those of `network.likelihood`, and need torch only if the engine does. T slices, V voices, R slices
in which something is chosen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoregen.model.engine.frames import encode_frames
from scoregen.model.engine.other_voices import other_voices
from scoregen.model.engine.protocol import Array, Engine
from scoregen.model.network.alphabet import UNSCORED
from scoregen.model.network.conditioning import Example
from scoregen.model.network.inputs import Floats, Ints

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


def _nats(engine: Engine, example: Example, number: Ints) -> Nats:
    piece, order = example.piece, example.order[number]
    rows = _open_rows(engine, example, number)
    every, count = np.arange(len(number)), order.shape[1]
    events, sounding, before = (
        np.take_along_axis(each[number], order, 1) for each in (piece.events, piece.sounding, piece.before)
    )
    age = np.take_along_axis(piece.age[number], order, 1)
    given = np.take_along_axis(example.given[number], order, 1)
    key = piece.key[piece.point][number]
    nats = np.zeros(len(number))
    last = (order[:, 0], events[:, 0], sounding[:, 0], np.zeros(len(number), dtype=np.float32))
    for step in range(count):
        voice = order[:, step]
        inputs = (rows.state, voice, before[:, step], age[:, step], key, *last)
        if given[:, step].all():
            (rows.state,) = engine.run("pass_voice", *inputs)
        else:
            around = other_voices(order, sounding, before, step)
            past = (*_past(rows, step), piece.events.T[voice], piece.matches[voice + 1, number])
            rows.state, log_p = engine.run("choose_voice", *inputs, *around, *past)
            nats -= np.where(given[:, step], 0, engine.numpy(log_p)[every, events[:, step]])
        rows.agreement += piece.events.T[voice] == events[:, step, None]
        last = (voice, events[:, step], sounding[:, step], np.ones(len(number), dtype=np.float32))
    shift = piece.time_shift[number]
    past_choices = np.broadcast_to(np.maximum(piece.time_shift, 0), rows.agreement.shape)
    (log_p,) = engine.run(
        "choose_time_shift", rows.state, key, *last, *_past(rows, count), np.ascontiguousarray(past_choices)
    )
    return nats - np.where(shift == UNSCORED, 0, engine.numpy(log_p)[every, np.maximum(shift, 0)])


def _past(rows: _Rows, count: int) -> tuple[Array, ...]:
    return rows.scores, rows.trust, rows.agreement, np.array(count, dtype=np.float32)


def _open_rows(engine: Engine, example: Example, number: Ints) -> _Rows:
    """Run the backbone over every slice, and open those in which something is chosen."""
    piece, config = example.piece, engine.config
    key, roles = piece.key[piece.point], np.arange(piece.events.shape[1])
    points, encoded = encode_frames(engine, piece, example.given)
    frame = np.searchsorted(points, piece.point, side="right") - 1
    history = piece.pitch_history if config.use_pitch_history else np.zeros_like(piece.pitch_history)
    around = np.concatenate([piece.metric[piece.point], history, encoded[frame]], 1)[None]
    earlier = [np.concatenate([each[:1], each[:-1]])[None] for each in (piece.events, piece.sounding, key)]
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
    return _Rows(number, state, scores, trust, np.zeros((len(number), piece.length), dtype=np.float32))
