"""What each strand is worth in each cell: melody, bass, inner line, or a double of another strand.

The melody is the part that sings, where it sings, else the highest sounding line; the bass is the lowest. A strand
doubles another in a measure if everything that it strikes is struck there too, in the same octave or another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from scoregen.generation.arranging.lines.cells import Sound, Source


@dataclass(frozen=True)
class Importance:
    """By cell: `melody` and `bass` are the shares (0 to 1) of the sounding time in which a strand leads or is lowest.

    `active` is the share of the cell in which it sounds, `classes` the shares of each pitch class in what sounds.
    `doubles` are the strands that repeat another one.
    """

    melody: tuple[dict[int, float], ...]
    bass: tuple[dict[int, float], ...]
    active: tuple[dict[int, float], ...]
    classes: tuple[dict[int, float], ...]
    doubles: tuple[frozenset[int], ...]


def importance_of(source: Source, sung: Collection[int]) -> Importance:
    """The importance of all strands; `sung` are the indices of those that sing."""
    melody, bass, active, classes = [], [], [], []
    for cell, sounds in enumerate(source.sounds):
        top, low = _leaders(sounds, frozenset(sung))
        melody.append(top)
        bass.append(low)
        length = source.lengths[cell] or 1
        active.append({s: sum(n.end - n.start for n in row) / length for s, row in enumerate(sounds) if row})
        classes.append(_classes(sounds))
    doubles = _doubles(source, melody, bass)
    return Importance(tuple(melody), tuple(bass), tuple(active), tuple(classes), doubles)


def _leaders(sounds: Sequence[Sequence[Sound]], sung: frozenset[int]) -> tuple[dict[int, float], dict[int, float]]:
    """The share of the sounding time in which a strand has the melody, and in which it has the bass."""
    top, low = defaultdict[int, float](float), defaultdict[int, float](float)
    total = 0
    for start, end, heights in _moments(sounds):
        total += end - start
        singing = [height for height in heights if height[1] in sung]
        highest = max(pitch for pitch, _ in singing or heights)
        lowest = min(pitch for pitch, _ in heights)
        for pitch, strand in heights:
            if pitch == highest and (not singing or strand in sung):
                top[strand] += end - start
            if pitch == lowest:
                low[strand] += end - start
    return ({s: t / total for s, t in top.items()}, {s: t / total for s, t in low.items()})


def _moments(sounds: Sequence[Sequence[Sound]]) -> list[tuple[int, int, list[tuple[int, int]]]]:
    """Times between changes, with the pitches and strands that sound."""
    notes = [(note, strand) for strand, row in enumerate(sounds) for note in row]
    times = sorted({time for note, _ in notes for time in (note.start, note.end)})
    found = []
    for start, end in pairwise(times):
        heights = [(note.pitch, strand) for note, strand in notes if note.start <= start and note.end >= end]
        if heights:
            found.append((start, end, heights))
    return found


def _classes(sounds: Sequence[Sequence[Sound]]) -> dict[int, float]:
    """The share of each pitch class in the sounding time of all strands; the doubled weigh no more than twice.

    The fifth above the bass weighs half, since it is missed least; the third weighs most.
    """
    times = defaultdict[int, int](int)
    for row in sounds:
        for note in row:
            times[note.pitch % 12] += note.end - note.start
    most = max(times.values(), default=1)
    lowest = min((note.pitch for row in sounds for note in row), default=0)
    weights = {7: 0.5, 3: 1.3, 4: 1.3}
    return {each: min(1.0, 2 * time / most) * weights.get((each - lowest) % 12, 1.0) for each, time in times.items()}


def _doubles(
    source: Source, melody: Sequence[dict[int, float]], bass: Sequence[dict[int, float]]
) -> tuple[frozenset[int], ...]:
    """The doubles of each cell, decided by measures, so that a double stays one."""
    by_measure: dict[int, list[int]] = defaultdict(list)
    for index, place in enumerate(source.cells):
        by_measure[place.measure].append(index)
    found: list[frozenset[int]] = [frozenset()] * len(source.cells)
    for cells in by_measure.values():
        struck: dict[int, set[tuple[int, int]]] = defaultdict(set)
        for cell in cells:
            for strand, row in enumerate(source.sounds[cell]):
                struck[strand] |= {(note.start, note.pitch % 12) for note in row if note.struck}
        worth = {s: sum(melody[c].get(s, 0) + bass[c].get(s, 0) for c in cells) for s in struck}
        doubled = _repeated({s: own for s, own in struck.items() if own}, worth)
        for cell in cells:
            found[cell] = doubled
    return tuple(found)


def _repeated(struck: dict[int, set[tuple[int, int]]], worth: dict[int, float]) -> frozenset[int]:
    """The strands whose notes another strand has too; of two equal ones the one worth less, then the later one."""
    order = sorted(struck, key=lambda strand: (-worth[strand] - len(struck[strand]), strand))
    kept: list[int] = []
    for strand in order:
        if not any(struck[strand] <= struck[other] for other in kept):
            kept.append(strand)
    return frozenset(set(struck) - set(kept))
