"""The rhythm of a single line: first its values up to a factor, then its metre, its unit and its barlines.

The search over position and tempo finds the values, up to halves and doubles, in nearly all steady performances. Which
value a beat has and where the barlines are cannot be read off the onsets alone; the cues of the notes decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from scoregen.score.metre import TimeSignature
from scoregen.transcription.beats.attacks import Attacks
from scoregen.transcription.counting import UNKNOWN, Counting
from scoregen.transcription.metrical.barring import Rated, best_barring
from scoregen.transcription.metrical.cues import Line
from scoregen.transcription.metrical.habits import LineModel
from scoregen.transcription.metrical.positions import METRES, Metre
from scoregen.transcription.metrical.search import Path, Settings, best_path
from scoregen.transcription.performed import PerformedNote

Floats = NDArray[np.float64]

_MOST_TO_CHOOSE = 240
"""Attacks from which the metre of the search is chosen."""
_TRIED = (("4/4", 0), ("4/4", 1), ("4/4", 2), ("3/4", 1), ("6/8", 1), ("3/8", 1))
"""The habits with which values are looked for; the barlines are found later."""
_FINEST = Fraction(1, 4)
_HEARD_JITTER = 0.04
"""Seconds by which the onsets of a recording are off, as a standard deviation."""


@dataclass(frozen=True, slots=True)
class LineRhythm:
    """The onset of each attack [E] in quarters from the first, the barring, and the length of a pickup in quarters.

    `beat` is the counted beat in quarters, `seconds` those of a quarter. `at` and `quarters` are times and places
    between which everything else is interpolated.
    """

    onsets: tuple[Fraction, ...]
    rated: Rated
    pickup: Fraction
    beat: Fraction
    seconds: float
    at: Floats
    quarters: Floats

    @property
    def time(self) -> TimeSignature:
        return self.rated.barring.metre.time

    def places(self, times: Floats) -> Floats:
        """Times in quarters from the first onset; the tempo at each end goes on."""
        inside = np.interp(times, self.at, self.quarters)
        after, before = np.maximum(times - self.at[-1], 0), np.minimum(times - self.at[0], 0)
        return np.asarray(inside + (after + before) / self.seconds)


def line_rhythm(
    notes: Sequence[PerformedNote],
    attacks: Attacks,
    model: LineModel,
    counting: Counting = UNKNOWN,
    *,
    is_recording: bool = False,
) -> LineRhythm:
    """The rhythm of the attacks of a line; those of a recording are less exact."""
    settings = Settings(jitter=_HEARD_JITTER) if is_recording else Settings()
    metre, path = _search(attacks.times, model, settings)
    places = [
        metre.measure * int(bar) + metre.positions[at] for bar, at in zip(path.measures, path.positions, strict=True)
    ]
    places = [place - places[0] for place in places]
    seconds = float(np.median(path.lengths))
    at = attacks.times[path.attacks]
    pitches, ends = _highest(notes, attacks, path)
    shares = ((ends - at) / np.append(np.diff(at), 1.0).clip(1e-3)).clip(0, 1)
    last = float(ends[-1] - at[-1]) / seconds
    line = Line(np.array([float(place) for place in places]), pitches, shares, seconds, last)
    rated = best_barring(line, model.habits, model.cues, counting)
    barring = rated.barring
    quarters = [place * barring.scale for place in places]
    onsets = _all_onsets(attacks.times, at, quarters, path)
    measure = barring.metre.measure
    pickup = measure - barring.phase if barring.phase else Fraction(0)
    beat = Fraction(3, 2) if barring.metre.counted == Fraction(3, 2) else Fraction(1)
    numbers = np.array([float(place) for place in quarters])
    return LineRhythm(onsets, rated, pickup, beat, seconds / float(barring.scale), at, numbers)


def _search(times: Floats, model: LineModel, settings: Settings) -> tuple[Metre, Path]:
    """The metre and the path that are rated highest; in a long line its beginning decides on the metre."""
    metres = {metre.name: metre for metre in METRES}
    tried = {key: model.habits[key] for key in _TRIED if key in model.habits}
    part = times[:_MOST_TO_CHOOSE]
    paths = {key: best_path(part, metres[key[0]], own, settings) for key, own in tried.items()}
    best = max(paths, key=lambda key: paths[key].rating + tried[key].prior)
    metre = metres[best[0]]
    return metre, paths[best] if len(part) == len(times) else best_path(times, metre, tried[best], settings)


def _highest(notes: Sequence[PerformedNote], attacks: Attacks, path: Path) -> tuple[NDArray[np.int64], Floats]:
    """The highest pitch of each attack of the path, and when it ends."""
    pitches, ends = np.zeros(len(attacks.times), dtype=np.int64), np.zeros(len(attacks.times))
    for note, member in zip(notes, attacks.members, strict=True):
        if note.pitch > pitches[member]:
            pitches[member], ends[member] = note.pitch, note.end
    return pitches[path.attacks], ends[path.attacks]


def _all_onsets(times: Floats, at: Floats, quarters: Sequence[Fraction], path: Path) -> tuple[Fraction, ...]:
    """The onsets of all attacks; those that are not on the path go to the nearest sixteenth."""
    known = dict(zip(path.attacks.tolist(), quarters, strict=True))
    rough = np.interp(times, at, [float(place) for place in quarters])
    return tuple(
        known.get(index, round(Fraction(float(place)) / _FINEST) * _FINEST) for index, place in enumerate(rough)
    )
