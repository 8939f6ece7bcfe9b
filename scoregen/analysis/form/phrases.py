"""Phrases and their ends.

In a hymn a fermata ends each phrase. In a score without fermatas, or with a few that are far apart, ends are
estimated from the highest line: a rest, or a note that is longer than its neighbours (the local boundaries of
E. Cambouropoulos, 2001), with a cost for phrases much shorter or longer than four measures. Dynamic
programming finds the best ends together.
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
from scoregen.score.navigation import closing_measure
from scoregen.score.timeline import measure_onsets

USUAL_MEASURES = 4
LEAST_MEASURES = 1.5
MOST_MEASURES = 12
LENGTH_WEIGHT = 1.2  # the cost of a phrase of twice or half the usual length
REST_WEIGHT = 1.5
LONG_WEIGHT = 1.0
CADENCE_WEIGHT = 0.8
DOWNBEAT_WEIGHT = 0.3
FERMATA_WEIGHT = 3.0
NO_BREAK = -1.5  # the score of an end that nothing marks


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase from the onset of its first note to the end of its last chord, in quarters from the start.

    `closing` is the onset of its last chord; measures are indices, both included. `has_fermata` means that a
    fermata ends it.
    """

    onset: Fraction
    end: Fraction
    closing: Fraction
    first_measure: int
    last_measure: int
    has_fermata: bool


def phrases(score: Score, cuts: Sequence[Moment], spans: Sequence[ChordSpan]) -> tuple[Phrase, ...]:
    """The phrases of a score in order; together they contain all sounding notes."""
    if not cuts:
        return ()
    if any(moment.ends_phrase for moment in cuts):
        by_fermatas = _by_fermatas(cuts, spans)
        if max(phrase.end - phrase.onset for phrase in by_fermatas) <= MOST_MEASURES * _usual(score):
            return by_fermatas
    return _estimated(score, cuts, spans)


def _usual(score: Score) -> Fraction:
    """The length of a full measure in quarters."""
    return max(measure.duration for measure in score.measures)


def _by_fermatas(cuts: Sequence[Moment], spans: Sequence[ChordSpan]) -> tuple[Phrase, ...]:
    """One phrase from each fermata to the next; the music after the last fermata is a further phrase."""
    rows, first, closing = [], 0, None
    for index, moment in enumerate(cuts):
        if moment.ends_phrase and closing is None:
            closing = _close(cuts[first : index + 1], spans)
        is_last = index + 1 == len(cuts)
        if is_last or (moment.ends_phrase and not cuts[index + 1].ends_phrase):
            rows.append(
                _phrase(cuts[first : index + 1], moment.onset if closing is None else closing, closing is not None)
            )
            first, closing = index + 1, None
    return tuple(rows)


def _close(own: Sequence[Moment], spans: Sequence[ChordSpan]) -> Fraction:
    """Where a phrase closes: the last note may begin before its fermata, as when it is tied over the barline.

    The chord at the fermata must sound already.
    """
    top, last = own[-1].notes[-1], chord_at(spans, own[-1].onset)
    for moment in own:
        chord = chord_at(spans, moment.onset)
        is_same = last is not None and chord is not None and chord.chord.root == last.chord.root
        if moment.onset >= top.onset and is_same:
            return moment.onset
    return own[-1].onset


def _phrase(cuts: Sequence[Moment], closing: Fraction, has_fermata: bool) -> Phrase:
    return Phrase(cuts[0].onset, cuts[-1].end, closing, cuts[0].measure_index, cuts[-1].measure_index, has_fermata)


@dataclass(frozen=True, slots=True)
class _Break:
    """A possible phrase end between two notes of the highest line."""

    note: LineNote
    next_onset: Fraction
    strength: float


def _estimated(score: Score, cuts: Sequence[Moment], spans: Sequence[ChordSpan]) -> tuple[Phrase, ...]:
    line = highest_line(cuts)
    if not line:
        return ()
    breaks = [*_breaks(score, line, cuts, spans), _Break(line[-1], cuts[-1].end, 0.0)]
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
    rows, place = [], 0
    for end in ends:
        inside = place
        while inside < len(cuts) and cuts[inside].onset < end.next_onset:
            inside += 1
        if inside > place:
            own = cuts[place:inside]
            closing = max((moment.onset for moment in own if moment.onset <= end.note.onset), default=own[-1].onset)
            rows.append(_phrase(own, closing, has_fermata=False))
            place = inside
    return rows


def _breaks(score: Score, line: Sequence[LineNote], cuts: Sequence[Moment], spans: Sequence[ChordSpan]) -> list[_Break]:
    onsets = {moment.onset: moment for moment in cuts}
    fermatas = [moment.onset for moment in cuts if moment.ends_phrase]
    fine = closing_measure(score.measures)
    breaks = []
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
        strength += FERMATA_WEIGHT * (note.measure_index <= fine < following.measure_index)
        if strength > NO_BREAK + DOWNBEAT_WEIGHT:
            breaks.append(_Break(note, following.onset, strength))
    return breaks


def _length_cost(measures: Fraction, is_last: bool) -> float:
    """The score, 0 or negative, of a phrase of this length; the last one may be short."""
    length = float(measures)
    if length < LEAST_MEASURES and not is_last:
        return -9.0
    if length > MOST_MEASURES:
        return -2.0 * length / MOST_MEASURES - LENGTH_WEIGHT
    return -LENGTH_WEIGHT * abs(math.log2(max(length, 0.25) / USUAL_MEASURES))
