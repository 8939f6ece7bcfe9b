"""A calibration at work: what it adds to the scores of a voice's events and of time shifts, looked up in tables.

R rows, K voices of the slice that are set already, V voices, P pitches, E events, A time shifts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoregen.model.network.alphabet import FIRST_PITCH, HOLD, REST, SILENT_CLASS
from scoregen.model.network.history_features import AGES
from scoregen.model.network.inputs import MIDI, SILENCE, SPELLED, TIME_SHIFT_STEPS, Bools, Ints
from scoregen.model.sampling.decision_context import DecisionContext
from scoregen.model.sampling.feature_matching import STEPS, WIDEST, Features, pace, sonority_turns

Added = NDArray[np.float32]

_CLASSES: Ints = SPELLED.pitch_classes


@dataclass(frozen=True, slots=True, eq=False)
class LogitBias:
    """The tilts of both tasks: `rows` [rows, E]; `chords` [2, CHORDS] by what sounds over the lowest voice;
    `paces` [2, 2, PACES] by the time to the next slice, off a beat and on one.
    """

    voices: int
    rows: Added
    chords: Added
    paces: Added

    @classmethod
    def of(cls, free: Features, given: Features) -> LogitBias:
        """Of a calibration of tasks in which nothing is given, and of one where something is."""
        tasks = (free, given)
        voices = free.length.shape[0]
        steps = np.stack([task.step for task in tasks]).reshape(-1, STEPS)
        lengths = np.stack([task.length for task in tasks]).reshape(-1, 2)
        intervals = np.stack([_both_ways(task.interval) for task in tasks]).reshape(-1, 12)
        parts = [_over_steps(steps), _over_lengths(lengths), _over_intervals(intervals)]
        chords = np.stack([task.sonority for task in tasks]).astype(np.float32)
        paces = np.stack([task.pace for task in tasks]).astype(np.float32)
        return cls(voices, np.concatenate(parts).astype(np.float32), chords, paces)

    def added(self, decision: DecisionContext) -> Added:
        """[R, E] nats for each event of the voice whose turn it is."""
        voices, silence = self.voices, SILENCE + 1
        every = np.arange(len(decision.voice))
        own = decision.given * voices + decision.voice
        lengths = 2 * voices * silence
        ages = np.where(decision.before == SILENCE, AGES, decision.age)
        alone = np.stack([own * silence + decision.before, lengths + own * (AGES + 1) + ages], 1)
        intervals = lengths + 2 * voices * (AGES + 1)
        against = intervals + (own[:, None] * voices + decision.others) * (SILENT_CLASS + 1) + _CLASSES[decision.now]
        found: Added = self.rows.take(np.concatenate([alone, against], 1), 0).sum(1)
        held = decision.was[every, decision.voice]
        sounding = np.flatnonzero(held != SILENCE)
        at = held[sounding]
        found[sounding, HOLD] += self.rows[against[sounding], FIRST_PITCH + at[:, None]].sum(1)
        if decision.others.shape[1] == voices - 1:
            chords = self._chords(decision, decision.given.astype(np.int64))
            found[:, FIRST_PITCH:] += chords
            found[sounding, HOLD] += chords[sounding, at]
        return found

    def added_to_time_shifts(self, given: Bools, on_beat: Bools, left: Ints) -> Added:
        """[R, A] nats for each time shift; `given` [R] as of a turn, `left` [R] grid steps to the next barline."""
        steps = np.empty((len(left), 1 + len(TIME_SHIFT_STEPS)), dtype=np.int64)
        steps[:, 0], steps[:, 1:] = left, TIME_SHIFT_STEPS
        found: Added = self.paces[given.astype(np.int64)[:, None], on_beat.astype(np.int64)[:, None], pace(steps)]
        return found

    def _chords(self, decision: DecisionContext, task: Ints) -> Added:
        """[R, P] what the sonority is worth that the last voice would make; nothing without a lowest voice."""
        lowest = self.voices - 1
        bits = np.where(decision.now == SILENCE, 0, 1 << (MIDI[decision.now] % 12))
        others = np.bitwise_or.reduce(bits, axis=1)
        own = SPELLED.midi % 12
        sets = others[:, None] | (1 << own)
        is_lowest = decision.others == lowest
        bass = np.where(is_lowest, decision.now, 0).sum(1)
        under = np.where((decision.voice == lowest)[:, None], own, (MIDI[bass] % 12)[:, None])
        found: Added = self.chords[task[:, None], sonority_turns()[under, sets]]
        return np.where(((decision.voice != lowest) & (bass == SILENCE))[:, None], np.float32(0), found)


def _over_steps(tilts: NDArray[np.float64]) -> NDArray[np.float64]:
    """A row for each tilt [N, STEPS] and pitch to come from, silence last: [N (P + 1), E]."""
    apart = np.clip(SPELLED.midi[None] - SPELLED.midi[:, None], -WIDEST, WIDEST) + WIDEST
    rows = np.pad(tilts[:, apart], ((0, 0), (0, 1), (FIRST_PITCH, 0)))
    return rows.reshape(-1, rows.shape[-1])


def _over_lengths(tilts: NDArray[np.float64]) -> NDArray[np.float64]:
    """A row for each voice and age, and one for a voice that has not sounded: [N (AGES + 1), E]."""
    rows = np.zeros((len(tilts), SPELLED.events))
    rows[:] = tilts[:, 1:]
    rows[:, HOLD] = tilts[:, 0]
    framed = np.pad(rows.reshape(-1, AGES, rows.shape[1]), ((0, 0), (0, 1), (0, 0)))
    return framed.reshape(-1, rows.shape[1])


def _over_intervals(tilts: NDArray[np.float64]) -> NDArray[np.float64]:
    """A row for each pair and pitch class of the other voice, silence last: [N 13, E]."""
    apart = (SPELLED.midi[None] - np.arange(12)[:, None]) % 12
    rows = np.pad(tilts[:, apart], ((0, 0), (0, 1), (FIRST_PITCH, 0)))
    rows[..., REST] = 0
    return rows.reshape(-1, rows.shape[-1])


def _both_ways(interval: NDArray[np.float64]) -> NDArray[np.float64]:
    """[V, V, 12] from a voice up from the other's pitch class, whichever is the upper one."""
    found = np.zeros_like(interval)
    for upper in range(len(interval)):
        for lower in range(upper + 1, len(interval)):
            found[upper, lower] = interval[upper, lower]
            found[lower, upper] = interval[upper, lower][-np.arange(12) % 12]
    return found
