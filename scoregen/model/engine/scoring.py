"""The likelihood of finished pieces, computed by the steps of the engine: many slices of a piece are rows of one step.

The figures equal those of `network.likelihood`, and need torch only if the engine does. T slices, V voices, R slices
in which something is chosen.
"""

from __future__ import annotations

from typing import NamedTuple

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


MIN_LOG_P = -1e4
"""Nats: the log probabilities of a diverged network can overflow."""


class SliceCosts(NamedTuple):
    """[T] -log p of the choices of each slice, and their entropy: the mean of what they could have cost; in nats."""

    nats: Nats
    entropy: Nats


def piece_nats(engine: Engine, example: Example) -> Nats:
    """[T] -log p of the choices of each slice: its events that are not given, and the time shift after them."""
    return piece_costs(engine, example).nats


def piece_costs(engine: Engine, example: Example) -> SliceCosts:
    """The costs of the choices of each slice: its events that are not given, and the time shift after them."""
    number = np.flatnonzero(~example.given.all(1))
    costs = np.zeros((2, example.piece.length))
    if len(number):
        table = turns(example, alphabet(engine.config.alphabet))
        with engine.session():
            for rows in opened_slices(engine, example, number):
                costs[:, rows.number] = _costs(engine, example, table, rows)
    return SliceCosts(*costs)


def entropies(log_p: NDArray[np.floating]) -> Nats:
    """[R] the entropy of log probabilities [R, C] in nats."""
    wide = log_p.astype(np.float64)
    return np.asarray(-(np.exp(wide) * np.maximum(wide, MIN_LOG_P)).sum(1))


def _choice_costs(log_p: NDArray[np.floating], choice: Ints) -> Nats:
    """[2, R] -log p of a choice [R], and the entropy of log probabilities [R, C]."""
    return np.stack((-log_p[np.arange(len(choice)), choice], entropies(log_p)))


def _costs(engine: Engine, example: Example, table: Turns, rows: OpenedSlices) -> Nats:
    """[2, R] the rows end their turns at different places; those without a turn keep their state."""
    piece, own, number = example.piece, alphabet(engine.config.alphabet), rows.number
    every, key = np.arange(len(number)), piece.key[piece.point][number]
    voices, indices, choices, pitches, references, chords = (
        each[number] for each in (table.voice, table.index, table.choice, table.pitch, table.reference, table.chord)
    )
    given, age, counts = example.given[number], piece.age[number], table.count[number]
    rank, present = np.argsort(example.order[number], axis=1), piece.events[number] != own.absent
    compared = compared_with(present)
    costs = np.zeros((2, len(number)))
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
            costs[:, at] += np.where(scored, _choice_costs(engine.numpy(log_p), choice), 0)
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
    return costs + np.where(timed, _choice_costs(engine.numpy(log_p), np.maximum(shift, 0)), 0)


def _past_choices(piece: PieceArrays, past: Ints, voice: Ints, index: Ints, end: int) -> Ints:
    """[R, C] the choice of a number [R] of a voice [R] in each earlier slice, `end` where there is none."""
    return proposed(piece.choices[past, voice[:, None], index[:, None]].astype(np.int64), end)


def _past(rows: OpenedSlices, at: Rows, count: Ints) -> tuple[Array, ...]:
    return rows.scores[at], rows.trust[at], rows.agreement[at], count[:, None].astype(np.float32)
