"""The state of a part: divisions, signatures, clefs and transposition, changed by <attributes>."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from lxml import etree

from scoregen.notation.musicxml.read.values import (
    MAX_DIVISIONS,
    Exact,
    integer,
    lenient_integer,
    number,
    text_of,
    transposition,
)
from scoregen.score.elements import Clef
from scoregen.score.keys import KeySignature
from scoregen.score.metre import SignatureChange, TimeSignature
from scoregen.score.pitch import STEPS, UNISON, Interval
from scoregen.system.errors import ReadError, RefusedError

MAX_STAVES = 16
CLEF_SIGNS = ("G", "F", "C", "percussion", "TAB", "jianpu", "none")
TIME_SYMBOLS = ("common", "cut", "single-number", "note", "dotted-note")
_BEAT_TYPES = (1, 2, 4, 8, 16, 32, 64, 128)
_MAX_BEATS = 256


@dataclass(slots=True)
class PartState:
    """The state of a part from measure to measure; `key` is at written pitch.

    `time` is None before the first signature and in senza misura. Staff 0 of `transpositions` is every staff
    without its own. `instrument_names` are by instrument id. `shown` tells of staves of which the file says whether
    they are printed whether they are anywhere.
    """

    divisions: Exact = 1
    key: KeySignature | None = None
    time: TimeSignature | None = None
    transpositions: dict[int, Interval] = field(default_factory=dict)
    first_transposition: Interval | None = None
    clefs: dict[int, Clef] = field(default_factory=dict)
    shown: dict[int, bool] = field(default_factory=dict)
    staves: int = 1
    endings: tuple[int, ...] = ()
    instrument_names: dict[str, str] = field(default_factory=dict)
    voice_staves: dict[str, int] = field(default_factory=dict)
    part: str = ""

    def snapshot(self) -> tuple[Exact, KeySignature | None, TimeSignature | None, dict[int, Interval], tuple[int, ...]]:
        """The values that reading a measure changes, for `restore`."""
        return self.divisions, self.key, self.time, dict(self.transpositions), self.endings

    def restore(
        self, snapshot: tuple[Exact, KeySignature | None, TimeSignature | None, dict[int, Interval], tuple[int, ...]]
    ) -> None:
        self.divisions, self.key, self.time, self.transpositions, self.endings = snapshot

    def transposition(self, staff: int) -> Interval:
        """From written to sounding pitch on a staff."""
        return self.transpositions.get(staff) or self.transpositions.get(0, UNISON)

    @property
    def sounding_key(self) -> KeySignature | None:
        return self.sounding(self.key)

    def sounding(self, key: KeySignature | None) -> KeySignature | None:
        """A written key signature at sounding pitch."""
        if key is None or key.custom or not self.transpositions:
            return key
        return key.transposed(self.transposition(1))


@dataclass(frozen=True, slots=True)
class Signatures:
    """The signatures of one <attributes>, None if it sets none; `senza_misura` removes the metre."""

    key: KeySignature | None = None
    time: TimeSignature | None = None
    senza_misura: bool = False

    def apply(self, state: PartState) -> None:
        state.key = self.key or state.key
        state.time = None if self.senza_misura else self.time or state.time

    def change(self, state: PartState, onset: Fraction) -> SignatureChange | None:
        """The signatures that differ from those of the state, None if none does."""
        key = self.key if self.key != state.key else None
        time = self.time if self.time != state.time else None
        return SignatureChange(onset, state.sounding(key), time) if key is not None or time is not None else None


def read_attributes(state: PartState, element: etree._Element) -> Signatures:
    """Apply divisions, staves, clefs and transposition to the state; return the signatures."""
    for child in element:
        if child.tag == "divisions":
            state.divisions = read_divisions(child)
        elif child.tag == "staves":
            state.staves = max(state.staves, integer(child.text, "the number of staves", 0, MAX_STAVES))
        elif child.tag == "clef":
            _read_clef(state, child)
        elif child.tag == "transpose":
            _read_transpose(state, child)
        elif child.tag == "staff-details" and "print-object" in child.attrib:
            staff = _staff_number(child)
            state.shown[staff] = state.shown.get(staff, False) or child.get("print-object") != "no"
    if state.transpositions:
        _drop_doubled_octaves(state)
    return _signatures(state, element)


def read_divisions(element: etree._Element) -> Exact:
    """Divisions per quarter, within bounds."""
    value = number(element.text, "<divisions>")
    if not 0 < value <= MAX_DIVISIONS:
        raise ReadError(f"<divisions> is {value}; expected 1 to {MAX_DIVISIONS}")
    return value


def _staff_number(element: etree._Element, default: str = "1") -> int:
    return integer(element.get("number", default), "the staff number", 0, MAX_STAVES)


def _read_clef(state: PartState, element: etree._Element) -> None:
    """Record the first clef of each staff."""
    state.clefs.setdefault(_staff_number(element), read_clef(element))


def read_clef(element: etree._Element) -> Clef:
    """A clef; a sign that does not exist counts as that of a treble clef."""
    sign = text_of(element.find("sign")) or "G"
    return Clef(
        sign=sign if sign in CLEF_SIGNS else "G",
        line=lenient_integer(element.findtext("line"), 2, -20, 20),
        octave_change=lenient_integer(element.findtext("clef-octave-change"), 0, -5, 5),
    )


def transposition_of(element: etree._Element) -> Interval:
    """The interval from written to sounding pitch of a <transpose>."""
    diatonic, chromatic, octaves = (element.find(name) for name in ("diatonic", "chromatic", "octave-change"))
    return transposition(text_of(diatonic), text_of(chromatic), text_of(octaves))


def _read_transpose(state: PartState, element: etree._Element) -> None:
    interval = transposition_of(element)
    staff = _staff_number(element, "0")
    if staff == 0:
        state.transpositions.clear()
    state.transpositions[staff] = interval
    if state.first_transposition is None:
        state.first_transposition = interval


def _drop_doubled_octaves(state: PartState) -> None:
    """Ignore a transposition by octaves that an octave clef states too: the written pitches are those of the clef."""
    for staff, interval in state.transpositions.items():
        octaves = state.clefs.get(staff or 1, Clef()).octave_change
        if octaves and interval == Interval(7 * octaves, 12 * octaves):
            state.transpositions[staff] = UNISON
            state.first_transposition = UNISON if state.first_transposition == interval else state.first_transposition


def _signatures(state: PartState, element: etree._Element) -> Signatures:
    """The key and time signature of the first staff, which hold for the part."""
    key, time = _of_first_staff(element, "key"), _of_first_staff(element, "time")
    if state.key is not None and key is not None and key.get("number", "1") != "1":
        key = None
    if state.time is not None and time is not None and time.get("number", "1") != "1":
        time = None
    return Signatures(
        key=read_key(key) if key is not None else None,
        time=read_time(time) if time is not None else None,
        senza_misura=time is not None and time.find("senza-misura") is not None,
    )


def _of_first_staff(element: etree._Element, tag: str) -> etree._Element | None:
    found = element.findall(tag)
    return next((item for item in found if item.get("number", "1") == "1"), found[0] if found else None)


def read_key(element: etree._Element) -> KeySignature:
    """A traditional or custom key signature, as written."""
    fifths = text_of(element.find("fifths"))
    mode = text_of(element.find("mode"))
    if fifths is None:
        return KeySignature(0, None, _altered_steps(element))
    return KeySignature(integer(fifths, "the key's fifths", -14, 14), mode.lower() if mode and mode != "none" else None)


def _altered_steps(element: etree._Element) -> tuple[tuple[str, Exact], ...]:
    steps = [text_of(step) or "" for step in element.iterfind("key-step")]
    alters = [number(alter.text, "<key-alter>") for alter in element.iterfind("key-alter")]
    if len(steps) != len(alters) or any(step not in STEPS for step in steps):
        raise ReadError(f"the key signature has the steps {steps} and {len(alters)} <key-alter>; expected one each")
    return tuple(zip(steps, alters, strict=True))


def read_time(element: etree._Element) -> TimeSignature | None:
    """A time signature with all groups in one unit; None for senza misura."""
    if element.find("senza-misura") is not None:
        return None
    tops = [text_of(beats) or "" for beats in element.iterfind("beats")]
    bottoms = [integer(unit.text, "<beat-type>", 1, 128) for unit in element.iterfind("beat-type")]
    if not tops or len(tops) != len(bottoms):
        raise ReadError(f"the time signature has {len(tops)} <beats> and {len(bottoms)} <beat-type>; expected one each")
    unit = max(bottoms)
    if any(bottom not in _BEAT_TYPES for bottom in bottoms):
        raise RefusedError(
            f"the time signature has the beat types {bottoms}; expected {', '.join(map(str, _BEAT_TYPES))}"
        )
    groups = [beats * unit // bottom for top, bottom in zip(tops, bottoms, strict=True) for beats in _beats(top)]
    symbol = element.get("symbol", "normal")
    return TimeSignature(tuple(groups), unit, symbol if symbol in TIME_SYMBOLS else None)


def _beats(text: str) -> list[int]:
    return [integer(beat, "<beats>", 1, _MAX_BEATS) for beat in text.split("+")[:_MAX_BEATS]]


def signature_of(duration: Fraction) -> TimeSignature:
    """A time signature of a measure's own length; 4/4 if none has that length."""
    for beat_type in _BEAT_TYPES[2:]:
        beats = duration * beat_type / 4
        if beats.denominator == 1 and beats > 0:
            return TimeSignature((int(beats),), beat_type)
    return TimeSignature((4,), 4)
