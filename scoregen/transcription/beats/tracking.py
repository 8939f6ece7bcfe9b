"""The beats of a performance: the best path through its attacks, and the measures that group them.

A path goes from beat to beat; between two attacks that are beats there may be beats without an attack. A step is rated
by the odds of its attacks, by the odds of its beat length, and by the change of tempo (Viterbi search over attacks
and beat lengths, as in Krebs, Boeck and Widmer, An efficient state-space model for joint tempo and meter tracking,
2015). E attacks, B beats, P lengths of a beat.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoregen.transcription.beats.network import BeatOdds
from scoregen.transcription.beats.scale import LONGEST, PERIODS, SHORTEST, scale_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MOST_BEATS = 6
"""Beats from one attack that is a beat to the next such attack."""
_REACH = 64
"""Attacks among which the beat before one is looked for."""
_SILENT_BEAT = -0.8
_LENGTH_WEIGHT = 0.7
_TEMPO_CHANGE = 1.4
"""Places on the scale of beat lengths by which a beat usually differs from the one before it."""
_FARTHEST = 6.0
_METRES = {2: -1.0, 3: 0.0, 4: 0.5}
"""Numbers of beats in a measure, with the logarithm of their odds."""
_NEW_METRE = 12.0
"""The cost of a measure that ends early or of another metre."""
_FIRST = 3.0
"""The cost of another place of the first beat than the likeliest."""
NO_ATTACK = -1.5
"""The odds of a downbeat where nothing begins."""


@dataclass(frozen=True, slots=True)
class Beats:
    """Times [B] of the beats in seconds, and for each beat its place in its measure [B] and the beats of it [B]."""

    times: Floats
    places: Ints
    metres: Ints


def track(times: Floats, odds: BeatOdds) -> Beats:
    """The beats of attacks at `times`. There are at least two, and they reach around all attacks."""
    path = _path(times, odds)
    beats, owners = _with_silent_beats(times, path)
    logits = np.where(owners >= 0, odds.downbeats[owners], NO_ATTACK)
    places, metres = measures_of(logits)
    return _around(Beats(beats, places, metres), float(times[0]), float(times[-1]))


def _path(times: Floats, odds: BeatOdds) -> list[tuple[int, int]]:
    """The attacks that are beats, each with the number of beats since the one before."""
    count = len(times)
    lengths = np.clip(np.log(odds.periods * PERIODS / 4 + 1e-6), -5, 2) * _LENGTH_WEIGHT
    gains = np.clip(odds.beats.astype(np.float64), -6, 6)
    change = np.abs(np.subtract.outer(np.arange(PERIODS), np.arange(PERIODS))) / _TEMPO_CHANGE
    cost = np.minimum(0.5 * change**2, _FARTHEST)
    best = np.full((count, PERIODS), -np.inf)
    eased = np.full((count, PERIODS), -np.inf)
    before, beats_since = np.full((count, PERIODS), -1), np.zeros((count, PERIODS), dtype=np.int64)
    sources = np.zeros((count, PERIODS), dtype=np.int64)
    for index in range(count):
        if times[index] - times[0] <= LONGEST:
            best[index] = gains[index] + lengths[index]
        _extend(index, times, lengths, gains[index], eased, best, before, beats_since)
        table = best[index][None, :] - cost
        sources[index] = table.argmax(1)
        eased[index] = table.max(1)
    return _trace(times, best, before, beats_since, sources)


def _extend(
    index: int,
    times: Floats,
    lengths: Floats,
    gain: float,
    eased: Floats,
    best: Floats,
    before: Ints,
    beats_since: Ints,
) -> None:
    """Rate all steps that end at an attack."""
    first = max(0, index - _REACH)
    if first == index:
        return
    beats = np.arange(1, _MOST_BEATS + 1)
    periods = (times[index] - times[first:index])[:, None] / beats
    usable = (periods >= SHORTEST) & (periods <= LONGEST)
    rows, columns = np.nonzero(usable)
    if not len(rows):
        return
    bins = np.rint(scale_of(periods[rows, columns])).astype(np.int64)
    local = 0.5 * (lengths[index, bins] + lengths[first + rows, bins]) * beats[columns] + columns * _SILENT_BEAT
    values = eased[first + rows, bins] + local + gain
    order = np.argsort(values)
    for at in order[np.isfinite(values[order])]:
        place = bins[at]
        if values[at] > best[index, place]:
            best[index, place] = values[at]
            before[index, place], beats_since[index, place] = first + rows[at], beats[columns[at]]


def _trace(times: Floats, best: Floats, before: Ints, beats_since: Ints, sources: Ints) -> list[tuple[int, int]]:
    """The best path that ends near the last attack, from its beginning."""
    late = np.nonzero(times >= times[-1] - 1.5)[0]
    index = int(late[np.argmax(best[late].max(1))])
    place = int(best[index].argmax())
    path = []
    while index >= 0:
        path.append((index, int(beats_since[index, place])))
        earlier = int(before[index, place])
        if earlier >= 0:
            place = int(sources[earlier, place])
        index = earlier
    return path[::-1]


def _with_silent_beats(times: Floats, path: list[tuple[int, int]]) -> tuple[Floats, Ints]:
    """The times of all beats, and the attack of each, or -1."""
    beats, owners = [float(times[path[0][0]])], [path[0][0]]
    for index, number in path[1:]:
        beats.extend(np.linspace(beats[-1], times[index], number + 1)[1:].tolist())
        owners.extend([-1] * (number - 1) + [index])
    return np.array(beats), np.array(owners)


def measures_of(
    logits: Floats, metres: Mapping[int, float] = _METRES, first: int | None = None, change: float = _NEW_METRE
) -> tuple[Ints, Ints]:
    """[B] twice: the place of each beat in its measure, and the beats of that measure.

    `logits` [B] are the odds of downbeats, `metres` the numbers of beats with their odds. `first` is the likeliest
    place of the first beat, and `change` the cost of a measure that ends early or of another metre.
    """
    states = [(metre, place) for metre in metres for place in range(metre)]
    is_first = np.array([place == 0 for _, place in states])
    onset = np.clip(logits, -6, 6)
    log_first, log_other = -np.logaddexp(0, -onset), -np.logaddexp(0, onset)
    if first is None:
        score = np.array([metres[metre] - (0.3 * place if place else 0) for metre, place in states])
    else:
        score = np.array([0.0 if place == first else -_FIRST for _, place in states])
    score = score + np.where(is_first, log_first[0], log_other[0])
    back = np.zeros((len(logits), len(states)), dtype=np.int64)
    moves = np.full((len(states), len(states)), -np.inf)
    for here, (metre, place) in enumerate(states):
        for there, (other, goal) in enumerate(states):
            if other == metre and goal == (place + 1) % metre:
                moves[here, there] = 0
            elif goal == 0:
                moves[here, there] = metres[other] - change
    for beat in range(1, len(logits)):
        table = score[:, None] + moves
        back[beat] = table.argmax(0)
        score = table.max(0) + np.where(is_first, log_first[beat], log_other[beat])
    chosen = [int(score.argmax())]
    for beat in range(len(logits) - 1, 0, -1):
        chosen.append(int(back[beat, chosen[-1]]))
    return np.array([states[each][1] for each in chosen[::-1]]), np.array([states[each][0] for each in chosen[::-1]])


def _around(beats: Beats, first: float, last: float) -> Beats:
    """The beats with more before and after them, so that they reach around the attacks."""
    times, places, metres = list(beats.times), list(beats.places), list(beats.metres)
    lead, tail = (times[1] - times[0], times[-1] - times[-2]) if len(times) > 1 else (0.6, 0.6)
    while times[0] > first + 0.05:
        times.insert(0, times[0] - lead)
        places.insert(0, (places[0] - 1) % metres[0])
        metres.insert(0, metres[0])
    while times[-1] <= last + 0.05 or len(times) < 3:
        times.append(times[-1] + tail)
        places.append((places[-1] + 1) % metres[-1])
        metres.append(metres[-1])
    return Beats(np.array(times), np.array(places), np.array(metres))
