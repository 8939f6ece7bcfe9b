"""Bridges: a measure or two that lead from one passage to another, written between the end of one and the start of the
other, with the dominant of the key they lead to at their end.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.model.network.config import SamplingOptions
from scoregen.plan.chords.chord_rows import FREE, free_rows
from scoregen.plan.form import FASTEST, SLOWEST
from scoregen.plan.piece.articulation import without_fermatas
from scoregen.plan.scene.scene_plan import DOMINANT
from scoregen.score.directions import Direction, Dynamic, Words
from scoregen.score.elements import Barline, Measure, Metadata, Score, Tempo, Voice
from scoregen.score.keys import Key
from scoregen.score.metre import TimeSignature
from scoregen.score.rhythm import beat_value
from scoregen.score.spanners import End, Wedge, WedgeType
from scoregen.score.theory.chord_kinds import note_name
from scoregen.tasks.compose import compose
from scoregen.tasks.scene.passages import LEVELS, level_marks, numbered

LEAST_SECONDS = 1.5
"""A measure that is shorter makes a bridge of two."""


@dataclass(frozen=True, slots=True)
class Place:
    """A passage that bridges leave or reach, with its key."""

    name: str
    passage: Score
    key: Key

    @property
    def tempo(self) -> Fraction:
        """Quarters per minute at its start."""
        return self.passage.measures[0].tempos[0].quarters_per_minute

    def level(self, part: str, *, last: bool) -> str:
        """The first or the last mark of dynamics of a part that lasts; "" without one."""
        marks = [mark for _, mark in level_marks(self.passage.measures, part)]
        return marks[-1 if last else 0] if marks else ""


@dataclass(frozen=True, slots=True)
class Bridge:
    """Measures that lead from one place to another, by index."""

    source: int
    target: int
    score: Score


def bridges(
    places: Sequence[Place],
    *,
    ensemble: str,
    sampling: SamplingOptions,
    measures: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> tuple[Bridge, ...]:
    """A bridge from every place to every other; `measures` is its length, by default that of `LEAST_SECONDS`."""
    pairs = list(itertools.permutations(range(len(places)), 2))
    if not pairs:
        return ()
    lengths = [measures or _length(places[target]) for _, target in pairs]
    page = [
        _page(places[source], places[target], length) for (source, target), length in zip(pairs, lengths, strict=True)
    ]
    score = replace(places[0].passage, measures=numbered(itertools.chain(*page)), metadata=Metadata())
    chords = " | ".join(_chords(places[target], length) for (_, target), length in zip(pairs, lengths, strict=True))
    done = compose(score, ensemble=ensemble, chords=chords, sampling=sampling, progress=progress).score
    found, start = [], 1
    for (source, target), length in zip(pairs, lengths, strict=True):
        written = without_fermatas(done.excerpt(start, start + length))
        found.append(Bridge(source, target, _marked(written, places[source], places[target])))
        start += length + 2
    return tuple(found)


def _length(target: Place) -> int:
    time = target.passage.measures[0].time
    return 1 if float(time.duration * 60 / target.tempo) >= LEAST_SECONDS else 2


def _page(source: Place, target: Place, length: int) -> Iterator[Measure]:
    """The last measure before the bridge, its blank measures, and the first one after it."""
    first, slots = target.passage.measures[0], target.passage.slots
    voices = tuple(Voice(slot, (), "blank") for slot in slots)
    yield _plain(source.passage.measures[-1])
    for _ in range(length):
        yield Measure("", first.time.duration, first.time, target.key.signature, voices)
    yield _plain(first)


def _plain(measure: Measure) -> Measure:
    """The measure with its notes alone."""
    notes = tuple(replace(voice, origin="given") for voice in measure.voices)
    bare = replace(measure, voices=notes, tempos=(), directions=(), spanners=(), chord_symbols=(), phrase_ends=())
    return replace(bare, barline=Barline(), break_before=None)


def _chords(target: Place, length: int) -> str:
    """Nothing fixed but the dominant in the second half of the last measure."""
    time = target.passage.measures[0].time
    return " | ".join([*[FREE] * length, _dominant(target.key, time), FREE])


def _dominant(key: Key, time: TimeSignature) -> str:
    name = note_name(key.tonic_fifths)
    chord = f"{name if key.has_major_third else name.lower()}:{DOMINANT}"
    beats = len(time.groups)
    (row,) = free_rows(1, beats)
    row[beats - max(beats // 2, 1)] = chord
    return " ".join(row)


def _marked(score: Score, source: Place, target: Place) -> Score:
    """The bridge with its tempo, between those of the two places, and dynamics that lead from one to the other."""
    first = score.measures[0]
    tempos = (_tempo(source, target, first.time),)
    words = Direction(Fraction(0), Words(f"{source.name} \N{RIGHTWARDS ARROW} {target.name}"), score.parts[0].id)
    marks, wedges = list[Direction](), list[Wedge]()
    for part in score.parts:
        start, goal = source.level(part.id, last=True), target.level(part.id, last=False)
        if start:
            marks.append(Direction(Fraction(0), Dynamic(start), part.id))
        if start and goal and start != goal:
            kind: WedgeType = "crescendo" if LEVELS.index(start) < LEVELS.index(goal) else "diminuendo"
            wedges.append(Wedge(part.id, Fraction(0), End(len(score.measures), Fraction(0)), kind))
    opening = replace(first, tempos=tempos, directions=(words, *marks), spanners=(*first.spanners, *wedges))
    return replace(score, measures=(opening, *score.measures[1:]))


def _tempo(source: Place, target: Place, time: TimeSignature) -> Tempo:
    """The geometric mean of the two tempos."""
    beat = beat_value(time)
    mean = float(source.tempo * target.tempo) ** 0.5 / float(beat.duration)
    return Tempo(Fraction(0), beat, Fraction(round(min(max(mean, SLOWEST), FASTEST) * 100), 100))
