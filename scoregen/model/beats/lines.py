"""The lines of notated music, as far as they stay in one metre: what the model of lines is fitted to.

N notes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from scoregen.model.beats.notated import NotatedPiece
from scoregen.score.elements import Score
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import measure_onsets, metrical_starts, sounding_notes
from scoregen.transcription.metrical.positions import METRES, Metre

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEWEST, MOST = 16, 120
"""Notes of a line."""
_LONG_REST = 2
"""Measures without a note after which another line begins."""
_SHORT_NOTES, _LONG_NOTES = 0.45, 0.8
"""Quarters between onsets, on average, up to which and from which on a line is one of short or of long notes."""
_DOTTED_QUARTER = 1.5


@dataclass(frozen=True, slots=True)
class NotatedLine:
    """Onsets and ends [N] in quarters, pitches [N], measures and positions [N]; `beat` is notated, in quarters.

    `corpus` is where it is from.
    """

    corpus: str
    metre: Metre
    onsets: Floats
    ends: Floats
    pitches: Ints
    measures: Ints
    positions: Ints
    beat: float

    @property
    def pulse(self) -> int:
        """0 for a line of long notes, 2 for one of short notes, else 1."""
        length = float(np.exp(np.log(np.diff(self.onsets)).mean()))
        return 0 if length > _LONG_NOTES else 1 if length > _SHORT_NOTES else 2

    def parts(self) -> Iterator[NotatedLine]:
        """The line in parts of no more notes than are needed, each up to a long note."""
        start = 0
        while len(self.onsets) - start > MOST:
            steps = np.diff(self.onsets[start : start + MOST + 1])
            end = start + MOST // 2 + int(steps[MOST // 2 :].argmax()) + 1
            yield self._part(start, end)
            start = end
        if len(self.onsets) - start >= FEWEST:
            yield self._part(start, len(self.onsets))

    def _part(self, start: int, end: int) -> NotatedLine:
        return replace(
            self,
            onsets=self.onsets[start:end],
            ends=self.ends[start:end],
            pitches=self.pitches[start:end],
            measures=self.measures[start:end],
            positions=self.positions[start:end],
        )


def metre_of(quarters: float, beats: int) -> Metre | None:
    """The metre of measures of so many quarters and beats; None if it is not told apart."""
    is_compound = bool(beats) and quarters / beats == _DOTTED_QUARTER
    for metre in METRES:
        if abs(float(metre.measure) - quarters) < 1e-6 and (metre.counted == _DOTTED_QUARTER) == is_compound:
            return metre
    return None


def lines_of_piece(piece: NotatedPiece, corpus: str) -> Iterator[NotatedLine]:
    """The lines of the first voice of a piece."""
    notes = piece.notes[piece.notes[:, 3] == 0]
    starts = piece.beats[piece.downbeats]
    if len(starts) and not piece.downbeats[0]:
        starts = np.concatenate([piece.beats[:1], starts])
    counts = np.searchsorted(piece.beats, starts[1:] - 1e-6) - np.searchsorted(piece.beats, starts[:-1] - 1e-6)
    yield from _lines(corpus, notes[:, :3], starts, counts)


def lines_of_score(score: Score, corpus: str) -> Iterator[NotatedLine]:
    """The lines of the first voice of a score."""
    notes = [note for note in sounding_notes(score) if isinstance(note.pitch, Pitch)]
    first = min((note.slot for note in notes), default=None)
    rows = [
        (float(note.onset), float(note.end), note.pitch.midi_pitch)
        for note in notes
        if note.slot == first and isinstance(note.pitch, Pitch)
    ]
    starts = [*map(float, measure_onsets(score)), float(score.duration)]
    counts = np.array([len(measure.time.groups) for measure in score.measures])
    if any(metrical_starts(score)[1:]):  # divided measures are left to other scores
        return
    yield from _lines(corpus, np.array(rows).reshape(-1, 3), np.array(starts), counts)


def _lines(corpus: str, notes: Floats, starts: Floats, counts: Ints) -> Iterator[NotatedLine]:
    """The lines of notes [N, 3] in measures that begin at `starts` and have so many beats."""
    if len(notes) < FEWEST or len(starts) < 3:
        return
    notes = notes[np.lexsort((-notes[:, 2], notes[:, 0]))]
    notes = notes[np.concatenate([[True], np.diff(notes[:, 0]) > 1e-6])]
    rows: list[tuple[Floats, int, int]] = []
    current: tuple[Metre | None, int] = (None, 0)
    for note in notes:
        found, measure, position = _place(float(note[0]), starts, counts)
        is_far = bool(rows) and measure - rows[-1][1] > _LONG_REST
        if found != current or position is None or is_far:
            yield from _line(corpus, current, rows)
            current, rows = found, []
        if position is not None:
            rows.append((note, measure, position))
    yield from _line(corpus, current, rows)


def _place(onset: float, starts: Floats, counts: Ints) -> tuple[tuple[Metre | None, int], int, int | None]:
    """The metre and the beats of the measure at an onset, its index, and the position; None if it is on no grid."""
    measure = min(int(np.searchsorted(starts, onset + 1e-6)) - 1, len(counts) - 1)
    model = measure or 1
    length, beats = float(starts[model + 1] - starts[model]), int(counts[model])
    metre = metre_of(length, beats)
    if metre is None:
        return (None, 0), measure, None
    inside = onset - starts[measure] + (length - (starts[1] - starts[0]) if measure == 0 else 0.0)
    return (metre, beats), measure, metre.index(inside)


def _line(corpus: str, current: tuple[Metre | None, int], rows: list[tuple[Floats, int, int]]) -> Iterator[NotatedLine]:
    metre, beats = current
    if metre is None or len(rows) < FEWEST:
        return
    notes = np.array([note for note, *_ in rows])
    measures, positions = (np.array([row[index] for row in rows]) for index in (1, 2))
    beat = float(metre.counted) if metre.counted == _DOTTED_QUARTER else float(metre.measure) / max(beats, 1)
    yield NotatedLine(corpus, metre, notes[:, 0], notes[:, 1], notes[:, 2].astype(np.int64), measures, positions, beat)


def in_five(line: NotatedLine) -> NotatedLine | None:
    """A line in 5/4 made of one in 3/4, of which every second measure loses its last beat; None for another line.

    Corpora have few lines in five; a pickup stands before a measure of two beats and one of three.
    """
    if line.metre.name != "3/4":
        return None
    five = metre_of(5.0, 5)
    assert five is not None
    places, begins = line.metre.places[line.positions], line.positions[0] == 0
    number = line.measures - line.measures[0] + (0 if begins else 1)
    late = 3.0 if begins else 2.0
    is_short = number % 2 == (1 if begins else 0)
    kept = ~(is_short & (places >= 2))
    places = (places + late * (number % 2))[kept]
    onsets = 5.0 * (number[kept] // 2) + places
    ends = np.minimum(onsets + (line.ends - line.onsets)[kept], np.append(onsets[1:], np.inf))
    positions = np.array([five.index(place) for place in places.tolist()])
    return replace(
        line,
        metre=five,
        onsets=onsets,
        ends=ends,
        pitches=line.pitches[kept],
        measures=number[kept] // 2,
        positions=positions,
        beat=1.0,
    )


def in_compound(line: NotatedLine) -> NotatedLine | None:
    """A line in 9/8 or 12/8 made of one in 3/4 or 4/4, whose beats divide in three; None for another line.

    What was on a half beat comes after two thirds. Few lines of corpora are in these metres.
    """
    wanted = metre_of(1.5 * float(line.metre.measure), round(float(line.metre.measure)))
    places = line.metre.places[line.positions]
    if wanted is None or line.metre.name not in ("3/4", "4/4") or ((2 * places) % 1 > 0).any():
        return None
    starts = line.onsets - places
    onsets, ends = (1.5 * starts + _lilting(times - starts) for times in (line.onsets, line.ends))
    positions = np.array([wanted.index(place) for place in _lilting(places).tolist()])
    return replace(line, metre=wanted, onsets=onsets, ends=ends, positions=positions, beat=_DOTTED_QUARTER)


def _lilting(places: Floats) -> Floats:
    """Places in quarters, where their halves come after two thirds of a dotted quarter."""
    inside = places % 1
    return np.asarray(1.5 * (places - inside) + np.where(inside < 0.5, 2 * inside, inside + 0.5))


def steps_of(line: NotatedLine) -> Iterator[tuple[int, int, int]]:
    """Each step of a line: the position that is reached, the one before, and the barlines between."""
    for (measure, here), (following, there) in pairwise(
        zip(line.measures.tolist(), line.positions.tolist(), strict=True)
    ):
        yield there, here, following - measure
