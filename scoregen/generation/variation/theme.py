"""A theme and what its variations keep: the tune, its structural notes, its chords and its phrases."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Literal

from scoregen.analysis.form.skeleton import skeleton
from scoregen.analysis.harmony.chords import chord_spans
from scoregen.analysis.harmony.tune_keys import tune_keys
from scoregen.generation.variation.implied_chords import ChordStretch, implied_chords
from scoregen.plan.chords.given_line import GivenMusic
from scoregen.plan.phrase_ends import phrase_ends
from scoregen.score.edit import named_part
from scoregen.score.elements import Score, Slot
from scoregen.score.ensemble import recognise_ensemble
from scoregen.score.instruments import family_of
from scoregen.score.keys import Key
from scoregen.score.timeline import SoundingNote, measure_onsets, metrical_starts, pitch_of, pitched_notes
from scoregen.system.errors import InputError

Kind = Literal["melody", "lead-sheet", "choir", "keyboard", "song", "ensemble"]
"""What a theme is written for: one line; one line with chord symbols; singers; a keyboard; a line with a keyboard;
other players."""


@dataclass(frozen=True)
class Theme:
    """A score with the slot of its tune; `key` is its key if it is known, None to find it."""

    score: Score
    slot: Slot
    kind: Kind
    key: Key | None = None

    @cached_property
    def line(self) -> tuple[SoundingNote, ...]:
        """The notes of the tune with ties merged; of a chord the highest."""
        return tune_line(self.score, self.slot)

    @cached_property
    def others(self) -> Mapping[Slot, tuple[SoundingNote, ...]]:
        """The notes of the other voices, by voice."""
        rows: dict[Slot, list[SoundingNote]] = {}
        for note in pitched_notes(self.score):
            if note.slot != self.slot and note.duration > 0:
                rows.setdefault(note.slot, []).append(note)
        return {slot: tuple(row) for slot, row in rows.items()}

    @cached_property
    def diatonic_range(self) -> tuple[int, int]:
        """The lowest and the highest step of the tune."""
        heights = [pitch_of(note).diatonic for note in self.line]
        return min(heights), max(heights)

    @cached_property
    def onsets(self) -> tuple[Fraction, ...]:
        return measure_onsets(self.score)

    @cached_property
    def starts(self) -> tuple[Fraction, ...]:
        """For each measure the place in its metre at which it begins."""
        return metrical_starts(self.score)

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """The key of each measure, by the tune and the signatures."""
        if self.key is not None:
            return (self.key,) * len(self.score.measures)
        return tune_keys(self.score, [self.slot] if self.is_alone else None)

    @property
    def is_alone(self) -> bool:
        """Whether nothing but the tune sounds."""
        return not self.others

    @cached_property
    def has_chords(self) -> bool:
        """Whether other voices or chord symbols give the chords under the tune."""
        return not self.is_alone or any(measure.chord_symbols for measure in self.score.measures)

    @cached_property
    def closings(self) -> tuple[Fraction, ...]:
        """The onsets of the notes that close phrases."""
        music = GivenMusic.of(self.score, [self.slot])
        return tuple(end.onset for end in phrase_ends(self.score, music))

    @cached_property
    def chords(self) -> tuple[ChordStretch, ...]:
        """The chords of the score: its symbols, else those of its voices, else those that the tune implies."""
        if not self.has_chords:
            return implied_chords(self.score, self.line, self.keys, self.closings)
        spans = chord_spans(self.score)
        return tuple(ChordStretch(span.onset, span.end, span.chord.members, span.key) for span in spans)

    @cached_property
    def structural(self) -> tuple[bool, ...]:
        """For each note of the line whether it is structural."""
        return skeleton(self.score, self.line, self.members, self.closings)

    def chord(self, time: Fraction) -> ChordStretch | None:
        """The chord at a time."""
        index = bisect_right(self._chord_onsets, time) - 1
        found = self.chords[index] if index >= 0 else None
        return found if found is not None and time < found.end else None

    def members(self, time: Fraction) -> frozenset[int]:
        found = self.chord(time)
        return frozenset(found.members) if found else frozenset()

    @cached_property
    def _chord_onsets(self) -> tuple[Fraction, ...]:
        return tuple(chord.onset for chord in self.chords)

    def measure_at(self, time: Fraction) -> int:
        """The index of the measure that contains a time."""
        return max(bisect_right(self.onsets, time) - 1, 0)

    def strength(self, time: Fraction) -> int:
        """The metrical strength of a time."""
        index = self.measure_at(time)
        return self.score.measures[index].time.strength(time - self.onsets[index] + self.starts[index])

    @cached_property
    def phrases(self) -> tuple[tuple[Fraction, Fraction], ...]:
        """Start and end of each phrase, in quarters; together they are the whole score."""
        by_onset = {note.onset: note.end for note in self.line}
        edges = [by_onset[onset] for onset in self.closings if onset in by_onset]
        cuts = sorted({Fraction(0), *(edge for edge in edges[:-1] if edge < self.score.duration), self.score.duration})
        return tuple(pairwise(cuts))

    def sounding(self, slot: Slot, time: Fraction) -> tuple[SoundingNote, ...]:
        """The notes of another voice that sound at a time."""
        rows = self._by_measure.get(slot)
        return tuple(note for note in rows[self.measure_at(time)] if note.onset <= time < note.end) if rows else ()

    def ending(self, slot: Slot, time: Fraction) -> tuple[SoundingNote, ...]:
        """The notes of another voice that end at a time after the start."""
        return tuple(note for note in self._by_measure[slot][bisect_left(self.onsets, time) - 1] if note.end == time)

    @cached_property
    def _by_measure(self) -> Mapping[Slot, Sequence[Sequence[SoundingNote]]]:
        """For each other voice the notes that sound in each measure: figures ask for them at every note."""
        found: dict[Slot, list[list[SoundingNote]]] = {slot: [[] for _ in self.onsets] for slot in self.others}
        for slot, row in self.others.items():
            for note in row:
                for index in range(note.measure_index, bisect_left(self.onsets, note.end)):
                    found[slot][index].append(note)
        return found


def tune_line(score: Score, slot: Slot) -> tuple[SoundingNote, ...]:
    """The notes of a voice with ties merged; of a chord the highest."""
    rows: dict[Fraction, SoundingNote] = {}
    for note in pitched_notes(score):
        if note.slot == slot and note.duration > 0:
            held = rows.get(note.onset)
            if held is None or pitch_of(held).chromatic < pitch_of(note).chromatic:
                rows[note.onset] = note
    return tuple(rows[onset] for onset in sorted(rows))


def theme_of(score: Score, part: str | None = None) -> Theme:
    """The theme that a score is; `part` names the part of the tune, by default it is the first that sings or plays.

    InputError if there is no tune.
    """
    slot = _tune_slot(score, part)
    theme = Theme(score, slot, _kind(score))
    if len(theme.line) < 2:
        raise InputError(f"found {len(theme.line)} notes in the tune; expected a theme of two notes at least")
    return theme


def _tune_slot(score: Score, name: str | None) -> Slot:
    parts = [named_part(score, name, "--part")] if name else list(score.parts)
    counts: dict[Slot, int] = {}
    for note in pitched_notes(score):
        counts[note.slot] = counts.get(note.slot, 0) + 1
    for part in parts:
        own = [slot for slot in score.slots if slot.part == part.id and counts.get(slot)]
        if own:
            staff = own[0].staff
            return max((slot for slot in own if slot.staff == staff), key=lambda slot: (counts[slot], -slot.voice))
    raise InputError("found no notes with a pitch; expected a theme")


def _kind(score: Score) -> Kind:
    heard = {note.slot.part for note in pitched_notes(score)}
    parts = [part for part in score.parts if part.id in heard]
    slots = {note.slot for note in pitched_notes(score)}
    if len(slots) == 1:
        return "lead-sheet" if any(measure.chord_symbols for measure in score.measures) else "melody"
    families = [family_of(part) for part in parts]
    if set(families) == {"keyboard"}:
        return "keyboard"
    ensemble = recognise_ensemble(score)
    if ensemble is not None and ensemble.is_choir:
        return "choir"
    if len(parts) == 2 and families[1] == "keyboard" and families[0] != "keyboard":
        return "song"
    return "ensemble"
