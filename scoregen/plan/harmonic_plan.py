"""Harmonic plans: the chords of a piece in its headers, and the plan that a finished piece follows.

A plan places chords on *steps*, halves of a beat of the metre's lower number. It is what `tokens.events.Harmony`
describes: the local key, root, quality and inversion of every chord, and by their onsets the harmonic rhythm.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.analysis.harmony.chords import ChordSpan, chord_spans
from scoregen.score.elements import Part, Score
from scoregen.tokens.decode import decode
from scoregen.tokens.events import Harmony, Header, TokenScore

_MOST_IN_STEP = 8
"""More chords than begin in a step."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a plan: its measure, its onset there, its onset in the piece, and its length, in quarters."""

    measure: int
    onset: Fraction
    position: Fraction
    duration: Fraction


def plan_steps(headers: Sequence[Header]) -> tuple[Step, ...]:
    """The steps of a piece in order; a measure begins with a step."""
    steps, position = [], Fraction(0)
    for index, header in enumerate(headers):
        length = min(header.time.unit, Fraction(1)) / 2
        first = -header.start % length or length
        onsets = [Fraction(0)]
        while first < header.duration:
            onsets.append(first)
            first += length
        for onset, end in itertools.pairwise([*onsets, header.duration]):
            steps.append(Step(index, onset, position + onset, end - onset))
        position += header.duration
    return tuple(steps)


def with_harmony(tokens: TokenScore) -> TokenScore:
    """A finished piece with the plan that it follows, by the analysis of its chords and keys."""
    steps = plan_steps([measure.header for measure in tokens.measures])
    return with_plan(tokens, steps, harmony_at(chord_spans(decoded(tokens)), steps))


def with_plan(tokens: TokenScore, steps: Sequence[Step], chords: Sequence[Harmony | None]) -> TokenScore:
    """A piece with the plan that has these chords at its steps."""
    planned = headers_with([measure.header for measure in tokens.measures], steps, chords)
    measures = zip(tokens.measures, planned, strict=True)
    return replace(tokens, measures=tuple(replace(measure, header=header) for measure, header in measures))


def decoded(tokens: TokenScore) -> Score:
    """A piece as a score whose parts have the names of its voices."""
    parts = dict.fromkeys(slot.part for slot in tokens.slots)
    return decode(tokens, Score(tuple(Part(name, name) for name in parts), ()))


def harmony_at(spans: Sequence[ChordSpan], steps: Sequence[Step]) -> list[Harmony | None]:
    """For each step the chord that sounds longest in it, the earlier of two; in silence the chord goes on."""
    result: list[Harmony | None] = []
    place, last = 0, None
    for step in steps:
        end = step.position + step.duration
        while place < len(spans) and spans[place].end <= step.position:
            place += 1
        lengths = [
            (min(span.end, end) - max(span.onset, step.position), -index)
            for index, span in enumerate(itertools.islice(spans, place, place + _MOST_IN_STEP), place)
            if span.onset < end
        ]
        if lengths:
            last = _harmony(spans[-max(lengths)[1]], step.onset)
        result.append(last)
    return result


def _harmony(span: ChordSpan, onset: Fraction) -> Harmony:
    return Harmony(onset, span.key, span.chord.root, span.chord.quality, span.chord.inversion)


def headers_with(
    headers: Sequence[Header], steps: Sequence[Step], chords: Sequence[Harmony | None]
) -> tuple[Header, ...]:
    """The headers with the plan that has these chords at the steps; equal successive chords are one."""
    planned: list[list[Harmony]] = [[] for _ in headers]
    unplanned: list[list[Fraction]] = [[] for _ in headers]
    last = None
    for step, chord in zip(steps, chords, strict=True):
        if chord is None and last is not None:
            unplanned[step.measure].append(step.onset)
        elif chord is not None and (last is None or not chord.sounds_like(last)):
            planned[step.measure].append(replace(chord, onset=step.onset))
        last = chord
    rows = zip(headers, planned, unplanned, strict=True)
    return tuple(replace(header, harmony=tuple(own), unplanned=tuple(gaps)) for header, own, gaps in rows)


def chords_of(headers: Sequence[Header], steps: Sequence[Step]) -> list[Harmony | None]:
    """The chord of the headers' plan at each step, None before its first chord and in its gaps."""
    begins: dict[tuple[int, Fraction], Harmony | None] = {
        (index, chord.onset): chord for index, header in enumerate(headers) for chord in header.harmony
    }
    begins |= {(index, onset): None for index, header in enumerate(headers) for onset in header.unplanned}
    result: list[Harmony | None] = []
    for step in steps:
        result.append(begins.get((step.measure, step.onset), result[-1] if result else None))
    return result
