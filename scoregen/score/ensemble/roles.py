"""Roles, the functions of parts in an ensemble, and ensembles of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from scoregen.score.elements import Clef, Instrument, Part, Score
from scoregen.score.instruments import Family, InstrumentType
from scoregen.score.pitch import UNISON, Interval, Pitch

MOST_ACCIDENTALS = 6
"""The most accidentals of a written key signature before its enharmonic one is preferred."""


@dataclass(frozen=True, slots=True)
class Role:
    """The function of a part in an ensemble; its pitches are `lowest` to `highest`, at sounding pitch.

    `clefs` are those of its staves, from the top. `transposition` is the interval from written to sounding pitch.
    `most_notes` are the most notes at once of a voice, or of each hand if there are several staves; `staff_notes` and
    `staff_ranges` state them, and the range, where they differ from staff to staff. `type` is the
    instrument or voice of instruments.toml, with its strings and spans. `group` is the bracket of its part, if it is
    not that of the ensemble.
    """

    name: str
    title: str
    abbreviation: str
    aliases: tuple[str, ...]
    clefs: tuple[Clef, ...]
    lowest: Pitch
    highest: Pitch
    comfortable: tuple[Pitch, Pitch]
    instrument: Instrument
    family: Family = "voice"
    transposition: Interval = UNISON
    most_notes: int = 1
    staff_notes: tuple[int, ...] = ()
    staff_ranges: tuple[tuple[Pitch, Pitch], ...] = ()
    group: str | None = None
    type: InstrumentType | None = None

    @property
    def clef(self) -> Clef:
        """The clef of the first staff."""
        return self.clefs[0]

    @property
    def staves(self) -> int:
        return len(self.clefs)

    def notes_on(self, staff: int) -> int:
        """The most notes at once on a staff, from 1."""
        return self.staff_notes[staff - 1] if self.staff_notes else self.most_notes

    def range_on(self, staff: int) -> tuple[Pitch, Pitch]:
        """The lowest and the highest pitch on a staff, from 1."""
        return self.staff_ranges[staff - 1] if self.staff_ranges else (self.lowest, self.highest)

    @property
    def is_sung(self) -> bool:
        return self.family == "voice"

    def part(self, part_id: str, group: str | None, fifths: int = 0) -> Part:
        """A new part for this role; `group` is the bracket of the ensemble, `fifths` the sounding key signature.

        A transposing part that would read more than six accidentals is written a diminished second away.
        """
        return Part(
            part_id,
            self.title,
            self.abbreviation,
            self.clefs,
            self.instrument,
            readable(self.transposition, fifths),
            self.group or group,
        )


def readable(transposition: Interval, fifths: int) -> Interval:
    """A transposition, or the enharmonic one if that gives a key signature of `fifths` fewer accidentals."""
    written = fifths - transposition.fifths
    if transposition.fifths == 0 or abs(written) <= MOST_ACCIDENTALS:
        return transposition
    return Interval(transposition.steps - (1 if written > 0 else -1), transposition.semitones)


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Roles in the order of the score, which for voices is from the highest to the lowest.

    `aliases` are other names of the ensemble. `group` is the bracket around its parts. `staves` are names of staves
    that several roles share, with these roles. All names are in lower case.
    """

    name: str
    title: str
    group: str | None
    roles: tuple[Role, ...]
    aliases: tuple[str, ...] = ()
    staves: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()

    def role(self, name: str) -> Role:
        """The role with this name; KeyError if there is none."""
        for role in self.roles:
            if role.name == name:
                return role
        raise KeyError(name)

    @property
    def is_choir(self) -> bool:
        """Whether all its roles are sung."""
        return all(role.is_sung for role in self.roles)


def new_parts(ensemble: Ensemble, fifths: int = 0) -> tuple[Part, ...]:
    """A new part for each role, with the ids P1, P2 and so on, for a sounding key signature of `fifths`."""
    return tuple(role.part(f"P{number}", ensemble.group, fifths) for number, role in enumerate(ensemble.roles, 1))


def named_parts(score: Score, ensemble: Ensemble, roles: Mapping[str, str]) -> list[Part]:
    """The parts beside which new ones will stand; `roles` are their roles by their ids.

    A part without a name is called like its role, and joins the bracket; but what a MusicXML file has stays.
    """
    if score.document is not None:
        return list(score.parts)
    by_name = {role.name: role for role in ensemble.roles}
    return [
        _named(part, by_name[roles[part.id]], ensemble.group) if part.id in roles and not part.name else part
        for part in score.parts
    ]


def _named(part: Part, role: Role, group: str | None) -> Part:
    own = role.group or group
    return replace(part, name=role.title, abbreviation=role.abbreviation, group=part.group or own)
