"""Voice exchange: the tune goes to a lower part, whose line goes to the part of the tune (double counterpoint).

Both lines move by octaves, into the ranges of their new parts, so that every chord keeps its notes. Of the parts that
can take the tune the one is chosen with the fewest faults that were not there: parallel fifths and octaves (fourths
become fifths), notes out of range, and voices that cross. On a keyboard the hands change places.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.analysis.rules.parallels import parallels
from scoregen.generation.variation.ornament import share_of
from scoregen.generation.variation.splicing import spliced
from scoregen.generation.variation.theme import Theme, tune_line
from scoregen.score.edit import with_notes
from scoregen.score.elements import Element, Note, Part, Score, Slot, Voice
from scoregen.score.ensemble import Role, recognise_ensemble
from scoregen.score.instruments import instrument_of
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import SoundingNote, pitch_of
from scoregen.system.errors import InputError

_PARALLEL, _OUT_OF_RANGE, _UNCOMFORTABLE, _CROSSED = 3.0, 2.0, 0.4, 0.5
_WHOLE_RANGE = (0, 127)


@dataclass(frozen=True, slots=True)
class Exchanged:
    """The score with the tune in another part, the slot of the tune from a time on, and the name of that part.

    `parallels` are those that the theme does not have; `phrases` are how many were exchanged, of `possible`.
    """

    score: Score
    homes: tuple[tuple[Fraction, Slot], ...]
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
        raise InputError("found no second voice; the technique voice-exchange needs two voices that have a staff each")
    near = [swap for swap in swaps if swap.cost <= swaps[0].cost + 1]
    best = random.Random(f"{seed} exchange").choice(near)
    order = list(range(len(theme.phrases)))
    random.Random(f"{seed} phrases").shuffle(order)
    taken = set(order[: share_of(len(order), strength)])
    score = spliced(theme, best.score, taken)
    homes = tuple(
        (start, best.other if number in taken else theme.slot) for number, (start, _) in enumerate(theme.phrases)
    )
    part = next(part for part in score.parts if part.id == best.other.part)
    name = part.name or part.id
    count = _parallels(theme, score) - _parallels(theme, theme.score)
    return Exchanged(score, homes, name, max(count, 0), share_of(len(order), strength), len(order))


def _swaps(theme: Theme) -> Iterator[_Swap]:
    before = _parallels(theme, theme.score)
    for other in _partners(theme):
        line = tune_line(theme.score, other)
        down = _octaves(theme.line, _range(theme, other))
        up = _octaves(line, _range(theme, theme.slot))
        score = _swapped(theme, other, down, up)
        new = max(_parallels(theme, score) - before, 0)
        cost = _PARALLEL * new + _strain(theme, score, other)
        yield _Swap(other, down, up, cost + _CROSSED * _crossings(score, other, theme.slot), new, score)


def _partners(theme: Theme) -> list[Slot]:
    """The voices that may take the tune: those that sing or play alone on their staff in most of its measures."""
    found: list[Slot] = []
    if any(slot[:2] == theme.slot[:2] for slot in theme.others):
        return found
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
    kind = _role(theme, part) or instrument_of(part)
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
            new.get(voice.slot, voice)
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


def _strain(theme: Theme, score: Score, other: Slot) -> float:
    """The cost of notes that the two parts can sing or play with effort, or not at all."""
    cost = 0.0
    for slot in (theme.slot, other):
        low, high = _range(theme, slot)
        easy = _comfortable(theme, slot)
        for note in tune_line(score, slot):
            height = pitch_of(note).midi_pitch
            cost += _OUT_OF_RANGE * (not low <= height <= high) + _UNCOMFORTABLE * (not easy[0] <= height <= easy[1])
    return cost


def _comfortable(theme: Theme, slot: Slot) -> tuple[int, int]:
    part = next(part for part in theme.score.parts if part.id == slot.part)
    role = _role(theme, part)
    kind = role or instrument_of(part)
    if kind is None or part.staves > 1:
        return _range(theme, slot)
    low, high = kind.comfortable
    return low.midi_pitch, high.midi_pitch


def _role(theme: Theme, part: Part) -> Role | None:
    ensemble = recognise_ensemble(theme.score)
    is_whole = ensemble is not None and len(ensemble.roles) == len(theme.score.parts)
    return ensemble.roles[theme.score.parts.index(part)] if ensemble is not None and is_whole else None


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
