"""A theme with variations as one score: the theme as it is, then each variation on a new system under its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from scoregen.generation.variation.measuring import Variation
from scoregen.score.directions import Direction, RehearsalMark, RepeatMark
from scoregen.score.elements import Barline, Measure, Score, Slot, Tempo
from scoregen.score.spanners import Slur


def with_variations(theme: Score, variations: Sequence[Variation]) -> Score:
    """The theme with its variations; its document is kept, and all new voices are generated.

    Jumps such as `D.C.` are left out of the variations, since they would lead back into the theme.
    """
    if not variations:
        return theme
    measures = [*theme.measures[:-1], _closed(theme.measures[-1], "light-light")]
    tempo = next((tempo for measure in reversed(measures) for tempo in reversed(measure.tempos)), None)
    numbers = _Numbers.after(theme.measures)
    for count, variation in enumerate(variations, 1):
        name = f"Var. {count}: {variation.technique}"
        own = [_part_of_set(measure, numbers) for measure in variation.score.measures]
        own[0] = _named(_in_tempo(own[0], tempo), name)
        own[-1] = _closed(own[-1], "light-light" if count < len(variations) else "light-heavy")
        measures += own
    return replace(theme, measures=tuple(measures))


class _Numbers:
    """Numbers of measures that go on where the theme ends; anacruses are X1, X2 and so on."""

    def __init__(self, count: int) -> None:
        self.count, self.upbeats = count, 0

    @classmethod
    def after(cls, measures: Sequence[Measure]) -> _Numbers:
        return cls(max((int(measure.number) for measure in measures if measure.number.isdigit()), default=0))

    def next(self, measure: Measure) -> str:
        if measure.implicit or measure.number == "0":
            self.upbeats += 1
            return f"X{self.upbeats}"
        self.count += 1
        return str(self.count)


def _part_of_set(measure: Measure, numbers: _Numbers) -> Measure:
    """A measure of a variation: numbered, generated, without jumps, rehearsal marks and its own breaks."""
    kept = tuple(item for item in measure.directions if not isinstance(item.value, (RehearsalMark, RepeatMark)))
    voices = tuple(voice if voice.is_blank else replace(voice, origin="generated") for voice in measure.voices)
    number = numbers.next(measure)
    implicit = measure.implicit or number.startswith("X")
    return replace(measure, number=number, implicit=implicit, directions=kept, voices=voices, break_before=None)


def _named(measure: Measure, name: str) -> Measure:
    """The measure on a new system, under a rehearsal mark."""
    mark = Direction(Fraction(0), RehearsalMark(name))
    return replace(measure, directions=(mark, *measure.directions), break_before="system")


def _in_tempo(measure: Measure, tempo: Tempo | None) -> Measure:
    """The measure without a mark of the tempo that goes on."""
    same = (
        tempo is not None and measure.tempos[:1] and measure.tempos[0].quarters_per_minute == tempo.quarters_per_minute
    )
    return replace(measure, tempos=measure.tempos[1:]) if same else measure


def _closed(measure: Measure, style: str) -> Measure:
    """The last measure of the theme or of a variation, with a barline; one with a repeat keeps it."""
    return measure if measure.barline.repeat_times else replace(measure, barline=Barline(style))


def with_fitting_slurs(score: Score) -> Score:
    """The score without the slurs of which an end has no note any more."""
    starts: dict[Slot, set[tuple[int, Fraction]]] = {}
    for index, measure in enumerate(score.measures):
        for voice in measure.voices:
            now = Fraction(0)
            for element in voice.elements:
                if element.notes and not element.grace:
                    starts.setdefault(voice.slot, set()).add((index, now))
                now += element.duration

    def fits(slur: Slur, index: int) -> bool:
        end = (index + slur.end.measures, slur.end.onset)
        return (index, slur.onset) in starts.get(slur.slot, ()) and end in starts.get(slur.last_slot, ())

    measures = [
        replace(
            measure,
            spanners=tuple(item for item in measure.spanners if not isinstance(item, Slur) or fits(item, index)),
        )
        for index, measure in enumerate(score.measures)
    ]
    return replace(score, measures=tuple(measures))
