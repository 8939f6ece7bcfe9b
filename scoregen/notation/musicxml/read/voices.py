"""Sorts the entries of one measure of one part into gapless strands, and numbers their voices.

A file may give one voice number to music that sounds at once (two staves both in voice 1, no <voice> at all).
Such music is split into strands, so that nothing is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import islice, takewhile

from scoregen.notation.musicxml.read.notes import Entry
from scoregen.notation.musicxml.read.spanners import SpannerEnd, StrandKey
from scoregen.notation.musicxml.read.values import value_of_duration
from scoregen.score.elements import Chord, Element, Note, Rest, Slot, Voice
from scoregen.score.pitch import STEPS, Unpitched
from scoregen.system.errors import ReadError

VOICES_A_STAFF = 4
MAX_STRANDS = 64


@dataclass(slots=True)
class Strand:
    """One voice of one measure while it is read; `staff` is the staff of its first entry."""

    staff: int
    name: str
    copy: int
    end: Fraction = Fraction(0)
    last_staff: int = 1
    elements: list[Element] = field(default_factory=list)
    sounds: bool = False
    slurs: list[tuple[int, SpannerEnd]] = field(default_factory=list)
    """Ends of slurs, each with the index of its element."""

    @property
    def is_lone_rest(self) -> bool:
        """Whether the strand is a single rest, which may be a whole-measure rest of any length."""
        return not self.sounds and len(self.elements) == 1

    @property
    def key(self) -> StrandKey:
        return self.staff, self.name, self.copy

    def add(self, entry: Entry) -> None:
        if entry.onset is not self.end and entry.onset > self.end:
            self.elements.append(Rest(value_of_duration(entry.onset - self.end), visible=False))
        if entry.slurs:
            self.slurs += [(len(self.elements), end) for end in entry.slurs]
        self.elements.append(entry.rest or _sounding(self._on_staves(entry)))
        self.end = entry.end
        self.last_staff = entry.staff
        self.sounds = self.sounds or entry.rest is None

    def _on_staves(self, entry: Entry) -> list[Note]:
        """The notes of an entry; those on another staff than the voice name it."""
        if entry.staff == self.staff:
            return entry.notes
        return [replace(note, staff=entry.staff) for note in entry.notes]


def _sounding(notes: list[Note]) -> Element:
    if len(notes) == 1:
        return notes[0]
    ordered = sorted(notes, key=_height)
    if any(note.lyrics or note.fermata for note in notes):
        ordered = _with_texts_on_first(ordered)
    return Chord(tuple(ordered))


def _height(note: Note) -> Fraction:
    pitch = note.pitch
    if isinstance(pitch, Unpitched):
        return Fraction(7 * pitch.octave + STEPS.index(pitch.step), 7) * 12
    return Fraction(pitch.chromatic)


def _with_texts_on_first(notes: list[Note]) -> list[Note]:
    lyrics = tuple(lyric for note in notes for lyric in note.lyrics)
    fermata = any(note.fermata for note in notes)
    bare = [replace(note, lyrics=(), fermata=False) for note in notes]
    return [replace(bare[0], lyrics=lyrics, fermata=fermata), *bare[1:]]


def build_strands(entries: Iterable[Entry]) -> tuple[Strand, ...]:
    """All entries of a measure in strands without overlaps, in order of appearance."""
    strands: list[Strand] = []
    for entry in entries:
        strand = _free_strand(strands, entry)
        if strand is None:
            if len(strands) == MAX_STRANDS:
                raise ReadError(f"more than {MAX_STRANDS} voices sound at once; at most {MAX_STRANDS} are read")
            copy = sum(other.staff == entry.staff and other.name == entry.voice for other in strands)
            strand = Strand(entry.staff, entry.voice, copy)
            strands.append(strand)
        strand.add(entry)
    return tuple(strands)


def _free_strand(strands: list[Strand], entry: Entry) -> Strand | None:
    """The strand of the entry's voice that it continues; a change of staff is possible without a gap."""
    best: Strand | None = None
    for strand in strands:
        if strand.name != entry.voice:
            continue
        stays, touches = strand.last_staff == entry.staff, strand.end is entry.onset
        if stays and touches:
            return strand
        if strand.end > entry.onset or not (stays or strand.end == entry.onset):
            continue
        if best is None or (stays, strand.end) > (best.last_staff == entry.staff, best.end):
            best = strand
    return best


def slur_ends(strands: Iterable[Strand]) -> Iterator[SpannerEnd]:
    """The ends of slurs in a measure, each with its strand and, on a grace note, its place before the beat."""
    for strand in strands:
        for index, end in strand.slurs:
            graces = sum(1 for _ in takewhile(lambda element: element.grace, islice(strand.elements, index, None)))
            yield end._replace(staff=strand.staff, strand=strand.key, grace=graces)


def voice_numbers(keys: Iterable[StrandKey]) -> dict[StrandKey, int]:
    """A voice number for every strand of a part, the same in every measure.

    The usual range of a staff (1-4, 5-8, ...) becomes 1-4. Another voice gets its own number if that is free on
    the staff, else the lowest free one, in order of appearance.
    """
    numbers: dict[StrandKey, int] = {}
    ordered = list(dict.fromkeys(keys))
    for key in ordered:
        own = _own_number(key)
        if own is not None:
            numbers[key] = own
    for key in ordered:
        if key not in numbers:
            taken = {number for other, number in numbers.items() if other[0] == key[0]}
            wish = int(key[1]) if key[2] == 0 and key[1] in ("1", "2", "3", "4") else 1
            numbers[key] = next(number for number in range(wish, wish + len(taken) + 1) if number not in taken)
    return numbers


def _own_number(key: StrandKey) -> int | None:
    """1 to 4 if the file's number is in the range of the staff."""
    staff, name, copy = key
    if copy or not (name.isascii() and name.isdigit() and len(name) < 4):
        return None
    number = int(name) - VOICES_A_STAFF * (staff - 1)
    return number if 1 <= number <= VOICES_A_STAFF and str(int(name)) == name else None


def fill_voice(strand: Strand, slot: Slot, duration: Fraction) -> Voice:
    """The strand as a voice that fills the measure; rests that are too long are cut."""
    if strand.end == duration:
        return Voice(slot, tuple(strand.elements))
    if strand.end > duration or strand.is_lone_rest:
        return Voice(slot, (_long_rest(strand, duration),))
    return Voice(slot, (*strand.elements, Rest(value_of_duration(duration - strand.end), visible=False)))


def _long_rest(strand: Strand, duration: Fraction) -> Rest:
    rests = [element for element in strand.elements if isinstance(element, Rest)]
    return Rest(value_of_duration(duration), any(rest.visible for rest in rests), any(rest.fermata for rest in rests))
