"""Voice exchange: the tune goes to a lower part, whose line goes to the part of the tune (double counterpoint).

Both lines move by octaves, into the ranges of their new parts, so that every chord keeps its notes. Of the parts that
can take the tune the one is chosen with the fewest faults that were not there: parallel fifths and octaves (fourths
become fifths), notes out of range, and voices that cross. On a keyboard the hands change places.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from scoregen.analysis.rules.parallels import parallels
from scoregen.generation.variation.ornament import share_of
from scoregen.generation.variation.theme import Theme, tune_line
from scoregen.score.edit import with_notes
from scoregen.score.elements import Element, Measure, Note, Score, Slot, Voice
from scoregen.score.ensemble import recognise_ensemble
from scoregen.score.instruments import instrument_of
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import SoundingNote, pitch_of
from scoregen.system.errors import InputError

_PARALLEL, _OUT_OF_RANGE, _CROSSED = 3.0, 2.0, 0.5
_WHOLE_RANGE = (0, 127)


@dataclass(frozen=True, slots=True)
class Exchanged:
    """The score with the tune in another part, the slot of the tune by measure, and the name of that part.

    `parallels` are those that the theme does not have; `phrases` are how many were exchanged, of `possible`.
    """

    score: Score
    slots: tuple[Slot, ...]
    part: str
    parallels: int
    phrases: int
    possible: int


@dataclass(frozen=True, slots=True)
class _Swap:
    other: Slot
    down: int
    up: int
    cost: float
    new: int
    score: Score


def voices_exchanged(theme: Theme, strength: float, seed: str) -> Exchanged:
    """The tune exchanged with another voice in a share of its phrases. InputError if there is no other voice."""
    swaps = sorted(_swaps(theme), key=lambda swap: (swap.cost, swap.other))
    if not swaps:
        raise InputError("found no second voice; the technique voice-exchange needs a theme in two parts at least")
    near = [swap for swap in swaps if swap.cost <= swaps[0].cost + 1]
    best = random.Random(f"{seed} exchange").choice(near)
    phrases = phrase_measures(theme)
    order = list(range(len(phrases)))
    random.Random(f"{seed} phrases").shuffle(order)
    taken = {index for number in order[: share_of(len(order), strength)] for index in phrases[number]}
    score = spliced(theme.score, best.score, taken)
    slots = tuple(best.other if index in taken else theme.slot for index in range(len(score.measures)))
    part = next(part for part in score.parts if part.id == best.other.part)
    name = part.name or part.id
    count = _parallels(theme, score) - _parallels(theme, theme.score)
    return Exchanged(score, slots, name, max(count, 0), share_of(len(order), strength), len(order))


def phrase_measures(theme: Theme) -> list[list[int]]:
    """The measures of each phrase; one in which a phrase closes belongs to that phrase."""
    closing = [theme.measure_at(onset) for onset in theme.closings]
    groups: list[list[int]] = []
    start = 0
    for end in dict.fromkeys([*closing, len(theme.score.measures) - 1]):
        if end >= start:
            groups.append(list(range(start, end + 1)))
            start = end + 1
    return groups


def spliced(score: Score, other: Score, taken: set[int]) -> Score:
    """The score with some measures of another version of it, and no tie from one to the other."""
    measures = [new if index in taken else old for index, (old, new) in enumerate(zip(score.measures, other.measures, strict=True))]
    joined = [
        _untied(
            measure,
            start=index > 0 and (index in taken) != (index - 1 in taken),
            end=index + 1 < len(measures) and (index in taken) != (index + 1 in taken),
        )
        for index, measure in enumerate(measures)
    ]
    return replace(score, measures=tuple(joined))


def _untied(measure: Measure, *, start: bool, end: bool) -> Measure:
    """The measure without the ties over its edges where another version begins."""
    if not (start or end):
        return measure
    return replace(measure, voices=tuple(_without_ties(voice, start=start, end=end) for voice in measure.voices))


def _without_ties(voice: Voice, *, start: bool, end: bool) -> Voice:
    elements = list(voice.elements)
    timed = [number for number, element in enumerate(elements) if not element.grace]
    if start and timed:
        elements[timed[0]] = with_notes(elements[timed[0]], lambda note: replace(note, tied_from_previous=False))
    if end and timed:
        elements[timed[-1]] = with_notes(elements[timed[-1]], lambda note: replace(note, tied_to_next=False))
    return replace(voice, elements=tuple(elements))


def _swaps(theme: Theme) -> Iterator[_Swap]:
    before = _parallels(theme, theme.score)
    for other in _partners(theme):
        line = tune_line(theme.score, other)
        down = _octaves(theme.line, _range(theme, other))
        up = _octaves(line, _range(theme, theme.slot))
        score = _swapped(theme, other, down, up)
        new = max(_parallels(theme, score) - before, 0)
        cost = _PARALLEL * new + _out_of_range(theme, score, other) * _OUT_OF_RANGE
        yield _Swap(other, down, up, cost + _CROSSED * _crossings(score, other, theme.slot), new, score)


def _partners(theme: Theme) -> list[Slot]:
    """The voices that may take the tune: those that sing or play alone on their staff in most of its measures."""
    found = []
    for slot, row in theme.others.items():
        present = {note.measure_index for note in row}
        alone = not any(each[:2] == slot[:2] and each != slot for each in theme.others)
        if alone and slot[:2] != theme.slot[:2] and 2 * len(present) > len(theme.score.measures):
            found.append(slot)
    return found


def _range(theme: Theme, slot: Slot) -> tuple[int, int]:
    """The MIDI numbers that a part can sing or play."""
    part = next(part for part in theme.score.parts if part.id == slot.part)
    if part.staves > 1:
        return (36, 67) if slot.staff > 1 else (55, 96)
    ensemble = recognise_ensemble(theme.score)
    if ensemble is not None and len(ensemble.roles) == len(theme.score.parts):
        role = ensemble.roles[theme.score.parts.index(part)]
        return role.lowest.midi_pitch, role.highest.midi_pitch
    kind = instrument_of(part)
    if kind is not None:
        return kind.lowest.midi_pitch, kind.highest.midi_pitch
    row = theme.line if slot == theme.slot else theme.others.get(slot, ())
    heights = [pitch_of(note).midi_pitch for note in row]
    return (min(heights) - 3, max(heights) + 3) if heights else _WHOLE_RANGE


def _octaves(line: Sequence[SoundingNote], limits: tuple[int, int]) -> int:
    """The octaves by which a line fits a range best."""

    def cost(octaves: int) -> tuple[int, float, int]:
        heights = [pitch_of(note).midi_pitch + 12 * octaves for note in line]
        out = sum(not limits[0] <= height <= limits[1] for height in heights)
        middle = abs(sum(heights) / max(len(heights), 1) - sum(limits) / 2)
        return out, middle, abs(octaves)

    return min(range(-4, 5), key=cost)


def _swapped(theme: Theme, other: Slot, down: int, up: int) -> Score:
    """The score with two voices exchanged, each moved by octaves."""
    measures = []
    for measure in theme.score.measures:
        tune, line = measure.voice(theme.slot), measure.voice(other)
        new = {}
        if tune is not None:
            new[other] = _moved(tune, other, down)
        if line is not None:
            new[theme.slot] = _moved(line, theme.slot, up)
        voices = tuple(
            new[voice.slot] if voice.slot in new else voice
            for voice in measure.voices
            if voice.slot in new or voice.slot not in (theme.slot, other)
        )
        added = tuple(voice for slot, voice in new.items() if measure.voice(slot) is None)
        measures.append(replace(measure, voices=(*voices, *added), spanners=()))
    return replace(theme.score, measures=tuple(measures))


def _moved(voice: Voice, slot: Slot, octaves: int) -> Voice:
    def change(note: Note) -> Note:
        if not isinstance(note.pitch, Pitch):
            return note
        return replace(note, pitch=replace(note.pitch, octave=note.pitch.octave + octaves), staff=None)

    elements: tuple[Element, ...] = tuple(with_notes(element, change) for element in voice.elements)
    return Voice(slot, elements, "generated")


def _parallels(theme: Theme, score: Score) -> int:
    return len(parallels(score, (theme.slot, *theme.others)))


def _out_of_range(theme: Theme, score: Score, other: Slot) -> int:
    count = 0
    for slot in (theme.slot, other):
        low, high = _range(theme, slot)
        count += sum(not low <= pitch_of(note).midi_pitch <= high for note in tune_line(score, slot))
    return count


def _crossings(score: Score, low: Slot, high: Slot) -> int:
    """How often a note of the lower voice is above the upper one's."""
    upper = tune_line(score, high)
    return sum(
        any(
            own.onset < note.end and own.end > note.onset and pitch_of(own).chromatic < pitch_of(note).chromatic
            for own in upper
        )
        for note in tune_line(score, low)
    )
