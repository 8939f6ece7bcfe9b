"""What speaks for a metre in a line: cues of its notes by the strength of the positions on which they fall.

Long, high and stable notes begin on strong positions, few notes lie across barlines, and patterns return after whole
measures (after Temperley, The Cognition of Basic Musical Structures, 2001, chapter 2, and Temperley, Music and
Probability, 2007, chapter 3). N notes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scoregen.transcription.metrical.habits import Habits
from scoregen.transcription.metrical.patterns import (
    Harmony,
    Lags,
    Returns,
    after_measures,
    returns_of,
)
from scoregen.transcription.metrical.positions import METRES, Metre

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STRENGTHS = 4
"""Downbeats, middles of measures, other counted beats, other positions."""
_NEAR = 0.02
_MAJOR = np.array([5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0])
_MINOR = np.array([5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0])
_REST = 0.35
_USUAL_BEAT, _USUAL_QUARTER = 0.62, 0.55
_PHRASES = (2, 4)
_CLOSING = 0.9
"""How much longer than others, in logarithms of 2, a note is that may end a phrase."""
_USUAL_MEASURE = 1.9
_UNKNOWN = -6.0
"""The odds of a step in a metre of which nothing is known."""


@dataclass(frozen=True)
class Line:
    """Notes of a line: onsets [N] in a unit, pitches [N], the sounding share [N] of each step, seconds of the unit.

    `last` is how long the last note sounds, in the unit; 0 if it is not known.
    """

    onsets: Floats
    pitches: Ints
    shares: Floats
    seconds: float
    last: float = 0.0

    @cached_property
    def returns(self) -> Returns:
        """The passages that return."""
        return returns_of(self.onsets, self.pitches)

    @cached_property
    def harmony(self) -> Harmony:
        """The harmony that the notes imply."""
        return Harmony(self.onsets, self.pitches)

    @cached_property
    def lags(self) -> Lags:
        """What comes again some measures later."""
        return Lags(self.onsets, self.pitches)

    def cut(self, most: int) -> Line:
        """The first notes."""
        if len(self.onsets) <= most:
            return self
        return Line(self.onsets[:most], self.pitches[:most], self.shares[:most], self.seconds)


@dataclass(frozen=True, slots=True)
class Barring:
    """A metre, the quarters of the line's unit, and the position in the measure of its first note in quarters."""

    metre: Metre
    scale: Fraction
    phase: Fraction


def note_cues(line: Line) -> Floats:
    """[N, C] the cues of each note, whatever its metre."""
    steps = np.diff(line.onsets)
    lengths = np.log2(np.append(steps, steps.mean() if len(steps) else 1.0).clip(1e-3))
    lengths -= lengths.mean()
    before = np.concatenate([[0.0], lengths[:-1]])
    after = np.append(lengths[1:], 0.0)
    moves = np.concatenate([[0], np.diff(line.pitches)])
    following = np.append(np.diff(line.pitches), 0)
    degrees, is_minor = _degrees(line)
    third = 3 if is_minor else 4
    rest = np.concatenate([[1.0], (line.shares[:-1] < 1 - _REST).astype(float)])
    return np.column_stack(
        [
            np.ones(len(lengths)),
            lengths,
            before,
            (lengths > before) & (lengths > after),
            np.abs(moves) > 2,
            moves == 0,
            (moves > 0) & (following < 0),
            (moves < 0) & (following > 0),
            degrees == 0,
            degrees == third,
            degrees == 7,
            (degrees == 2) | (degrees == 11) | (degrees == 5),
            rest,
            line.returns.starts,
        ]
    ).astype(np.float64)


def _degrees(line: Line) -> tuple[Ints, bool]:
    """[N] semitones above the tonic, and whether the mode is minor."""
    weights = np.zeros(12)
    steps = np.append(np.diff(line.onsets), 1.0)
    np.add.at(weights, line.pitches % 12, steps)
    weights[line.pitches[-1] % 12] += 0.1 * steps.sum()
    rated = [
        (float(np.corrcoef(np.roll(weights, -tonic), profile)[0, 1]), tonic, profile is _MINOR)
        for tonic in range(12)
        for profile in (_MAJOR, _MINOR)
    ]
    _, tonic, is_minor = max(rated)
    return (line.pitches - tonic) % 12, is_minor


def strengths(metre: Metre, places: Floats) -> Ints:
    """The strengths of places in the measure, from 0 (downbeat) to 3, in the shape of the places."""
    measure, counted = float(metre.measure), float(metre.counted)
    result = np.full(places.shape, 3)
    result[np.abs(places / counted - np.rint(places / counted)) * counted < _NEAR] = 2
    beats = round(measure / counted)
    if beats % 2 == 0 and beats > 2:
        result[np.abs(places - measure / 2) < _NEAR] = 1
    result[(places < _NEAR) | (places > measure - _NEAR)] = 0
    return result


def features(line: Line, cues: Floats, barrings: Sequence[Barring], habits: Mapping[tuple[str, int], Habits]) -> Floats:
    """[P, F] what speaks for and against barrings of one metre and scale, which differ in their phases."""
    metre, measure = barrings[0].metre, float(barrings[0].metre.measure)
    scale, phases = float(barrings[0].scale), [float(barring.phase) for barring in barrings]
    quarters = (line.onsets - line.onsets[0])[None] * scale + np.array(phases)[:, None]
    bars = np.floor(quarters / measure + 1e-4)
    places = np.clip(quarters - bars * measure, 0, None)
    kinds = strengths(metre, places)
    size = len(line.onsets)
    by_strength = np.stack([(kinds == kind).astype(float) @ cues for kind in range(STRENGTHS)], axis=1)
    steps = np.diff(line.onsets) * scale
    harmony = [
        [*of_measures, *line.harmony.of_measures(-phase / scale, float(metre.counted) / scale)[:2]]
        for phase in phases
        for of_measures in [line.harmony.of_measures(-phase / scale, measure / scale)]
    ]
    shares = np.column_stack(
        [
            by_strength.reshape(len(phases), -1) / size,
            *_across(metre, places, kinds, steps),
            _same(line.lags.notes(measure / scale), phases),
            _variety(bars, places),
            _usual_steps(metre, bars, places, habits),
            _same(_phrases(cues[:, 1], quarters[0], measure), phases),
            line.lags.steps(measure / scale, places < _NEAR),
            _same(after_measures(line.returns, measure / scale), phases),
            harmony,
            _same_beginnings(cues[:, 1], places),
        ]
    )
    whole = [
        *_tempo(line.seconds / scale, metre, steps),
        *_squares(np.log(line.seconds / scale * measure / _USUAL_MEASURE)),
        *(float(metre is other) for other in METRES),
    ]
    own = [
        [
            *_ends(metre, phase, float(quarters[index, -1]), int(kinds[index, -1])),
            *_last_note(measure, phase, float(places[index, -1]), line.last * scale),
        ]
        for index, phase in enumerate(phases)
    ]
    return np.column_stack([shares * np.sqrt(min(size, 100)), _same(whole, phases), own])


def _same(row: Sequence[float], phases: Sequence[float]) -> Floats:
    """[P, .] what is the same for all phases."""
    return np.tile(np.asarray(row, dtype=np.float64), (len(phases), 1))


def _across(metre: Metre, places: Floats, kinds: Ints, steps: Floats) -> tuple[Floats, Floats, Floats]:
    """The shares [P] of notes that lie across a barline, across a counted beat, and off the grid."""
    measure, counted = float(metre.measure), float(metre.counted)
    inside = places[:, :-1]
    over_bar = (inside > _NEAR) & (inside + steps > measure + _NEAR)
    over_beat = (kinds[:, :-1] == 3) & (inside % counted + steps > counted + _NEAR)
    off = np.abs(places[..., None] - metre.places).min(-1) > _NEAR
    return over_bar.mean(1), over_beat.mean(1), off.mean(1)


def _same_beginnings(lengths: Floats, places: Floats) -> Floats:
    """[P] the share of the notes after those that may end phrases that are where the first note is in its measure."""
    after = places[:, 1:][:, lengths[:-1] > _CLOSING]
    if not after.shape[1]:
        return np.zeros(len(places))
    return np.asarray((np.abs(after - places[:, :1]) < _NEAR).mean(1))


def _last_note(measure: float, phase: float, place: float, heard: float) -> list[float]:
    """How far the last note is from lasting to the barline, and from leaving room for the pickup, in octaves."""
    if heard <= 0:
        return [0.0, 0.0, 0.0]
    full, short = measure - place, measure - place - (measure - phase if phase > _NEAR else 0.0)
    off = [min(abs(float(np.log2(length / heard))), 2.0) if length > _NEAR else 2.0 for length in (full, short)]
    return [off[0], off[1], min(off)]


def _phrases(lengths: Floats, quarters: Floats, measure: float) -> list[float]:
    """How many of the notes that may end phrases are a multiple of 2, and of 4, measures after the one before."""
    ends = quarters[lengths > _CLOSING]
    steps = np.diff(ends) / measure
    return [
        float((np.abs(steps / size - np.rint(steps / size)) * size < _NEAR).mean()) if len(steps) else 0.0
        for size in _PHRASES
    ]


def _variety(bars: Floats, places: Floats) -> Floats:
    """[P] the share of measures with a pattern of their own."""
    codes = np.sin((np.rint(places * 12) + 1) * 12.9898) * 43758.5453
    found = []
    for own, row in zip(bars.astype(np.int64), codes, strict=True):
        hashes = np.bincount(own, weights=row, minlength=int(own[-1]) + 1)
        found.append(len(np.unique(hashes.round(3))) / len(hashes))
    return np.array(found)


def _usual_steps(metre: Metre, bars: Floats, places: Floats, habits: Mapping[tuple[str, int], Habits]) -> Floats:
    """[P] the mean odds of the steps, by the habits that suit them best."""
    indices = np.searchsorted(metre.places + 0.05, places).clip(0, len(metre.places) - 1)
    crossed = np.clip(np.diff(bars), 0, 1).astype(int)
    rated = [
        np.maximum(own.steps[indices[:, 1:], indices[:, :-1], crossed], -9).mean(1)
        for (name, _), own in habits.items()
        if name == metre.name
    ]
    return np.max(rated, axis=0) if rated else np.full(len(places), _UNKNOWN)


def _tempo(quarter: float, metre: Metre, steps: Floats) -> list[float]:
    beat, own = np.log(quarter * float(metre.counted) / _USUAL_BEAT), np.log(quarter / _USUAL_QUARTER)
    length = float(np.log2(steps.clip(1e-3)).mean()) if len(steps) else 0.0
    return [beat, beat**2, own, own**2, length, length**2]


def _squares(value: float) -> tuple[float, float]:
    return value, value**2


def _ends(metre: Metre, phase: float, last: float, kind: int) -> list[float]:
    """The kind of pickup, the strength of the last note, and whether the measures make groups of four or two."""
    measure, counted = float(metre.measure), float(metre.counted)
    pickup = 0.0 if phase < _NEAR else measure - phase
    kinds = (0, counted / 2 - _NEAR, counted - _NEAR, counted + _NEAR, measure / 2 + _NEAR)
    which = int(np.searchsorted(kinds, pickup + 1e-6)) if pickup else 0
    number = int(np.floor(last / measure + 1e-4)) + 1 - (1 if pickup else 0)
    short = last % measure / measure
    return [
        *(float(which == index) for index in range(6)),
        *(float(kind == index) for index in range(STRENGTHS)),
        float(number % 4 == 0),
        float(number % 2 == 0),
        float(bool(pickup) and abs(short * measure - phase) < counted),
    ]
