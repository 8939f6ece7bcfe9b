"""A solo over changes: rhythm in phrases, pitches by the cheapest path, drafts that the network ranks."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from scoregen.generation.improvising.changes import PART, Change, Changes
from scoregen.generation.improvising.line_writing import LineEvent, with_line
from scoregen.generation.improvising.pitch_path import Goal, pitch_path
from scoregen.generation.improvising.solo_rhythm import Spot, solo_spots
from scoregen.generation.improvising.solo_style import SoloStyle
from scoregen.score.directions import Direction, Words
from scoregen.score.elements import Measure, Metadata, Part, Score, Slot
from scoregen.score.ensemble import readable
from scoregen.score.instruments import InstrumentType

_NEW = Fraction(1)
"""Quarters after a change in which a note is the first of its chord."""
_ARC = 7
"""The semitones of the arch of a phrase."""
_WEAK = 4


@dataclass(frozen=True, slots=True)
class SoloFigures:
    """What a solo does, as shares: chord tones on strong beats, changes met by a third or a seventh, foreign notes that
    are resolved by step; the number of phrases, and of those that begin with the motif."""

    strong_chord_tones: float
    guide_tones: float
    resolved: float
    phrases: int
    motif_returns: int
    notes: int


@dataclass(frozen=True, slots=True)
class Solo:
    score: Score
    events: tuple[LineEvent, ...]
    figures: SoloFigures


def solo_over(changes: Changes, style: SoloStyle, player: InstrumentType, density: float, seed: str) -> Solo:
    """One draft of a solo in the comfortable range of an instrument."""
    spots = solo_spots(changes, style, density, seed)
    lowest, highest = (pitch.midi_pitch for pitch in player.comfortable)
    goals = _goals(spots, changes, lowest, highest, f"{seed}")
    goals = _closing(_with_motif(goals, spots, lowest, highest, style, seed), changes)
    pitches = pitch_path(goals, lowest, highest, style.costs, seed)
    events = tuple(LineEvent(spot.onset, spot.end, pitch) for spot, pitch in zip(spots, pitches, strict=True))
    return Solo(_score(changes, style, player, events), events, solo_figures(spots, events, changes))


def _goals(spots: Sequence[Spot], changes: Changes, lowest: int, highest: int, seed: str) -> list[Goal]:
    generator = random.Random(f"{seed} arches")
    found: list[Goal] = []
    first: Change | None = None
    spans = _phrase_spans(spots)
    arches = {number: generator.choice((-1, 1, 1)) for number in spans}
    heights = {number: generator.uniform(-0.15, 0.2) for number in spans}
    for spot in spots:
        chord = changes.at(spot.onset) or changes.chords[0]
        ahead = changes.at(spot.end - Fraction(1, 8)) or chord
        is_anticipation = (
            ahead is not chord and ahead.onset < spot.end and spot.end - ahead.onset >= ahead.onset - spot.onset
        )
        own = ahead if is_anticipation else chord
        start, end = spans[spot.phrase]
        along = float((spot.onset - start) / max(end - start, Fraction(1)))
        middle = lowest + (highest - lowest) * (0.5 + heights[spot.phrase])
        arch = arches[spot.phrase] * _ARC * (0.5 - 2 * (along - 0.5) ** 2)
        is_new = own is not first and spot.onset - own.onset < _NEW
        found.append(
            Goal(
                own.members,
                own.guides,
                own.key,
                min(spot.strength, _WEAK),
                spot.strength <= 2,
                is_new,
                spot.closes,
                middle + arch,
            )
        )
        first = own
    return found


def _closing(goals: list[Goal], changes: Changes) -> list[Goal]:
    """The goals, the last of which is the root, the third or the fifth of the last chord."""
    last = changes.chords[-1]
    triad = {last.root, last.root + 1, *(tone for tone in last.members if tone - last.root in (4, -3))}
    allowed = frozenset(7 * tone % 12 for tone in triad & last.members)
    return [*goals[:-1], replace(goals[-1], only=allowed)] if goals else goals


def _phrase_spans(spots: Sequence[Spot]) -> dict[int, tuple[Fraction, Fraction]]:
    found: dict[int, tuple[Fraction, Fraction]] = {}
    for spot in spots:
        start, _ = found.get(spot.phrase, (spot.onset, spot.onset))
        found[spot.phrase] = start, spot.onset
    return found


def _with_motif(
    goals: Sequence[Goal], spots: Sequence[Spot], lowest: int, highest: int, style: SoloStyle, seed: str
) -> list[Goal]:
    """The goals with the intervals of the motif where it comes back; the motif is what the first phrase begins with."""
    stated = [index for index, spot in enumerate(spots) if spot.motif is not None and not spot.restates]
    if len(stated) < 2:
        return list(goals)
    pitches = pitch_path([goals[index] for index in stated], lowest, highest, style.costs, f"{seed} motif")
    steps = [high.midi_pitch - low.midi_pitch for low, high in pairwise(pitches)]
    found = []
    for goal, spot in zip(goals, spots, strict=True):
        number = spot.motif
        interval = steps[number - 1] if number is not None and 0 < number <= len(steps) else None
        found.append(replace(goal, interval=interval))
    return found


def solo_figures(spots: Sequence[Spot], events: Sequence[LineEvent], changes: Changes) -> SoloFigures:
    """The figures of a solo."""
    strong = [event for spot, event in zip(spots, events, strict=True) if spot.strength <= 1]
    met = [_meets(changes, chord, events) for chord in changes.chords]
    heard = [each for each in met if each is not None]
    foreign = [
        (event, after, spot.closes)
        for spot, event, after in zip(spots, events, [*events[1:], None], strict=True)
        if not _is_member(changes, event)
    ]
    return SoloFigures(
        _share([_is_member(changes, event) for event in strong]),
        _share(heard),
        _share([after is not None and not closes and _is_step(event, after) for event, after, closes in foreign]),
        len({spot.phrase for spot in spots}),
        len({spot.phrase for spot in spots if spot.restates}),
        len(events),
    )


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 1.0


def _is_member(changes: Changes, event: LineEvent) -> bool:
    """Whether a note is a member of a chord with which it sounds at its onset, or that it anticipates."""
    found = [changes.at(event.onset), changes.at(event.end - Fraction(1, 8))]
    return any(chord is None or event.pitch.fifths in chord.members for chord in found)


def _is_step(event: LineEvent, after: LineEvent) -> bool:
    return 1 <= abs(after.pitch.midi_pitch - event.pitch.midi_pitch) <= 2


def _meets(changes: Changes, chord: Change, events: Sequence[LineEvent]) -> bool | None:
    """Whether the first note of a chord is its third or its seventh; None if nothing sounds at its start."""
    first = next((event for event in events if event.end > chord.onset and event.onset < chord.onset + _NEW), None)
    own = next((event for event in events if chord.onset <= event.onset < chord.onset + _NEW), first)
    return None if own is None or not chord.guides else own.pitch.fifths in chord.guides


def _score(changes: Changes, style: SoloStyle, player: InstrumentType, events: Sequence[LineEvent]) -> Score:
    fifths = changes.measures[0].key.fifths
    part = Part(
        PART,
        player.title,
        player.abbreviation,
        player.clefs[:1],
        player.instrument,
        readable(player.transposition, fifths),
    )
    measures: tuple[Measure, ...] = with_line(changes.measures, events, Slot(PART))
    title = f"Solo on {changes.title}" if changes.title else f"Solo, {style.title}"
    return Score((part,), _with_words(measures, style.words), Metadata(title=title))


def _with_words(measures: tuple[Measure, ...], words: str) -> tuple[Measure, ...]:
    if not words:
        return measures
    mark = Direction(Fraction(0), Words(words), part=PART)
    return (replace(measures[0], directions=(mark, *measures[0].directions)), *measures[1:])
