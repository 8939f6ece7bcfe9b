"""The cost of unusual successions: nats for a pitch by how rarely the corpus continues the last sonorities with it.

The voices of a slice are chosen one after the other. A pitch is judged by the chance of all sonorities that the
voices written so far can still become with it, so that the bass already looks ahead to a chord; the last voice is
judged by the sonority that it completes. (Twisted proposals of particle filters do the same: Zhao et al. 2024,
arXiv:2404.17546.) The table of a corpus is the file NAME.successions next to the weights that were trained on it.

R drafts, K outcomes, V voices, E events.
"""

from __future__ import annotations

from copy import copy
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scoregen.model.network.alphabet import FIRST_PITCH, HOLD, REST
from scoregen.model.network.inputs import MIDI, SILENCE, SPELLED, Ints
from scoregen.system.errors import InputError, ScoregenError
from scoregen.system.files import write_files
from scoregen.tokens.successions import UNKNOWN, Places, SuccessionTable, context_of, sets_over_lowest

SUFFIX = ".successions"
FLOOR = 1e-4
"""The chance that is added to all sonorities: it limits the cost of what the corpus never does."""

Costs = NDArray[np.float32]
_CLASSES: Ints = MIDI[:-1] % 12
_NOTHING = (UNKNOWN, 0)
_INTERVALS: Ints = (np.arange(12) - np.arange(12)[:, None]) % 12
"""[12, 12] by pitch class of the bass before: the interval over it of each pitch class."""


def load_successions(weights: Path) -> SuccessionTable | None:
    """The table next to some weights, None if there is none; InputError if it is damaged."""
    path = weights.with_suffix(SUFFIX)
    if not path.is_file():
        return None
    try:
        return SuccessionTable.from_bytes(path.read_bytes())
    except (ScoregenError, ValueError, KeyError) as error:
        raise InputError(f"{path} is damaged ({error}); fetch it again or remove it") from error


def save_successions(table: SuccessionTable, weights: Path) -> None:
    """Write the table next to some weights."""
    write_files([(weights.with_suffix(SUFFIX), table.to_bytes())], force=True)


class SuccessionCosts:
    """The last two sonorities of every draft, and the costs of the pitches that follow."""

    def __init__(self, table: SuccessionTable, where: Places, rows: int, voices: int) -> None:
        self._table, self._where, self._voices = table, where, voices
        motion, sonority = table.outcomes.T
        self._motion: Ints = motion
        self._sets: Ints = (sonority << motion | sonority >> (12 - motion)) & 4095
        """[K] the pitch classes of each outcome relative to the bass before."""
        self._members = (self._sets[:, None] >> np.arange(12) & 1).astype(np.float64)
        self._basses = (motion[:, None] == np.arange(12)).astype(np.float64)
        self._last = [_NOTHING] * rows
        self._before_last = [_NOTHING] * rows

    def append(self, sounding: Ints) -> None:
        """Append the pitch ids [R, V] that sound now."""
        pitches = MIDI[sounding]
        for row, here in enumerate(
            zip(sets_over_lowest(pitches).tolist(), (pitches[:, -1] % 12).tolist(), strict=True)
        ):
            if here[0] and here != self._last[row]:
                self._last[row], self._before_last[row] = here, self._last[row]

    def keep(self, rows: NDArray[np.intp]) -> None:
        """Keep only these drafts."""
        self._last = [self._last[row] for row in rows]
        self._before_last = [self._before_last[row] for row in rows]

    def fork(self, row: int) -> SuccessionCosts:
        """The costs of one of these drafts with its state so far."""
        one = copy(self)
        one.keep(np.array([row]))
        return one

    def costs(
        self,
        rows: NDArray[np.intp],
        position: Ints,
        measure: Ints,
        voice: Ints,
        before: Ints,
        others: Ints,
        other_pitches: Ints,
    ) -> Costs:
        """[R, E] the nats of each event of the voice [R] that chooses, in the drafts `rows`.

        `before` [R] is its last pitch id; `others` and `other_pitches` [R, K] are the slots and pitch ids of the voices
        that are already written in this slice.
        """
        result = np.zeros((len(rows), SPELLED.events), dtype=np.float32)
        for index, row in enumerate(rows.tolist()):
            last = self._last[row]
            if last[0] == UNKNOWN:
                continue
            place = int(self._where.on_beat[position[index]]), int(self._where.nearness[position[index]])
            tonic = int(self._where.tonic[measure[index]])
            chances = self._table.chances((*place, *context_of(last, self._before_last[row], tonic)))
            by_class = self._by_class(chances, last[1], int(voice[index]), others[index], other_pitches[index])
            if by_class is not None:
                result[index] = _by_event(-np.log(by_class), int(before[index]))
        return result

    def _by_class(
        self, chances: NDArray[np.float64], bass_before: int, voice: int, others: Ints, pitches: Ints
    ) -> NDArray[np.float64] | None:
        """[12] the chance of what can follow with each pitch class in the voice; None if the lowest voice rests."""
        lowest = self._voices - 1
        classes = (MIDI[pitches[pitches != SILENCE]] - bass_before) % 12
        known = int(np.bitwise_or.reduce(1 << classes)) if len(classes) else 0
        possible = chances * ((self._sets & known) == known)
        if lowest in others:
            bass = pitches[others == lowest][0]
            if bass == SILENCE:
                return None
            possible = possible * (self._motion == (MIDI[bass] - bass_before) % 12)
        is_last = len(others) == lowest
        if is_last:
            return self._completed(possible, known, is_lowest=voice == lowest, bass_before=bass_before)
        table = self._basses if voice == lowest else self._members
        by_interval: NDArray[np.float64] = possible @ table
        result: NDArray[np.float64] = by_interval[_INTERVALS[bass_before]] + FLOOR
        return result

    def _completed(
        self, possible: NDArray[np.float64], known: int, *, is_lowest: bool, bass_before: int
    ) -> NDArray[np.float64]:
        """[12] the chance of the sonority that each pitch class completes."""
        complete = self._sets[:, None] == (known | 1 << np.arange(12))
        if is_lowest:
            complete = complete & (self._basses > 0)
        by_interval: NDArray[np.float64] = possible @ complete
        result: NDArray[np.float64] = by_interval[_INTERVALS[bass_before]] + FLOOR
        return result


def _by_event(costs: NDArray[np.float64], before: int) -> NDArray[np.float64]:
    """[E] the costs of events from those of pitch classes; a rest costs as much as the cheapest pitch."""
    result = np.zeros(SPELLED.events)
    result[FIRST_PITCH:] = costs[_CLASSES[: SPELLED.events - FIRST_PITCH]]
    result[HOLD] = costs[MIDI[before] % 12] if before != SILENCE else costs.min()
    result[REST] = costs.min()
    return result
