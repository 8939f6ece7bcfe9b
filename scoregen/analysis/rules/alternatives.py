"""What another note would have broken: a rule set asked again around one note, with the note exchanged.

Asked are the rules on two voices, on the order of voices, on melody, range, leading notes and sevenths. The
chords stay as they were read with the note that stands; cadences, hands and bows are not asked.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.analysis.counterpoint.lines import Counterpoint, VoiceMoment
from scoregen.analysis.rules.findings import Finding
from scoregen.analysis.rules.harmonic import tendencies
from scoregen.analysis.rules.melody import intervals, ranges
from scoregen.analysis.rules.order import order
from scoregen.analysis.rules.perfect import perfect_intervals
from scoregen.analysis.rules.rule_sets import RuleSet
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import SoundingNote

FAMILIES: tuple[Callable[[Counterpoint, RuleSet], Iterator[Finding]], ...] = (
    perfect_intervals,
    order,
    intervals,
    ranges,
    tendencies,
)
AROUND = Fraction(2)
"""Quarters before and after a note in which its faults can show."""

Fault = tuple[str, Fraction, tuple[str, ...]]
"""A rule, where it is broken, and between which lines."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What another note would change: `broken` are faults that it makes, `mended` those that it takes away.

    A fault that lasts and would only begin elsewhere, with other notes, is neither.
    """

    broken: tuple[Finding, ...]
    mended: tuple[Finding, ...]


class Surroundings:
    """The moments around one note of a line, and what the rules find there."""

    def __init__(self, music: Counterpoint, rules: RuleSet, line: int, note: SoundingNote) -> None:
        self._rules, self._line, self.note = rules, line, note
        self._start, self._end = note.onset - AROUND, note.end + AROUND
        first = max(0, bisect_left(music.moments, self._start, key=lambda moment: moment.onset) - 1)
        last = bisect_left(music.moments, self._end, key=lambda moment: moment.onset)
        self._moments = (*music.moments[first:last], *(_silence(moment) for moment in music.moments[last : last + 1]))
        self._chords = [span for span in music.chords if span.end > self._start and span.onset < self._end]
        self._music = music
        self._found = self._ask(self._moments)

    def findings(self) -> tuple[Finding, ...]:
        """What the rules find in which this note takes part."""
        own = [finding for finding in self._found.values() if any(note == self.note for note in finding.notes)]
        return tuple(sorted(own, key=lambda finding: (finding.onset, finding.rule)))

    def instead(self, kind: str, pitch: Pitch | None) -> Verdict:
        """What would be found with a rest, the note before held on, or another pitch begun in its place."""
        old, new = self._exchange(kind, pitch)
        found = self._ask(tuple(self._with(moment, (self.note, old), new) for moment in self._moments))
        made = {fault: finding for fault, finding in found.items() if fault not in self._found}
        gone = {fault: finding for fault, finding in self._found.items() if fault not in found}
        ended = {(rule, lines) for rule, _, lines in gone}
        moved = {
            (rule, lines)
            for (rule, _, lines), finding in made.items()
            if (rule, lines) in ended and new not in finding.notes
        }
        return Verdict(
            tuple(finding for (rule, _, lines), finding in made.items() if (rule, lines) not in moved),
            tuple(finding for (rule, _, lines), finding in gone.items() if (rule, lines) not in moved),
        )

    def _exchange(self, kind: str, pitch: Pitch | None) -> tuple[SoundingNote | None, SoundingNote | None]:
        """The note before that gives way too, if one does, and what sounds in the end: None for a rest."""
        if kind == "hold":
            old = self._before()
            return old, replace(old, duration=old.duration + self.note.duration) if old is not None else None
        return None, replace(self.note, pitch=pitch) if pitch is not None else None

    def _before(self) -> SoundingNote | None:
        """The note of the line that ends where this one begins."""
        sounding = (moment.notes[self._line] for moment in self._moments if moment.onset < self.note.onset)
        last = next(reversed(list(sounding)), None)
        return last if last is not None and last.end == self.note.onset else None

    def _with(self, moment: VoiceMoment, old: tuple[SoundingNote | None, ...], new: SoundingNote | None) -> VoiceMoment:
        there = moment.notes[self._line]
        if there is None or there not in old:
            return moment
        return replace(moment, notes=(*moment.notes[: self._line], new, *moment.notes[self._line + 1 :]))

    def _ask(self, moments: tuple[VoiceMoment, ...]) -> Mapping[Fault, Finding]:
        music = self._music.with_moments(moments, self._chords)
        return {
            (finding.rule, finding.onset, finding.lines): finding
            for family in FAMILIES
            for finding in family(music, self._rules)
            if self._start <= finding.onset < self._end
        }


def _silence(moment: VoiceMoment) -> VoiceMoment:
    """The moment in which nothing sounds any more: every score ends with one, and so must a part of it."""
    return replace(moment, notes=(None,) * len(moment.notes))
