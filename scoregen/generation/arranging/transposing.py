"""The transposition at which an ensemble has a score best, found by arranging it at those that promise most."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scoregen.generation.arranging.arrangement import arranged
from scoregen.generation.arranging.fitting import fitting_intervals, moving_price
from scoregen.notation.graft.transposition import transposed
from scoregen.score.elements import Score
from scoregen.score.ensemble import Ensemble
from scoregen.score.pitch import UNISON, Interval
from scoregen.score.timeline import pitch_of, pitched_notes

TRIED = 7
"""The intervals at which a score is arranged, the unison besides."""
SAMPLE = 16
"""The measures of each of two excerpts that are arranged in place of a long score."""
_UNCOMFORTABLE, _LEFT_OUT, _MOVED, _DISTANCE = 150.0, 30.0, 5.0, 1.0
"""The prices of all notes uncomfortable, left out, and in another octave, and of a transposition in itself."""
_NO_THIRD = 3.0
"""The price of a last chord that has lost its third."""
_GOOD = 0.5
"""The price under which no other interval is tried."""


def best_interval(score: Score, ensemble: Ensemble) -> Interval:
    """The interval at which fewest notes are uncomfortable, left out, or in another octave than in the source, and at
    which the last chord keeps its third.

    Where an accompaniment is set for singers, the lines are made for their ranges, and the outer lines decide.
    """
    candidates = fitting_intervals(score, ensemble)[:TRIED]
    excerpts = list(_excerpts(replace(score, document=None)))
    if not excerpts or candidates == (UNISON,):
        return UNISON
    if arranged(excerpts[0], ensemble).for_singers:
        return candidates[0]
    best, least = UNISON, float("inf")
    for interval in dict.fromkeys((UNISON, *candidates)):
        price = sum(_price(excerpt, ensemble, interval) for excerpt in excerpts) / len(excerpts)
        if price < least:
            best, least = interval, price
        if least < _GOOD:
            break
    return best


def _excerpts(score: Score) -> Iterator[Score]:
    """The score, or two excerpts of a long one, as far as they have notes."""
    count = len(score.measures)
    starts = (0, count // 2) if count > 2 * SAMPLE else (0,)
    length = SAMPLE if len(starts) > 1 else count
    for start in starts:
        excerpt = score.excerpt(start, min(start + length, count))
        if pitched_notes(excerpt):
            yield excerpt


def _price(score: Score, ensemble: Ensemble, interval: Interval) -> float:
    done = arranged(transposed(score, interval), ensemble)
    total = max(len(done.account.notes), 1)
    lost, moved = (done.account.count(kind) / total for kind in ("left out", "moved"))
    distance = moving_price(interval.semitones, score.measures[0].key.fifths)
    notes = _UNCOMFORTABLE * done.uncomfortable + _LEFT_OUT * lost + _MOVED * moved
    lacking = _third_above_bass(score) and not _third_above_bass(done.score)
    return notes + _DISTANCE * distance + _NO_THIRD * lacking


def _third_above_bass(score: Score) -> bool:
    """Whether the last sonority has a third above its lowest note."""
    notes = pitched_notes(score)
    end = max((note.end for note in notes), default=0)
    last = [pitch_of(note).midi_pitch for note in notes if note.end == end]
    return any((pitch - min(last)) % 12 in (3, 4) for pitch in last)
