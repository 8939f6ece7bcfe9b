"""Draws a progression for a section: from the counted successions of chords, towards the cadences of its phrases.

Chords are the states of a Markov chain; paths are drawn exactly under their ends by the messages of the backward
algorithm. A dissonance prefers or avoids chords with dissonant intervals, and a motif those that have its notes.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from scoregen.plan.forms.grammar import successions
from scoregen.plan.piece.piece_plan import OPEN
from scoregen.plan.piece.section_chords import NUMERALS
from scoregen.score.keys import Key
from scoregen.score.metre import TimeSignature
from scoregen.score.theory.chord_text import parse_chord_text
from scoregen.score.theory.symbol_tones import chord_tones

START = ">"
NEUTRAL_DISSONANCE = 0.25
"""The dissonance at which chords are as often as they were counted."""
SHARPNESS = 7.0
"""How much a dissonance prefers dissonant chords, in nats for the whole of both scales."""
MOTIF_WEIGHT = 3.0
"""The nats that a chord gains with all notes of the motif over it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a progression should be like: its dissonance from 0 to 1, and the chords in a measure."""

    dissonance: float = NEUTRAL_DISSONANCE
    chords_a_measure: float = 1.0


Tune = Mapping[int, Sequence[tuple[Fraction, Fraction, int]]]
"""By measure from 0 the notes of a motif: onset, length, and place on the line of fifths."""


def draw_progression(
    phrases: Sequence[int],
    cadences: Sequence[str],
    key: Key,
    time: TimeSignature,
    wish: Wish,
    tune: Tune,
    chance: random.Random,
) -> str:
    """A progression over phrases of some measures, as text of plans."""
    mode = "major" if key.has_major_third else "minor"
    rows, first = list[str](), 0
    for measures, cadence in zip(phrases, cadences, strict=True):
        slots = _slots(measures, time, wish.chords_a_measure, cadence)
        weights = _Weights(mode, key, wish.dissonance)
        path = weights.draw(slots, first, _ends(cadence or "authentic", mode), tune, chance)
        rows += _measures(path, slots, measures, len(time.groups))
        first += measures
    return " | ".join(rows)


def _ends(cadence: str, mode: str) -> tuple[tuple[str, ...], ...]:
    """The chords with which a phrase may close; a dominant has a seventh or none."""
    if cadence == OPEN:
        return ((),)
    before, goal = NUMERALS[cadence][mode]
    if not before:
        return ((goal,),)
    return ((before, goal), (f"{before}7", goal)) if before == "V" else ((before, goal),)


@dataclass(frozen=True, slots=True)
class _Slot:
    """A place for a chord: its measure in the phrase, its beat, and its length in beats and quarters."""

    measure: int
    beat: int
    onset: Fraction
    quarters: Fraction


def _slots(measures: int, time: TimeSignature, wanted: float, cadence: str) -> list[_Slot]:
    """The places of chords. The last measure has one chord, the one before it two if a dominant leads to it."""
    beats = len(time.groups)
    starts = [place for measure in range(measures) for place in _beats_of(measure, measures, beats, wanted)]
    ends = [*starts[1:], (measures, 0)]
    unit = time.groups[0]
    return [
        _Slot(m, b, time.beat_onsets[b], ((n - m) * beats + c - b) * unit)
        for (m, b), (n, c) in zip(starts, ends, strict=True)
    ]


def _beats_of(measure: int, measures: int, beats: int, wanted: float) -> list[tuple[int, int]]:
    if measure == measures - 1:
        return [(measure, 0)]
    if wanted < 0.75 and measure % 2 and measure != measures - 2:
        return []
    steps = [step for step in (beats, beats // 2, 1) if step and beats % step == 0]
    step = min(steps, key=lambda each: abs(math.log(beats / each / max(wanted, 1.0))))
    return [(measure, beat) for beat in range(0, beats, step)]


class _Weights:
    """The chain of a mode with the preferences of a wish."""

    def __init__(self, mode: str, key: Key, dissonance: float) -> None:
        self.after = successions(mode)
        self.names = [name for name in self.after if name != START]
        self.key = key
        slope = SHARPNESS * (dissonance - NEUTRAL_DISSONANCE)
        self.liking = {name: math.exp(slope * dissonance_of(name, key)) for name in self.names}

    def draw(
        self,
        slots: Sequence[_Slot],
        first: int,
        ends: Sequence[Sequence[str]],
        tune: Tune,
        chance: random.Random,
    ) -> list[str]:
        """A chord for each slot; the last ones are one of the ends, as far as there is room for it."""
        end = chance.choice(list(ends))[-len(slots) :] if ends[0] else ()
        fixed: dict[int, str] = dict(zip(range(len(slots) - len(end), len(slots)), end, strict=True))
        emit = [self._emissions(slot, first, tune, fixed.get(place)) for place, slot in enumerate(slots)]
        messages = self._backward(emit)
        path = list[str]()
        for place in range(len(slots)):
            scores = {
                name: self._step(path[-1] if path else START, name) * emit[place][name] * messages[place][name]
                for name in emit[place]
            }
            path.append(chance.choices(list(scores), list(scores.values()))[0])
        return path

    def _emissions(self, slot: _Slot, first: int, tune: Tune, fixed: str | None) -> dict[str, float]:
        if fixed is not None:
            return {fixed: 1.0}
        share = _shares_of(slot, tune.get(first + slot.measure, ()), self.key, self.names)
        return {name: self.liking[name] * math.exp(MOTIF_WEIGHT * share[name]) for name in self.names}

    def _backward(self, emit: Sequence[Mapping[str, float]]) -> list[dict[str, float]]:
        messages = [dict.fromkeys(emit[-1], 1.0)]
        for here, following in itertools.pairwise([*emit][::-1]):
            later = messages[-1]
            row = {
                name: sum(self._step(name, other) * here[other] * later[other] for other in here) for name in following
            }
            scale = max(row.values()) or 1.0
            messages.append({name: value / scale for name, value in row.items()})
        return messages[::-1]

    def _step(self, before: str, name: str) -> float:
        """The share of a chord after another; a little for what was not counted, and half for the same chord again."""
        return self.after.get(before, {}).get(name, RARE) * (0.5 if before == name else 1.0)


RARE = 1e-4
"""The share of a succession that was not counted."""


def _shares_of(
    slot: _Slot, notes: Sequence[tuple[Fraction, Fraction, int]], key: Key, names: Sequence[str]
) -> dict[str, float]:
    """For each chord the share of a motif over a slot that belongs to it, and a note at its start more."""
    inside = [
        (onset, length, fifths) for onset, length, fifths in notes if slot.onset <= onset < slot.onset + slot.quarters
    ]
    total = sum((length for _, length, _ in inside), Fraction(0))
    result = dict.fromkeys(names, 0.0)
    for name in names if total else ():
        tones = members(name, key)
        own = sum((length for _, length, fifths in inside if fifths in tones), Fraction(0))
        begins = any(onset == slot.onset and fifths in tones for onset, _, fifths in inside)
        result[name] = float(own / total) + 0.5 * begins
    return result


@lru_cache(maxsize=1024)
def members(name: str, key: Key) -> frozenset[int]:
    """The tones of a numeral in a key, on the line of fifths."""
    symbol = parse_chord_text(name, key)
    tones = chord_tones(symbol) if symbol is not None else None
    return frozenset(tones.members) if tones is not None else frozenset()


@lru_cache(maxsize=1024)
def dissonance_of(name: str, key: Key) -> float:
    """The dissonance of a chord from 0 to 1: tritones and sevenths among its tones, and tones outside the key."""
    tones = members(name, key)
    pairs = [abs(a - b) for a, b in itertools.combinations(sorted(tones), 2)]
    scale = range(key.signature.fifths - 1, key.signature.fifths + 6)
    leading = key.tonic_fifths + 5
    foreign = sum(tone not in scale and tone != leading for tone in tones)
    found = 0.35 * sum(pair == TRITONE for pair in pairs) + 0.15 * sum(pair in SEVENTHS for pair in pairs)
    return min(1.0, found + 0.2 * foreign)


TRITONE, SEVENTHS = 6, (2, 5)
"""Intervals on the line of fifths: the tritone, and major seconds and minor ones with their inversions."""


def _measures(path: Sequence[str], slots: Sequence[_Slot], measures: int, beats: int) -> list[str]:
    """The text of each measure: chords on their beats, `/` where one goes on."""
    by_place = {(slot.measure, slot.beat): name for slot, name in zip(slots, path, strict=True)}
    rows, last = list[str](), ""
    for measure in range(measures):
        row = [by_place.get((measure, beat), "/") for beat in range(beats)]
        row[0] = last if row[0] == "/" else row[0]
        last = next(name for name in reversed([last, *row]) if name != "/")
        rows.append(row[0] if set(row[1:]) <= {"/"} else " ".join(row))
    return rows
