"""A tune in ABC as it is written: its fields, and its voices with their measures and notes at written pitch."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction

from scoregen.notation.interchange.abc_fields import StaffGroup, VoiceProperties
from scoregen.score.elements import Lyric, Tempo
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch


@dataclass(slots=True)
class Event:
    """Notes, a rest or grace notes. `length` is in quarters before the tuplet ratio; `signs` are decorations."""

    pitches: tuple[Pitch, ...]
    length: Fraction
    ratio: tuple[int, int] = (1, 1)
    grace: bool = False
    visible: bool = True
    tied: set[Pitch] = field(default_factory=set)
    signs: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    slurs: int = 0
    slur_ends: int = 0
    lyrics: list[Lyric] = field(default_factory=list)

    @property
    def duration(self) -> Fraction:
        return Fraction(0) if self.grace else self.length * self.ratio[1] / self.ratio[0]


@dataclass(slots=True)
class AbcMeasure:
    """A measure of one voice: its layers, its signatures, and the barlines around it.

    `marks` and `texts` are the decorations and texts at its end.
    """

    key: KeySignature
    time: TimeSignature
    layers: list[list[Event]] = field(default_factory=lambda: [[]])
    repeat_start: bool = False
    ending: tuple[int, ...] = ()
    bar: str = ""
    tempos: list[tuple[Fraction, Tempo]] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def duration(self) -> Fraction:
        return max(sum((event.duration for event in layer), Fraction(0)) for layer in self.layers)


@dataclass(slots=True)
class AbcVoice:
    """A voice while it is read."""

    properties: VoiceProperties
    key: KeySignature
    time: TimeSignature
    unit: Fraction
    measures: list[AbcMeasure] = field(default_factory=list)
    accidentals: dict[tuple[str, int], int | Fraction] = field(default_factory=dict)
    ties: dict[tuple[str, int], Pitch] = field(default_factory=dict)
    tuplet: tuple[int, int, int] = (1, 1, 0)  # the ratio, and the notes left
    broken: Fraction = Fraction(1)
    waiting: Event = field(default_factory=lambda: Event((), Fraction(0)))
    unsung: list[tuple[int, Event]] = field(default_factory=list)
    verse: int = 0

    @property
    def measure(self) -> AbcMeasure:
        if not self.measures or self.measures[-1].bar:
            self.measures.append(AbcMeasure(self.key, self.time))
            self.accidentals = {}
        return self.measures[-1]


@dataclass(slots=True)
class AbcTune:
    """A tune. `unread` counts what is not kept, by kind, and `places` has the indices of its measures.

    `heads` are the notes that were written.
    """

    fields: dict[str, list[str]] = field(default_factory=dict)
    voices: dict[str, AbcVoice] = field(default_factory=dict)
    groups: tuple[StaffGroup, ...] = ()
    unread: Counter[str] = field(default_factory=Counter)
    places: dict[str, set[int]] = field(default_factory=dict)
    heads: int = 0
    key: KeySignature = field(default_factory=KeySignature)
    time: TimeSignature = field(default_factory=lambda: TimeSignature((4,), 4))
    unit: Fraction | None = None
    current: str = ""
    in_body: bool = False

    @property
    def voice(self) -> AbcVoice:
        """The voice that is being written."""
        return self.voice_named(self.current or next(iter(self.voices), "1"))

    def voice_named(self, name: str) -> AbcVoice:
        if name not in self.voices:
            self.voices[name] = AbcVoice(VoiceProperties(), self.key, self.time, self.unit_length)
        return self.voices[name]

    def leave_out(self, kind: str, measure: int) -> None:
        """Count something in a measure that is not kept."""
        self.unread[kind] += 1
        self.places.setdefault(kind, set()).add(measure)

    @property
    def unit_length(self) -> Fraction:
        """In quarters: `L:`, else a sixteenth in a metre under 3/4, else an eighth."""
        default = Fraction(1, 4) if self.time.duration < 3 else Fraction(1, 2)
        return self.unit if self.unit is not None else default
