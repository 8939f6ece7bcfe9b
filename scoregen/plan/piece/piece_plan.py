"""The plan of a piece: its sections in order, and for each its length, key, tempo, phrases, cadences, chords, dynamics.

`reading` reads it from a file, `writing` writes it, `planned_piece` makes the blank score and the chords of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from scoregen.score.keys import Key
from scoregen.score.metre import TimeSignature
from scoregen.score.spanners import WedgeType
from scoregen.score.theory import cadences as formulas

DEFAULT_TEMPO = Fraction(84)
OPEN = "open"
CADENCES = (formulas.AUTHENTIC.name, formulas.HALF.name, formulas.DECEPTIVE.name, formulas.PLAGAL.name, OPEN)
"""How a phrase can end; an `open` one goes on into the next."""
NOT_FOLLOWED = ("mood", "density", "register", "texture", "motif", "articulation", "instrumentation")
"""Keys of a plan that are kept for the reader and that composing does not follow yet."""


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
    start. `others` are keys and texts that are not followed.
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
    others: tuple[tuple[str, str], ...] = ()

    @property
    def closes(self) -> tuple[str, ...]:
        """The cadences of the phrases that close."""
        return tuple(name for name in self.cadences if name != OPEN)

    @property
    def seconds(self) -> Fraction:
        """How long it lasts without its anacrusis."""
        return self.measures * len(self.time.groups) * 60 / self.tempo


@dataclass(frozen=True, slots=True)
class PiecePlan:
    """A piece: its sections, each once, and the order in which they come, by index. `anacrusis` is in quarters."""

    sections: tuple[SectionPlan, ...]
    order: tuple[int, ...]
    title: str = ""
    anacrusis: Fraction = Fraction(0)
    others: tuple[tuple[str, str], ...] = ()

    @property
    def measures(self) -> int:
        return sum(self.sections[index].measures for index in self.order)

    @property
    def seconds(self) -> Fraction:
        return sum((self.sections[index].seconds for index in self.order), Fraction(0))

    @property
    def form(self) -> str:
        return " ".join(self.sections[index].name for index in self.order)

    @property
    def not_followed(self) -> tuple[str, ...]:
        """The keys of the plan that composing does not follow, each once, in order."""
        every = (*self.others, *(other for section in self.sections for other in section.others))
        return tuple(dict.fromkeys(key for key, _ in every))


def letters(number: int) -> str:
    """The rehearsal mark of a number from 0: A to Z, then AA, AB."""
    head, tail = divmod(number, 26)
    return (letters(head - 1) if head else "") + chr(ord("A") + tail)
