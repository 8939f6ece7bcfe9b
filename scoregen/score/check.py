"""What is wrong with a score, as values: readers raise, checks tell."""

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
    """One thing that is wrong, and where."""

    place: Place
    message: str

    def __str__(self) -> str:
        where = str(self.place)
        return f"{where}: {self.message}" if where else self.message


def problems(score: Score) -> tuple[Problem, ...]:
    """Voices that do not fill their measure, unknown parts, doubled voices, marks off their measure."""
    known = {part.id for part in score.parts}
    return tuple(problem for measure in score.measures for problem in _measure_problems(measure, known))


def _measure_problems(measure: Measure, known: set[str]) -> list[Problem]:
    found: list[Problem] = []
    seen = set()
    for voice in measure.voices:
        place = Place(part=voice.slot.part, measure=measure.number, voice=str(voice.slot.voice))
        if voice.slot.part not in known:
            found.append(Problem(place, "the voice belongs to no part of the score"))
        if voice.slot in seen:
            found.append(Problem(place, f"two voices share staff {voice.slot.staff}, voice {voice.slot.voice}"))
        seen.add(voice.slot)
        found.extend(_length_problem(voice, measure, place))
    return [*found, *_mark_problems(measure, known)]


def _mark_problems(measure: Measure, known: set[str]) -> Iterator[Problem]:
    """Directions, chord symbols and spanners of unknown parts, and those that begin outside their measure."""
    for mark in (*measure.directions, *measure.chord_symbols, *measure.spanners):
        kind, place = _kind(mark), Place(part=mark.part, measure=measure.number)
        if mark.part is not None and mark.part not in known:
            yield Problem(place, f"{kind} belongs to no part of the score")
        if mark.onset < 0 or (isinstance(mark, Slur) and mark.onset > measure.duration):
            yield Problem(place, f"{kind} stands at {mark.onset} quarters; the measure lasts {measure.duration}")


def _kind(mark: Direction | ChordSymbol | Spanner) -> str:
    names = {ChordSymbol: "a chord symbol", Wedge: "a wedge", Pedal: "a pedal", Slur: "a slur"}
    return names.get(type(mark), "a direction")


def _length_problem(voice: Voice, measure: Measure, place: Place) -> list[Problem]:
    if voice.is_blank:
        return [Problem(place, "a blank voice holds notes")] if voice.elements else []
    if voice.duration == measure.duration:
        return []
    return [Problem(place, f"the voice lasts {voice.duration} quarters; the measure {measure.duration}")]
