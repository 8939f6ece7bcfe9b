"""The barlines of a line: of all metres, scales and pickups, that for which most speaks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from scoregen.score.metre import TimeSignature
from scoregen.transcription.counting import UNKNOWN, Counting
from scoregen.transcription.metrical.cues import Barring, Line, features, note_cues
from scoregen.transcription.metrical.habits import Habits
from scoregen.transcription.metrical.positions import METRES, metre_of_time
from scoregen.transcription.metrical.rater import Rater

Floats = NDArray[np.float64]

SCALES = (Fraction(1, 2), Fraction(2, 3), Fraction(1), Fraction(3, 2), Fraction(2))
"""Quarters that a quarter of the search may really be."""
_SLOWEST, _FASTEST = 2.4, 0.2
"""Seconds of a counted beat."""
MOST_NOTES = 240
_OFF_GRID, _OFF_TRACKED, _NEAR = 0.12, 0.5, 0.03
_SURE_UNIT = 0.6
"""The odds from which another unit than that of tracking is taken."""
_PHASE = Fraction(1, 2)
"""Quarters from one possible pickup to the next."""


@dataclass(frozen=True, slots=True)
class Rated:
    """The barring that is rated highest, its odds among all metres, and the metre that is next to it."""

    barring: Barring
    odds: float = 1.0
    rival: TimeSignature | None = None


def barrings(line: Line, counting: Counting = UNKNOWN, *, is_tracked: bool = False) -> Iterator[Barring]:
    """All barrings of a line in a possible tempo; few notes are off the grid.

    If the unit is that of tracked beats, more may be off it there, such as short ornaments and 32nds.
    """
    start = line.onsets - line.onsets[0]
    metres = METRES if counting.time is None else (metre_of_time(counting.time),)
    for metre in metres:
        for scale in SCALES:
            beat = line.seconds / float(scale) * float(metre.counted)
            if not (_FASTEST <= beat <= _SLOWEST and counting.has_tempo(beat)):
                continue
            for phase in _phases(metre.measure, counting.anacrusis):
                places = (start * float(scale) + float(phase)) % float(metre.measure)
                off = np.abs(places[:, None] - np.append(metre.places, float(metre.measure))[None]).min(1) > _NEAR
                if off.mean() < (_OFF_TRACKED if is_tracked and scale == 1 else _OFF_GRID):
                    yield Barring(metre, scale, phase)


def _phases(measure: Fraction, anacrusis: Fraction | None) -> list[Fraction]:
    """The positions in the measure at which the first note may be."""
    if anacrusis is not None:
        return [-anacrusis % measure]
    return [step * _PHASE for step in range(int(measure / _PHASE))]


def cues_of(line: Line, more: Floats | None = None) -> tuple[Line, Floats]:
    """The notes of a line that are looked at, and their cues; `more` [N, .] are further ones."""
    part = line.cut(MOST_NOTES)
    return part, note_cues(part) if more is None else np.column_stack([note_cues(part), more[:MOST_NOTES]])


def best_barring(
    line: Line,
    habits: Mapping[tuple[str, int], Habits],
    rater: Rater,
    counting: Counting,
    more: Floats | None = None,
    tracked: Fraction | None = None,
) -> Rated:
    """The barring for which most speaks; `more` [N, .] are further cues of its notes.

    `tracked` is the length of the measures that were found by tracking, in the line's unit.
    If none is possible, it is the given metre, or 4/4, from the first note.
    """
    part, cues = cues_of(line, more)
    is_tracked = tracked is not None
    found = list(barrings(part, counting, is_tracked=is_tracked)) or list(barrings(part, Counting(counting.time)))
    if not found or len(part.onsets) < 2:
        return Rated(Barring(metre_of_time(counting.time or METRES[0].time), Fraction(1), Fraction(0)))
    ratings = rater.ratings(feature_rows(part, cues, found, habits, tracked))
    return _best(found, ratings) if tracked is None else _best_in_unit(found, ratings)


def feature_rows(
    line: Line,
    cues: Floats,
    found: Sequence[Barring],
    habits: Mapping[tuple[str, int], Habits],
    tracked: Fraction | None = None,
) -> Floats:
    """[C, F] what speaks for barrings.

    With `tracked` measures, in the line's unit, also whether those of a barring are as long, and its scale: the unit of
    tracking is right more often than another.
    """
    groups = [list(group) for _, group in groupby(found, key=lambda barring: (barring.metre.name, barring.scale))]
    rows = np.concatenate([features(line, cues, group, habits) for group in groups])
    if tracked is None:
        return rows
    scales = [[float(barring.scale == scale) for scale in SCALES] for barring in found]
    return np.column_stack([rows, [float(each.metre.measure / each.scale == tracked) for each in found], scales])


def _best_in_unit(found: Sequence[Barring], ratings: Floats) -> Rated:
    """The best barring in the unit for which most speaks in all; in that of tracking if another one is unsure."""
    shares = np.exp(ratings - ratings.max())
    odds: dict[Fraction, float] = defaultdict(float)
    for barring, share in zip(found, (shares / shares.sum()).tolist(), strict=True):
        odds[barring.scale] += share
    unit = max(odds, key=lambda scale: odds[scale])
    if odds[unit] < _SURE_UNIT and 1 in odds:
        unit = Fraction(1)
    kept = [index for index, barring in enumerate(found) if barring.scale == unit]
    return _best([found[index] for index in kept], ratings[kept])


def _best(found: Sequence[Barring], ratings: Floats) -> Rated:
    shares = np.exp(ratings - ratings.max())
    shares /= shares.sum()
    odds: dict[TimeSignature, float] = defaultdict(float)
    for barring, share in zip(found, shares.tolist(), strict=True):
        odds[barring.metre.time] += share
    best = found[int(ratings.argmax())]
    own = odds.pop(best.metre.time)
    return Rated(best, own, max(odds, key=lambda time: odds[time], default=None))
