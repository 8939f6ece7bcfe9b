"""Music of several voices with tracked beats, from which it is learned which metre, unit and barlines fit.

The tracking of beats drops and adds some; a barring is right as far as it fits stretches of the attacks. E attacks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from scoregen.model.beats.barlines import Example
from scoregen.model.beats.performances import Performance
from scoregen.score.metre import TimeSignature
from scoregen.transcription.beats.attacks import attacks_of
from scoregen.transcription.counting import UNKNOWN
from scoregen.transcription.metrical.barring import barrings, cues_of, feature_rows
from scoregen.transcription.metrical.cues import Barring
from scoregen.transcription.metrical.habits import Habits
from scoregen.transcription.performed import PerformedNote
from scoregen.transcription.rhythm.notated import tracked

Floats = NDArray[np.float64]

_STRETCH = 24
"""Attacks within which no beat is dropped, as a rule."""
_NEAR = 0.07
_WHOLE = 0.3
"""What the fit to the whole counts, beside that to stretches."""
_LEAST = 0.4


def texture_example(
    played: Performance, time: TimeSignature, habits: Mapping[tuple[str, int], Habits], corpus: str
) -> Example | None:
    """A performance with all its barrings and the one that fits best; None if none fits."""
    notes = [PerformedNote(float(row[0]), float(row[1]), int(row[2]), int(row[3])) for row in played.notes]
    attacks = attacks_of(notes)
    line, more, kept, measure = tracked(notes, attacks).texture
    part, cues = cues_of(line, more)
    wanted = _positions(played, attacks.members, len(attacks.times), time)[kept][: len(part.onsets)]
    found = list(barrings(part, UNKNOWN, is_tracked=True))
    fits = _fits(found, part.onsets - part.onsets[0], wanted, time)
    if not found or fits.max() < _LEAST:
        return None
    rows = feature_rows(part, cues, found, habits, measure)
    return rows.astype(np.float32), int(fits.argmax()), corpus


def _positions(played: Performance, members: NDArray[np.int64], count: int, time: TimeSignature) -> Floats:
    """[E] the notated positions of the attacks in their measures, in quarters; NaN for ornaments."""
    places = np.full(count, np.nan)
    is_note = ~np.isnan(played.places)
    places[members[is_note]] = played.places[is_note]
    starts = played.positions[played.downbeats]
    index = np.clip(np.searchsorted(starts, places + 1e-6) - 1, 0, None)
    return np.asarray((places - starts[index]) % float(time.duration))


def _fits(found: list[Barring], onsets: Floats, wanted: Floats, time: TimeSignature) -> Floats:
    """How well each barring fits: the share of attacks at their positions, in all and by stretches in its metre."""
    whole, hits = np.zeros(len(found)), defaultdict(list)
    for index, barring in enumerate(found):
        is_metre = barring.metre.measure == time.duration
        if is_metre and (barring.metre.counted == Fraction(3, 2)) == time.has_compound_beats:
            places = onsets * float(barring.scale) + float(barring.phase)
            off = np.abs((places - wanted + _half(time)) % float(time.duration) - _half(time))
            whole[index] = np.nanmean(off < _NEAR)
            hits[barring.metre.name, barring.scale].append((index, off < _NEAR))
    result = np.zeros(len(found))
    for own in hits.values():
        starts = range(0, len(onsets), _STRETCH)
        best = float(np.mean([max(fit[start : start + _STRETCH].mean() for _, fit in own) for start in starts]))
        for index, _ in own:
            result[index] = (1 - _WHOLE) * best + _WHOLE * whole[index]
    return result


def _half(time: TimeSignature) -> float:
    return float(time.duration) / 2
