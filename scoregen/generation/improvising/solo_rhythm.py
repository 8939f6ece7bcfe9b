"""The rhythm of a solo: phrases with breaths between them, of beats that a style has, and a motif that comes back."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoregen.generation.improvising.changes import Changes
from scoregen.generation.improvising.solo_style import BeatRhythm, SoloStyle

_DENSITY = 3.0
"""How strongly a density of 0 or 1 prefers beats of few or many notes."""
MOTIF_BEATS = 3
"""The beats of a phrase that its motif fills."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A note to be found, from onset to end in quarters; `strength` is the metrical one of its onset.

    `phrase` is the number of its phrase, `closes` whether it ends it. `motif` is its number in the motif, None if it is
    outside; `restates` tells that the motif is a return.
    """

    onset: Fraction
    end: Fraction
    strength: int
    phrase: int
    closes: bool
    motif: int | None = None
    restates: bool = False


@dataclass(frozen=True, slots=True)
class _Beat:
    onset: Fraction
    length: Fraction
    rhythms: tuple[BeatRhythm, ...]
    strength: int
    is_last: bool


def solo_spots(changes: Changes, style: SoloStyle, density: float, seed: str) -> tuple[Spot, ...]:
    """The notes of a solo without their pitches."""
    generator = random.Random(f"{seed} rhythm")
    beats = _beats(changes, style)
    found: list[Spot] = []
    motif: list[BeatRhythm] = []
    place = phrase = 0
    while place < len(beats):
        length, rest = _lengths(beats, place, style, generator)
        own = beats[place : place + length]
        restates = phrase > 0 and bool(motif) and generator.random() < style.costs.motif
        chosen = [_rhythm(beat, density, generator, is_first=number == 0) for number, beat in enumerate(own)]
        if restates:
            same = [each for each, beat in zip(motif, own, strict=False) if each in beat.rhythms]
            chosen[: len(same)] = same
        elif not motif and len(own) > MOTIF_BEATS:
            motif = chosen[:MOTIF_BEATS]
        found += _phrase(
            own, chosen, phrase, changes, restates=restates, states=bool(motif) and (restates or phrase == 0)
        )
        place, phrase = place + length + rest, phrase + 1
    return tuple(found)


def _beats(changes: Changes, style: SoloStyle) -> list[_Beat]:
    rows = []
    for start, place, measure in zip(changes.onsets, changes.starts, changes.measures, strict=True):
        edge = Fraction(0)
        for group in measure.time.groups:
            low = edge - place
            if low >= 0 and low + group <= measure.duration:
                rows.append((start + low, group, style.beats(measure.time), measure.time.strength(edge)))
            edge += group
    return [_Beat(*row, is_last=number == len(rows) - 1) for number, row in enumerate(rows)]


def _lengths(beats: Sequence[_Beat], place: int, style: SoloStyle, generator: random.Random) -> tuple[int, int]:
    """The beats of the next phrase and of the rest after it; a phrase ends where a rest fits before a strong beat."""
    left = len(beats) - place
    phrase = style.phrase
    length = generator.randint(phrase.shortest, phrase.longest)
    rest = generator.randint(phrase.rest_shortest, phrase.rest_longest)
    if left <= length + rest + phrase.shortest // 2:
        last = next((number for number in range(left - 1, 0, -1) if beats[place + number].strength == 0), left - 1)
        return (last + 1, left) if last + 1 >= min(left, 3) else (left, 0)
    return length, rest


def _rhythm(beat: _Beat, density: float, generator: random.Random, *, is_first: bool) -> BeatRhythm:
    usable = [each for each in beat.rhythms if not (is_first and each.parts[0][1] == "tied")]
    mean = sum(each.attacks * each.weight for each in usable) / sum(each.weight for each in usable)
    weights = [each.weight * math.exp(_DENSITY * (density - 0.5) * (each.attacks - mean)) for each in usable]
    return generator.choices(usable, weights)[0]


def _phrase(
    beats: Sequence[_Beat],
    rhythms: Sequence[BeatRhythm],
    number: int,
    changes: Changes,
    *,
    restates: bool,
    states: bool,
) -> list[Spot]:
    """The spots of a phrase. Its last beat has one note, which lasts as long as the beat, or to the end of the solo."""
    events: list[list[Fraction]] = []
    ends_motif = beats[min(MOTIF_BEATS, len(beats)) - 1].onset + beats[min(MOTIF_BEATS, len(beats)) - 1].length
    for beat, rhythm in zip(beats[:-1], rhythms, strict=False):
        onset = beat.onset
        for share, kind in rhythm.parts:
            end = onset + share * beat.length
            if kind == "note":
                events.append([onset, end])
            elif kind == "tied" and events and events[-1][1] == onset:
                events[-1][1] = end
            onset = end
    last = beats[-1]
    is_end = last.onset >= changes.onsets[-1]
    events.append([last.onset, changes.end if is_end else last.onset + last.length])
    spots = []
    for index, (onset, end) in enumerate(events):
        in_motif = states and onset < ends_motif
        spots.append(
            Spot(
                onset,
                end,
                changes.strength(onset),
                number,
                index == len(events) - 1,
                index if in_motif else None,
                restates and in_motif,
            )
        )
    return spots
