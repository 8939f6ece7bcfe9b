"""Voice-leading costs: nats that are subtracted from the logit of a pitch before sampling.

The style sets the costs (`VoiceLeadingCosts`). They exclude nothing: the goal is the rate of the style, not zero. A
lower temperature does not remove parallels (each voice is chosen separately, and the likeliest pitch may move in
parallel with another voice); it only makes the music poorer.

Every cost depends on one value that is known before the choice, mostly a pitch or a pitch class. So each is a row of
a table over all events, and the cost of a choice is the sum of a few rows. The indices of these rows are also looked
up in tables, by pitches and voices.

Parallels are those of `SAMPLING` in `score.theory.parallel_motion`, found by pitch classes: if voices cross, a
fifth below counts as one above.

R rows, K voices of the slice that are already written, V voices, P pitches, E events.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.alphabet import FIRST_PITCH, HOLD, SILENT_CLASS
from scoregen.model.features.inputs import MIDI, SILENCE, SPELLED, Ints
from scoregen.model.sampling.costs.decision_context import DecisionContext
from scoregen.score.theory.chord_kinds import semitones
from scoregen.styles.style import VoiceLeadingCosts

Costs = NDArray[np.float32]

_CLASSES: Ints = SPELLED.pitch_classes
_OVER_A_ROOT = np.isin(np.arange(12), [*semitones("major"), *semitones("minor")])
"""By semitones over the root, the members of major and minor triads."""
_HIGHEST = 1000  # MIDI pitch in place of a missing neighbour above
_PAIR = SILENT_CLASS + 1
"""Rows of a pair of voices: one for each pitch class to which the other may move."""


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """The table [rows, E] and the first row of each kind. Holds and rests cost nothing in all of them."""

    table: Costs
    melodic: int  # by the voice's last pitch
    above: int  # by the pitch of a higher voice: crossing it
    below: int  # by the pitch of a lower voice
    over: int  # by the last pitch of the voice above: overlapping it
    under: int  # by the last pitch of the voice below
    free: int  # by a pitch: no cost
    pairs: int  # by the index of a pair's motion, and the pitch class to which the other voice moves


@dataclass(frozen=True, slots=True, eq=False)
class _Voices:
    """Tables that depend on the number of voices alone: by the slot of the voice that chooses, and of another.

    neighbours: [V, 2] the voices above and below; overlap_rows: [V, 2] the first rows of overlapping them;
    crossing: [V, V] the first rows of crossing; side: [V, V] 1 or 2 for a higher or a lower other voice
    if one of the two is the lowest, otherwise 0; outer: [V, V] whether both are outer voices.
    """

    neighbours: Ints
    overlap_rows: Ints
    crossing: Ints
    side: Ints
    outer: NDArray[np.bool_]


def voice_leading_costs(decision: DecisionContext, costs: VoiceLeadingCosts) -> Costs:
    """[R, E] the cost of each event."""
    rows = _rows(costs)
    voices = _voices(rows, decision.previous_pitches.shape[1])
    every, voice = np.arange(len(decision.voice))[:, None], decision.voice[:, None]
    alone = [
        rows.melodic + decision.before[:, None],
        voices.overlap_rows[decision.voice] + decision.previous_pitches[every, voices.neighbours[decision.voice]],
    ]
    if not decision.others.shape[1]:
        total: Costs = rows.table.take(np.concatenate(alone, 1), 0).sum(1)
        return total
    own, other_before = decision.previous_pitches[every, voice], decision.previous_pitches[every, decision.others]
    crossing = voices.crossing[voice, decision.others] + decision.other_pitches
    pairs = (
        rows.pairs
        + _motions()[voices.side[voice, decision.others], own, other_before]
        + _CLASSES[decision.other_pitches]
    )
    total = rows.table.take(np.concatenate([*alone, crossing, pairs], 1), 0).sum(1)
    outer = voices.outer[voice, decision.others]
    if costs.direct_motion and outer.any():
        _add_direct(total, decision, own, other_before, outer, costs.direct_motion)
    if costs.open_phrase_end and decision.closes.any():
        _add_open_end(total, decision, costs.open_phrase_end)
    return total


def _add_direct(
    total: Costs, decision: DecisionContext, own: Ints, other_before: Ints, outer: NDArray[np.bool_], cost: float
) -> None:
    """Add the cost of direct octaves and fifths: outer voices in similar motion, the upper one by leap."""
    sounds = (own != SILENCE) & (other_before != SILENCE) & (decision.other_pitches != SILENCE)
    rows, places = np.nonzero(outer & sounds & (_CLASSES[other_before] != _CLASSES[decision.other_pitches]))
    arrival = MIDI[decision.other_pitches[rows, places]][:, None]
    went = arrival - MIDI[other_before[rows, places]][:, None]
    is_above = decision.others[rows, places][:, None] == 0
    step = SPELLED.midi - MIDI[own[rows]]
    leap = np.where(is_above, went, step)
    interval = np.where(is_above, arrival - SPELLED.midi, SPELLED.midi - arrival) % 12
    direct = (step * went > 0) & (np.abs(leap) > 2) & ((interval == 0) | (interval == 7))
    total[rows, FIRST_PITCH:] += cost * direct


def _add_open_end(total: Costs, decision: DecisionContext, cost: float) -> None:
    """Add the cost of a phrase end at which the voice and the lowest form no triad in root position."""
    lowest, voice = decision.previous_pitches.shape[1] - 1, decision.voice[:, None]
    with_lowest = (decision.others == lowest) | ((voice == lowest) & (decision.others == 0))
    rows, places = np.nonzero(with_lowest & decision.closes[:, None] & (decision.other_pitches != SILENCE))
    other_pitch = MIDI[decision.other_pitches[rows, places]][:, None]
    above = np.where(voice[rows] == lowest, other_pitch - SPELLED.midi, SPELLED.midi - other_pitch)
    outside = cost * ~_OVER_A_ROOT[above % 12]
    total[rows, FIRST_PITCH:] += outside
    own = decision.previous_pitches[rows, decision.voice[rows]]
    holds = np.flatnonzero(own != SILENCE)
    total[rows[holds], HOLD] += outside[holds, own[holds]]


@lru_cache(maxsize=8)
def _rows(costs: VoiceLeadingCosts) -> _Rows:
    midi = SPELLED.midi
    ceiling = np.append(midi, _HIGHEST)[:, None]
    floor = np.append(midi, -1)[:, None]
    parts = [
        _melodic(costs),
        costs.crossing * (midi > ceiling),
        costs.crossing * (midi < floor),
        costs.overlap * (midi > ceiling),
        costs.overlap * (midi < floor),
        np.zeros((len(MIDI), len(midi))),
        _arrivals(costs),
    ]
    table = np.pad(np.concatenate(parts), ((0, 0), (FIRST_PITCH, 0))).astype(np.float32)
    starts = np.cumsum([0, *(len(part) for part in parts[:-1])])
    return _Rows(table, *starts.tolist())


@lru_cache(maxsize=8)
def _voices(rows: _Rows, count: int) -> _Voices:
    slots = np.arange(count)
    voice, other = slots[:, None], slots
    lowest = count - 1
    is_above = other < voice
    with_lowest = (voice == lowest) | (other == lowest)
    return _Voices(
        neighbours=np.stack([slots - 1, (slots + 1) % count], 1),
        overlap_rows=np.stack(
            [np.where(slots > 0, rows.over, rows.free), np.where(slots < lowest, rows.under, rows.free)], 1
        ),
        crossing=np.where(is_above, rows.above, rows.below),
        side=with_lowest * np.where(is_above, 1, 2),
        outer=(voice + other == lowest) & ((voice == 0) | (other == 0)),
    )


def _melodic(costs: VoiceLeadingCosts) -> NDArray[np.float64]:
    """[P + 1, P] the cost of a melodic step from one pitch to another."""
    steps = SPELLED.midi[None] - SPELLED.midi[:, None]
    wider = np.sign(steps) * (SPELLED.fifths[None] - SPELLED.fifths[:, None])
    size = np.abs(steps)
    table = costs.augmented_step * ((wider >= 6) & (size > 1)) + costs.leap_over_octave * (size > 12)
    table += costs.leap_of_seventh * np.isin(size, (10, 11)) + costs.leap_of_octave * (size == 12)
    return np.pad(table, ((0, 1), (0, 0)))


@lru_cache(maxsize=1)
def _motions() -> Ints:
    """[3, P + 1, P + 1] by side, last pitch of the voice and of the other: the first row of their motion."""
    own, other_before = MIDI[:, None], MIDI
    interval = (own - other_before) % 12
    kind = np.full((3, *interval.shape), -1)
    kind[:, interval == 0] = 0
    kind[:, (interval == 7) & (own > other_before)] = 1
    kind[:, (interval == 5) & (own < other_before)] = 2
    kind[1, interval == 6] = 3
    kind[2, interval == 6] = 4
    kind[:, (own < 0) | (other_before < 0)] = -1
    return np.where(kind < 0, 0, _PAIR * (1 + 12 * kind + other_before % 12))


def _arrivals(costs: VoiceLeadingCosts) -> NDArray[np.float64]:
    """[M, P] by kind of motion, and pitch class that the other voice leaves and reaches: the cost of arriving.

    The kinds are given by the semitones from the other voice up to this one on arrival: first those of parallel
    fifths, octaves and unisons, then those of a perfect fifth after a diminished one. The first rows cost nothing.
    """
    over = np.array([0, 7, 5, 5, 7])[:, None, None, None]
    nats = np.array([*[costs.parallel] * 3, *[costs.unequal_fifths] * 2])[:, None, None, None]
    came, went = np.arange(12)[:, None, None], np.arange(_PAIR)[:, None]
    arrives = (SPELLED.midi % 12 == (went + over) % 12) & (went != came) & (went != SILENT_CLASS)
    return np.pad((nats * arrives).reshape(-1, len(SPELLED.midi)), ((_PAIR, 0), (0, 0)))
