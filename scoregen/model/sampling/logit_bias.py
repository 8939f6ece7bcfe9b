"""The logit biases of a calibration, added to the logits of events and time shifts by looking them up in tables.

R rows, K voices of the slice that are already written, V voices, P pitches, E events, A time shifts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.alphabet import FIRST_PITCH, HOLD, REST, SILENT_CLASS
from scoregen.model.features.history_features import AGES
from scoregen.model.features.inputs import MIDI, SILENCE, SPELLED, TIME_SHIFT_STEPS, Bools, Ints
from scoregen.model.sampling.costs.decision_context import DecisionContext
from scoregen.model.sampling.feature_matching import STEPS, WIDEST, Features, pace, sonority_rotations
from scoregen.model.sampling.treatment import treatment_biases

Biases = NDArray[np.float32]

_CLASSES: Ints = SPELLED.pitch_classes
TREATMENT = ("reached", "left")
"""The kinds of features of the treatment of dissonance."""


@dataclass(frozen=True, slots=True, eq=False)
class LogitBias:
    """The biases of both tasks in tables: `rows` [rows, E]; `chords` [2, CHORDS] by the sonority over the lowest voice;
    `paces` [2, 2, PACES] by the time to the next slice, off a beat and on one; `reached` [2, 2, REACHES] and `left`
    [2, INTERVALS, MOVES] by the treatment of dissonance.
    """

    voices: int
    rows: Biases
    chords: Biases
    paces: Biases
    reached: Biases
    left: Biases

    @classmethod
    def of(cls, free: Features, given: Features) -> LogitBias:
        """The tables of the biases for tasks with nothing given (`free`) and with something given (`given`)."""
        tasks = (free, given)
        voices = free.length.shape[0]
        steps = np.stack([task.step for task in tasks]).reshape(-1, STEPS)
        lengths = np.stack([task.length for task in tasks]).reshape(-1, 2)
        intervals = np.stack([_both_ways(task.interval) for task in tasks]).reshape(-1, 12)
        parts = [_over_steps(steps), _over_lengths(lengths), _over_intervals(intervals)]
        chords = np.stack([task.sonority for task in tasks]).astype(np.float32)
        paces = np.stack([task.pace for task in tasks]).astype(np.float32)
        reached, left = (np.stack([getattr(task, name) for task in tasks]).astype(np.float32) for name in TREATMENT)
        return cls(voices, np.concatenate(parts).astype(np.float32), chords, paces, reached, left)

    def event_biases(self, decision: DecisionContext) -> Biases:
        """[R, E] nats for each event of the voice that chooses."""
        voices, silence = self.voices, SILENCE + 1
        every = np.arange(len(decision.voice))
        own = decision.given * voices + decision.voice
        lengths = 2 * voices * silence
        ages = np.where(decision.before == SILENCE, AGES, decision.age)
        alone = np.stack([own * silence + decision.before, lengths + own * (AGES + 1) + ages], 1)
        intervals = lengths + 2 * voices * (AGES + 1)
        against = (
            intervals
            + (own[:, None] * voices + decision.others) * (SILENT_CLASS + 1)
            + _CLASSES[decision.other_pitches]
        )
        result: Biases = self.rows.take(np.concatenate([alone, against], 1), 0).sum(1)
        held = decision.previous_pitches[every, decision.voice]
        sounding = np.flatnonzero(held != SILENCE)
        at = held[sounding]
        result[sounding, HOLD] += self.rows[against[sounding], FIRST_PITCH + at[:, None]].sum(1)
        if decision.others.shape[1] == voices - 1:
            chords = self._chords(decision, decision.given.astype(np.int64))
            result[:, FIRST_PITCH:] += chords
            result[sounding, HOLD] += chords[sounding, at]
        if self.reached.any() or self.left.any():
            result += treatment_biases(decision, self.reached, self.left)
        return result

    def time_shift_biases(self, given: Bools, on_beat: Bools, left: Ints) -> Biases:
        """[R, A] nats for each time shift; `given` [R] as in a decision, `left` [R] grid steps to the next barline."""
        steps = np.empty((len(left), 1 + len(TIME_SHIFT_STEPS)), dtype=np.int64)
        steps[:, 0], steps[:, 1:] = left, TIME_SHIFT_STEPS
        result: Biases = self.paces[given.astype(np.int64)[:, None], on_beat.astype(np.int64)[:, None], pace(steps)]
        return result

    def _chords(self, decision: DecisionContext, task: Ints) -> Biases:
        """[R, P] the bias of the sonority that the last voice would complete; 0 without a lowest voice."""
        lowest = self.voices - 1
        bits = np.where(decision.other_pitches == SILENCE, 0, 1 << (MIDI[decision.other_pitches] % 12))
        others = np.bitwise_or.reduce(bits, axis=1)
        own = SPELLED.midi % 12
        sets = others[:, None] | (1 << own)
        is_lowest = decision.others == lowest
        bass = np.where(is_lowest, decision.other_pitches, 0).sum(1)
        under = np.where((decision.voice == lowest)[:, None], own, (MIDI[bass] % 12)[:, None])
        result: Biases = self.chords[task[:, None], sonority_rotations()[under, sets]]
        return np.where(((decision.voice != lowest) & (bass == SILENCE))[:, None], np.float32(0), result)


def _over_steps(biases: NDArray[np.float64]) -> NDArray[np.float64]:
    """A row for each voice [N, STEPS] and last pitch, silence last: [N (P + 1), E]."""
    intervals = np.clip(SPELLED.midi[None] - SPELLED.midi[:, None], -WIDEST, WIDEST) + WIDEST
    rows = np.pad(biases[:, intervals], ((0, 0), (0, 1), (FIRST_PITCH, 0)))
    return rows.reshape(-1, rows.shape[-1])


def _over_lengths(biases: NDArray[np.float64]) -> NDArray[np.float64]:
    """A row for each voice and age, and one for a voice that has not sounded: [N (AGES + 1), E]."""
    rows = np.zeros((len(biases), SPELLED.events))
    rows[:] = biases[:, 1:]
    rows[:, HOLD] = biases[:, 0]
    framed = np.pad(rows.reshape(-1, AGES, rows.shape[1]), ((0, 0), (0, 1), (0, 0)))
    return framed.reshape(-1, rows.shape[1])


def _over_intervals(biases: NDArray[np.float64]) -> NDArray[np.float64]:
    """A row for each pair of voices and pitch class of the other voice, silence last: [N 13, E]."""
    intervals = (SPELLED.midi[None] - np.arange(12)[:, None]) % 12
    rows = np.pad(biases[:, intervals], ((0, 0), (0, 1), (FIRST_PITCH, 0)))
    rows[..., REST] = 0
    return rows.reshape(-1, rows.shape[-1])


def _both_ways(interval: NDArray[np.float64]) -> NDArray[np.float64]:
    """[V, V, 12] the intervals from the pitch class of the other voice up to a voice, whichever is the upper one."""
    result = np.zeros_like(interval)
    for upper in range(len(interval)):
        for lower in range(upper + 1, len(interval)):
            result[upper, lower] = interval[upper, lower]
            result[lower, upper] = interval[upper, lower][-np.arange(12) % 12]
    return result
