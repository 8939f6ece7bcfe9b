"""The faults of alternative notes: a rule set is applied again around one note, with the note exchanged.

The rules are those on two voices, on the order of voices, and on melody, range, leading notes and sevenths. The
chords remain those of the original note. The rules on cadences, hands and bows are not applied.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.analysis.counterpoint.lines import Counterpoint
from scoregen.analysis.counterpoint.voice_moments import VoiceMoment
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
"""The quarters before and after a note within which it can cause faults."""

Fault = tuple[str, Fraction, tuple[str, ...]]
"""A rule, the onset of the fault, and its lines."""


@dataclass(frozen=True, slots=True)
class FaultChange:
    """The faults that another note would add (`new`) and those that it would remove (`gone`).

    A fault that would only begin elsewhere, with other notes, is in neither.
    """

    new: tuple[Finding, ...]
    gone: tuple[Finding, ...]


class Surroundings:
    """The moments around one note of a line, with their findings."""

    def __init__(self, music: Counterpoint, rules: RuleSet, line: int, note: SoundingNote) -> None:
        self._rules, self._line, self.note = rules, line, note
        self._start, self._end = note.onset - AROUND, note.end + AROUND
        first = max(0, bisect_left(music.moments, self._start, key=lambda moment: moment.onset) - 1)
        last = bisect_left(music.moments, self._end, key=lambda moment: moment.onset)
        self._moments = (*music.moments[first:last], *(_silence(moment) for moment in music.moments[last : last + 1]))
        self._chords = [span for span in music.chords if span.end > self._start and span.onset < self._end]
        self._music = music
        self._faults = self._check(self._moments)

    def findings(self) -> tuple[Finding, ...]:
        """The findings that include this note."""
        own = [finding for finding in self._faults.values() if any(note == self.note for note in finding.notes)]
        return tuple(sorted(own, key=lambda finding: (finding.onset, finding.rule)))

    def exchange(self, kind: str, pitch: Pitch | None) -> FaultChange:
        """The change of faults with a rest, the previous note held, or an attack of another pitch in its place."""
        old, note = self._replacement(kind, pitch)
        faults = self._check(tuple(self._with(moment, (self.note, old), note) for moment in self._moments))
        new = {fault: finding for fault, finding in faults.items() if fault not in self._faults}
        gone = {fault: finding for fault, finding in self._faults.items() if fault not in faults}
        gone_pairs = {(rule, lines) for rule, _, lines in gone}
        shifts = {
            (rule, lines)
            for (rule, _, lines), finding in new.items()
            if (rule, lines) in gone_pairs and note not in finding.notes
        }
        return FaultChange(
            tuple(finding for (rule, _, lines), finding in new.items() if (rule, lines) not in shifts),
            tuple(finding for (rule, _, lines), finding in gone.items() if (rule, lines) not in shifts),
        )

    def _replacement(self, kind: str, pitch: Pitch | None) -> tuple[SoundingNote | None, SoundingNote | None]:
        """The previous note if it is replaced too, and the new note: None for a rest."""
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
        own = moment.notes[self._line]
        if own is None or own not in old:
            return moment
        return replace(moment, notes=(*moment.notes[: self._line], new, *moment.notes[self._line + 1 :]))

    def _check(self, moments: tuple[VoiceMoment, ...]) -> Mapping[Fault, Finding]:
        music = self._music.with_moments(moments, self._chords)
        return {
            (finding.rule, finding.onset, finding.lines): finding
            for family in FAMILIES
            for finding in family(music, self._rules)
            if self._start <= finding.onset < self._end
        }


def _silence(moment: VoiceMoment) -> VoiceMoment:
    """The moment with all notes removed: a score ends with a silent moment, and an excerpt must too."""
    return replace(moment, notes=(None,) * len(moment.notes))
