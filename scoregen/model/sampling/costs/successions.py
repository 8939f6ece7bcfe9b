"""The cost of unusual successions: nats for a pitch by how rarely the corpus continues the last sonorities with it.

The voices of a slice are chosen one after the other. A pitch is judged by the chance of all sonorities that the
voices written so far can still become with it, so that the bass already looks ahead to a chord; the last voice is
judged by the sonority that it completes. (Twisted proposals of particle filters do the same: Zhao et al. 2024,
arXiv:2404.17546.) The table of a corpus is the file NAME.successions next to the weights that were trained on it.

R drafts, K outcomes, V voices, E events.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.alphabet import FIRST_PITCH, HOLD, REST
from scoregen.model.features.inputs import MIDI, SILENCE, SPELLED, Bools, Ints
from scoregen.model.sampling.costs.decision_context import DecisionContext
from scoregen.styles.style import VoiceLeadingCosts
from scoregen.system.companions import load_companion
from scoregen.system.files import write_files
from scoregen.tokens.successions import UNKNOWN, Places, SuccessionTable, context_of, sets_over_lowest

SUFFIX = ".successions"
FLOOR = 1e-4
"""The chance that is added to all sonorities: it limits the cost of what the corpus never does."""

Costs = NDArray[np.float32]
Chances = NDArray[np.float64]
_CLASSES: Ints = MIDI[:-1] % 12
_NOTHING = (UNKNOWN, 0)
_ANY = -1
_INTERVALS: Ints = (np.arange(12) - np.arange(12)[:, None]) % 12
"""[12, 12] by pitch class of the bass before: the interval over it of each pitch class."""


def load_successions(weights: Path) -> SuccessionTable | None:
    """The table next to some weights, None if there is none; InputError if it is damaged."""
    return load_companion(weights, SUFFIX, SuccessionTable.from_bytes)


def save_successions(table: SuccessionTable, weights: Path) -> None:
    """Write the table next to some weights."""
    write_files([(weights.with_suffix(SUFFIX), table.to_bytes())], force=True)


class SuccessionCosts:
    """The last two sonorities of every draft, and the costs of the pitches that follow."""

    def __init__(self, table: SuccessionTable, where: Places, rows: int) -> None:
        self._table, self._where = table, where
        motion, sonority = table.outcomes.T
        self._motion: Ints = motion
        self._sets: Ints = (sonority << motion | sonority >> (12 - motion)) & 4095
        """[K] the pitch classes of each outcome relative to the bass before."""
        self._members = (self._sets[:, None] >> np.arange(12) & 1).astype(np.float64)
        self._basses = (motion[:, None] == np.arange(12)).astype(np.float64)
        self._index = np.full((12, 4096), _ANY)
        self._index[motion, self._sets] = np.arange(len(motion))
        self._last = [_NOTHING] * rows
        self._before_last = [_NOTHING] * rows
        self._of_slice: tuple[tuple[bytes, bytes], Chances] | None = None

    @classmethod
    def before_slices(cls, table: SuccessionTable, where: Places, pieces: Sequence[Ints]) -> SuccessionCosts:
        """A row for each slice of finished pieces, as before that slice; `pieces` are the pitch ids [T, V]."""
        every = cls(table, where, 0)
        for sounding in pieces:
            one = cls(table, where, 1)
            for row in range(len(sounding)):
                every._last += one._last
                every._before_last += one._before_last
                one.append(sounding[row : row + 1])
        return every

    def append(self, sounding: Ints) -> None:
        """Append the pitch ids [R, V] that sound now."""
        self._of_slice = None
        pitches = MIDI[sounding]
        for row, here in enumerate(
            zip(sets_over_lowest(pitches).tolist(), (pitches[:, -1] % 12).tolist(), strict=True)
        ):
            if here[0] and here != self._last[row]:
                self._last[row], self._before_last[row] = here, self._last[row]

    def keep(self, rows: NDArray[np.intp]) -> None:
        """Keep only these drafts."""
        self._of_slice = None
        self._last = [self._last[row] for row in rows]
        self._before_last = [self._before_last[row] for row in rows]

    def fork(self, row: int) -> SuccessionCosts:
        """The costs of one of these drafts with its state so far."""
        one = copy(self)
        one.keep(np.array([row]))
        return one

    def costs(self, rows: NDArray[np.intp], position: Ints, measure: Ints, decision: DecisionContext) -> Costs:
        """[R, E] the nats of each event of the voice that chooses, in the drafts `rows`."""
        result = np.zeros((len(rows), SPELLED.events), dtype=np.float32)
        lowest, (bass, _) = decision.lowest, decision.bass
        written = (decision.others == lowest).any(1)
        known = np.array([self._last[row][0] != UNKNOWN for row in rows.tolist()], dtype=np.bool_)
        judged = np.flatnonzero(known & ~(written & (bass < 0)))
        if len(judged):
            before_bass = np.array([self._last[row][1] for row in rows[judged].tolist()])
            motion = np.where(written[judged], (bass[judged] - before_bass) % 12, _ANY)
            bits = _bits(decision.other_pitches[judged], before_bass)
            chances = self._chances(rows[judged], position[judged], measure[judged])
            is_lowest, completes = decision.voice[judged] == lowest, decision.others.shape[1] == lowest
            by_interval = self._by_interval(chances, bits, motion, is_lowest, completes)
            by_class = np.take_along_axis(by_interval, _INTERVALS[before_bass], 1)
            result[judged] = _by_event(-np.log(by_class + FLOOR), decision.before[judged])
        return result

    def _chances(self, rows: NDArray[np.intp], position: Ints, measure: Ints) -> Chances:
        """[R, K] the chances of the outcomes in the contexts of some drafts; the voices of a slice have the same."""
        key = rows.tobytes(), position.tobytes()
        if self._of_slice is not None and self._of_slice[0] == key:
            return self._of_slice[1]
        on_beat, nearness = self._where.on_beat[position].tolist(), self._where.nearness[position].tolist()
        tonic = self._where.tonic[measure].tolist()
        contexts = [
            context_of(self._last[row], self._before_last[row], key)
            for row, key in zip(rows.tolist(), tonic, strict=True)
        ]
        places = zip(on_beat, nearness, contexts, strict=True)
        chances = np.stack([self._table.chances((beat, near, *context)) for beat, near, context in places])
        self._of_slice = key, chances
        return chances

    def _by_interval(self, chances: Chances, bits: Ints, motion: Ints, is_lowest: Bools, completes: bool) -> Chances:
        """[R, 12] the chance of what can follow with each pitch class, given over the bass before.

        `motion` [R] is that of the bass, _ANY if it is not written; `completes`: the voice is the last one.
        """
        every = np.arange(12)
        if completes:
            index = self._index[np.where(is_lowest[:, None], every, motion[:, None]), bits[:, None] | 1 << every]
            found: Chances = np.where(index < 0, 0.0, np.take_along_axis(chances, np.maximum(index, 0), 1))
            return found
        fits = (self._sets & bits[:, None]) == bits[:, None]
        fits &= (motion[:, None] == _ANY) | (self._motion == motion[:, None])
        possible = chances * fits
        members: Chances = possible @ self._members
        return np.where(is_lowest[:, None], possible @ self._basses, members) if is_lowest.any() else members


def succession_prices(nats: Costs, costs: VoiceLeadingCosts, on_beat: Bools) -> Costs:
    """[R, E] what events cost by the nats of the successions that they allow.

    Usual successions cost nothing, so that what is rare but good is not made rarer still. On a beat [R] a held note
    costs less, which may be a suspension: where it does not resolve, other costs count.
    """
    prices = costs.unusual_succession * np.maximum(nats - costs.usual_succession, 0)
    least = prices.min(1)
    held = least + costs.held_succession * (prices[:, HOLD] - least)
    prices[:, HOLD] = np.where(on_beat, held, prices[:, HOLD])
    return np.asarray(prices, dtype=np.float32)


def _bits(pitches: Ints, bass_before: Ints) -> Ints:
    """[R] the pitch classes of pitch ids [R, K] relative to the bass before [R], as bits."""
    bits = np.where(pitches == SILENCE, 0, 1 << ((MIDI[pitches] - bass_before[:, None]) % 12))
    result: Ints = np.bitwise_or.reduce(bits, axis=1)
    return result


def _by_event(costs: Chances, before: Ints) -> Chances:
    """[R, E] the costs of events from those of pitch classes; a rest costs as much as the cheapest pitch."""
    least = costs.min(1)
    held = costs[np.arange(len(costs)), MIDI[before] % 12]
    result = np.zeros((len(costs), SPELLED.events))
    result[:, FIRST_PITCH:] = costs[:, _CLASSES]
    result[:, HOLD] = np.where(before == SILENCE, least, held)
    result[:, REST] = least
    return result
