"""Ornament: figures in place of the notes of a tune, which keeps its structural notes where they are.

After the manuals of diminution that `grammars/variations/figures.toml` names. A variation has one manner (how it
divides the beat), and prefers the figures that it has used for the same motion before, as a composer who works out one
idea.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeVar

from scoregen.generation.variation.figures import Realisation, Span, realisations
from scoregen.generation.variation.grammar import Manner, figure_rules
from scoregen.generation.variation.rows import Row, Stretch, first_of, row_of, sounding, voice_with
from scoregen.generation.variation.theme import Theme
from scoregen.score.elements import Voice
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import pitch_of

LONGEST = 4
"""The most equal notes of one figure in a simple metre; a longer note is divided at its beats."""
_LENGTHS = (2, 3, 4, 6)


@dataclass(frozen=True, slots=True)
class Unit:
    """Stretches of a measure that one figure can take the place of: `first` to `last` of its row.

    `held` is the length of the note before the figure begins, `parts` are the spans of its figures in order.
    """

    measure: int
    first: int
    last: int
    held: Fraction
    parts: tuple[Span, ...]


Chooser = Callable[[int, Sequence[Voice]], int]
"""Chooses one of several voices for a measure, by its index."""
FigureUse = tuple[int, int | None, str]
"""The number of notes of a figure, the motion that it is used for, and its name."""
T = TypeVar("T")


def ornamented(
    theme: Theme, manner: Manner, strength: float, seed: str, choose: Chooser | None = None, drafts: int = 6
) -> dict[int, Voice]:
    """The voices of the tune, by measure index, that have figures on a share of it, `strength` from 0 to 1.

    What changes at one strength changes at every greater one. `choose` decides between some drafts of each measure;
    without it the first is taken.
    """
    rows = tune_rows(theme)
    ways = {unit: options for unit in units(theme, manner, rows) if (options := _options(theme, unit, manner))}
    order = sorted(ways, key=lambda unit: (unit.measure, unit.first))
    taken = set(drawn(order, strength, f"{seed} places"))
    used: Counter[FigureUse] = Counter()
    voices: dict[int, Voice] = {}
    for index in sorted({unit.measure for unit in taken}):
        own = [unit for unit in ways if unit.measure == index and unit in taken]
        found: list[tuple[Voice, list[FigureUse]]] = []
        for number in range(drafts if choose else 1):
            draft = _draft(theme, rows[index], own, ways, used, f"{seed} {index} {number}")
            if draft is not None and draft[0] not in [voice for voice, _ in found]:
                found.append(draft)
        if not found:
            continue
        at = choose(index, [voice for voice, _ in found]) if choose and len(found) > 1 else 0
        voices[index], names = found[at]
        used.update(names)
    return voices


def drawn(things: Iterable[T], strength: float, seed: str) -> list[T]:
    """A share of some things, in the order of chance: what one strength takes, every greater one takes too."""
    order = list(things)
    random.Random(seed).shuffle(order)
    return order[: share_of(len(order), strength)]


def share_of(count: int, strength: float) -> int:
    """The number of some things for a strength; at least one above 0."""
    return min(count, max(round(count * strength), 1 if strength > 0 else 0))


def tune_rows(theme: Theme) -> dict[int, Row]:
    """The rows of the tune by measure index, where it is present."""
    found = {}
    for index, measure in enumerate(theme.score.measures):
        voice = measure.voice(theme.slot)
        if voice is not None and not voice.is_blank and voice.elements:
            found[index] = row_of(voice)
    return found


def units(theme: Theme, manner: Manner, rows: Mapping[int, Row]) -> list[Unit]:
    """The places for figures, in order. Notes that close phrases and tied notes have none."""
    structural = {note.onset: kept for note, kept in zip(theme.line, theme.structural, strict=True)}
    following = _following(theme)
    found: list[Unit] = []
    for index, row in rows.items():
        unit = manner.unit(theme.score.measures[index].time)
        place = 0
        while place < len(row):
            last = _last_of_unit(row, place, theme.onsets[index], structural)
            candidate = _unit(theme, index, row, place, last, unit, following)
            found += [candidate] if candidate else []
            place = last + 1
    return found


def _following(theme: Theme) -> dict[Fraction, Pitch]:
    """By the end of a note of the tune the note that begins there."""
    return {note.onset: pitch_of(note) for note in theme.line}


def _last_of_unit(row: Row, place: int, start: Fraction, structural: Mapping[Fraction, bool]) -> int:
    """The last stretch that belongs to the one at `place`: notes that are neither structural nor sung to a syllable."""
    last = place
    while last + 1 < len(row) and row[place].notes and _is_ornament(row[last + 1], start, structural):
        last += 1
    return last


def _is_ornament(stretch: Stretch, start: Fraction, structural: Mapping[Fraction, bool]) -> bool:
    has_words = any(lyric.text for note in stretch.notes for lyric in note.lyrics)
    plain = len(stretch.notes) == 1 and not stretch.graces and not stretch.is_tied and not has_words
    return plain and structural.get(start + stretch.onset) is False


def _unit(
    theme: Theme,
    index: int,
    row: Row,
    place: int,
    last: int,
    unit: Fraction,
    following: Mapping[Fraction, Pitch],
) -> Unit | None:
    stretch, start = row[place], theme.onsets[index]
    own = row[place : last + 1]
    onset, end = start + stretch.onset, start + own[-1].end
    pitch = stretch.top
    if pitch is None or pitch.is_microtonal or any(each.is_tied or each.graces for each in own):
        return None
    if onset in theme.closings or any(note.fermata for each in own for note in each.notes):
        return None
    count = (end - onset) / unit
    if count.denominator != 1 or count <= len(own) or count < 2:
        return None
    held, sizes = _sizes(int(count), theme, onset, unit)
    goal = following.get(end)
    parts = _spans(theme, onset + held * unit, sizes, unit, pitch, goal)
    return Unit(index, place, last, held * unit, parts)


def _sizes(count: int, theme: Theme, onset: Fraction, unit: Fraction) -> tuple[int, tuple[int, ...]]:
    """The units that a note is held for before its figures, and the numbers of notes of these."""
    if count in _LENGTHS:
        return 0, (count,)
    for size in (LONGEST, 3, 6):
        if count % size == 0 and theme.strength(onset) <= theme.strength(onset + size * unit):
            return 0, (size,) * (count // size)
    size = LONGEST if count > LONGEST else 3
    return count % size or size, (size,) * (count // size - (count % size == 0))


def _spans(
    theme: Theme, onset: Fraction, sizes: Sequence[int], unit: Fraction, first: Pitch, goal: Pitch | None
) -> tuple[Span, ...]:
    """The spans of the figures of a long note, which returns to itself at each of them."""
    found = []
    for number, size in enumerate(sizes):
        end = onset + size * unit
        found.append(Span(onset, end, first, goal if number == len(sizes) - 1 else first, size))
        onset = end
    return tuple(found)


Options = tuple[tuple[Realisation, ...], ...]
"""For each span of a unit its realisations."""


def _options(theme: Theme, unit: Unit, manner: Manner) -> Options:
    """The realisations of each span; () if one has none."""
    found = tuple(tuple(realisations(theme, span, manner.only)) for span in unit.parts)
    return found if found and all(found) else ()


def _draft(
    theme: Theme,
    row: Row,
    own: Sequence[Unit],
    ways: Mapping[Unit, Options],
    used: Counter[FigureUse],
    seed: str,
) -> tuple[Voice, list[FigureUse]] | None:
    """A voice of a measure with figures that are drawn for its units, and their uses; None if it has no notation."""
    generator = random.Random(seed)
    index = own[0].measure
    names: list[FigureUse] = []
    new: list[Stretch] = []
    place = 0
    for unit in own:
        picked = [_picked(span, options, used, generator) for span, options in zip(unit.parts, ways[unit], strict=True)]
        names += [_use(span, choice) for span, choice in zip(unit.parts, picked, strict=True)]
        new += [*row[place : unit.first], *_stretches(row[unit.first], unit, picked, theme.onsets[index])]
        place = unit.last + 1
    measure = theme.score.measures[index]
    voice = measure.voice(theme.slot)
    assert voice is not None
    ornate = voice_with((*new, *row[place:]), voice, measure, theme.starts[index])
    return (ornate, names) if ornate is not None else None


def _picked(
    span: Span, options: Sequence[Realisation], used: Counter[FigureUse], generator: random.Random
) -> Realisation:
    """A realisation by chance, likelier for each time that its figure was used for the same motion."""
    weights = [option.weight * (1 + figure_rules().memory * used[_use(span, option)]) for option in options]
    return generator.choices(options, weights)[0]


def _use(span: Span, choice: Realisation) -> FigureUse:
    return span.count, span.motion, choice.name


def _stretches(stretch: Stretch, unit: Unit, picked: Sequence[Realisation], start: Fraction) -> list[Stretch]:
    """The notes of the figures of a unit; the first one keeps the lower notes, the marks and the syllable."""
    found: list[Stretch] = []
    for number, (span, choice) in enumerate(zip(unit.parts, picked, strict=True)):
        for low, high, pitch in zip(span.times, span.times[1:], choice.notes, strict=False):
            found.append(sounding(pitch, low - start, high - start, stretch.notes[-1]))
        if number == 0:
            opening = found[0]
            found[0] = replace(first_of(stretch, opening.end), onset=stretch.onset)
            if unit.held:
                found[0] = first_of(stretch, opening.end)
    return found
