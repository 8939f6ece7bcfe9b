"""The plan of a piece: its sections in order, and for each its length, key, tempo, phrases, cadences, chords, dynamics.

`reading` reads it from a file, `writing` writes it, `planned_piece` makes the blank score and the chords of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NoReturn

from scoregen.plan.mood.affect import Affect
from scoregen.score.keys import Key
from scoregen.score.metre import TimeSignature
from scoregen.score.spanners import WedgeType
from scoregen.score.theory import cadences as formulas
from scoregen.system.errors import InputError, Place

DEFAULT_TEMPO = Fraction(84)
OPEN = "open"
CADENCES = (formulas.AUTHENTIC.name, formulas.HALF.name, formulas.DECEPTIVE.name, formulas.PLAGAL.name, OPEN)
"""How a phrase can end; an `open` one goes on into the next."""
DENSITIES = ("still", "calm", "moving", "flowing", "driving")
"""How often notes begin: on halves of measures at most, on beats at most, freely, on every half of a beat at least, and
on every half of a beat with accompaniment in quarters of it."""
ARTICULATIONS = ("legato", "staccato", "tenuto", "accent", "marcato")
TEXTURES = ("full", "thin", "outer", "upper", "lower", "solo")
"""Which parts play: all, all but some inner ones, the highest and the lowest, the upper or lower half, the highest."""
MOST_SHIFTED = 12
"""The most semitones by which a register is moved."""
REGISTERS = {"low": -5, "middle": 0, "high": 5}


@dataclass(frozen=True, slots=True)
class Level:
    """A dynamic mark at a measure of a section, from 0; with `hairpin`, a crescendo or diminuendo leads to the next."""

    measure: int
    mark: str
    hairpin: WedgeType | None = None


@dataclass(frozen=True, slots=True)
class SectionPlan:
    """A section. `tempo` is in beats of `time` per minute; `phrases` are lengths in measures, () to be drawn.

    `cadences` has one of `CADENCES`, or "" to be drawn, for each phrase. `chords` is a progression in the vocabulary of
    `plan.chords.chord_text`, "" for none; `fixed` is false if it is a suggestion. `dynamics` are spread over the
    section. `mark` is a rehearsal mark and `text` words at its start, `silence` the measures of rest at its
    start. `mood` is what the other values were drawn from, None without one. `density`, `articulation` and `texture`
    are words of `DENSITIES` and so on, "" for no wish; `texture` may also name the parts that play. `register` is in
    semitones from the usual one. `motif` is a tune (`motif`) that opens the section, or comes at the measures
    `motif_at`, from 1: of the highest part that plays, or of `motif_part`, a name or `lowest`. With `hit` all parts
    that play begin a note at its start, after its silence. `places` has the file and the line of each key that was
    read.
    """

    name: str
    measures: int
    key: Key
    time: TimeSignature
    tempo: Fraction = DEFAULT_TEMPO
    phrases: tuple[int, ...] = ()
    cadences: tuple[str, ...] = ()
    chords: str = ""
    fixed: bool = True
    dynamics: tuple[Level, ...] = ()
    mark: str = ""
    text: str = ""
    silence: int = 0
    mood: Affect | None = None
    density: str = ""
    register: int = 0
    articulation: str = ""
    texture: str = ""
    motif: str = ""
    motif_at: tuple[int, ...] = ()
    motif_part: str = ""
    hit: bool = False
    places: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    def fail(self, key: str, found: str) -> NoReturn:
        """Raise the InputError of a key, with its file and line if it was read from a file."""
        raise InputError(f"section {self.name!r}: {key}: {found}", Place(self.places.get(key)))

    @property
    def closes(self) -> tuple[str, ...]:
        """The cadences of the phrases that close."""
        return tuple(name for name in self.cadences if name != OPEN)

    @property
    def slow_onsets(self) -> tuple[Fraction, ...] | None:
        """The onsets that a still or calm section leaves open in a full measure; None for another density."""
        beats = self.time.beat_onsets
        if self.density == "still":
            return beats[:: 2 if len(beats) % 2 == 0 else len(beats)]
        return beats if self.density == "calm" else None

    @property
    def seconds(self) -> Fraction:
        """How long it lasts without its anacrusis."""
        return self.measures * len(self.time.groups) * 60 / self.tempo


@dataclass(frozen=True, slots=True)
class PiecePlan:
    """A piece: its sections, each once, and the order in which they come, by index. `anacrusis` is in quarters.

    `instrumentation` is the name of an ensemble, "" if it is open.
    """

    sections: tuple[SectionPlan, ...]
    order: tuple[int, ...]
    title: str = ""
    anacrusis: Fraction = Fraction(0)
    instrumentation: str = ""

    @property
    def measures(self) -> int:
        return sum(self.sections[index].measures for index in self.order)

    @property
    def seconds(self) -> Fraction:
        return sum((self.sections[index].seconds for index in self.order), Fraction(0))

    @property
    def has_moods(self) -> bool:
        """Whether any section has a mood."""
        return any(section.mood is not None for section in self.sections)

    @property
    def form(self) -> str:
        return " ".join(self.sections[index].name for index in self.order)


def letters(number: int) -> str:
    """The rehearsal mark of a number from 0: A to Z, then AA, AB."""
    head, tail = divmod(number, 26)
    return (letters(head - 1) if head else "") + chr(ord("A") + tail)
