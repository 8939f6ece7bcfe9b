"""Faults of a score as values, where readers raise errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scoregen.score.chord_symbols import ChordSymbol
from scoregen.score.directions import Direction
from scoregen.score.elements import Measure, Score, Voice
from scoregen.score.spanners import Pedal, Slur, Spanner, Wedge
from scoregen.system.errors import Place


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault and its place."""

    place: Place
    message: str

    def __str__(self) -> str:
        where = str(self.place)
        return f"{where}: {self.message}" if where else self.message


def problems(score: Score) -> tuple[Problem, ...]:
    """Voices that do not fill their measure, unknown parts, duplicate voices, marks outside their measure."""
    part_ids = {part.id for part in score.parts}
    return tuple(problem for measure in score.measures for problem in _measure_problems(measure, part_ids))


def _measure_problems(measure: Measure, part_ids: set[str]) -> list[Problem]:
    problems: list[Problem] = []
    seen = set()
    for voice in measure.voices:
        place = Place(part=voice.slot.part, measure=measure.number, voice=str(voice.slot.voice))
        if voice.slot.part not in part_ids:
            problems.append(Problem(place, "the voice belongs to no part of the score"))
        if voice.slot in seen:
            problems.append(Problem(place, f"two voices share staff {voice.slot.staff}, voice {voice.slot.voice}"))
        seen.add(voice.slot)
        problems.extend(_length_problem(voice, measure, place))
    return [*problems, *_mark_problems(measure, part_ids)]


def _mark_problems(measure: Measure, part_ids: set[str]) -> Iterator[Problem]:
    """Directions, chord symbols and spanners of unknown parts, and those that begin outside their measure."""
    for mark in (*measure.directions, *measure.chord_symbols, *measure.spanners):
        kind, place = _kind(mark), Place(part=mark.part, measure=measure.number)
        if mark.part is not None and mark.part not in part_ids:
            yield Problem(place, f"{kind} belongs to no part of the score")
        if mark.onset < 0 or (isinstance(mark, Slur) and mark.onset > measure.duration):
            yield Problem(place, f"{kind} has its onset at {mark.onset} quarters; the measure lasts {measure.duration}")


def _kind(mark: Direction | ChordSymbol | Spanner) -> str:
    names = {ChordSymbol: "a chord symbol", Wedge: "a wedge", Pedal: "a pedal", Slur: "a slur"}
    return names.get(type(mark), "a direction")


def _length_problem(voice: Voice, measure: Measure, place: Place) -> list[Problem]:
    if voice.is_blank:
        return [Problem(place, "a blank voice contains notes")] if voice.elements else []
    if voice.duration == measure.duration:
        return []
    return [Problem(place, f"the voice lasts {voice.duration} quarters; the measure lasts {measure.duration}")]
