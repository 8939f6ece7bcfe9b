"""The treatment of dissonance as features: how upper voices reach an interval over the lowest voice, and leave it.

A voice *reaches* an interval by staying, by step or by leap, on a beat or off one: a dissonance by staying on a beat
is a suspension, one by step off a beat a passing note. It *leaves* the interval that it has by staying, by a step down
or up, or by leap. Rates of these events, given the place and the interval before, tell how a corpus treats dissonance;
biases on intervals alone only tell how much of it there is.

R rows, P pitches, E events, B tasks (nothing given; something given).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.alphabet import FIRST_PITCH, HOLD
from scoregen.model.features.inputs import MIDI, SILENCE, SPELLED, Ints, PieceArrays
from scoregen.model.sampling.costs.decision_context import DecisionContext

Nats = NDArray[np.float64]
Biases = NDArray[np.float32]

MANNERS = ("stay", "step", "leap")
INTERVALS = ("consonance", "fourth", "dissonance")
MOVES = ("stay", "step down", "step up", "leap")
REACHES = len(MANNERS) * len(INTERVALS)
_STEP = 2
"""The most semitones of a step."""
_INTERVAL: Ints = np.array([0, 2, 2, 0, 0, 1, 0, 0, 0, 0, 2, 2])
"""[12] by semitones over the lowest voice, within an octave: the place in INTERVALS."""


def interval(semitones: Ints) -> Ints:
    """The places in INTERVALS of semitones over the lowest voice."""
    found: Ints = _INTERVAL[semitones % 12]
    return found


def reach(steps: Ints, semitones: Ints) -> Ints:
    """The number of an event (REACHES) from the steps of voices and the semitones over the lowest voice after them."""
    size = np.abs(steps)
    manner = np.where(size == 0, 0, np.where(size <= _STEP, 1, 2))
    found: Ints = manner * len(INTERVALS) + interval(semitones)
    return found


def move(steps: Ints) -> Ints:
    """The places in MOVES of steps in semitones."""
    near = np.where(steps == 0, 0, np.where(steps < 0, 1, 2))
    found: Ints = np.where(np.abs(steps) <= _STEP, near, 3)
    return found


def count_treatment(reached: Nats, left: Nats, piece: PieceArrays) -> None:
    """Add the events of a piece: `reached` [2, REACHES] by place, `left` [INTERVALS, MOVES] by the interval before."""
    pitches, on_beat = MIDI[piece.sounding], piece.is_beat[piece.point].astype(int)
    sounds = piece.sounding != SILENCE
    here, before = pitches[1:], pitches[:-1]
    steps = here[:, :-1] - before[:, :-1]
    both = sounds[1:, :-1] & sounds[:-1, :-1]
    known = both & sounds[1:, -1:]
    places = np.broadcast_to(on_beat[1:, None], steps.shape)
    np.add.at(reached, (places[known], reach(steps, here[:, :-1] - here[:, -1:])[known]), 1)
    known = both & sounds[:-1, -1:]
    np.add.at(left, (interval(before[:, :-1] - before[:, -1:])[known], move(steps)[known]), 1)


def treatment_biases(decision: DecisionContext, reached: Biases, left: Biases) -> Biases:
    """[R, E] nats of each event; `reached` [B, 2, REACHES] and `left` [B, INTERVALS, MOVES] are those of the tasks."""
    result = np.zeros((len(decision.voice), SPELLED.events), dtype=np.float32)
    lowest = decision.lowest
    own = decision.previous_pitches[np.arange(len(decision.voice)), decision.voice]
    is_upper = (own != SILENCE) & (decision.voice != lowest)
    tables = reached[decision.given.astype(int), decision.on_beat.astype(int)]
    bass_before = decision.previous_pitches[:, -1]
    rows = np.flatnonzero(is_upper & (bass_before != SILENCE))
    before = interval(MIDI[own[rows]] - MIDI[bass_before[rows]])
    _add(result, rows, own, left[decision.given[rows].astype(int), before], move)
    bass, has_bass = decision.bass
    rows = np.flatnonzero(is_upper & has_bass)
    over = SPELLED.midi - bass[rows, None]
    _add(result, rows, own, tables[rows], lambda steps: reach(steps, over))
    _add_under(result, decision, tables, np.flatnonzero(decision.voice == lowest))
    return result


def _add(result: Biases, rows: NDArray[np.intp], own: Ints, tables: Biases, kinds: Callable[[Ints], Ints]) -> None:
    """Add the biases of an upper voice [rows] with the last pitches `own`, by the kinds of its steps to all pitches."""
    numbers = kinds(SPELLED.midi - MIDI[own[rows], None])
    added = np.take_along_axis(tables, np.broadcast_to(numbers, (len(rows), len(SPELLED.midi))), 1)
    result[rows, FIRST_PITCH:] += added
    result[rows, HOLD] += added[np.arange(len(rows)), own[rows]]


def _add_under(result: Biases, decision: DecisionContext, tables: Biases, rows: NDArray[np.intp]) -> None:
    """Add the biases of the lowest voice: those of the upper voices that are already written over it."""
    own = decision.previous_pitches[rows, -1]
    sounding = np.flatnonzero(own != SILENCE)
    for column in range(decision.others.shape[1]):
        pitch = decision.other_pitches[rows, column]
        before = decision.previous_pitches[rows, decision.others[rows, column]]
        known = (pitch != SILENCE) & (before != SILENCE)
        steps = np.broadcast_to((MIDI[pitch] - MIDI[before])[:, None], (len(rows), len(SPELLED.midi)))
        numbers = reach(steps, MIDI[pitch][:, None] - SPELLED.midi)
        added = np.take_along_axis(tables[rows], numbers, 1) * known[:, None]
        result[rows, FIRST_PITCH:] += added
        result[rows[sounding], HOLD] += added[sounding, own[sounding]]
