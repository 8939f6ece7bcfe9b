"""Form: measures that recur, and phrases with the same melody.

Measures are compared by all voices (an exact repeat), by all voices at another height (a transposed
repeat), or by the highest voice alone (the melody recurs with other harmony). Phrases get letters: the
same letter for the same melody, with a prime for a variant.
"""

from __future__ import annotations

import string
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Literal

from scoregen.analysis.form.phrases import Phrase
from scoregen.analysis.moments import LineNote
from scoregen.score.elements import Measure, Score, Slot
from scoregen.score.pitch import Pitch

RepeatKind = Literal["exact", "transposed", "melody"]
VARIED = 0.6
"""The share of a melody that must recur in a variant."""
LEAST_NOTES = 4
"""The fewest notes, in the voice with most notes, of a run of measures that counts as a repeat."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """Measures `first` to `last` (indices, both included) recur from `again` on.

    `steps` is the number of diatonic steps by which a transposed repeat is higher.
    """

    first: int
    last: int
    again: int
    kind: RepeatKind
    steps: int = 0

    @property
    def again_last(self) -> int:
        return self.again + self.last - self.first


@dataclass(frozen=True, slots=True)
class Section:
    """A phrase with its letter; `repeats` means that its measures are between repeat signs."""

    letter: str
    phrase: Phrase
    repeats: bool = False


class _Content:
    """The content of a measure, in the three forms in which measures are compared."""

    def __init__(self, measure: Measure) -> None:
        voices: dict[Slot, list[tuple[Fraction, Fraction, int, int]]] = {}
        for voice in measure.voices:
            now = Fraction(0)
            for element in voice.elements:
                for note in element.notes:
                    if isinstance(note.pitch, Pitch) and not note.grace:
                        event = (now, element.duration, note.pitch.diatonic, int(note.pitch.alter))
                        voices.setdefault(voice.slot, []).append(event)
                now += element.duration
        self.voices = tuple((slot, tuple(events)) for slot, events in voices.items())
        self.lowest = min((event[2] for _, events in self.voices for event in events), default=0)

    @cached_property
    def contour(self) -> Hashable:
        """The diatonic steps of all notes above the lowest one."""
        return tuple(
            (slot, tuple((on, long, step - self.lowest) for on, long, step, _ in events))
            for slot, events in self.voices
        )

    @cached_property
    def melody(self) -> Hashable:
        """The voice that is highest on average."""
        return max(
            (events for _, events in self.voices),
            key=lambda events: sum(e[2] for e in events) / len(events),
            default=(),
        )

    def form(self, kind: RepeatKind) -> Hashable:
        """The form in which this kind of repeat compares measures."""
        return {"exact": self.voices, "transposed": self.contour, "melody": self.melody}[kind]

    @property
    def size(self) -> int:
        """The number of notes in the voice with most notes."""
        return max((len(events) for _, events in self.voices), default=0)


def repeats(score: Score) -> tuple[Repeat, ...]:
    """The longest runs of measures that recur; each later measure is in one repeat, of the most exact kind."""
    contents = [_Content(measure) for measure in score.measures]
    rows: list[Repeat] = []
    covered: set[int] = set()
    kinds: tuple[RepeatKind, ...] = ("exact", "transposed", "melody")
    for kind in kinds:
        for repeat in _runs(contents, kind):
            later = set(range(repeat.again, repeat.again_last + 1))
            if not later & covered:
                covered |= later
                rows.append(repeat)
    return tuple(sorted(rows, key=lambda repeat: (repeat.first, repeat.again)))


def _runs(contents: Sequence[_Content], kind: RepeatKind) -> list[Repeat]:
    """Maximal runs of equal measures, the longest first, then the earliest."""
    numbers: dict[Hashable, int] = {}
    like = [numbers.setdefault(content.form(kind), len(numbers)) for content in contents]
    runs = []
    for distance in range(1, len(contents)):
        start = 0
        while start + distance < len(contents):
            length = _run_length(contents, like, start, distance, kind)
            if length and sum(content.size for content in contents[start : start + length]) >= LEAST_NOTES:
                steps = contents[start + distance].lowest - contents[start].lowest if kind == "transposed" else 0
                runs.append(Repeat(start, start + length - 1, start + distance, kind, steps))
            start += max(length, 1)
    return sorted(runs, key=lambda repeat: (repeat.first - repeat.last, repeat.again, repeat.first))


def _run_length(contents: Sequence[_Content], like: Sequence[int], start: int, distance: int, kind: RepeatKind) -> int:
    """How many measures from `start` on equal those `distance` later, all at the same interval."""
    length = 0
    steps = contents[start + distance].lowest - contents[start].lowest
    while length < distance and start + length + distance < len(contents):
        one, other = start + length, start + length + distance
        is_shifted = kind == "transposed" and contents[other].lowest - contents[one].lowest != steps
        if like[one] != like[other] or not contents[one].voices or is_shifted:
            break
        length += 1
    return length


def sections(score: Score, parts: Sequence[Phrase], line: Sequence[LineNote]) -> tuple[Section, ...]:
    """The phrases with letters, by the highest line."""
    melodies = [_melody_of(phrase, line) for phrase in parts]
    repeated = _repeated_measures(score)
    rows: list[Section] = []
    models: list[tuple[str, Sequence[tuple[Fraction, int]]]] = []
    for phrase, melody in zip(parts, melodies, strict=True):
        similarity, letter = max(((_similarity(melody, model), name) for name, model in models), default=(0.0, ""))
        if similarity < VARIED or not melody:
            letter = _letter(len(models))
            models.append((letter, melody))
        elif similarity < 1:
            letter += "′"
        rows.append(Section(letter, phrase, {phrase.first_measure, phrase.last_measure} <= repeated))
    return tuple(rows)


def _letter(index: int) -> str:
    rounds, place = divmod(index, 26)
    return string.ascii_uppercase[place] * (rounds + 1)


def _melody_of(phrase: Phrase, line: Sequence[LineNote]) -> list[tuple[Fraction, int]]:
    """Durations and diatonic steps from the first note of the highest line in a phrase."""
    own = [note for note in line if phrase.onset <= note.onset < phrase.end]
    return [(note.duration, note.pitch.diatonic - own[0].pitch.diatonic) for note in own]


def _similarity(one: Sequence[tuple[Fraction, int]], other: Sequence[tuple[Fraction, int]]) -> float:
    """The longest common subsequence, as a share of the longer melody; 1 for the same."""
    if not one or not other:
        return 0.0
    row = [0] * (len(other) + 1)
    for note in one:
        previous = row
        row = [0]
        for place, candidate in enumerate(other, start=1):
            row.append(previous[place - 1] + 1 if note == candidate else max(previous[place], row[-1]))
    return row[-1] / max(len(one), len(other))


def _repeated_measures(score: Score) -> set[int]:
    """The indices of the measures between repeat signs."""
    indices: set[int] = set()
    start = 0
    for index, measure in enumerate(score.measures):
        if measure.repeat_start:
            start = index
        if measure.barline.repeat_times:
            indices |= set(range(start, index + 1))
            start = index + 1
    return indices
