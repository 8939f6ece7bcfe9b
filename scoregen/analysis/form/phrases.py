"""Phrases: where the music breathes.

In a hymn a fermata ends each phrase. A score without fermatas, or with a few far apart, is cut where its
highest line makes the break felt: a rest, or a note that is long beside its neighbours (the local
boundaries of E. Cambouropoulos, 2001), weighed against how far the phrase is from four measures. The
ends are chosen together.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoregen.analysis.harmony.chords import ChordSpan, chord_at
from scoregen.analysis.moments import LineNote, Moment, highest_line
from scoregen.score.elements import Score
from scoregen.score.timeline import measure_onsets

USUAL_MEASURES = 4
LEAST_MEASURES = 1.5
MOST_MEASURES = 12
LENGTH_WEIGHT = 1.2  # what a phrase of twice or half the usual length costs
REST_WEIGHT = 1.5
LONG_WEIGHT = 1.0
CADENCE_WEIGHT = 0.8
DOWNBEAT_WEIGHT = 0.3
FERMATA_WEIGHT = 3.0
NO_BREAK = -1.5  # what an end costs where nothing marks it


@dataclass(frozen=True, slots=True)
class Phrase:
    """From the onset of its first note to the end of its last chord, in quarters from the score's start.

    `closing` is the onset of the chord it ends on; measures are indices, both included. `marked` says
    that a fermata ends it.
    """

    onset: Fraction
    end: Fraction
    closing: Fraction
    first_measure: int
    last_measure: int
    marked: bool


def phrases(score: Score, cuts: Sequence[Moment], spans: Sequence[ChordSpan]) -> tuple[Phrase, ...]:
    """The phrases of a score in order, which together hold all that sounds."""
    if not cuts:
        return ()
    if any(moment.ends_phrase for moment in cuts):
        found = _marked(cuts)
        if max(phrase.end - phrase.onset for phrase in found) <= MOST_MEASURES * _usual(score):
            return found
    return _felt(score, cuts, spans)


def _usual(score: Score) -> Fraction:
    """The length of a full measure in quarters."""
    return max(measure.duration for measure in score.measures)


def _marked(cuts: Sequence[Moment]) -> tuple[Phrase, ...]:
    """One phrase from each fermata to the next; what follows the last one is a phrase of its own."""
    found, first, closing = [], 0, None
    for index, moment in enumerate(cuts):
        if moment.ends_phrase and closing is None:
            closing = moment.onset
        is_last = index + 1 == len(cuts)
        if is_last or (moment.ends_phrase and not cuts[index + 1].ends_phrase):
            found.append(
                _phrase(cuts[first : index + 1], moment.onset if closing is None else closing, closing is not None)
            )
            first, closing = index + 1, None
    return tuple(found)


def _phrase(cuts: Sequence[Moment], closing: Fraction, marked: bool) -> Phrase:
    return Phrase(cuts[0].onset, cuts[-1].end, closing, cuts[0].measure_index, cuts[-1].measure_index, marked)


@dataclass(frozen=True, slots=True)
class _Break:
    """A place between two notes of the highest line where a phrase may end."""

    note: LineNote
    next_onset: Fraction
    strength: float


def _felt(score: Score, cuts: Sequence[Moment], spans: Sequence[ChordSpan]) -> tuple[Phrase, ...]:
    line = highest_line(cuts)
    if not line:
        return ()
    breaks = [*_breaks(line, cuts, spans), _Break(line[-1], cuts[-1].end, 0.0)]
    starts = measure_onsets(score)
    usual = _usual(score)
    best: list[tuple[float, int]] = []
    for index, here in enumerate(breaks):
        ways = [(_length_cost((here.next_onset - cuts[0].onset) / usual, index + 1 == len(breaks)), -1)]
        for earlier in reversed(range(index)):
            length = (here.next_onset - breaks[earlier].next_onset) / usual
            if length > 2 * MOST_MEASURES and earlier < index - 1:
                break
            ways.append((best[earlier][0] + _length_cost(length, index + 1 == len(breaks)), earlier))
        score_here, came_from = max(ways)
        best.append((score_here + here.strength, came_from))
    chosen, index = [], len(breaks) - 1
    while index >= 0:
        chosen.append(breaks[index])
        index = best[index][1]
    return tuple(_cut_at(cuts, chosen[::-1], starts))


def _cut_at(cuts: Sequence[Moment], ends: Sequence[_Break], starts: Sequence[Fraction]) -> list[Phrase]:
    found, place = [], 0
    for end in ends:
        inside = place
        while inside < len(cuts) and cuts[inside].onset < end.next_onset:
            inside += 1
        if inside > place:
            own = cuts[place:inside]
            closing = max((moment.onset for moment in own if moment.onset <= end.note.onset), default=own[-1].onset)
            found.append(_phrase(own, closing, marked=False))
            place = inside
    return found


def _breaks(line: Sequence[LineNote], cuts: Sequence[Moment], spans: Sequence[ChordSpan]) -> list[_Break]:
    onsets = {moment.onset: moment for moment in cuts}
    fermatas = [moment.onset for moment in cuts if moment.ends_phrase]
    found = []
    for index, (note, following) in enumerate(itertools.pairwise(line)):
        around = [float(other.duration) for other in line[max(0, index - 4) : index + 5]]
        usual = sorted(around)[len(around) // 2]
        rest = following.onset - note.end
        strength = NO_BREAK + LONG_WEIGHT * max(0.0, math.log2(float(note.duration) / usual))
        strength += REST_WEIGHT * (rest > 0)
        closing = chord_at(spans, note.onset)
        if closing is not None and closing.function.target is None and closing.function.offset in (0, 1):
            strength += CADENCE_WEIGHT * (closing.chord.inversion == 0)
        begins = onsets.get(following.onset)
        if begins is not None and begins.strength == 0:
            strength += DOWNBEAT_WEIGHT
        strength += FERMATA_WEIGHT * any(note.onset <= fermata < following.onset for fermata in fermatas)
        if strength > NO_BREAK + DOWNBEAT_WEIGHT:
            found.append(_Break(note, following.onset, strength))
    return found


def _length_cost(measures: Fraction, is_last: bool) -> float:
    """How unlike a phrase a stretch of so many measures is; the last one may be cut short."""
    length = float(measures)
    if length < LEAST_MEASURES and not is_last:
        return -9.0
    if length > MOST_MEASURES:
        return -2.0 * length / MOST_MEASURES - LENGTH_WEIGHT
    return -LENGTH_WEIGHT * abs(math.log2(max(length, 0.25) / USUAL_MEASURES))
