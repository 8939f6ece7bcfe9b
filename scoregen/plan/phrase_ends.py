"""The phrase ends of given music, from the line that leads alone: there are no chords yet.

Fermatas decide if they are as close as the phrases of a hymn; otherwise the ends with the most evidence, whose
phrases have usual lengths, are found together by dynamic programming.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.plan.chords.given_line import GivenMusic, GivenNote
from scoregen.plan.phrase_evidence import FORBIDDEN, WEIGHTS, EvidenceWeights, repeated_ends, strengths
from scoregen.score.elements import Score
from scoregen.score.navigation import closing_measure
from scoregen.score.timeline import measure_onsets

USUAL_BEATS = 8.5
LENGTH_WEIGHT = 1.5
"""The cost of a phrase of twice or half the usual length; it grows with the square of the octaves."""
LEAST_NOTES, LONGEST_BEATS = 3, 64
LONG_BEATS = Fraction(3, 2)
"""The least beats of a note between phrase ends on which a line comes to rest."""
CLEAR = 1.0
"""The strength of an end above which a line rests on a note of one beat too."""
MOST_BEATS = 16
"""The most beats between two fermatas that mark all phrases."""


@dataclass(frozen=True, slots=True)
class PhraseEnd:
    """The last note of a phrase: its onset and end in quarters from the start, and its place in its measure.

    The note is taken from where it begins, so that a final note that is tied over a barline closes before it.
    """

    onset: Fraction
    end: Fraction
    measure_index: int
    place: Fraction
    closes: bool = False
    """Whether the music ends there, though not the page: at `fine`."""


def phrase_ends(score: Score, given: GivenMusic, weights: EvidenceWeights = WEIGHTS) -> tuple[PhraseEnd, ...]:
    """The phrase ends of the given music in order, the last note included; none if nothing is given.

    If nothing is given in the last measure, the piece ends on a strong beat of it.
    """
    line = given.line
    if not line:
        return ()
    marked = _fermata_notes(score, line)
    beats = _beats(score)
    chosen = marked if _are_all(line, marked, beats) else _estimated(line, strengths(line, score, weights), beats)
    onsets = measure_onsets(score)
    chosen = [index for index in chosen if index in marked or not _is_before_gap(line, index, given)]
    fine = _last_note_heard(score, line, onsets)
    near = range(fine - LEAST_NOTES, fine + LEAST_NOTES) if fine < len(line) - 1 else ()
    chosen = sorted({fine, *(index for index in chosen if index not in near or index in marked)})
    ends = tuple(replace(_phrase_end(line[index], onsets), closes=index == fine < len(line) - 1) for index in chosen)
    return (*ends, _open_end(score, onsets[-1])) if onsets[-1] in given.gaps else ends


def _last_note_heard(score: Score, line: Sequence[GivenNote], onsets: Sequence[Fraction]) -> int:
    """The index of the note with which the music ends: the last one, or that at `fine` after a da capo or dal segno."""
    closing = closing_measure(score.measures)
    end = onsets[closing] + score.measures[closing].duration
    return max((index for index, note in enumerate(line) if note.onset < end), default=len(line) - 1)


def arrivals(score: Score, given: GivenMusic, ends: Sequence[PhraseEnd]) -> tuple[PhraseEnd, ...]:
    """The notes between phrase ends on which the line comes to rest: half phrases, and ends that may be missed.

    They are long and some evidence speaks for an end after them, or they close a passage that is repeated. None if
    fermatas mark the phrases, or nothing is given.
    """
    line = given.line
    beats = _beats(score) if line else Fraction(1)
    if not line or _are_all(line, _fermata_notes(score, line), beats):
        return ()
    closing, onsets = [end.onset for end in ends], measure_onsets(score)
    rows = zip(line, strengths(line, score), strict=False)
    resting = {index for index, (note, strength) in enumerate(rows) if _rests(note.duration / beats, strength)}
    resting |= repeated_ends(line, score) - {len(line) - 1}
    return tuple(
        _phrase_end(note, onsets)
        for note in (line[index] for index in sorted(resting))
        if not any(note.onset - beats < end < note.end for end in closing)
        and not _is_before_gap(line, line.index(note), given)
    )


def _rests(beats: Fraction, strength: float) -> bool:
    """Whether a line rests on a note of this length: on a long one, or on one of a beat with more evidence."""
    return (strength > 0 and beats >= LONG_BEATS) or (strength > CLEAR and beats >= 1)


def _is_before_gap(line: Sequence[GivenNote], index: int, given: GivenMusic) -> bool:
    """Whether the following notes of the phrase are blank."""
    return index + 1 < len(line) and any(line[index].onset < gap < line[index + 1].onset for gap in given.gaps)


def _open_end(score: Score, onset: Fraction) -> PhraseEnd:
    """The end of a piece of which the last measure is blank: its middle in metres of two or four beats."""
    last = score.measures[-1]
    place = last.time.duration / 2 if len(last.time.groups) % 2 == 0 else Fraction(0)
    place = place if place < last.duration else Fraction(0)
    return PhraseEnd(onset + place, score.duration, len(score.measures) - 1, place)


def with_phrase_ends(score: Score, given: GivenMusic, ends: Sequence[PhraseEnd]) -> Score:
    """The score with these phrase ends; measures in which nothing is given keep their own too."""
    if not ends:
        return score
    places: dict[int, set[Fraction]] = {}
    for end in ends:
        places.setdefault(end.measure_index, set()).add(end.place)
    measures = []
    for index, (onset, measure) in enumerate(zip(measure_onsets(score), score.measures, strict=True)):
        own = measure.phrase_ends if onset in given.gaps else ()
        measures.append(replace(measure, phrase_ends=tuple(sorted({*own, *places.get(index, ())}))))
    return replace(score, measures=tuple(measures))


def _phrase_end(note: GivenNote, onsets: Sequence[Fraction]) -> PhraseEnd:
    index = bisect_right(onsets, note.onset) - 1
    return PhraseEnd(note.onset, note.end, index, note.onset - onsets[index])


def _fermata_notes(score: Score, line: Sequence[GivenNote]) -> list[int]:
    """The notes with a fermata, and the last one."""
    places = [
        start + end
        for start, measure in zip(measure_onsets(score), score.measures, strict=True)
        for end in measure.phrase_ends
    ]
    marked = {index for index, note in enumerate(line) if any(note.onset <= place < note.end for place in places)}
    return sorted({*marked, len(line) - 1})


def _are_all(line: Sequence[GivenNote], marked: Sequence[int], beat: Fraction) -> bool:
    """Whether the fermatas mark all phrases: more than the last one, none far from the next."""
    edges = [line[0].onset, *(line[index].onset for index in marked)]
    return len(marked) > 1 and all(high - low <= MOST_BEATS * beat for low, high in itertools.pairwise(edges))


def _beats(score: Score) -> Fraction:
    """The length of a beat in quarters, in the metre of the most music."""
    lengths: dict[Fraction, Fraction] = {}
    for measure in score.measures:
        beat = measure.time.groups[0]
        lengths[beat] = lengths.get(beat, Fraction(0)) + measure.duration
    return max(lengths, key=lambda beat: lengths[beat])


def _estimated(line: Sequence[GivenNote], after: Sequence[float], beat: Fraction) -> list[int]:
    """The indices of the notes that end phrases, the last one included."""
    candidates = [index for index, strength in enumerate(after) if strength > FORBIDDEN]
    best: dict[int, tuple[float, int]] = {-1: (0.0, -1)}
    for index in [*candidates, len(line) - 1]:
        ways = list(_ways(line, best, index, beat))
        if ways:
            value, earlier = max(ways)
            best[index] = (value + (after[index] if index < len(after) else 0.0), earlier)
    chosen, index = [], len(line) - 1
    while index >= 0:
        chosen.append(index)
        index = best[index][1]
    return chosen[::-1]


def _ways(
    line: Sequence[GivenNote], best: dict[int, tuple[float, int]], index: int, beat: Fraction
) -> Iterator[tuple[float, int]]:
    """The scores of the phrases that end with a note, each with the end before it: those of usual lengths, or one."""
    found = False
    for earlier in reversed(best):
        if found and line[index].onset - line[earlier + 1].onset > LONGEST_BEATS * beat:
            return
        if index - earlier >= LEAST_NOTES or index == len(line) - 1:
            found = True
            yield best[earlier][0] + _length_score(line, earlier, index, beat), earlier


def _length_score(line: Sequence[GivenNote], earlier: int, index: int, beat: Fraction) -> float:
    """0 or less for a phrase from the note after `earlier` to the onset of the note `index`."""
    beats = float((line[index].onset - line[earlier + 1].onset) / beat) + 1
    octaves = math.log2(beats / USUAL_BEATS)
    return -LENGTH_WEIGHT * octaves**2
