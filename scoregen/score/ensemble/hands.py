"""The two hands of one keyboard that a score has as two parts: read as one part of two staves, and parted again.

`Piano RH` and `Piano LH`, a right and a left hand, or two parts of one name and a keyboard's sound, one in the treble
and one in the bass, are the staves of one instrument. Names that tell a hand are enough; without them the sound, the
brace or the chords of the parts must tell the keyboard, and words under the notes tell singers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from scoregen.score.directions import Direction
from scoregen.score.edit import free_part_id, with_notes
from scoregen.score.elements import Element, Measure, Part, Score, Slot, Voice
from scoregen.score.ensemble.hand_evidence import hands_of, instrument_name_of
from scoregen.score.keys import KeySignature
from scoregen.score.spanners import Slur, Spanner

_LEAST_OFFSET = 4
"""The least distance of the voice numbers of the left hand from those of the right one."""


@dataclass(frozen=True, slots=True)
class Hands:
    """Two parts of one instrument: the right hand and the left one, by their ids and as they are called on the page.

    As one part they have the id of the right hand. `offset` is what is added to voice numbers of the left hand.
    """

    right: str
    left: str
    names: tuple[str, str]
    instrument: str
    offset: int

    @property
    def notice(self) -> str:
        names = " and ".join(self.names) if len(set(self.names)) > 1 else f"the two parts {self.names[0]}"
        return f"{names} are read as the two hands of one instrument ({self.instrument})"

    def joined(self, slot: Slot) -> Slot:
        return Slot(self.right, 2, slot.voice + self.offset) if slot.part == self.left else slot

    def parted(self, slot: Slot) -> Slot:
        if slot.part != self.right or slot.staff != 2:
            return slot
        return Slot(self.left, 1, slot.voice - self.offset if slot.voice > self.offset else slot.voice)


@dataclass(frozen=True, slots=True)
class HandReading:
    """A score in which pairs of hands are one part each; `given` is as it was."""

    score: Score
    given: Score
    hands: tuple[Hands, ...] = ()

    @property
    def notices(self) -> tuple[str, ...]:
        return tuple(own.notice for own in self.hands)

    def part_id(self, part_id: str) -> str:
        """The id of the part that has the music of a given part."""
        return next((own.right for own in self.hands if own.left == part_id), part_id)

    def parted_slot(self, slot: Slot) -> Slot:
        """The slot in the given score of a slot of the read one."""
        for own in self.hands:
            slot = own.parted(slot)
        return slot

    def parted(self, score: Score) -> Score:
        """A score made of the read one, with the two parts of each pair again."""
        for own in self.hands:
            score = _parted(score, own, self.given)
        return score

    @property
    def staves(self) -> dict[str, tuple[str, int]]:
        """The part and the staff in the read score of each hand, by the names that the given score has, in lower case.

        A name that both hands have is that of the whole instrument.
        """
        named = {
            (own.right, staff): (part_id, name)
            for own in self.hands
            for staff, part_id, name in zip((1, 2), (own.right, own.left), own.names, strict=True)
        }
        every = [name.casefold() for pair in named.values() for name in pair]
        return {
            name.casefold(): staff
            for staff, pair in named.items()
            for name in pair
            if every.count(name.casefold()) == 1
        }


def joined_hands(score: Score, *, apart: Collection[str] = (), is_keyboard: bool | None = None) -> HandReading:
    """The score with each pair of hands as one part of two staves.

    Parts with an id in `apart` stay as they are. `is_keyboard` tells whether the score is for a keyboard, None if this
    is not known: for one, two parts without a name, one in the treble and one in the bass, are its hands; for other
    players they are none, whatever they play.
    """
    found, read = tuple(_pairs(score, apart, is_keyboard)), score
    for own in found:
        read = _joined(read, own)
    return HandReading(read, score, found)


def _pairs(score: Score, apart: Collection[str], is_keyboard: bool | None) -> Iterator[Hands]:
    taken: set[str] = set()
    for upper, lower in pairwise(score.parts):
        both = {upper.id, lower.id}
        order = None if both & (taken | set(apart)) else hands_of(score, upper, lower, is_keyboard=is_keyboard)
        if order is not None:
            taken |= both
            yield _hands(score, *order)


def _hands(score: Score, right: Part, left: Part) -> Hands:
    numbers = [slot.voice for slot in score.slots if slot.part == right.id]
    names = (score.part_name(right.id), score.part_name(left.id))
    return Hands(right.id, left.id, names, instrument_name_of(right, left), max(_LEAST_OFFSET, *numbers, 0))


def _joined(score: Score, hands: Hands) -> Score:
    right, left = score.part(hands.right), score.part(hands.left)
    both = replace(right, name=hands.instrument, abbreviation="", clefs=(right.clefs[0], left.clefs[0]))
    parts = tuple(both if part.id == right.id else part for part in score.parts if part.id != left.id)

    def place(part: str | None, staff: int) -> tuple[str | None, int]:
        return (right.id, 2) if part == left.id else (part, staff)

    measures = (_moved(measure, hands.joined, place) for measure in score.measures)
    kept = (replace(m, own_keys=tuple(own for own in m.own_keys if own[0] != left.id)) for m in measures)
    return replace(score, parts=parts, measures=tuple(kept))


def _parted(score: Score, hands: Hands, given: Score) -> Score:
    """The score with two parts of the given one, in their order on the page, in place of the joined one.

    A part that has got the id of the left hand since then gets another. Measures after the last given one have its key.
    """
    free = free_part_id([*score.parts, *given.parts])
    both = [part for part in given.parts if part.id in (hands.right, hands.left)]
    parts: list[Part] = []
    for part in score.parts:
        own = replace(part, id=free) if part.id == hands.left else part
        parts += both if part.id == hands.right else [own]

    def slots(slot: Slot) -> Slot:
        return slot._replace(part=free) if slot.part == hands.left else hands.parted(slot)

    def place(part: str | None, staff: int) -> tuple[str | None, int]:
        if part == hands.left:
            return free, staff
        return (hands.left, 1) if part == hands.right and staff == 2 else (part, staff)

    measures = (_moved(measure, slots, place) for measure in score.measures)
    own_keys = [dict(measure.own_keys).get(hands.left) for measure in given.measures]
    keyed = (_with_own_key(m, hands, free, own_keys[min(at, len(own_keys) - 1)]) for at, m in enumerate(measures))
    return replace(score, parts=tuple(parts), measures=tuple(keyed))


def _with_own_key(measure: Measure, hands: Hands, free: str, key: KeySignature | None) -> Measure:
    """The measure whose left hand has its own key again; None is that of the measure."""
    kept = tuple((free if part == hands.left else part, own) for part, own in measure.own_keys)
    return replace(measure, own_keys=kept if key is None else (*kept, (hands.left, key)))


_Place = Callable[[str | None, int], tuple[str | None, int]]


def _moved(measure: Measure, slots: Callable[[Slot], Slot], place: _Place) -> Measure:
    """The measure with its voices and marks at other slots and staves."""
    return replace(
        measure,
        voices=tuple(_moved_voice(voice, slots(voice.slot)) for voice in measure.voices),
        directions=tuple(_moved_direction(item, place) for item in measure.directions),
        chord_symbols=tuple(
            replace(item, part=str(part), staff=staff)
            for item in measure.chord_symbols
            for part, staff in [place(item.part, item.staff)]
        ),
        spanners=tuple(_moved_spanner(item, slots, place) for item in measure.spanners),
    )


def _moved_direction(item: Direction, place: _Place) -> Direction:
    part, staff = place(item.part, item.staff)
    return replace(item, part=part, staff=staff)


def _moved_spanner(item: Spanner, slots: Callable[[Slot], Slot], place: _Place) -> Spanner:
    if isinstance(item, Slur):
        return replace(item, slot=slots(item.slot), end_slot=slots(item.end_slot) if item.end_slot else None)
    part, staff = place(item.part, item.staff)
    return replace(item, part=str(part), staff=staff)


def _moved_voice(voice: Voice, slot: Slot) -> Voice:
    """The voice at another slot; notes that were printed on a staff by its number are on the staff of the voice."""
    if slot == voice.slot:
        return voice
    return replace(voice, slot=slot, elements=tuple(_on_own_staff(element) for element in voice.elements))


def _on_own_staff(element: Element) -> Element:
    if all(note.staff is None for note in element.notes):
        return element
    return with_notes(element, lambda note: replace(note, staff=None))
