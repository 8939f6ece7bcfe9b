"""What became of every note of a source in its arrangement.

A note is *kept* if the arrangement strikes its pitch at its onset; *moved* if it strikes it in another octave; *merged*
if its pitch class sounds while it would, struck for another note; otherwise it is *left out*.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

from scoregen.score.elements import Rest, Score, Slot
from scoregen.score.ensemble.tablature import linked_tablature
from scoregen.score.pitch import Pitch, Unpitched
from scoregen.score.timeline import SoundingNote, pitch_of, pitched_notes, sounding_notes

Fate = Literal["kept", "moved", "merged", "left out"]
FATES: tuple[Fate, ...] = get_args(Fate)


@dataclass(frozen=True, slots=True)
class NoteAccount:
    """A note of the source and its fate; `octaves` is how far the arrangement moved it."""

    note: SoundingNote
    fate: Fate
    octaves: int = 0


@dataclass(frozen=True)
class Account:
    """The fates of all pitched notes of a source, and the numbers of grace notes and of unpitched notes left out."""

    notes: tuple[NoteAccount, ...]
    graces: int = 0
    unpitched: int = 0

    def count(self, fate: Fate) -> int:
        return sum(each.fate == fate for each in self.notes)

    def counts(self) -> dict[str, int]:
        """The numbers of notes by fate."""
        return {fate: self.count(fate) for fate in FATES}

    def left_out(self) -> dict[str, list[SoundingNote]]:
        """The notes that were left out, by part."""
        found: dict[str, list[SoundingNote]] = defaultdict(list)
        for each in self.notes:
            if each.fate == "left out":
                found[each.note.slot.part].append(each.note)
        return dict(found)


def account(source: Score, arranged: Score) -> Account:
    """The account of an arrangement. Both scores have the same measures."""
    silent = linked_tablature(source)
    notes = [note for note in pitched_notes(source) if note.slot not in silent]
    struck: dict[Fraction, Counter[int]] = defaultdict(Counter)
    by_class: dict[int, list[SoundingNote]] = defaultdict(list)
    for note in pitched_notes(arranged):
        struck[note.onset][pitch_of(note).midi_pitch] += 1
        by_class[pitch_of(note).pitch_class].append(note)
    fates = dict(_exact(notes, struck))
    fates |= _moved([note for note in notes if id(note) not in fates], struck)
    rows = [fates.get(id(note)) or _heard(note, by_class) for note in notes]
    graces = max(_graces(source, silent) - _graces(arranged, ()), 0)
    unpitched = sum(isinstance(note.pitch, Unpitched) for note in sounding_notes(source))
    return Account(tuple(rows), graces, unpitched)


def _exact(notes: Sequence[SoundingNote], struck: dict[Fraction, Counter[int]]) -> Iterable[tuple[int, NoteAccount]]:
    """The notes that are struck at their pitch; each struck note answers for one."""
    for note in notes:
        row, height = struck.get(note.onset), pitch_of(note).midi_pitch
        if row and row[height]:
            row[height] -= 1
            yield id(note), NoteAccount(note, "kept")


def _moved(notes: Sequence[SoundingNote], struck: dict[Fraction, Counter[int]]) -> dict[int, NoteAccount]:
    found = {}
    for note in notes:
        row, height = struck.get(note.onset, Counter()), pitch_of(note).midi_pitch
        others = [each for each, count in row.items() if count and (each - height) % 12 == 0]
        if others:
            nearest = min(others, key=lambda each: abs(each - height))
            row[nearest] -= 1
            found[id(note)] = NoteAccount(note, "moved", (nearest - height) // 12)
    return found


def _heard(note: SoundingNote, by_class: dict[int, list[SoundingNote]]) -> NoteAccount:
    """A note that nobody strikes for itself: merged if its pitch class sounds, else left out."""
    row = by_class.get(pitch_of(note).pitch_class, [])
    last = bisect_left(row, note.end, key=lambda other: other.onset)
    sounds = any(other.end > note.onset for other in row[max(last - 60, 0) : last])
    return NoteAccount(note, "merged" if sounds else "left out")


def _graces(score: Score, silent: Iterable[Slot]) -> int:
    left = frozenset(silent)
    return sum(
        element.grace
        for measure in score.measures
        for voice in measure.voices
        if voice.slot not in left
        for element in voice.elements
        if not isinstance(element, Rest) and isinstance(element.notes[0].pitch, Pitch)
    )


def measure_list(score: Score, indices: Iterable[int]) -> str:
    """Measures by their printed numbers, in runs: `measures 1-4, 7`. Of more than eight runs the first are named."""
    runs: list[list[int]] = []
    for index in sorted(set(indices)):
        if runs and index == runs[-1][-1] + 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    names = [score.measures[run[0]].number for run in runs]
    ends = [score.measures[run[-1]].number for run in runs]
    texts = [name if name == end else f"{name}-{end}" for name, end in zip(names, ends, strict=True)]
    what = "measure " if len(runs) == 1 and len(runs[0]) == 1 else "measures "
    return what + ", ".join(texts[:8]) + (f" and {len(texts) - 8} more places" if len(texts) > 8 else "")
