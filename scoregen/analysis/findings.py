"""What a checker says about a score: one finding a fault, with the place and the notes that it is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from scoregen.score.elements import Measure, Score
from scoregen.score.timeline import SoundingNote, measure_onsets

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

    In an anacrusis beats are counted from the barline that follows, so that a lone upbeat in 4/4 is
    beat 4; in 6/8 a measure has two beats.
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
    position = onset - measure_onsets(score)[measure_index]
    return Spot(measure.number, _beat(measure, position, is_first=measure_index == 0))


def _beat(measure: Measure, position: Fraction, *, is_first: bool) -> Fraction:
    """The felt beat; a measure that goes on beyond its metre counts on in its last beat."""
    if is_first and measure.is_short:
        position += measure.time.duration - measure.duration
    groups = measure.time.groups
    for index, group in enumerate(groups):
        if position < group or index == len(groups) - 1:
            return index + 1 + position / group
        position -= group
    return Fraction(1)
