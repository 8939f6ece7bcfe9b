"""From a performance to notation: beats, metre, tempo, and the onset and end of every note in quarters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from scoregen.score.metre import TimeSignature
from scoregen.transcription.beats.attacks import Attacks, attacks_of
from scoregen.transcription.beats.odds import is_line, odds_of
from scoregen.transcription.beats.tracking import Beats, track
from scoregen.transcription.counting import UNKNOWN, Counting
from scoregen.transcription.metrical.barring import Rated
from scoregen.transcription.metrical.habits import LineModel, shipped_lines
from scoregen.transcription.metrical.lines import LineRhythm, line_rhythm
from scoregen.transcription.metrical.textures import Texture, texture_barring, texture_of
from scoregen.transcription.performed import PerformedNote
from scoregen.transcription.rhythm.barlines import Barlines, rated_barlines, signatures, tracked_barlines
from scoregen.transcription.rhythm.grids import COMPOUND, SIMPLE, place_onsets, total_cost
from scoregen.transcription.rhythm.values import note_ends

FEWEST = 8
"""Attacks from which beats are looked for; fewer are written as quarters in free rhythm."""
_TIMING = 0.028
"""The standard deviation of human timing, in seconds."""
_NARROW, _WIDE = 0.03, 0.1
_MEASURED, _FEWEST_MEASURED = 2.2, 16
"""The spread of timing in median distances of onsets from their grid, and the onsets between beats that show it."""
_COMPOUND_MARGIN = 0.75
_DIVISIONS = (1, 2, 3, 4, 6, 8)
_AGREEMENT, _CHANCE = 0.15, 1.6
_DOTTED = Fraction(3, 2)
_LONGEST_BEAT = 1.4
"""Seconds; a longer beat is written as two."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`onsets` and `ends` of the notes in quarters, in their order; `times` are the signatures by onset.

    `beat` is the length of a beat in quarters, `per_minute` how many of them a minute has. `rated` says how likely the
    metre is; None if it was not compared with others.
    """

    onsets: tuple[Fraction, ...]
    ends: tuple[Fraction, ...]
    times: dict[Fraction, TimeSignature]
    beat: Fraction
    per_minute: int
    rated: Rated | None = None

    @property
    def time(self) -> TimeSignature:
        """The signature of most of the measures."""
        starts = sorted(self.times)
        ends = [*starts[1:], max(self.ends, default=Fraction(0))]
        lasting: dict[TimeSignature, Fraction] = defaultdict(Fraction)
        for start, end in zip(starts, ends, strict=True):
            lasting[self.times[start]] += end - start
        return max(lasting, key=lambda time: lasting[time])


@dataclass(frozen=True, slots=True)
class Tracked:
    """The beats of a performance with their median length, and the attacks' places on their divisions, in beats.

    `barlines` are those of the beats, `downbeats` [E] the odds of the attacks, `texture` what is known of them.
    """

    beats: Beats
    seconds: float
    barlines: Barlines
    grid: tuple[Fraction, ...]
    downbeats: NDArray[np.float64]
    texture: Texture


def notated_rhythm(
    notes: Sequence[PerformedNote], lines: Sequence[int], *, may_hold: bool, counting: Counting = UNKNOWN
) -> Rhythm:
    """The rhythm of notes that are sorted by onset. `lines` are their hands or voices; see `note_ends`."""
    attacks = attacks_of(notes)
    model = shipped_lines()
    if model is not None and is_line(attacks):
        line = line_rhythm(notes, attacks, model, counting, is_recording=not may_hold)
        return _rhythm_of_line(notes, line, attacks, lines, may_hold=may_hold)
    found = tracked(notes, attacks)
    beats, grid = found.beats, found.grid
    rated, barlines = _barlines(found, model, counting)
    unit = barlines.unit
    first, times = signatures(barlines, min(grid))
    onsets = [max((grid[member] - first) * unit, Fraction(0)) for member in attacks.members]
    heard = [(float(end) - float(first)) * float(unit) for end in _in_beats(_ends(notes, lines), beats)]
    last = _last_end(onsets, heard, times)
    ends = note_ends(onsets, heard, lines, last, may_hold=may_hold, sustained=[note.sustained for note in notes])
    beat = _beat(rated.barring.metre.counted == _DOTTED) if rated else found.barlines.unit
    per_minute = round(60 * float(unit) / (found.seconds * float(beat)))
    return Rhythm(tuple(onsets), tuple(ends), times, beat, per_minute, rated)


def tracked(notes: Sequence[PerformedNote], attacks: Attacks) -> Tracked:
    """The beats of notes with some attacks, and the places of the attacks between them."""
    odds = odds_of(attacks)
    beats = _simple_beats(track(attacks.times, odds))
    seconds = float(np.median(np.diff(beats.times)))
    is_compound, grid = _grid(_in_beats(attacks.times, beats), seconds)
    barlines = tracked_barlines(beats, is_compound)
    unit = barlines.unit
    quarters = np.array([float(place * unit) for place in grid])
    texture = texture_of(notes, attacks, odds, quarters, seconds / float(unit), barlines.time.duration)
    return Tracked(beats, seconds, barlines, tuple(grid), odds.downbeats.astype(np.float64), texture)


def _barlines(found: Tracked, model: LineModel | None, counting: Counting) -> tuple[Rated | None, Barlines]:
    """The barlines in the metre and unit for which most speaks; without a model those of the beats."""
    own = found.barlines
    if model is None:
        return None, own
    rated = texture_barring(found.texture, model, counting)
    return rated, rated_barlines(rated, own.unit, found.grid, found.downbeats)


def _grid(places: NDArray[np.float64], seconds: float) -> tuple[bool, list[Fraction]]:
    """Whether beats of some seconds divide into three, and the onsets at `places`, in beats, on their divisions.

    A performance whose onsets are nearer to their divisions than is usual is divided again with its own spread.
    """
    usual = _spread(seconds)
    is_compound, grid = _divided(places, usual)
    own = _measured_spread(places, grid)
    return (is_compound, grid) if own >= usual else _divided(places, own)


def _divided(places: NDArray[np.float64], spread: float) -> tuple[bool, list[Fraction]]:
    is_compound = total_cost(places, spread, COMPOUND) < _COMPOUND_MARGIN * total_cost(places, spread, SIMPLE)
    return is_compound, place_onsets(places.tolist(), spread, COMPOUND if is_compound else SIMPLE)


def _measured_spread(places: NDArray[np.float64], grid: Sequence[Fraction]) -> float:
    """The spread of the onsets between beats around their divisions, in beats; the widest if there are few."""
    off = [abs(place - float(point)) for place, point in zip(places, grid, strict=True) if point.denominator > 1]
    if len(off) < _FEWEST_MEASURED:
        return _WIDE
    return max(_MEASURED * float(np.median(off)), _NARROW)


def _rhythm_of_line(
    notes: Sequence[PerformedNote], found: LineRhythm, attacks: Attacks, lines: Sequence[int], *, may_hold: bool
) -> Rhythm:
    onsets = [found.onsets[member] for member in attacks.members]
    times = {Fraction(0): found.time, found.pickup: found.time}
    heard = [float(place) for place in found.places(_ends(notes, lines))]
    last = _last_end(onsets, heard, times)
    ends = note_ends(onsets, heard, lines, last, may_hold=may_hold, sustained=[note.sustained for note in notes])
    per_minute = round(60 / (found.seconds * float(found.beat)))
    return Rhythm(tuple(onsets), tuple(ends), times, found.beat, per_minute, found.rated)


def is_on_own_beats(quarters: Sequence[float]) -> bool:
    """Whether onsets, in quarters of the file's own tempo, keep to its beats and their divisions.

    The directions of the onsets in the circle of a quarter, of a half, third or smaller part of one, agree (the test of
    Rayleigh); those of a performance that ignores the beats of its file do not.
    """
    places = np.asarray(quarters)
    strengths = [abs(np.exp(2j * np.pi * parts * places).mean()) for parts in _DIVISIONS]
    return bool(max(strengths) > _AGREEMENT + _CHANCE * len(places) ** -0.5)


def rhythm_on_own_beats(
    notes: Sequence[PerformedNote],
    quarters: Sequence[tuple[float, float]],
    lines: Sequence[int],
    time: TimeSignature,
) -> tuple[tuple[Fraction, Fraction], ...]:
    """Onset and end in quarters of notes that keep to the beats of their file, where they are at `quarters`."""
    members = attacks_of(notes).members
    beat = _beat(time.is_compound)
    places = np.bincount(members, np.array([onset for onset, _ in quarters])) / np.bincount(members)
    seconds = float(np.median([(n.end - n.onset) / (b - a) for n, (a, b) in zip(notes, quarters, strict=True)]))
    spread = _spread(seconds * float(beat))
    grid = place_onsets((places / float(beat)).tolist(), spread, COMPOUND if time.is_compound else SIMPLE)
    onsets = [max(grid[member] * beat, Fraction(0)) for member in members]
    heard = [end for _, end in quarters]
    last = _last_end(onsets, heard, {Fraction(0): time})
    sustained = [note.sustained for note in notes]
    return tuple(zip(onsets, note_ends(onsets, heard, lines, last, may_hold=True, sustained=sustained), strict=True))


def _beat(is_compound: bool) -> Fraction:
    """The length of a beat in quarters."""
    return Fraction(3, 2) if is_compound else Fraction(1)


def _spread(beat: float) -> float:
    """The standard deviation of timing in beats, for beats of some seconds."""
    return min(max(_TIMING / beat, _NARROW), _WIDE)


def _simple_beats(beats: Beats) -> Beats:
    """The beats; twice as many if they are too slow to be counted."""
    if float(np.median(np.diff(beats.times))) <= _LONGEST_BEAT:
        return beats
    times = np.interp(np.arange(2 * len(beats.times) - 1) / 2, np.arange(len(beats.times)), beats.times)
    places = np.repeat(beats.places * 2, 2)[:-1]
    places[1::2] += 1
    return Beats(times, places, np.repeat(beats.metres * 2, 2)[:-1])


def _in_beats(seconds: NDArray[np.float64], beats: Beats) -> NDArray[np.float64]:
    """Times in beats from the first; the tempo at each end goes on."""
    index = np.clip(np.searchsorted(beats.times, seconds, side="right") - 1, 0, len(beats.times) - 2)
    length = beats.times[index + 1] - beats.times[index]
    return np.asarray(index + (seconds - beats.times[index]) / length)


def _ends(notes: Sequence[PerformedNote], lines: Sequence[int]) -> NDArray[np.float64]:
    """The ends in seconds; a note ends at the latest where its line has its pitch again."""
    again: dict[tuple[int, int], float] = {}
    ends = []
    for note, line in zip(reversed(notes), reversed(lines), strict=True):
        end = min(note.end, again.get((line, note.pitch), note.end))
        ends.append(max(end, note.onset + 0.02))
        again[line, note.pitch] = note.onset
    return np.array(ends[::-1])


def _last_end(onsets: Sequence[Fraction], heard: Sequence[float], times: dict[Fraction, TimeSignature]) -> Fraction:
    """The end of the last measure in which a note begins, or in which the last one ends."""
    last = max(*onsets, Fraction(round(2 * max(heard)) - 1, 2))
    start = max(place for place in times if place <= last)
    measure = times[start].duration
    return start + ((last - start) // measure + 1) * measure
