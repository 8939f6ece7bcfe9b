"""Findings: one for each fault, with its place and notes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from scoregen.score.display import html_table
from scoregen.score.elements import Score
from scoregen.score.metre import TimeSignature
from scoregen.score.timeline import SoundingNote, measure_onsets, metrical_starts

Severity = Literal["note", "warning", "error"]
SEVERITIES: tuple[Severity, ...] = ("note", "warning", "error")
"""In ascending order; the names are the levels of SARIF."""
RULES_TEXT = "docs/rules.md"
"""The explanation of every rule, under a heading with its name."""


@dataclass(frozen=True, slots=True, repr=False)
class Finding:
    """One fault, at `onset` in quarters from the start of the score; `notes` are the faulty notes.

    `lines` names the voices, highest first, as `message` does. A fault that continues, such as crossed
    voices, is one finding at its beginning.
    """

    rule: str
    severity: Severity
    onset: Fraction
    measure_index: int
    lines: tuple[str, ...]
    notes: tuple[SoundingNote, ...]
    message: str

    def __repr__(self) -> str:
        return f"<Finding {self.rule} ({self.severity}) at quarter {self.onset}: {self.message}>"

    def _repr_html_(self) -> str:
        return html_table(("Severity", "Finding", "Rule"), [(self.severity, self.message, self.rule)])

    @property
    def reference(self) -> str:
        """The link to the explanation of the rule."""
        return f"{RULES_TEXT}#{self.rule}"

    @property
    def part_ids(self) -> tuple[str, ...]:
        """The ids of the parts of the notes, each once."""
        return tuple(dict.fromkeys(note.slot.part for note in self.notes))


def at_least(findings: Iterable[Finding], severity: Severity) -> tuple[Finding, ...]:
    """The findings of at least this severity."""
    lowest = SEVERITIES.index(severity)
    return tuple(finding for finding in findings if SEVERITIES.index(finding.severity) >= lowest)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the score: the printed number of the measure, and the beat, from 1.

    An upbeat of one quarter in 4/4 is beat 4; in 6/8 a measure has two beats.
    """

    measure: str
    beat: Fraction

    def __str__(self) -> str:
        whole, rest = divmod(self.beat, 1)
        if not rest:
            text = str(whole)
        elif rest.denominator in (2, 4, 8):
            text = f"{float(self.beat):g}"
        else:
            text = f"{whole} {rest}"
        return f"m. {self.measure} beat {text}"


def spot(score: Score, onset: Fraction, measure_index: int) -> Spot:
    """The measure number and beat of an onset."""
    measure = score.measures[measure_index]
    place = onset - measure_onsets(score)[measure_index] + metrical_starts(score)[measure_index]
    return Spot(measure.number, _beat(measure.time, place))


def is_on_beat(score: Score, onset: Fraction, measure_index: int) -> bool:
    """Whether an onset is on a beat of its measure."""
    return spot(score, onset, measure_index).beat.denominator == 1


def _beat(time: TimeSignature, place: Fraction) -> Fraction:
    """The beat at a position in the metre; a measure that is longer than its metre extends its last beat."""
    *others, last = time.groups
    for index, group in enumerate(others):
        if place < group:
            return index + 1 + place / group
        place -= group
    return len(others) + 1 + place / last
