"""The pulse of given music: the unit in which it moves, and the onsets that are open to new voices.

`follow`: new voices move on the pulse. If the tune divides it, they do so as often as Bach's under such a tune, at the
next division; without a tune, at any place. `plain`: the pulse alone. `flowing`: any place, as often as the network
likes. Instruments that `follow` given music divide its beats and their parts, and move wherever it moves.
"""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Literal, get_args

from scoregen.plan.chords.given_line import GivenNote
from scoregen.score.elements import Measure, Score
from scoregen.score.timeline import measure_onsets, metrical_starts

Rhythm = Literal["follow", "flowing", "plain"]
RHYTHMS: tuple[Rhythm, ...] = get_args(Rhythm)
ON_PULSE = 0.9
"""The least share of a tune's notes that begin on its pulse, if the pulse is longer than the beat of its metre."""
MOST_DIVIDED = 0.65
"""The largest share of pulses that three new voices divide."""
BACH_DIVIDED = (0.37, 1.6)
"""The share of pulses that Bach's three lower voices divide: 0.37 + 1.6 times that of the soprano. By quarters of the
training chorales, soprano and lower voices: 0.02, 0.37; 0.07, 0.43; 0.11, 0.53; 0.17, 0.63."""
STEEPEST = 8
"""The share of new voices by that of the tune, where it hardly divides: if it never does, they never do."""
LONG, UNDER_LONG = 3, 0.4
"""From this many pulses on a note of the tune is long, and the share of the pulses under it at which new voices may
move: they need not run where the tune rests. Set by judgement."""
JOINING = 0.5
"""The share of the tune's notes within a pulse at which new voices may move; in Bach's chorales 0.67 have another."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """The pulses of a piece in quarters from the start, in order; the last entry is the end of the piece.

    `division` is the number of parts into which the metre divides each of them: 2, or 3 in a compound metre.
    """

    starts: tuple[Fraction, ...]
    division: tuple[int, ...]

    def inner(self, index: int) -> tuple[Fraction, ...]:
        """The places of the next division within a pulse."""
        start, parts = self.starts[index], self.division[index]
        length = self.starts[index + 1] - start
        return tuple(start + length * part / parts for part in range(1, parts))

    def before(self, time: Fraction) -> int:
        """The index of the last pulse that begins before a time; -1 if there is none."""
        return bisect_left(self.starts, time) - 1


def pulse_of(score: Score, line: Sequence[GivenNote]) -> Pulse:
    """The pulse: the beat of the metre, or a multiple of it on which nearly all notes of the line begin."""
    levels = [_pulse(score, level) for level in (_by_measures, _by_halves)] if line else []
    onsets = [note.onset for note in line]
    for pulse in levels:
        starts = frozenset(pulse.starts)
        if sum(onset in starts for onset in onsets) >= ON_PULSE * len(onsets):
            return pulse
    return _pulse(score, _by_beats)


def open_onsets(
    pulse: Pulse,
    line: Sequence[GivenNote],
    always: Set[Fraction],
    voices: int,
    rhythm: Rhythm,
    chance: random.Random,
) -> frozenset[Fraction] | None:
    """The onsets, in quarters from the start, at which new voices may begin a note; None for every place.

    `always` are onsets that are open in any case, such as the starts of phrases. `voices` is the number of new voices.
    """
    if rhythm == "flowing" or (rhythm == "follow" and not line):
        return None
    onsets = frozenset(note.onset for note in line)
    under_long = _under_long_notes(pulse, line)
    moving = {start for start in pulse.starts[:-1] if start not in under_long or chance.random() < UNDER_LONG}
    chosen = {*moving, *always}
    if rhythm == "plain":
        return frozenset(chosen)
    share = _share_of_new_voices(_divided_share(pulse, onsets), voices)
    ordered = sorted(onsets)
    for index in range(len(pulse.starts) - 1):
        inside = _between(ordered, pulse.starts[index], pulse.starts[index + 1])
        places = pulse.inner(index)
        joining = [place for place in inside if place in places or _is_triplet(inside, pulse, index)]
        chosen |= {place for place in joining if chance.random() < JOINING}
        is_moving = pulse.starts[index] in moving
        if not inside and is_moving and pulse.division[index] == 2 and chance.random() < share:
            chosen |= set(places)
    return frozenset(chosen)


def _under_long_notes(pulse: Pulse, line: Sequence[GivenNote]) -> frozenset[Fraction]:
    """The pulses that begin inside a long note."""
    found: set[Fraction] = set()
    for note in line:
        inside = _between(pulse.starts, note.onset, note.end)
        found |= set(inside) if len(inside) + 1 >= LONG else set()
    return frozenset(found)


def played_onsets(
    score: Score, given: Iterable[GivenNote], always: Set[Fraction], *, easy: bool = False
) -> frozenset[Fraction]:
    """The onsets that are open to instruments: beats, their division, its halves unless they are easy, and those of
    all given notes."""
    beats = _pulse(score, _by_beats)
    inner = {place for index in range(len(beats.division)) for place in beats.inner(index)}
    places = sorted({*beats.starts, *inner})
    halves = {(place + following) / 2 for place, following in pairwise(places)} if not easy else set()
    return frozenset({*places[:-1], *halves, *always, *(note.onset for note in given)})


def _share_of_new_voices(tune: float, voices: int) -> float:
    """The share of pulses that new voices may divide where the tune does not, by the share that the tune divides."""
    least, slope = BACH_DIVIDED
    three = min(STEEPEST * tune, least + slope * tune, MOST_DIVIDED)
    share: float = 1 - (1 - three) ** (voices / 3)
    return share


def _divided_share(pulse: Pulse, onsets: Set[Fraction]) -> float:
    """The share of pulses that the line divides."""
    count = len(pulse.starts) - 1
    return sum(any(place in onsets for place in pulse.inner(index)) for index in range(count)) / max(count, 1)


def _between(ordered: Sequence[Fraction], low: Fraction, high: Fraction) -> list[Fraction]:
    """The onsets between two times, without both."""
    return [place for place in ordered[bisect_left(ordered, low) : bisect_left(ordered, high)] if place > low]


def _is_triplet(inside: Sequence[Fraction], pulse: Pulse, index: int) -> bool:
    """Whether the line divides a binary pulse in three."""
    start, length = pulse.starts[index], pulse.starts[index + 1] - pulse.starts[index]
    return any((place - start) * 3 % length == 0 for place in inside)


def _pulse(score: Score, level: Callable[[Measure], list[tuple[Fraction, int]]]) -> Pulse:
    starts: list[Fraction] = []
    division: list[int] = []
    for onset, metrical, measure in zip(measure_onsets(score), metrical_starts(score), score.measures, strict=True):
        groups = level(measure)
        position = -metrical
        while position < measure.duration:
            for length, parts in groups:
                if (0 <= position < measure.duration) or (position < 0 < position + length):
                    starts.append(onset + max(position, Fraction(0)))
                    division.append(parts if position >= 0 else 2)
                position += length
    return Pulse((*starts, score.duration), tuple(division))


def _by_beats(measure: Measure) -> list[tuple[Fraction, int]]:
    """The length and division of each beat of a full measure."""
    time = measure.time
    return [(length, 3 if length == 3 * time.unit else 2) for length in time.groups]


def _by_halves(measure: Measure) -> list[tuple[Fraction, int]]:
    """Pairs of beats where the metre has them."""
    beats = _by_beats(measure)
    if len(beats) % 2 or len(beats) < 4:
        return beats
    return [(first[0] + second[0], 2) for first, second in zip(beats[::2], beats[1::2], strict=True)]


def _by_measures(measure: Measure) -> list[tuple[Fraction, int]]:
    beats = len(measure.time.groups)
    return [(measure.time.duration, 3 if beats % 3 == 0 else 2)]
