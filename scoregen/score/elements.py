"""The score: parts, and measures that contain gapless voices.

The order is timewise: a `Measure` holds what all parts share (number, signatures, barlines) and the
voices of every part, so that a signature exists once and an excerpt is a slice of `Score.measures`.
All pitches are at sounding pitch; readers and writers handle transposing instruments.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal, NamedTuple

from scoregen.score.chord_symbols import ChordSymbol
from scoregen.score.directions import Direction
from scoregen.score.display import picture
from scoregen.score.keys import KeySignature
from scoregen.score.metre import SignatureChange, TimeSignature
from scoregen.score.parts import Clef as Clef
from scoregen.score.parts import Instrument as Instrument
from scoregen.score.parts import Part as Part
from scoregen.score.pitch import Pitch, Unpitched
from scoregen.score.rhythm import NoteValue
from scoregen.score.spanners import Spanner, slice_measures

Origin = Literal["given", "blank", "generated"]
Break = Literal["system", "page"]


@dataclass(frozen=True, slots=True)
class Lyric:
    """One syllable of one verse; `syllabic` is single, begin, middle or end.

    `extend` draws a melisma line after it. Without a text it is a note on that line.
    """

    text: str
    syllabic: str = "single"
    verse: str = "1"
    extend: bool = False


SYLLABICS = {(False, False): "single", (False, True): "begin", (True, True): "middle", (True, False): "end"}
"""The kind of a syllable by whether its word began before it, and whether it goes on after it."""


@dataclass(frozen=True, slots=True)
class Note:
    """One pitch for one note value; a grace note takes no time. `velocity` is 1 to 127, None by default.

    `articulations` are MusicXML's names of articulations, ornaments and playing techniques (`staccato`, `trill-mark`).
    `staff` is the staff on which the note is printed, if it is not that of its voice.
    """

    value: NoteValue
    pitch: Pitch | Unpitched
    tied_from_previous: bool = False
    tied_to_next: bool = False
    grace: bool = False
    cue: bool = False
    fermata: bool = False
    articulations: tuple[str, ...] = ()
    lyrics: tuple[Lyric, ...] = ()
    velocity: int | None = None
    staff: int | None = None

    @property
    def duration(self) -> Fraction:
        return Fraction(0) if self.grace else self.value.duration

    @property
    def notes(self) -> tuple[Note, ...]:
        return (self,)


@dataclass(frozen=True, slots=True)
class Chord:
    """Several notes of one value, lowest first; lyrics and fermata belong to the first."""

    notes: tuple[Note, ...]

    @property
    def value(self) -> NoteValue:
        return self.notes[0].value

    @property
    def grace(self) -> bool:
        return self.notes[0].grace

    @property
    def fermata(self) -> bool:
        return any(note.fermata for note in self.notes)

    @property
    def duration(self) -> Fraction:
        return self.notes[0].duration


@dataclass(frozen=True, slots=True)
class Rest:
    """Silence; an invisible rest fills a gap that the file left in the voice."""

    value: NoteValue
    visible: bool = True
    fermata: bool = False

    @property
    def duration(self) -> Fraction:
        return self.value.duration

    @property
    def grace(self) -> bool:
        return False

    @property
    def notes(self) -> tuple[Note, ...]:
        return ()


Element = Note | Chord | Rest


class Slot(NamedTuple):
    """The address of a voice: part id, staff (from 1) and voice number within the part."""

    part: str
    staff: int = 1
    voice: int = 1


@dataclass(frozen=True, slots=True)
class Voice:
    """One voice in one measure. Its elements fill the measure; a blank voice has none."""

    slot: Slot
    elements: tuple[Element, ...] = ()
    origin: Origin = "given"

    @property
    def duration(self) -> Fraction:
        return sum((element.duration for element in self.elements), Fraction(0))

    @property
    def is_blank(self) -> bool:
        return self.origin == "blank"

    @property
    def is_silent(self) -> bool:
        """Whether it contains only rests."""
        return all(isinstance(element, Rest) for element in self.elements)


@dataclass(frozen=True, slots=True)
class Barline:
    """The right edge of a measure; `style` is MusicXML's (`regular`, `light-heavy`, ...)."""

    style: str = "regular"
    repeat_times: int = 0  # 0: no repeat sign


@dataclass(frozen=True, slots=True)
class Tempo:
    """`per_minute` beats of `beat`, printed after `text`; with `number_implicit` only the text is printed."""

    onset: Fraction
    beat: NoteValue
    per_minute: Fraction
    text: str | None = None
    number_implicit: bool = False

    @property
    def quarters_per_minute(self) -> Fraction:
        return self.beat.duration * self.per_minute


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of all parts.

    `duration` is the actual length in quarters, which differs from that of the time signature in an anacrusis, a split
    measure or a damaged file. `phrase_ends` are the onsets with a fermata. `own_keys` lists parts whose sounding key
    signature differs from `key`. `break_before` is the system or page break before it. `spanners` begin in it. `time`
    and `key` hold from its start, `changes` from their onsets inside it.
    """

    number: str
    duration: Fraction
    time: TimeSignature
    key: KeySignature
    voices: tuple[Voice, ...] = ()
    implicit: bool = False
    barline: Barline = Barline()
    repeat_start: bool = False
    endings: tuple[int, ...] = ()  # the endings (voltas) that the measure belongs to
    tempos: tuple[Tempo, ...] = ()
    phrase_ends: tuple[Fraction, ...] = ()
    own_keys: tuple[tuple[str, KeySignature], ...] = ()
    directions: tuple[Direction, ...] = ()
    chord_symbols: tuple[ChordSymbol, ...] = ()
    spanners: tuple[Spanner, ...] = ()
    break_before: Break | None = None
    changes: tuple[SignatureChange, ...] = ()

    @property
    def ends_section(self) -> bool:
        """Whether a section or movement ends with it: a final barline without a repeat."""
        return self.barline.style == "light-heavy" and self.barline.repeat_times == 0

    @property
    def is_short(self) -> bool:
        """Whether it is shorter than its time signature requires."""
        return self.duration < self.time.duration

    def voice(self, slot: Slot) -> Voice | None:
        """The voice of a slot; None if the measure has none."""
        return next((voice for voice in self.voices if voice.slot == slot), None)


@dataclass(frozen=True, slots=True)
class Metadata:
    title: str | None = None
    movement: str | None = None
    composer: str | None = None
    lyricist: str | None = None
    rights: str | None = None
    miscellaneous: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Score:
    """A whole piece at sounding pitch.

    `document` is the MusicXML text that the score was read from, if any. Writers graft new music into
    it, so that nothing in it is lost. `notices` say what the reader could not keep or had to decide, one line
    each. Both are excluded from comparison.
    """

    parts: tuple[Part, ...]
    measures: tuple[Measure, ...]
    metadata: Metadata = Metadata()
    document: bytes | None = field(default=None, compare=False, repr=False)
    notices: tuple[str, ...] = field(default=(), compare=False, repr=False)

    def __repr__(self) -> str:
        title = self.metadata.title or self.metadata.movement
        names = [part.name or part.id for part in self.parts]
        shown = ", ".join([*names[:6], *(["..."] if len(names) > 6 else [])])
        parts = f"{len(names)} part{'' if len(names) == 1 else 's'}{f' ({shown})' if names else ''}"
        measures = f"{len(self.measures)} measure{'' if len(self.measures) == 1 else 's'}"
        return f"<Score{f' {title!r}' if title else ''}: {parts}, {measures}>"

    @property
    def duration(self) -> Fraction:
        return sum((measure.duration for measure in self.measures), Fraction(0))

    @property
    def has_anacrusis(self) -> bool:
        return bool(self.measures) and self.measures[0].is_short and len(self.measures) > 1

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Every slot in use, by part, then staff, then voice."""
        order = {part.id: index for index, part in enumerate(self.parts)}
        slots = {voice.slot for measure in self.measures for voice in measure.voices}
        return tuple(sorted(slots, key=lambda slot: (order[slot.part], slot.staff, slot.voice)))

    def part(self, part_id: str) -> Part:
        """The part with this id; KeyError if there is none."""
        for part in self.parts:
            if part.id == part_id:
                return part
        raise KeyError(part_id)

    def part_name(self, part_id: str) -> str:
        """The name of a part in messages: its own, or its number; KeyError if there is no such part."""
        part = self.part(part_id)
        return part.name or f"part {self.parts.index(part) + 1}"

    def _repr_svg_(self) -> str | None:
        """The picture that notebooks display."""
        return picture(self)

    def excerpt(self, start: int, stop: int) -> Score:
        """Measures by index, as in a slice, with hairpins and pedals cut to them; without a document."""
        return replace(self, measures=slice_measures(self.measures, start, stop), document=None)
