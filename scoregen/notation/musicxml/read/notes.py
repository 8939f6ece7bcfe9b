"""One <note>: its staff, onset and length, and its `Note` or `Rest`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache

from lxml import etree

from scoregen.notation.musicxml.note_marks import ELISION, ORNAMENTS, TECHNIQUES
from scoregen.notation.musicxml.read.attributes import MAX_STAVES, PartState
from scoregen.notation.musicxml.read.spanners import SpannerEnd, slur_end
from scoregen.notation.musicxml.read.values import (
    Exact,
    Length,
    Spelling,
    integer,
    length_of_value,
    lenient_integer,
    read_length,
    sounding_pitch,
    text_of,
    value_of_duration,
    value_of_spelling,
    velocity_of,
    voice_name,
)
from scoregen.score.elements import SYLLABICS, Lyric, Note, Rest
from scoregen.score.pitch import Interval, Pitch, Unpitched
from scoregen.score.rhythm import NoteValue
from scoregen.system.errors import ReadError

_GRACE_VALUE = NoteValue("eighth")
_NAMED = {"ornaments": ORNAMENTS, "technical": TECHNIQUES}
PitchTexts = tuple[str | None, str | None, str | None, Interval | None]
_REPEATABLE = frozenset(("dot", "tie", "notations", "lyric"))


class NoteFields:
    """The children of a <note>, sorted once."""

    __slots__ = ("many", "note", "once")

    def __init__(self, note: etree._Element) -> None:
        self.note = note
        self.once: dict[object, etree._Element] = {}
        self.many: dict[object, list[etree._Element]] = {}
        for child in note:
            tag = child.tag
            if tag in _REPEATABLE:
                self.many.setdefault(tag, []).append(child)
            else:
                self.once[tag] = child

    def text(self, tag: str) -> str | None:
        element = self.once.get(tag)
        return element.text if element is not None else None

    @property
    def notations(self) -> list[etree._Element]:
        """The children of all <notations>."""
        return [item for group in self.many.get("notations", ()) for item in group]


@dataclass(slots=True)
class Entry:
    """A note with its chord members, or a rest; onset and end are in the measure."""

    onset: Fraction
    end: Fraction
    length: Length
    voice: str
    staff: int
    grace: bool = False
    rest: Rest | None = None
    notes: list[Note] = field(default_factory=list)
    fermata: bool = False
    slurs: tuple[SpannerEnd, ...] = ()
    dynamics: tuple[etree._Element, ...] = ()


def read_entry(fields: NoteFields, state: PartState, onset: Fraction, exact_tuplets: bool) -> Entry:
    """The note or rest as an entry of its own; `is_chord_member` decides which entries are one chord.

    With `exact_tuplets` a tuplet has its exact length if the file rounds it to whole divisions.
    """
    grace = "grace" in fields.once
    length, note = _length_and_note(fields, state, exact_tuplets)
    voice = voice_name(fields.text("voice"))
    entry = Entry(
        onset, onset if grace else onset + length.duration, length, voice, _staff(fields, state, voice), grace
    )
    notations = fields.notations if fields.many else []
    if notations:
        _read_notations(entry, notations)
    if note is None:
        entry.rest = Rest(length.value, fields.note.get("print-object") != "no", entry.fermata)
        return entry
    note = _with_marks(note, fields, notations, entry.fermata) if fields.many else note
    loudness = fields.note.get("dynamics")
    entry.notes.append(replace(note, velocity=velocity_of(loudness)) if loudness else note)
    return entry


def _read_notations(entry: Entry, notations: list[etree._Element]) -> None:
    """Read fermata, slurs and dynamics into the entry."""
    for item in notations:
        tag = item.tag
        if tag == "slur":
            end = slur_end(item, entry.onset, entry.staff)
            entry.slurs = (*entry.slurs, end) if end is not None else entry.slurs
        elif tag == "fermata":
            entry.fermata = True
        elif tag == "dynamics":
            entry.dynamics = (*entry.dynamics, item)


def _length_and_note(fields: NoteFields, state: PartState, exact_tuplets: bool) -> tuple[Length, Note | None]:
    """The length, and the note without its marks; None for a rest."""
    once = fields.once
    if "pitch" in once and "duration" in once and "grace" not in once:
        given = fields.text("duration") or ""
        return _common_note(
            _pitch_texts(fields, state), _spelling(fields), given, state.divisions, exact_tuplets, "cue" in once
        )
    length = _length(fields, state, exact_tuplets)
    if "rest" in once:
        return length, None
    return length, Note(length.value, _pitch(fields, state), grace="grace" in once, cue="cue" in once)


@lru_cache(maxsize=16384)
def _common_note(
    pitch: PitchTexts, spelling: Spelling, duration: str, divisions: Exact, exact_tuplets: bool, cue: bool
) -> tuple[Length, Note]:
    """The usual kind of note; equal texts share one value."""
    length = _require(read_length(spelling, duration, divisions, exact_tuplets))
    return length, Note(length.value, sounding_pitch(*pitch), cue=cue)


def is_chord_member(member: Entry, chord: Entry) -> bool:
    """Whether both are one chord: of equal length or written value, and both or neither grace notes."""
    written = member.length.written
    same_length = member.end == chord.end or (written is not None and written == chord.length.written)
    return chord.rest is None and member.rest is None and member.grace == chord.grace and same_length


def add_chord_member(member: Entry, chord: Entry) -> None:
    """Add a member to its chord, with the chord's value."""
    value = chord.notes[0].value
    staff = member.staff if member.staff != chord.staff else None
    same = [note if note.value == value else replace(note, value=value) for note in member.notes]
    chord.notes.extend(same if staff is None else [replace(note, staff=staff) for note in same])
    chord.fermata |= member.fermata
    chord.slurs += member.slurs
    chord.dynamics += member.dynamics


def _staff(fields: NoteFields, state: PartState, voice: str) -> int:
    """The note's staff, else the last staff of its voice."""
    text = fields.text("staff")
    if text is None:
        return state.voice_staves.get(voice, 1)
    staff = integer(text, "the staff", 0, MAX_STAVES) or 1
    state.voice_staves[voice] = staff
    return staff


def _fills_measure(fields: NoteFields) -> bool:
    return "rest" in fields.once and fields.once["rest"].get("measure") == "yes"


def _spelling(fields: NoteFields) -> Spelling:
    ratio = fields.once.get("time-modification")
    dots = len(fields.many.get("dot", ()))
    if ratio is None:
        return Spelling(fields.text("type"), dots, None, None)
    return Spelling(fields.text("type"), dots, ratio.findtext("actual-notes"), ratio.findtext("normal-notes"))


def _length(fields: NoteFields, state: PartState, exact_tuplets: bool) -> Length:
    if "grace" in fields.once:
        return length_of_value(value_of_spelling(_spelling(fields)) or _GRACE_VALUE)
    if "duration" in fields.once:
        return _require(read_length(_spelling(fields), fields.text("duration") or "", state.divisions, exact_tuplets))
    if _fills_measure(fields) and state.time is not None:
        return length_of_value(value_of_duration(state.time.duration))
    written = value_of_spelling(_spelling(fields))
    return _require(length_of_value(written) if written is not None else None)


def _require(length: Length | None) -> Length:
    if length is None:
        raise ReadError("a note has neither a duration nor a note type; expected <duration>")
    return length


def _with_marks(note: Note, fields: NoteFields, notations: list[etree._Element], fermata: bool) -> Note:
    """The note with its ties, fermata, articulations and lyrics."""
    ties = [tie.get("type") for tie in fields.many.get("tie", ())]
    ties = ties or [item.get("type") for item in notations if item.tag == "tied"]
    return Note(
        note.value,
        note.pitch,
        tied_from_previous="stop" in ties or "continue" in ties,
        tied_to_next="start" in ties or "continue" in ties,
        grace=note.grace,
        cue=note.cue,
        fermata=fermata,
        articulations=_articulations(notations),
        lyrics=tuple(filter(None, map(_lyric, fields.many.get("lyric", ())))),
    )


def _pitch_texts(fields: NoteFields, state: PartState) -> PitchTexts:
    """Step, alter, octave, and the interval to sounding pitch."""
    texts = {child.tag: child.text for child in fields.once["pitch"]}
    interval = (
        state.transposition(_staff(fields, state, voice_name(fields.text("voice")))) if state.transpositions else None
    )
    return texts.get("step"), texts.get("alter"), texts.get("octave"), interval


def _pitch(fields: NoteFields, state: PartState) -> Pitch | Unpitched:
    if "pitch" in fields.once:
        return sounding_pitch(*_pitch_texts(fields, state))
    return _unpitched(fields, state)


def _unpitched(fields: NoteFields, state: PartState) -> Unpitched:
    element = fields.once.get("unpitched")
    if element is None:
        raise ReadError("a note has no <pitch>, <unpitched> or <rest>; expected one of them")
    step, octave = text_of(element.find("display-step")), text_of(element.find("display-octave"))
    instrument = fields.once.get("instrument")
    instrument_id = instrument.get("id", "") if instrument is not None else None
    return Unpitched(
        step or "B",
        lenient_integer(octave, 4, -1, 10),
        state.instrument_names.get(instrument_id, instrument_id) if instrument_id else None,
    )


def _articulations(notations: list[etree._Element]) -> tuple[str, ...]:
    """The names of articulations, and of the ornaments and techniques that need no more than their name."""
    children = [(group.tag, child.tag) for group in notations for child in group if isinstance(child.tag, str)]
    return tuple(name for group, name in children if group == "articulations" or name in _NAMED.get(group, ()))


def _lyric(element: etree._Element) -> Lyric | None:
    """The syllables under one note, elided ones joined; without text the end of a melisma line, or None."""
    text, syllabics = "", []
    for child in element:
        if child.tag == "elision":
            text += child.text or ELISION
        elif child.tag == "text":
            text += child.text or ""
        elif child.tag == "syllabic":
            syllabics.append((child.text or "").strip())
    extend = element.find("extend") is not None
    if not text.strip() and not extend:
        return None
    return Lyric(text.strip(), _syllabic(syllabics), element.get("number") or element.get("name") or "1", extend)


def _syllabic(syllabics: list[str]) -> str:
    """MusicXML's <syllabic> for joined syllables, from the first and the last."""
    continues = bool(syllabics) and syllabics[0] in ("middle", "end")
    goes_on = bool(syllabics) and syllabics[-1] in ("begin", "middle")
    return SYLLABICS[continues, goes_on]
