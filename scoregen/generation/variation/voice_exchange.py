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
from scoregen.generation.arranging.lines.writing import in_octave
from scoregen.generation.variation.ornament import drawn
from scoregen.generation.variation.splicing import spliced
from scoregen.generation.variation.theme import Theme, tune_line
from scoregen.score.edit import with_notes
from scoregen.score.elements import Element, Note, Score, Slot, Voice
from scoregen.score.ensemble import Ensemble, recognise_ensemble
from scoregen.score.instruments import instrument_of
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import SoundingNote, pitch_of
from scoregen.system.errors import InputError

_PARALLEL, _OUT_OF_RANGE, _UNCOMFORTABLE, _CROSSED = 3.0, 2.0, 0.4, 0.5
_BEYOND = 3
"""Semitones that a part of an unknown kind may go beyond what it has."""


@dataclass(frozen=True, slots=True)
class Exchanged:
    """The score with the tune in another part, the slot of the tune from a time on, and the name of that part.

    `parallels` counts those that the theme does not have.
    """

    score: Score
    homes: tuple[tuple[Fraction, Slot], ...]
    part: str
    parallels: int


@dataclass(frozen=True, slots=True)
class _Swap:
    other: Slot
    cost: float
    score: Score


@dataclass(frozen=True, slots=True)
class _Compass:
    """The MIDI numbers that a part can sing or play, and those that are easy for it, from the lowest to the highest."""

    whole: tuple[int, int]
    easy: tuple[int, int]


def voices_exchanged(theme: Theme, strength: float, seed: str) -> Exchanged:
    """The tune exchanged with another voice in a share of its phrases. InputError if there is no other voice."""
    swaps = sorted(_swaps(theme), key=lambda swap: (swap.cost, swap.other))
    if not swaps:
        raise InputError("found no second voice; the technique voice-exchange needs two voices that have a staff each")
    near = [swap for swap in swaps if swap.cost <= swaps[0].cost + 1]
    best = random.Random(f"{seed} exchange").choice(near)
    taken = set(drawn(range(len(theme.phrases)), strength, f"{seed} phrases"))
    score = spliced(theme, best.score, taken)
    homes = tuple(
        (start, best.other if number in taken else theme.slot) for number, (start, _) in enumerate(theme.phrases)
    )
    part = score.part(best.other.part)
    count = _parallels(theme, score) - _parallels(theme, theme.score)
    return Exchanged(score, homes, part.name or part.id, max(count, 0))


def _swaps(theme: Theme) -> Iterator[_Swap]:
    before = _parallels(theme, theme.score)
    ensemble = _whole_ensemble(theme.score)
    own = _compass(theme, theme.slot, ensemble)
    for other in _partners(theme):
        theirs = _compass(theme, other, ensemble)
        down, up = _octaves(theme.line, theirs.whole), _octaves(tune_line(theme.score, other), own.whole)
        score = _swapped(theme, other, down, up)
        strain = _strain([(tune_line(score, theme.slot), own), (tune_line(score, other), theirs)])
        cost = _PARALLEL * max(_parallels(theme, score) - before, 0) + strain
        yield _Swap(other, cost + _CROSSED * _crossings(score, other, theme.slot), score)


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


def _whole_ensemble(score: Score) -> Ensemble | None:
    """The ensemble of a score if each of its parts has a role."""
    found = recognise_ensemble(score)
    return found if found is not None and len(found.roles) == len(score.parts) else None


def _compass(theme: Theme, slot: Slot, ensemble: Ensemble | None) -> _Compass:
    part = theme.score.part(slot.part)
    if part.staves > 1:
        hand = (36, 67) if slot.staff > 1 else (55, 96)
        return _Compass(hand, hand)
    kind = ensemble.roles[theme.score.parts.index(part)] if ensemble is not None else instrument_of(part)
    if kind is not None:
        low, high = kind.comfortable
        return _Compass((kind.lowest.midi_pitch, kind.highest.midi_pitch), (low.midi_pitch, high.midi_pitch))
    heights = [pitch_of(note).midi_pitch for note in (theme.line if slot == theme.slot else theme.others[slot])]
    written = min(heights) - _BEYOND, max(heights) + _BEYOND
    return _Compass(written, written)


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
        return replace(note, pitch=in_octave(note.pitch, octaves), staff=None)

    elements: tuple[Element, ...] = tuple(with_notes(element, change) for element in voice.elements)
    return Voice(slot, elements, "generated")


def _parallels(theme: Theme, score: Score) -> int:
    return len(parallels(score, (theme.slot, *theme.others)))


def _strain(lines: Sequence[tuple[Sequence[SoundingNote], _Compass]]) -> float:
    """The cost of notes that their parts can sing or play with effort, or not at all."""
    cost = 0.0
    for line, compass in lines:
        (low, high), easy = compass.whole, compass.easy
        for note in line:
            height = pitch_of(note).midi_pitch
            cost += _OUT_OF_RANGE * (not low <= height <= high) + _UNCOMFORTABLE * (not easy[0] <= height <= easy[1])
    return cost


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
