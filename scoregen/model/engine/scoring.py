"""The likelihood of finished pieces, computed by the steps of the engine: many slices of a piece are rows of one step.

The figures equal those of `network.likelihood`, and need torch only if the engine does. T slices, V voices, R slices
in which something is chosen.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoregen.model.engine.open_slice import ALL_ROWS, Rows, replace_rows, selection
from scoregen.model.engine.opened_slices import OpenedSlices, opened_slices
from scoregen.model.engine.other_voices import compared_with, other_voices
from scoregen.model.engine.protocol import Array, Engine
from scoregen.model.engine.slice_cache import proposed
from scoregen.model.features.alphabet import UNSCORED, alphabet
from scoregen.model.features.conditioning import Example
from scoregen.model.features.inputs import Ints, PieceArrays
from scoregen.model.features.turns import Turns, turns

Nats = NDArray[np.float64]


def piece_nats(engine: Engine, example: Example) -> Nats:
    """[T] -log p of the choices of each slice: its events that are not given, and the time shift after them."""
    number = np.flatnonzero(~example.given.all(1))
    nats = np.zeros(example.piece.length)
    if len(number):
        table = turns(example, alphabet(engine.config.alphabet))
        with engine.session():
            for rows in opened_slices(engine, example, number):
                nats[rows.number] = _nats(engine, example, table, rows)
    return nats


def _nats(engine: Engine, example: Example, table: Turns, rows: OpenedSlices) -> Nats:
    """[R] the rows end their turns at different places; those without a turn keep their state."""
    piece, own, number = example.piece, alphabet(engine.config.alphabet), rows.number
    every, key = np.arange(len(number)), piece.key[piece.point][number]
    voices, indices, choices, pitches, references, chords = (
        each[number] for each in (table.voice, table.index, table.choice, table.pitch, table.reference, table.chord)
    )
    given, age, counts = example.given[number], piece.age[number], table.count[number]
    rank, present = np.argsort(example.order[number], axis=1), piece.events[number] != own.absent
    compared = compared_with(present)
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
        past_choices = _past_choices(piece, rows.past[at], voice, index, own.choices)
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
                past_choices,
                rows.matches[voice + 1, row],
            )
            nats[at] -= np.where(scored, engine.numpy(log_p)[np.arange(len(row)), choice], 0)
        else:
            (state,) = engine.run("pass_turn", *inputs)
        rows.state = replace_rows(at, state, rows.state)
        rows.agreement[at] += past_choices == choice[:, None]
        now = (rows.roles[voice], choice, pitches[at, place], np.ones(len(row), np.float32))
        last = tuple(replace_rows(at, new, old) for new, old in zip(now, last, strict=True))
    shift = piece.time_shift[number]
    past_shifts = np.maximum(piece.time_shift, 0)[rows.past]
    (log_p,) = engine.run("choose_time_shift", rows.state, key, *last, *_past(rows, ALL_ROWS, counts), past_shifts)
    timed = (shift != UNSCORED) & (~given & present).any(1)
    return nats - np.where(timed, engine.numpy(log_p)[every, np.maximum(shift, 0)], 0)


def _past_choices(piece: PieceArrays, past: Ints, voice: Ints, index: Ints, end: int) -> Ints:
    """[R, C] the choice of a number [R] of a voice [R] in each earlier slice, `end` where there is none."""
    return proposed(piece.choices[past, voice[:, None], index[:, None]].astype(np.int64), end)


def _past(rows: OpenedSlices, at: Rows, count: Ints) -> tuple[Array, ...]:
    return rows.scores[at], rows.trust[at], rows.agreement[at], count[:, None].astype(np.float32)
