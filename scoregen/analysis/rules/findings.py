"""What a checker says about a score: one finding a fault, with the place and the notes that it is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from scoregen.score.elements import Score
from scoregen.score.metre import TimeSignature
from scoregen.score.timeline import SoundingNote, measure_onsets, metrical_starts

Severity = Literal["note", "warning", "error"]
SEVERITIES: tuple[Severity, ...] = ("note", "warning", "error")
"""From the mildest to the gravest; the words are SARIF's levels."""
RULES_TEXT = "docs/rules.md"
"""Where every rule is explained, under a heading that is its name."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault. `onset` in quarters from the start of the score is where it is heard; `notes` are those at fault.

    `lines` names the voices, highest first, as `message` does. A fault that lasts, such as crossed
    voices, is one finding at its beginning.
    """

    rule: str
    severity: Severity
    onset: Fraction
    measure_index: int
    lines: tuple[str, ...]
    notes: tuple[SoundingNote, ...]
    message: str

    @property
    def reference(self) -> str:
        """Where the rule is explained."""
        return f"{RULES_TEXT}#{self.rule}"

    @property
    def part_ids(self) -> tuple[str, ...]:
        """The parts concerned, each once."""
        return tuple(dict.fromkeys(note.slot.part for note in self.notes))


def at_least(findings: Iterable[Finding], severity: Severity) -> tuple[Finding, ...]:
    """The findings that are as grave as that, or graver."""
    bar = SEVERITIES.index(severity)
    return tuple(finding for finding in findings if SEVERITIES.index(finding.severity) >= bar)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as a musician says it: the printed number of the measure and the felt beat, from 1.

    A lone upbeat in 4/4 is beat 4; in 6/8 a measure has two beats.
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
    """Measure number and beat of an onset."""
    measure = score.measures[measure_index]
    place = onset - measure_onsets(score)[measure_index] + metrical_starts(score)[measure_index]
    return Spot(measure.number, _beat(measure.time, place))


def _beat(time: TimeSignature, place: Fraction) -> Fraction:
    """The felt beat of a place in the metre; a measure that goes on beyond its metre counts on in its last beat."""
    *others, last = time.groups
    for index, group in enumerate(others):
        if place < group:
            return index + 1 + place / group
        place -= group
    return len(others) + 1 + place / last
