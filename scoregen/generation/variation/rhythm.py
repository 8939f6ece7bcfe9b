"""Rhythm: pairs of equal notes become dotted, lilting or short-long, in all voices at the same places.

Time is bent inside a beat or a pair of beats, for all voices alike: what sounded together still does, so that no new
dissonance and no new parallel arises. A variation has one rhythm, the one that fits most places, drawn by its weight.
Notes of the tune that have no partner are struck again in the rhythm.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate

from scoregen.generation.variation.grammar import Rhythm, rhythms
from scoregen.generation.variation.ornament import share_of
from scoregen.generation.variation.rows import Row, Stretch, first_of, row_of, sounding, voice_with
from scoregen.generation.variation.theme import Theme
from scoregen.score.edit import insert_voices
from scoregen.score.elements import Measure, Score, Slot, Voice


@dataclass(frozen=True, slots=True)
class Place:
    """A span of a measure, from `low` to `high` in quarters there; `repeats` if the tune has one note in it."""

    measure: int
    low: Fraction
    high: Fraction
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Rhythmed:
    """The score in a rhythm, its name, and how many places took it."""

    score: Score
    name: str
    changed: int


def in_rhythm(theme: Theme, strength: float, seed: str) -> Rhythmed:
    """The theme in a rhythm at a share of the places for it, `strength` from 0 to 1."""
    generator = random.Random(f"{seed} rhythm")
    rows = voice_rows(theme.score)
    fitting = [(rhythm, places) for rhythm in rhythms() if (places := _places(theme, rhythm, rows))]
    if not fitting:
        return Rhythmed(theme.score, "", 0)
    most = max(_notes_moved(places) for _, places in fitting)
    usable = [(rhythm, places) for rhythm, places in fitting if 2 * _notes_moved(places) >= most]
    rhythm, places = generator.choices(usable, [own.weight for own, _ in usable])[0]
    order = list(places)
    random.Random(f"{seed} places").shuffle(order)
    order = _within(order)
    taken = order[: share_of(len(order), strength)]
    by_measure: dict[int, list[Place]] = {}
    for place in taken:
        by_measure.setdefault(place.measure, []).append(place)
    voices = [
        (index, voice) for index, own in by_measure.items() for voice in _bent(theme, rhythm, index, own, rows[index])
    ]
    return Rhythmed(insert_voices(theme.score, voices), rhythm.name, len(taken))


def _notes_moved(places: Sequence[Place]) -> int:
    return sum(1 if place.repeats else 2 for place in places)


def _within(places: Sequence[Place]) -> list[Place]:
    """The places in their order, without those that overlap an earlier one."""
    found: list[Place] = []
    for place in places:
        if not any(own.measure == place.measure and own.low < place.high and place.low < own.high for own in found):
            found.append(place)
    return found


def voice_rows(score: Score) -> dict[int, dict[Slot, Row]]:
    """By measure index and slot the rows of the voices that are present."""
    return {
        index: {voice.slot: row_of(voice) for voice in measure.voices if voice.elements}
        for index, measure in enumerate(score.measures)
    }


def _places(theme: Theme, rhythm: Rhythm, rows: Mapping[int, Mapping[Slot, Row]]) -> list[Place]:
    """The places for a rhythm: those where notes of the tune begin at its cuts, then those of single notes."""
    found: list[Place] = []
    for index, measure in enumerate(theme.score.measures):
        if theme.slot in rows[index] and measure.time.has_compound_beats == rhythm.is_compound and not measure.changes:
            for kind in rhythm.spans:
                for low, high in _spans(measure, theme.starts[index], kind):
                    goes_on = not _closes_in(theme, index, low, high)
                    if goes_on and _fits(rhythm, low, high, rows[index], theme.slot):
                        found.append(Place(index, low, high))
            for low, high in () if theme.kind == "choir" else _spans(measure, theme.starts[index], "beat"):
                if _is_struck_again(theme, index, low, high, rows[index][theme.slot]):
                    found.append(Place(index, low, high, repeats=True))
    pairs = [place for place in found if not place.repeats]
    taken = {(place.measure, place.low) for place in pairs}
    single = [place for place in found if place.repeats and (place.measure, place.low) not in taken]
    return [*_within(pairs), *[each for each in single if each in _within([*pairs, each])]] if pairs else []


def _closes_in(theme: Theme, index: int, low: Fraction, high: Fraction) -> bool:
    """Whether a phrase closes inside a span and another begins there."""
    start = theme.onsets[index]
    return any(start + low < end < start + high for _, end in theme.phrases)


def _spans(measure: Measure, start: Fraction, kind: str) -> Iterator[tuple[Fraction, Fraction]]:
    """The beats of a measure, or its pairs of equal beats, that lie inside it."""
    groups = measure.time.groups
    edges = [Fraction(0), *accumulate(groups)]
    size = 1 if kind == "beat" else 2
    for number in range(0, len(groups) - size + 1, size):
        low, high = edges[number] - start, edges[number + size] - start
        if len(set(groups[number : number + size])) == 1 and low >= 0 and high <= measure.duration:
            yield low, high


def _fits(rhythm: Rhythm, low: Fraction, high: Fraction, rows: Mapping[Slot, Row], tune: Slot) -> bool:
    """Whether the tune begins notes at all cuts of a rhythm in a span, and no voice at another place inside it."""
    length = high - low
    cuts = {low + cut * length for cut in rhythm.cuts}
    inside = {slot: {edge for edge in _edges(row) if low < edge < high} for slot, row in rows.items()}
    begun = {stretch.onset for stretch in rows[tune] if stretch.notes}
    return cuts <= begun and low in begun and all(edges <= cuts for edges in inside.values())


def _edges(row: Row) -> set[Fraction]:
    return {edge for stretch in row for edge in (stretch.onset, stretch.end)}


def _is_struck_again(theme: Theme, index: int, low: Fraction, high: Fraction, row: Row) -> bool:
    """Whether the tune has one note of a beat there that can be struck twice: none that closes a phrase or is tied."""
    own = next((stretch for stretch in row if stretch.onset == low and stretch.end == high), None)
    if own is None or not own.notes or own.is_tied or own.fermata or any(note.fermata for note in own.notes):
        return False
    has_words = any(lyric.text for note in own.notes for lyric in note.lyrics)
    return theme.onsets[index] + low not in theme.closings and not has_words


def _bent(theme: Theme, rhythm: Rhythm, index: int, places: Sequence[Place], rows: Mapping[Slot, Row]) -> list[Voice]:
    """The voices of a measure in a rhythm; none if one of them has no notation."""
    measure = theme.score.measures[index]
    found = []
    for slot, row in rows.items():
        new = row
        for place in places:
            if place.repeats:
                new = _struck_again(new, place, rhythm) if slot == theme.slot else new
            else:
                new = _moved(new, rhythm, place)
        if new == row:
            continue
        voice = measure.voice(slot)
        assert voice is not None
        bent = voice_with(new, voice, measure, theme.starts[index])
        if bent is None:
            return []
        found.append(bent)
    return found


def _moved(row: Row, rhythm: Rhythm, place: Place) -> Row:
    length = place.high - place.low
    change = {
        place.low + old * length: place.low + new * length for old, new in zip(rhythm.cuts, rhythm.becomes, strict=True)
    }
    return tuple(
        replace(stretch, onset=change.get(stretch.onset, stretch.onset), end=change.get(stretch.end, stretch.end))
        for stretch in row
    )


def _struck_again(row: Row, place: Place, rhythm: Rhythm) -> Row:
    cut = place.low + rhythm.becomes[-1] * (place.high - place.low)
    new: list[Stretch] = []
    for stretch in row:
        if stretch.onset == place.low and stretch.end == place.high and len(stretch.notes) == 1:
            again = sounding(stretch.notes[0].pitch, cut, stretch.end, stretch.notes[0])  # type: ignore[arg-type]
            new += [first_of(stretch, cut), again]
        else:
            new.append(stretch)
    return tuple(new)
