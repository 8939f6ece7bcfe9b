"""One <measure> of one part: its content, at a cursor that notes, <backup> and <forward> move."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

from lxml import etree

from scoregen.notation.musicxml.read.attributes import PartState, Signatures, read_attributes
from scoregen.notation.musicxml.read.directions import barline_marks, note_dynamics, read_direction, sounding_marks
from scoregen.notation.musicxml.read.figured_bass import read_figured_bass
from scoregen.notation.musicxml.read.harmony import read_harmony
from scoregen.notation.musicxml.read.notes import Entry, NoteFields, add_chord_member, is_chord_member, read_entry
from scoregen.notation.musicxml.read.part_measure import PartMeasure
from scoregen.notation.musicxml.read.spanners import SpannerEnd
from scoregen.notation.musicxml.read.tempos import read_tempo
from scoregen.notation.musicxml.read.values import optional_number, quarters, text_of
from scoregen.notation.musicxml.read.voices import build_strands, slur_ends
from scoregen.score.chord_symbols import ChordSymbol
from scoregen.score.directions import Direction, FiguredBass
from scoregen.score.elements import Barline, Break, Tempo
from scoregen.score.metre import SignatureChange
from scoregen.score.pitch import UNISON
from scoregen.system.errors import ReadError

_ZERO = Fraction(0)
_REPEATED = "2"


@dataclass(slots=True)
class _MeasureReading:
    """A measure while it is read.

    Files round the lengths of tuplets to whole divisions. `cursor` is the position by the file's own sums,
    `onset` the exact position; `exact` has the positions where the two differ. `figured` is the length of the figured
    basses before the note at `figured_at`.
    """

    state: PartState
    cursor: Fraction = _ZERO
    onset: Fraction = _ZERO
    length: Fraction = _ZERO
    exact_tuplets: bool = True
    drift: Fraction = _ZERO
    exact: dict[Fraction, Fraction] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    last: Entry | None = None
    later: list[tuple[Fraction, Signatures]] = field(default_factory=list)
    barline: Barline = field(default_factory=Barline)
    repeat_start: bool = False
    endings: tuple[int, ...] = ()
    tempos: list[Tempo] = field(default_factory=list)
    directions: list[Direction] = field(default_factory=list)
    chord_symbols: list[ChordSymbol] = field(default_factory=list)
    figured_at: Fraction | None = None
    figured: Fraction = _ZERO
    ends: list[SpannerEnd] = field(default_factory=list)
    break_before: Break | None = None

    def advance(self, entry: Entry) -> None:
        """Pass a note: the cursor by its rounded length, the onset by its exact length."""
        exact = self.cursor is self.onset and entry.length.rounded is entry.length.duration
        if self.length is self.onset:
            self.length = entry.end
        self.onset = entry.end
        if exact or entry.grace:
            self.cursor = self.onset if exact else self.cursor
        else:
            self._advance_rounded(entry.length.rounded)
        self.reach(self.onset)

    def _advance_rounded(self, rounded: Fraction) -> None:
        self.cursor += rounded
        if self.cursor != self.onset and rounded:
            self.exact.setdefault(self.cursor, self.onset)
            self.drift = max(self.drift, abs(self.cursor - self.onset) * self.state.divisions)

    def fits_exact_tuplets(self) -> bool:
        """Whether exact tuplets fit the measure better than the file's own sums."""
        return self.drift < 1 or (self.state.time is not None and self.length == self.state.time.duration)

    def go_to(self, cursor: Fraction) -> None:
        """Follow a <backup> or <forward>, at most back to the start of the measure."""
        self.cursor = max(cursor, _ZERO)
        self.onset = self.exact.get(self.cursor, self.cursor)
        self.reach(self.onset)

    def reach(self, end: Fraction) -> None:
        if end is not self.length and end > self.length:
            self.length = end


def read_measure(element: etree._Element, state: PartState, index: int) -> PartMeasure:
    """Read one measure and update the part's state; errors have no place yet."""
    before = state.snapshot()
    reading = _read_content(element, state, exact_tuplets=True)
    if not reading.fits_exact_tuplets():
        state.restore(before)
        reading = _read_content(element, state, exact_tuplets=False)
    measure = _finish(reading, element, index)
    return replace(measure, changes=tuple(_apply_later(reading)))


def _read_content(element: etree._Element, state: PartState, exact_tuplets: bool) -> _MeasureReading:
    reading = _MeasureReading(state, exact_tuplets=exact_tuplets, endings=state.endings)
    for child in element:
        reader = _READERS.get(child.tag)
        if reader is not None:
            reader(reading, child)
    return reading


def _finish(reading: _MeasureReading, element: etree._Element, index: int) -> PartMeasure:
    state, strands = reading.state, build_strands(reading.entries)
    return PartMeasure(
        number=(element.get("number") or str(index + 1))[:40],
        implicit=element.get("implicit") == "yes",
        length=reading.length,
        strands=strands,
        time=state.time,
        key=state.sounding_key,
        barline=reading.barline,
        repeat_start=reading.repeat_start,
        endings=reading.endings,
        tempos=tuple(reading.tempos),
        phrase_ends=frozenset(entry.onset for entry in reading.entries if entry.fermata),
        directions=tuple(reading.directions),
        chord_symbols=tuple(reading.chord_symbols),
        ends=(*reading.ends, *slur_ends(strands)),
        break_before=reading.break_before,
    )


def _apply_later(reading: _MeasureReading) -> Iterator[SignatureChange]:
    """Apply the signatures behind the start of the measure; those at its end hold from the next measure on."""
    for onset, signatures in sorted(reading.later, key=lambda item: item[0]):
        change = signatures.change(reading.state, onset)
        if change is not None and onset < reading.length:
            yield change
        signatures.apply(reading.state)


def _read_attributes(reading: _MeasureReading, element: etree._Element) -> None:
    signatures = read_attributes(reading.state, element)
    if reading.onset == 0:
        signatures.apply(reading.state)
    else:
        reading.later.append((reading.onset, signatures))


def _read_note(reading: _MeasureReading, element: etree._Element) -> None:
    fields = NoteFields(element)
    if "chord" in fields.once:
        _read_chord_member(reading, fields)
        return
    entry = reading.last = read_entry(fields, reading.state, reading.onset, reading.exact_tuplets)
    reading.entries.append(entry)
    if entry.dynamics:
        reading.directions += note_dynamics(entry.dynamics, entry.onset, reading.state.part, entry.staff)
    reading.advance(entry)


def _read_chord_member(reading: _MeasureReading, fields: NoteFields) -> None:
    """Add a member to its chord; one of another length becomes an entry of its own."""
    chord = reading.last
    if chord is None:
        raise ReadError("a note with <chord/> has no note before it")
    member = read_entry(fields, reading.state, chord.onset, reading.exact_tuplets)
    if is_chord_member(member, chord):
        add_chord_member(member, chord)
    else:
        reading.entries.append(member)
        reading.reach(member.end)


def _read_backup(reading: _MeasureReading, element: etree._Element) -> None:
    reading.go_to(reading.cursor - _distance(reading, element))


def _read_forward(reading: _MeasureReading, element: etree._Element) -> None:
    reading.go_to(reading.cursor + _distance(reading, element))


def _distance(reading: _MeasureReading, element: etree._Element) -> Fraction:
    return quarters(element.findtext("duration"), reading.state.divisions)


def _read_barline(reading: _MeasureReading, element: etree._Element) -> None:
    location = element.get("location", "right")
    reading.directions += barline_marks(element, reading.onset)
    ending, repeat = element.find("ending"), element.find("repeat")
    if ending is not None:
        _read_ending(reading, ending)
    if location == "left":
        reading.repeat_start |= repeat is not None and repeat.get("direction") == "forward"
    elif location == "right":
        reading.barline = Barline(text_of(element.find("bar-style")) or "regular", _times(repeat))


def _times(repeat: etree._Element | None) -> int:
    if repeat is None or repeat.get("direction") != "backward":
        return 0
    times = repeat.get("times", _REPEATED)
    return int(times) if re.fullmatch(r"\d{1,3}", times) else 2


def _read_ending(reading: _MeasureReading, element: etree._Element) -> None:
    """An ending lasts from its start to its stop, over any number of measures."""
    numbers = tuple(int(found) for found in re.findall(r"\d{1,3}", element.get("number", ""))[:100])
    if element.get("type") == "start":
        reading.endings = reading.state.endings = numbers
    else:
        reading.endings = reading.endings or numbers
        reading.state.endings = ()


def _read_direction(reading: _MeasureReading, element: etree._Element) -> None:
    content = read_direction(element, _onset_of(reading, element), reading.state.part)
    reading.directions += content.directions
    reading.ends += content.ends
    reading.tempos += [content.tempo] if content.tempo is not None else ()


def _onset_of(reading: _MeasureReading, element: etree._Element) -> Fraction:
    """The onset of a direction: the cursor, moved by its offset."""
    offset = optional_number(element.findtext("offset"))
    return max(reading.onset + Fraction(offset) / reading.state.divisions, _ZERO) if offset else reading.onset


def _read_sound(reading: _MeasureReading, element: etree._Element) -> None:
    onset = _onset_of(reading, element)
    tempo = read_tempo(onset, None, element, None)
    reading.tempos += [tempo] if tempo is not None else ()
    reading.directions += sounding_marks(element, onset)


def _read_harmony(reading: _MeasureReading, element: etree._Element) -> None:
    state = reading.state
    interval = state.transposition(1) if state.transpositions else UNISON
    onset = _onset_of(reading, element)
    reading.chord_symbols += read_harmony(element, onset, state.part, interval, state.sounding_key)


def _read_figured_bass(reading: _MeasureReading, element: etree._Element) -> None:
    """Figures stand at the next note; those of one note follow each other by their durations."""
    if reading.figured_at != reading.onset:
        reading.figured_at, reading.figured = reading.onset, _ZERO
    onset = reading.onset + reading.figured
    found = read_figured_bass(element, onset, reading.state.part, reading.state.divisions)
    if found is not None and isinstance(found.value, FiguredBass):
        reading.directions += [found] if found.value.figures else []
        reading.figured += found.value.duration or _ZERO


def _read_print(reading: _MeasureReading, element: etree._Element) -> None:
    if element.get("new-page") == "yes":
        reading.break_before = "page"
    elif element.get("new-system") == "yes":
        reading.break_before = reading.break_before or "system"


_READERS = {
    "note": _read_note,
    "attributes": _read_attributes,
    "backup": _read_backup,
    "forward": _read_forward,
    "barline": _read_barline,
    "direction": _read_direction,
    "sound": _read_sound,
    "harmony": _read_harmony,
    "figured-bass": _read_figured_bass,
    "print": _read_print,
}
