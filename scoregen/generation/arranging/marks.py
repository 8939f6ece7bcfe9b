"""The marks of a score for the parts of its arrangement: dynamics, hairpins, slurs, words, pedals, chord symbols.

A mark goes to the players who have a voice of its staff at its onset. Words that tell one family of instruments how to
play (pizz., con sord., Ped.) stay with that family.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.generation.arranging.lines.writing import Stretch
from scoregen.score.directions import Direction, Dynamic, Words
from scoregen.score.elements import Measure, Part, Score, Slot, Voice
from scoregen.score.instruments import Family, family_of
from scoregen.score.spanners import Pedal, Slur, Spanner

_TECHNIQUES = re.compile(
    r"\b(pizz|arco|sord|div\b|divisi|unis|sul |col legno|ponticello|tasto|trem|spicc|m\.? ?[dgs]\.|r\.?h\.?|l\.?h\.?|"
    r"ped\b|una corda|tre corde|due corde|mute|gestopft|ged[aä]mpft|a 2|a2|zu 2|solo|soli|tutti|flutter|open\b|bouch|"
    r"tast|saite|corde|main|hand|manual)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Marked:
    """By measure the directions and spanners of the new parts, and the number of marks left out by kind."""

    directions: tuple[tuple[Direction, ...], ...]
    spanners: tuple[tuple[Spanner, ...], ...]
    left_out: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Families:
    """The families of the old and of the new parts by id."""

    old: Mapping[str, Family]
    new: Mapping[str, Family]

    @classmethod
    def of(cls, old: Sequence[Part], new: Sequence[Part]) -> Families:
        return cls(*({part.id: family_of(part) for part in parts} for parts in (old, new)))


class Carriers:
    """Which new voices have the voices of a staff of the source, by measure and onset."""

    def __init__(self, stretches: Sequence[Stretch], measures: Sequence[Measure]) -> None:
        self._by_measure: dict[int, list[Stretch]] = defaultdict(list)
        for stretch in stretches:
            self._by_measure[stretch.measure].append(stretch)
        self._measures = measures

    def of_staff(self, part: str, staff: int, measure: int, onset: Fraction) -> list[Slot]:
        """The new voices that have a voice of the staff, else one of the part."""
        own = [each for each in self._at(measure, onset) if each.source.part == part]
        chosen = [each for each in own if each.source.staff == staff] or own
        return list(dict.fromkeys(each.target for each in chosen))

    def of_voice(self, slot: Slot, measure: int, onset: Fraction) -> list[Slot]:
        return list(dict.fromkeys(each.target for each in self._at(measure, onset) if each.source == slot))

    def _at(self, measure: int, onset: Fraction) -> Iterator[Stretch]:
        if not 0 <= measure < len(self._measures):
            return
        last = onset >= self._measures[measure].duration
        for stretch in self._by_measure[measure]:
            if stretch.start <= onset < stretch.end or (last and stretch.end == self._measures[measure].duration):
                yield stretch


def moved_marks(
    score: Score, parts: Sequence[Part], voices: Sequence[Sequence[Voice]], stretches: Sequence[Stretch]
) -> Marked:
    """The marks of a score for the voices of its arrangement."""
    carriers = Carriers(stretches, score.measures)
    families = Families.of(score.parts, parts)
    onsets = [_onsets(row) for row in voices]
    lost: dict[str, list[int]] = defaultdict(list)
    directions, spanners = [], []
    for index, measure in enumerate(score.measures):
        own = {mark: _direction(mark, index, carriers, families, parts) for mark in measure.directions}
        directions.append(tuple(_once(new for row in own.values() for new in row)))
        new = {old: _spanner(old, index, carriers, families, onsets) for old in measure.spanners}
        spanners.append(tuple(_apart([each for row in new.values() for each in row])))
        for kind in _lost(own, directions[-1], new, spanners[-1]):
            lost[kind].append(index)
    rows = _with_dynamics(directions, parts)
    return Marked(tuple(rows), tuple(spanners), {kind: tuple(places) for kind, places in lost.items()})


def _once(marks: Iterable[Direction]) -> Iterator[Direction]:
    """The directions of each part once, on the first of its staves that has them."""
    seen = set()
    for mark in sorted(marks, key=lambda mark: mark.staff):
        key = (mark.part, mark.onset, mark.value)
        if key not in seen:
            seen.add(key)
            yield mark


def _lost(
    directions: Mapping[Direction, Sequence[Direction]],
    new_directions: Sequence[Direction],
    spanners: Mapping[Spanner, Sequence[Spanner]],
    new_spanners: Sequence[Spanner],
) -> Iterator[str]:
    """The kinds of the marks that nobody has, not even as a mark of another part at the same place."""
    heard = {(mark.onset, mark.value) for mark in new_directions}
    for mark, moved in directions.items():
        if not moved and (mark.onset, mark.value) not in heard:
            heard.add((mark.onset, mark.value))
            yield "a dynamic" if isinstance(mark.value, Dynamic) else f"the words {getattr(mark.value, 'text', '')!r}"
    drawn = {(type(each), each.onset, each.end) for each in new_spanners}
    for spanner, found in spanners.items():
        key = (type(spanner), spanner.onset, spanner.end)
        if not found and key not in drawn:
            drawn.add(key)
            yield {Slur: "a slur", Pedal: "a pedal mark"}.get(type(spanner), "a hairpin")


def _onsets(voices: Sequence[Voice]) -> dict[Slot, frozenset[Fraction]]:
    """The onsets at which each voice of a measure has notes."""
    found = {}
    for voice in voices:
        now, own = Fraction(0), set[Fraction]()
        for element in voice.elements:
            own |= {now} if element.notes else set()
            now += element.duration
        found[voice.slot] = frozenset(own)
    return found


def _direction(
    mark: Direction, index: int, carriers: Carriers, families: Families, parts: Sequence[Part]
) -> list[Direction]:
    """The direction for the parts that have its voices; words where all these rest stand above the first part."""
    if mark.part is None:
        return [mark]
    slots = carriers.of_staff(mark.part, mark.staff, index, mark.onset)
    technique = isinstance(mark.value, Words) and _TECHNIQUES.search(mark.value.text) is not None
    if isinstance(mark.value, Words) and not slots and not technique:
        slots = [Slot(part.id) for part in parts[:1]]
    if technique:
        slots = [slot for slot in slots if families.new[slot.part] == families.old[mark.part]]
    seen = dict.fromkeys((slot.part, slot.staff) for slot in slots)
    return [replace(mark, part=part, staff=staff) for part, staff in _first_staves(seen, mark)]


def _first_staves(places: Mapping[tuple[str, int], None], mark: Direction) -> list[tuple[str, int]]:
    """One staff of each part; a part on several staves has its dynamics between them."""
    first: dict[str, int] = {}
    for part, staff in places:
        first[part] = min(first.get(part, staff), staff)
    return list(first.items())


def _spanner(
    spanner: Spanner,
    index: int,
    carriers: Carriers,
    families: Families,
    onsets: Sequence[Mapping[Slot, frozenset[Fraction]]],
) -> list[Spanner]:
    if isinstance(spanner, Slur):
        return _slur(spanner, index, carriers, onsets)
    slots = carriers.of_staff(spanner.part, spanner.staff, index, spanner.onset)
    if isinstance(spanner, Pedal):
        slots = [slot for slot in slots if families.new[slot.part] == "keyboard"][:1]
    seen: dict[str, int] = {}
    for slot in slots:
        seen[slot.part] = min(seen.get(slot.part, slot.staff), slot.staff)
    return [replace(spanner, part=part, staff=staff) for part, staff in seen.items()]


def _slur(
    slur: Slur,
    index: int,
    carriers: Carriers,
    onsets: Sequence[Mapping[Slot, frozenset[Fraction]]],
) -> list[Spanner]:
    """The slur for every voice that has both its ends."""
    last = index + slur.end.measures
    if last >= len(onsets):
        return []
    starts = carriers.of_voice(slur.slot, index, slur.onset)
    ends = carriers.of_voice(slur.last_slot, last, slur.end.onset)
    both = [
        slot
        for slot in starts
        if slot in ends
        and slur.onset in onsets[index].get(slot, ())
        and slur.end.onset in onsets[last].get(slot, ())
        and not (slur.grace and slur.end_grace)
    ]
    return [replace(slur, slot=slot, end_slot=None) for slot in both]


def _apart(spanners: Sequence[Spanner]) -> Iterator[Spanner]:
    """The spanners without repeats: one hairpin or slur of a kind at a place."""
    seen = set()
    for spanner in spanners:
        key = (type(spanner), spanner.part, getattr(spanner, "slot", None), spanner.onset, getattr(spanner, "grace", 0))
        if key not in seen:
            seen.add(key)
            yield spanner


def _with_dynamics(rows: Sequence[Sequence[Direction]], parts: Sequence[Part]) -> list[tuple[Direction, ...]]:
    """The directions, in which parts without dynamics have those of the part that has most."""
    count = Counter(
        mark.part for row in rows for mark in row if isinstance(mark.value, Dynamic) and mark.part is not None
    )
    bare = [part.id for part in parts if not count[part.id]]
    if not count or not bare:
        return [tuple(row) for row in rows]
    model = count.most_common(1)[0][0]
    done = []
    for row in rows:
        own = [mark for mark in row if mark.part == model and isinstance(mark.value, Dynamic)]
        done.append((*row, *(replace(mark, part=part, staff=1) for part in bare for mark in own)))
    return done


def moved_symbols(measure: Measure, part: str) -> Measure:
    """The measure with its chord symbols over the first staff of a part, each onset once."""
    found = {symbol.onset: replace(symbol, part=part, staff=1) for symbol in reversed(measure.chord_symbols)}
    return replace(measure, chord_symbols=tuple(found[onset] for onset in sorted(found)))
