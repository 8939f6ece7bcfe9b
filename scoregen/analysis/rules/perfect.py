"""Consecutive perfect intervals, and perfect intervals that are approached in similar motion.

Two lines form the same perfect interval before and after both move (`score.theory.parallel_motion`). Similar
motion gives *parallels*, motion in opposite directions *contrary* fifths or octaves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations

from scoregen.analysis.counterpoint.lines import Counterpoint, distinct
from scoregen.analysis.counterpoint.voice_moments import VoiceMoment
from scoregen.analysis.rules.findings import Finding, is_on_beat, spot
from scoregen.analysis.rules.rule_sets import ANY, RuleSet
from scoregen.score.pitch import Pitch
from scoregen.score.theory.parallel_motion import (
    DIMINISHED_FIFTH,
    FIFTH,
    OCTAVE,
    PERFECT,
    UNISON,
    interval_class,
    is_octave_shift,
    is_similar,
    parallel_interval,
    perfect_interval,
)
from scoregen.score.timeline import SoundingNote, pitch_of

DOUBLING = 3
"""The number of consecutive octaves from which on one line doubles the other."""
_PLURAL = {FIFTH: "fifths", OCTAVE: "octaves", UNISON: "unisons"}


@dataclass(frozen=True, slots=True)
class Motion:
    """Two lines that both move to a moment; `upper` and `lower` are indices of lines."""

    before: VoiceMoment
    after: VoiceMoment
    upper: int
    lower: int

    @property
    def notes(self) -> tuple[SoundingNote, SoundingNote, SoundingNote, SoundingNote]:
        """The two notes of the upper line, then those of the lower."""
        row = [moment.notes[line] for line in (self.upper, self.lower) for moment in (self.before, self.after)]
        a, b, c, d = row
        assert a is not None and b is not None and c is not None and d is not None  # `motions` ensures it
        return a, b, c, d

    @property
    def pitches(self) -> tuple[Pitch, Pitch, Pitch, Pitch]:
        a, b, c, d = self.notes
        return pitch_of(a), pitch_of(b), pitch_of(c), pitch_of(d)

    @property
    def is_similar(self) -> bool:
        """Whether both lines go up or both go down."""
        return is_similar(*self.pitches)

    def __str__(self) -> str:
        high, higher, low, lower = self.pitches
        return f"{low}-{high} to {lower}-{higher}"


def motions(music: Counterpoint) -> Iterator[Motion]:
    """All motions in which two lines of a group both go to another pitch, except across phrase ends."""
    pairs = _pairs(music)
    for before, after in music.successions():
        movers = {
            index
            for index, (old, new) in enumerate(zip(before.notes, after.notes, strict=True))
            if old is not None and new is not None and pitch_of(old).chromatic != pitch_of(new).chromatic
        }
        for upper, lower in pairs:
            if upper in movers and lower in movers:
                yield Motion(before, after, upper, lower)


def _pairs(music: Counterpoint) -> list[tuple[int, int]]:
    """The pairs of lines of one group, upper line first."""
    pairs = combinations(range(len(music.lines)), 2)
    return [(a, b) for a, b in pairs if music.are_compared(a, b)]


def perfect_intervals(music: Counterpoint, rules: RuleSet) -> Iterator[Finding]:
    """Parallel, contrary, unequal and direct fifths, octaves and unisons; a passage in unison is one finding."""
    yield from _unison_passages(music, rules)
    rows = [motion for motion in motions(music) if not _in_unison(music, motion)]
    yield from _one_for_each_run(music, list(_faulty_motions(music, rules, rows)))


def _unison_passages(music: Counterpoint, rules: RuleSet) -> Iterator[Finding]:
    for passage in music.unisons:
        notes = distinct(passage.first.notes[index] for index in passage.lines)
        names = [music.lines[index].name for index in passage.lines if passage.first.notes[index] is not None]
        message = f"{_listed(names)} sing in unison or octaves{_until(music, passage.end)}"
        yield from rules.judge("unison-passage", ANY, passage.start, passage.first.measure_index, names, notes, message)


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _until(music: Counterpoint, end: Fraction) -> str:
    """The words for the end of a passage, by the last moment before it."""
    last = max((moment for moment in music.moments if moment.onset < end), key=lambda moment: moment.onset)
    return f" to {spot(music.score, last.onset, last.measure_index)}"


def _in_unison(music: Counterpoint, motion: Motion) -> bool:
    """Whether both lines are in a unison passage before a motion."""
    return all(music.is_unison(motion.before.onset, index) for index in (motion.upper, motion.lower))


def _one_for_each_run(music: Counterpoint, found: Sequence[tuple[Motion, Finding]]) -> Iterator[Finding]:
    """The findings, with consecutive ones of one kind between the same lines as one, at its beginning."""
    runs: dict[tuple[str, int, int], list[tuple[Motion, Finding]]] = {}
    for motion, finding in found:
        key = (finding.rule, motion.upper, motion.lower)
        run = runs.get(key)
        if run and (run[-1][0].notes[1::2]) == motion.notes[0::2]:
            run.append((motion, finding))
            continue
        if run:
            yield _as_one(music, run)
        runs[key] = [(motion, finding)]
    for run in runs.values():
        yield _as_one(music, run)


def _as_one(music: Counterpoint, run: Sequence[tuple[Motion, Finding]]) -> Finding:
    first = run[0][1]
    if len(run) == 1:
        return first
    last = run[-1][0].after
    message = f"{first.message}, and so on to {spot(music.score, last.onset, last.measure_index)}"
    return replace(first, message=message)


def _faulty_motions(music: Counterpoint, rules: RuleSet, rows: Sequence[Motion]) -> Iterator[tuple[Motion, Finding]]:
    doublings = _doublings(rows)
    for motion in rows:
        for finding in _faults_of(music, rules, motion, doubles=motion in doublings):
            yield motion, finding


def _faults_of(music: Counterpoint, rules: RuleSet, motion: Motion, *, doubles: bool) -> Iterator[Finding]:
    high, higher, low, lower = motion.pitches
    new, old = perfect_interval(higher, lower), perfect_interval(high, low)
    if new is None:
        return
    if old is not None and interval_class(old) == interval_class(new):
        yield from _same_interval(music, rules, motion, old, new, doubles=doubles)
    elif motion.is_similar and new in PERFECT:
        yield from _direct(music, rules, motion, new)


def _doublings(rows: Sequence[Motion]) -> set[Motion]:
    """The motions of lines that have DOUBLING or more consecutive octaves or unisons."""
    runs: dict[tuple[int, int], list[Motion]] = {}
    doublings: set[Motion] = set()
    for motion in rows:
        high, higher, low, lower = motion.pitches
        if {perfect_interval(high, low), perfect_interval(higher, lower)} <= {OCTAVE, UNISON}:
            run = runs.setdefault((motion.upper, motion.lower), [])
            if run and (run[-1].pitches[1], run[-1].pitches[3]) != (high, low):
                run.clear()
            run.append(motion)
            if len(run) >= DOUBLING:
                doublings.update(run)
    return doublings


def _same_interval(
    music: Counterpoint, rules: RuleSet, motion: Motion, old: str, new: str, *, doubles: bool
) -> Iterator[Finding]:
    if is_octave_shift(*motion.pitches) or _doubles_in_one_hand(music, motion, new):
        return
    kind = _kind(music, motion)
    if DIMINISHED_FIFTH in (old, new):
        if motion.is_similar and old != new and new == FIFTH:
            message = f"move from a diminished to a perfect fifth ({motion})"
            yield from _findings(music, rules, motion, "unequal-fifths", kind, message)
        return
    if not motion.is_similar:
        name = _PLURAL[interval_class(new)]
        message = f"move in {name} by contrary motion ({motion})"
        yield from _findings(music, rules, motion, f"contrary-{name}", kind, message)
        return
    name = _PLURAL[parallel_interval(*motion.pitches) or new]
    if new == FIFTH and _is_anticipated(music, motion):
        kind, hint = "anticipation", ", the upper one anticipating its next note"
    else:
        hint = ""
    if doubles:
        kind, hint = "doubling", ", one doubling the other for a while"
    message = f"move in parallel {name} ({motion}){hint}"
    yield from _findings(music, rules, motion, f"parallel-{name}", kind, message)


def _doubles_in_one_hand(music: Counterpoint, motion: Motion, new: str) -> bool:
    """Whether two lines are octaves in the chords of one voice, which thicken a single line."""
    return new != FIFTH and music.lines[motion.upper].slot == music.lines[motion.lower].slot


def _is_anticipated(music: Counterpoint, motion: Motion) -> bool:
    """Whether the upper note is a short one off the beat that is repeated as a longer note, as in Bach's cadences."""
    _, note, _, _ = motion.notes
    if is_on_beat(music.score, note.onset, note.measure_index):
        return False
    return any(
        again.onset == note.end and again.pitch == note.pitch and again.duration > note.duration
        for again in music.slots[note.slot]
    )


def _direct(music: Counterpoint, rules: RuleSet, motion: Motion, new: str) -> Iterator[Finding]:
    """Similar motion to a perfect interval, except for a change of position within one chord."""
    high, higher, _, _ = motion.pitches
    if motion.before.pitch_classes == motion.after.pitch_classes:
        return
    leaps = abs(higher.diatonic - high.diatonic) > 1
    if new == UNISON:
        if leaps and (motion.upper, motion.lower) in music.neighbours:
            message = f"move in the same direction into a unison ({motion})"
            yield from _findings(music, rules, motion, "direct-unisons", ANY, message)
        return
    if leaps:
        message = f"leap in the same direction into {'a fifth' if new == FIFTH else 'an octave'} ({motion})"
        yield from _findings(music, rules, motion, f"direct-{_PLURAL[new]}", _kind(music, motion), message)


def _kind(music: Counterpoint, motion: Motion) -> str:
    return "outer" if music.is_outer(motion.upper, motion.lower) else "inner"


def _findings(
    music: Counterpoint, rules: RuleSet, motion: Motion, rule: str, kind: str, predicate: str
) -> Iterator[Finding]:
    names = music.lines[motion.upper].name, music.lines[motion.lower].name
    yield from rules.judge(
        rule,
        kind,
        motion.after.onset,
        motion.after.measure_index,
        names,
        motion.notes,
        f"{names[0]} and {names[1]} {predicate}",
    )
