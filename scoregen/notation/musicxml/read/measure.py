"""One <measure> of one part: what stands in it, on a cursor that notes, backups and forwards move."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction

from lxml import etree

from scoregen.notation.musicxml.read.attributes import PartState, Signatures, read_attributes
from scoregen.notation.musicxml.read.notes import Entry, NoteFields, join, joins, read_entry
from scoregen.notation.musicxml.read.values import Exact, number, quarters, text_of
from scoregen.notation.musicxml.read.voices import Strand, weave
from scoregen.score.elements import Barline, Tempo
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.rhythm import NOTE_TYPES, NoteValue
from scoregen.system.errors import ReadError, RefusedError

_ZERO = Fraction(0)
_REPEATED = "2"


@dataclass(frozen=True, slots=True)
class PartMeasure:
    """A part's share of a measure column; `key` sounds, `length` holds trailing forwards too."""

    number: str
    implicit: bool
    length: Fraction
    strands: tuple[Strand, ...]
    time: TimeSignature | None
    key: KeySignature | None
    barline: Barline
    repeat_start: bool
    endings: tuple[int, ...]
    tempos: tuple[Tempo, ...]
    phrase_ends: frozenset[Fraction]


@dataclass(slots=True)
class _Draft:
    """A measure while it is read.

    Files round the lengths of tuplets to whole divisions. `cursor` is where the file stands by its
    own sums, `onset` the exact place; `exact` remembers the places where the two differ.
    """

    state: PartState
    cursor: Fraction = _ZERO
    onset: Fraction = _ZERO
    length: Fraction = _ZERO
    mends: bool = True
    drift: Fraction = _ZERO
    exact: dict[Fraction, Fraction] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    last: Entry | None = None
    later: list[tuple[Fraction, Signatures]] = field(default_factory=list)
    barline: Barline = field(default_factory=Barline)
    repeat_start: bool = False
    endings: tuple[int, ...] = ()
    tempos: list[Tempo] = field(default_factory=list)

    def advance(self, entry: Entry) -> None:
        """Past a note: the file by its rounded length, the music by the exact one."""
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

    def is_mended(self) -> bool:
        """Whether exact tuplets explain the measure better than the file's own sums."""
        return self.drift < 1 or (self.state.time is not None and self.length == self.state.time.duration)

    def go_to(self, cursor: Fraction) -> None:
        """Where a backup or forward leads; nothing lies before the start of the measure."""
        self.cursor = max(cursor, _ZERO)
        self.onset = self.exact.get(self.cursor, self.cursor)
        self.reach(self.onset)

    def reach(self, end: Fraction) -> None:
        if end is not self.length and end > self.length:
            self.length = end


def read_measure(element: etree._Element, state: PartState, index: int) -> PartMeasure:
    """Read one measure and move the part's state on; errors are without a place yet."""
    before = state.kept()
    draft = _read_draft(element, state, mends=True)
    if not draft.is_mended():
        state.restore(before)
        draft = _read_draft(element, state, mends=False)
    for onset, signatures in draft.later:
        _refuse_change_inside(draft, onset, signatures)
    measure = _finish(draft, element, index)
    for _, signatures in draft.later:
        signatures.apply(state)
    return measure


def _read_draft(element: etree._Element, state: PartState, mends: bool) -> _Draft:
    draft = _Draft(state, mends=mends, endings=state.endings)
    for child in element:
        reader = _READERS.get(child.tag)
        if reader is not None:
            reader(draft, child)
    return draft


def _finish(draft: _Draft, element: etree._Element, index: int) -> PartMeasure:
    state = draft.state
    return PartMeasure(
        number=(element.get("number") or str(index + 1))[:40],
        implicit=element.get("implicit") == "yes",
        length=draft.length,
        strands=weave(draft.entries),
        time=state.time,
        key=state.sounding_key,
        barline=draft.barline,
        repeat_start=draft.repeat_start,
        endings=draft.endings,
        tempos=tuple(draft.tempos),
        phrase_ends=frozenset(entry.onset for entry in draft.entries if entry.fermata),
    )


def _refuse_change_inside(draft: _Draft, onset: Fraction, signatures: Signatures) -> None:
    """A change at the end of a measure holds from the next one on; inside it none can be held."""
    change = signatures.change(draft.state)
    if change is not None and onset < draft.length:
        raise RefusedError(
            f"the {change} changes inside the measure, {onset} quarters in; move the change to a barline"
        )


def _read_attributes(draft: _Draft, element: etree._Element) -> None:
    signatures = read_attributes(draft.state, element)
    if draft.onset == 0:
        signatures.apply(draft.state)
    else:
        draft.later.append((draft.onset, signatures))


def _read_note(draft: _Draft, element: etree._Element) -> None:
    fields = NoteFields(element)
    if "chord" in fields.once:
        _read_chord_member(draft, fields)
        return
    draft.last = read_entry(fields, draft.state, draft.onset, draft.mends)
    draft.entries.append(draft.last)
    draft.advance(draft.last)


def _read_chord_member(draft: _Draft, fields: NoteFields) -> None:
    """A member of another length than its chord sounds beside it, as an entry of its own."""
    chord = draft.last
    if chord is None:
        raise ReadError("a <chord/> note stands without a note before it")
    member = read_entry(fields, draft.state, chord.onset, draft.mends)
    if joins(member, chord):
        join(member, chord)
    else:
        draft.entries.append(member)
        draft.reach(member.end)


def _read_backup(draft: _Draft, element: etree._Element) -> None:
    draft.go_to(draft.cursor - _distance(draft, element))


def _read_forward(draft: _Draft, element: etree._Element) -> None:
    draft.go_to(draft.cursor + _distance(draft, element))


def _distance(draft: _Draft, element: etree._Element) -> Fraction:
    return quarters(element.findtext("duration"), draft.state.divisions)


def _read_barline(draft: _Draft, element: etree._Element) -> None:
    location = element.get("location", "right")
    ending, repeat = element.find("ending"), element.find("repeat")
    if ending is not None:
        _read_ending(draft, ending)
    if location == "left":
        draft.repeat_start |= repeat is not None and repeat.get("direction") == "forward"
    elif location == "right":
        draft.barline = Barline(text_of(element.find("bar-style")) or "regular", _times(repeat))


def _times(repeat: etree._Element | None) -> int:
    if repeat is None or repeat.get("direction") != "backward":
        return 0
    times = repeat.get("times", _REPEATED)
    return int(times) if re.fullmatch(r"\d{1,3}", times) else 2


def _read_ending(draft: _Draft, element: etree._Element) -> None:
    """Endings last from their start to their stop, over as many measures as that takes."""
    numbers = tuple(int(found) for found in re.findall(r"\d{1,3}", element.get("number", ""))[:100])
    if element.get("type") == "start":
        draft.endings = draft.state.endings = numbers
    else:
        draft.endings = draft.endings or numbers
        draft.state.endings = ()


def _read_direction(draft: _Draft, element: etree._Element) -> None:
    """Only the tempo is ours; every other direction stays in the document."""
    metronome, sound = element.find("direction-type/metronome"), element.find("sound")
    if metronome is None and sound is None:
        return
    offset = element.find("offset")
    onset = draft.onset + (_offset(offset.text, draft.state.divisions) if offset is not None else _ZERO)
    words = " ".join(filter(None, map(text_of, element.iterfind("direction-type/words")))) or None
    _add_tempo(draft, max(onset, _ZERO), metronome, sound, words)


def _offset(text: str | None, divisions: Exact) -> Fraction:
    return Fraction(number(text, "the offset")) / divisions


def _read_sound(draft: _Draft, element: etree._Element) -> None:
    _add_tempo(draft, draft.onset, None, element, None)


def _add_tempo(
    draft: _Draft, onset: Fraction, metronome: etree._Element | None, sound: etree._Element | None, words: str | None
) -> None:
    """The printed metronome mark if it gives a number, else the sounding tempo in quarters."""
    found = _metronome(metronome) if metronome is not None else None
    if found is None and sound is not None and sound.get("tempo"):
        found = NoteValue("quarter"), Fraction(number(sound.get("tempo"), "the tempo"))
    if found is not None and found[1] > 0:
        draft.tempos.append(Tempo(onset, found[0], found[1], words))


def _metronome(element: etree._Element) -> tuple[NoteValue, Fraction] | None:
    unit = text_of(element.find("beat-unit"))
    per_minute = re.search(r"\d{1,6}(\.\d{1,6})?", text_of(element.find("per-minute")) or "")
    if unit not in NOTE_TYPES or per_minute is None:
        return None
    return NoteValue(unit, len(element.findall("beat-unit-dot"))), Fraction(per_minute.group())


_READERS = {
    "note": _read_note,
    "attributes": _read_attributes,
    "backup": _read_backup,
    "forward": _read_forward,
    "barline": _read_barline,
    "direction": _read_direction,
    "sound": _read_sound,
}
