"""What voice leading costs: nats that are taken off a pitch's score before it is drawn.

The style says how many (`VoiceLeadingCosts`). They do not forbid: the aim is the rate of the style, not none. A
lower temperature takes away no parallels (each voice is chosen for itself, and the likeliest of each may well go
along with another), it only empties the music.

Every price hangs on one thing that is known before the choice, mostly a pitch or a pitch class; so each
is a row of a table over all events, and what a choice costs is the sum of a few rows. Which rows these are
is looked up too, by pitches and voices.

Parallels are those of `SAMPLING` in `score.theory.parallel_motion`, found by pitch classes: if voices cross, a
fifth below counts as one above.

R rows, K voices of the slice that are set already, V voices, P pitches, E events.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from scoregen.model.network.alphabet import FIRST_PITCH, HOLD, SILENT_CLASS
from scoregen.model.network.inputs import MIDI, SILENCE, SPELLED, Ints
from scoregen.model.sampling.decision_context import DecisionContext
from scoregen.score.theory.chord_kinds import semitones
from scoregen.styles.style import VoiceLeadingCosts

Costs = NDArray[np.float32]

_CLASSES: Ints = SPELLED.pitch_classes
_OVER_A_ROOT = np.isin(np.arange(12), [*semitones("major"), *semitones("minor")])
"""By semitones over the root, what stands in major and minor triads."""
_HIGHEST = 1000  # MIDI, for a voice that has no neighbour above
_PAIR = SILENT_CLASS + 1
"""Rows of a pair of voices: one for each pitch class that the other may go to."""


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """The table [rows, E] and where the rows of each kind begin in it. Holding and resting are free everywhere."""

    table: Costs
    melodic: int  # by the voice's last pitch
    above: int  # by the pitch of a higher voice: crossing it
    below: int  # by the pitch of a lower voice
    over: int  # by what the voice above has just sounded: overlapping it
    under: int  # by what the voice below has just sounded
    free: int  # by a pitch: nothing
    pairs: int  # by number of a pair's motion, and the pitch class that the other voice goes to


@dataclass(frozen=True, slots=True, eq=False)
class _Voices:
    """What hangs on the number of voices alone: by the slot of the voice whose turn it is, and of another.

    neighbours: [V, 2] the voices above and below, `beside` where the rows of overlapping them begin;
    crossing: [V, V] where those of crossing begin; side: [V, V] 1 or 2 for a higher or a lower voice
    where one of the two is the lowest, else 0; outer: [V, V] whether both are.
    """

    neighbours: Ints
    beside: Ints
    crossing: Ints
    side: Ints
    outer: NDArray[np.bool_]


def voice_leading_costs(decision: DecisionContext, costs: VoiceLeadingCosts) -> Costs:
    """[R, E] what each event costs."""
    rows = _rows(costs)
    voices = _voices(rows, decision.was.shape[1])
    every, voice = np.arange(len(decision.voice))[:, None], decision.voice[:, None]
    alone = [
        rows.melodic + decision.before[:, None],
        voices.beside[decision.voice] + decision.was[every, voices.neighbours[decision.voice]],
    ]
    if not decision.others.shape[1]:
        total: Costs = rows.table.take(np.concatenate(alone, 1), 0).sum(1)
        return total
    own, was = decision.was[every, voice], decision.was[every, decision.others]
    crossing = voices.crossing[voice, decision.others] + decision.now
    pairs = rows.pairs + _motions()[voices.side[voice, decision.others], own, was] + _CLASSES[decision.now]
    total = rows.table.take(np.concatenate([*alone, crossing, pairs], 1), 0).sum(1)
    outer = voices.outer[voice, decision.others]
    if outer.any():
        _add_direct(total, decision, own, was, outer, costs.direct)
    if decision.closes.any():
        _add_unclosed(total, decision, costs.unclosed)
    return total


def _add_direct(
    total: Costs, decision: DecisionContext, own: Ints, was: Ints, outer: NDArray[np.bool_], cost: float
) -> None:
    """What it costs if the outer voices go the same way into an octave or fifth, the upper one by leap."""
    sounds = (own != SILENCE) & (was != SILENCE) & (decision.now != SILENCE)
    rows, places = np.nonzero(outer & sounds & (_CLASSES[was] != _CLASSES[decision.now]))
    now = MIDI[decision.now[rows, places]][:, None]
    went = now - MIDI[was[rows, places]][:, None]
    is_above = decision.others[rows, places][:, None] == 0
    step = SPELLED.midi - MIDI[own[rows]]
    leap = np.where(is_above, went, step)
    interval = np.where(is_above, now - SPELLED.midi, SPELLED.midi - now) % 12
    direct = (step * went > 0) & (np.abs(leap) > 2) & ((interval == 0) | (interval == 7))
    total[rows, FIRST_PITCH:] += cost * direct


def _add_unclosed(total: Costs, decision: DecisionContext, cost: float) -> None:
    """What it costs if the voice and the lowest make no triad in root position where a phrase ends."""
    lowest, voice = decision.was.shape[1] - 1, decision.voice[:, None]
    with_lowest = (decision.others == lowest) | ((voice == lowest) & (decision.others == 0))
    rows, places = np.nonzero(with_lowest & decision.closes[:, None] & (decision.now != SILENCE))
    there = MIDI[decision.now[rows, places]][:, None]
    above = np.where(voice[rows] == lowest, there - SPELLED.midi, SPELLED.midi - there)
    outside = cost * ~_OVER_A_ROOT[above % 12]
    total[rows, FIRST_PITCH:] += outside
    own = decision.was[rows, decision.voice[rows]]
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
        beside=np.stack(
            [np.where(slots > 0, rows.over, rows.free), np.where(slots < lowest, rows.under, rows.free)], 1
        ),
        crossing=np.where(is_above, rows.above, rows.below),
        side=with_lowest * np.where(is_above, 1, 2),
        outer=(voice + other == lowest) & ((voice == 0) | (other == 0)),
    )


def _melodic(costs: VoiceLeadingCosts) -> NDArray[np.float64]:
    """[P + 1, P] what going from one pitch to another costs a voice by itself."""
    steps = SPELLED.midi[None] - SPELLED.midi[:, None]
    wider = np.sign(steps) * (SPELLED.fifths[None] - SPELLED.fifths[:, None])
    table = costs.augmented * ((wider >= 6) & (np.abs(steps) > 1)) + costs.wide * (np.abs(steps) > 12)
    return np.pad(table + costs.seventh * np.isin(np.abs(steps), (10, 11)), ((0, 1), (0, 0)))


@lru_cache(maxsize=1)
def _motions() -> Ints:
    """[3, P + 1, P + 1] by side, the voice's pitch before and the other's, where the rows of their motion begin."""
    own, was = MIDI[:, None], MIDI
    apart = (own - was) % 12
    kind = np.full((3, *apart.shape), -1)
    kind[:, apart == 0] = 0
    kind[:, (apart == 7) & (own > was)] = 1
    kind[:, (apart == 5) & (own < was)] = 2
    kind[1, apart == 6] = 3
    kind[2, apart == 6] = 4
    kind[:, (own < 0) | (was < 0)] = -1
    return np.where(kind < 0, 0, _PAIR * (1 + 12 * kind + was % 12))


def _arrivals(costs: VoiceLeadingCosts) -> NDArray[np.float64]:
    """[M, P] by kind of motion and pitch class that the other voice comes from and goes to: what arriving costs.

    Semitones that the voice is then over the other, of each kind: those of a fifth, octave or unison that is
    kept, then those of a perfect fifth after a diminished one. The first rows are for no motion at all.
    """
    over = np.array([0, 7, 5, 5, 7])[:, None, None, None]
    nats = np.array([*[costs.parallel] * 3, *[costs.unequal] * 2])[:, None, None, None]
    came, went = np.arange(12)[:, None, None], np.arange(_PAIR)[:, None]
    arrives = (SPELLED.midi % 12 == (went + over) % 12) & (went != came) & (went != SILENT_CLASS)
    return np.pad((nats * arrives).reshape(-1, len(SPELLED.midi)), ((_PAIR, 0), (0, 0)))
