"""A score as simultaneous lines, the input of every rule of part-writing.

A *line* is one melody: a voice, or, if a voice contains chords, one of the notes of these chords. The leading
line of a voice has the highest notes, except in the lowest voice of a group, where it has the lowest. The
other notes of a chord continue only in a chord of the same size.

A *voice group* is a set of lines that belong together, highest first: the voices of a choir, the staves of a
keyboard, the parts of a small ensemble. Crossing and spacing are checked only within a group.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from scoregen.analysis.counterpoint.boundaries import phrase_boundaries
from scoregen.analysis.counterpoint.unisons import Unison, unison_passages
from scoregen.analysis.counterpoint.voice_groups import CHOIR, VoiceLine, leading_lines, role_of
from scoregen.analysis.counterpoint.voice_moments import VoiceMoment
from scoregen.analysis.harmony.chords import ChordSpan, chord_spans
from scoregen.score.elements import Part, Score, Slot
from scoregen.score.ensemble import load_ensemble
from scoregen.score.ensemble.tablature import linked_tablature
from scoregen.score.timeline import SoundingNote, changes, measure_onsets, pitch_of, pitched_notes

DOUBLING_SHARE = 0.95
"""The share of a part's notes that must also sound in other parts for it to be a reduction or a doubling."""


@dataclass(frozen=True)
class Counterpoint:
    """The lines of a score, their moments in order, and the onsets before which a phrase ends."""

    score: Score
    lines: tuple[VoiceLine, ...]
    moments: tuple[VoiceMoment, ...]
    boundaries: frozenset[Fraction]
    slots: Mapping[Slot, tuple[SoundingNote, ...]]
    notices: tuple[str, ...] = ()

    def successions(self) -> Iterator[tuple[VoiceMoment, VoiceMoment]]:
        """Each moment with the next one, except across phrase ends."""
        for before, after in itertools.pairwise(self.moments):
            if after.onset not in self.boundaries:
                yield before, after

    def with_moments(self, moments: Sequence[VoiceMoment], chords: Sequence[ChordSpan]) -> Counterpoint:
        """The same lines with other moments, such as some of them with another note, and with given chords."""
        changed = replace(self, moments=tuple(moments))
        vars(changed)["chords"] = tuple(chords)
        return changed

    def moments_between(self, start: Fraction, end: Fraction) -> Iterator[VoiceMoment]:
        """The moments that overlap a stretch of time."""
        first = max(0, bisect_right(self.moments, start, key=lambda moment: moment.onset) - 1)
        for moment in itertools.islice(self.moments, first, None):
            if moment.onset >= end:
                return
            yield moment

    @cached_property
    def chords(self) -> tuple[ChordSpan, ...]:
        """The chords of the score, computed on first use."""
        return chord_spans(self.score)

    @cached_property
    def neighbours(self) -> tuple[tuple[int, int], ...]:
        """The pairs of adjacent leading lines of a group, as indices; without instruments of chords."""
        leading = [index for index, line in enumerate(self.lines) if line.leads and not line.is_chordal]
        return tuple(
            (upper, lower)
            for upper, lower in itertools.pairwise(leading)
            if self.lines[upper].group == self.lines[lower].group
        )

    @cached_property
    def unisons(self) -> tuple[Unison, ...]:
        """The passages in which all voices of a group double each other, in order."""
        return unison_passages(self.moments, list(self._groups.values()))

    def is_unison(self, onset: Fraction, index: int) -> bool:
        """Whether a line is in a unison passage at an onset."""
        return any(passage.start <= onset < passage.end and index in passage.lines for passage in self.unisons)

    def group(self, index: int) -> tuple[int, ...]:
        """The leading lines of the group of a line, highest first."""
        return self._groups[self.lines[index].group]

    @cached_property
    def _groups(self) -> dict[int, tuple[int, ...]]:
        groups: dict[int, list[int]] = defaultdict(list)
        for index, line in enumerate(self.lines):
            if line.leads:
                groups[line.group].append(index)
        return {group: tuple(own) for group, own in groups.items()}

    def are_compared(self, upper: int, lower: int) -> bool:
        """Whether two lines form a pair: in one group, and neither an upper note of the other's accompaniment.

        An accompaniment may double the melody.
        """
        one, other = self.lines[upper], self.lines[lower]
        if one.group != other.group:
            return False
        if one.player == other.player:
            return True
        return all(self.is_bass(index) for index in (upper, lower) if self.lines[index].is_chordal)

    def is_outer(self, upper: int, lower: int) -> bool:
        """Whether two lines are the highest and the lowest of their group."""
        own = self.group(upper)
        return (upper, lower) == (own[0], own[-1])

    def is_bass(self, index: int) -> bool:
        """Whether a line is the lowest of a group of two or more."""
        own = self.group(index)
        return len(own) > 1 and own[-1] == index

    def following(self, index: int, note: SoundingNote) -> SoundingNote | None:
        """The note of a line that follows a note immediately; None at a rest or a phrase end."""
        if note.end in self.boundaries:
            return None
        moment = next(self.moments_between(note.end, note.end + 1), None)
        return None if moment is None else moment.notes[index]

    def previous(self, index: int, note: SoundingNote) -> SoundingNote | None:
        """The note of a line immediately before a note; None after a rest or a phrase end."""
        place = bisect_left(self.moments, note.onset, key=lambda moment: moment.onset)
        if place == 0 or note.onset in self.boundaries:
            return None
        return self.moments[place - 1].notes[index]

    def melody(self, index: int) -> Iterator[tuple[SoundingNote, SoundingNote]]:
        """Each note of a line with the next, unless a rest, a phrase end or a chord of another size separates them."""
        for before, after in itertools.pairwise(self.moments):
            old, new = before.notes[index], after.notes[index]
            if old is not None and new is not None and old is not new and after.onset not in self.boundaries:
                yield old, new


def counterpoint_of(score: Score, slots: Sequence[Slot] | None = None) -> Counterpoint:
    """The lines of a score, or of some of its voices, highest first.

    Without `slots`, parts that only double others, such as a rehearsal reduction, and tablature that repeats a
    staff are left out, with a notice.
    """
    by_slot: dict[Slot, list[SoundingNote]] = defaultdict(list)
    for note in pitched_notes(score):
        by_slot[note.slot].append(note)
    notices: tuple[str, ...] = ()
    given = slots
    if slots is None:
        doubling = _doubling_parts(score, by_slot)
        tablature = linked_tablature(score)
        notices = (*map(_says_doubling, doubling), *_tablature_notices(score, tablature))
        left_out = {part.id for part in doubling}
        slots = [
            slot for slot in score.slots if slot in by_slot and slot.part not in left_out and slot not in tablature
        ]
    sounding = {slot: tuple(by_slot[slot]) for slot in slots}
    if given is not None:
        leaders = [VoiceLine(slot, f"voice {place + 1}", 0, place) for place, slot in enumerate(given)]
    else:
        leaders = leading_lines(score, list(sounding))
    lines = tuple(line for leader in leaders for line in _lines_of(leader, sounding, leaders))
    moments = tuple(_moments(score, lines, sounding, leaders))
    return Counterpoint(score, lines, moments, phrase_boundaries(score, sounding), sounding, notices)


def _says_doubling(part: Part) -> str:
    return f"part {part.name or part.id!r} only doubles other parts: it is left out"


def _tablature_notices(score: Score, tablature: Iterable[Slot]) -> Iterator[str]:
    for part_id in dict.fromkeys(slot.part for slot in sorted(tablature)):
        part = score.part(part_id)
        yield f"part {part.name or part.id!r}: the tablature repeats a staff; it is left out"


def _lines_of(
    leader: VoiceLine, sounding: Mapping[Slot, Sequence[SoundingNote]], leaders: Sequence[VoiceLine]
) -> Iterator[VoiceLine]:
    """The leading line of a voice, and one line for every other note of its chords."""
    at_once = Counter(note.onset for note in sounding[leader.slot])
    bottom = _is_bottom(leader, leaders)
    if not bottom:
        yield leader
    for size in sorted(set(at_once.values()) - {1}):
        for rank in range(size):
            if rank != (size - 1 if bottom else 0):
                name = f"{leader.name} (note {rank + 1} of {size})"
                yield replace(leader, name=name, size=size, rank=rank)
    if bottom:
        yield leader


def _is_bottom(leader: VoiceLine, leaders: Sequence[VoiceLine]) -> bool:
    """Whether a voice is the lowest of a group of two or more."""
    own = [line for line in leaders if line.group == leader.group]
    return len(own) > 1 and own[-1] is leader


def _moments(
    score: Score,
    lines: Sequence[VoiceLine],
    sounding: Mapping[Slot, Sequence[SoundingNote]],
    leaders: Sequence[VoiceLine],
) -> Iterator[VoiceMoment]:
    """One moment for each change of the sounding notes."""
    bottoms = {leader.slot for leader in leaders if _is_bottom(leader, leaders)}
    active: dict[Slot, list[SoundingNote]] = {slot: [] for slot in sounding}
    columns: dict[Slot, list[int]] = defaultdict(list)
    for index, line in enumerate(lines):
        columns[line.slot].append(index)
    row: list[SoundingNote | None] = [None] * len(lines)
    onsets = measure_onsets(score)
    for change in changes(itertools.chain.from_iterable(sounding.values())):
        for slot in {note.slot for note in (*change.ends, *change.starts)}:
            held = [note for note in active[slot] if note.end > change.time]
            held += [note for note in change.starts if note.slot == slot]
            active[slot] = sorted(held, key=lambda note: -pitch_of(note).chromatic)
            for index in columns[slot]:
                row[index] = _note_of(lines[index], active[slot], slot in bottoms)
        yield VoiceMoment(change.time, bisect_right(onsets, change.time) - 1, tuple(row))


def _note_of(line: VoiceLine, active: Sequence[SoundingNote], bottom: bool) -> SoundingNote | None:
    if not active:
        return None
    if line.leads:
        return active[-1 if bottom else 0]
    return active[line.rank] if len(active) == line.size else None


def _doubling_parts(score: Score, by_slot: Mapping[Slot, Sequence[SoundingNote]]) -> list[Part]:
    """Parts without a role whose notes nearly all sound in other parts at the same time.

    They are a rehearsal reduction, which contains chords, or instruments that play along with a choir.
    """
    ensemble = load_ensemble(CHOIR)
    by_part: dict[str, set[tuple[Fraction, int]]] = defaultdict(set)
    for slot, notes in by_slot.items():
        by_part[slot.part] |= {(note.onset, pitch_of(note).midi_pitch) for note in notes}
    sung = {part.id for part in score.parts if role_of(part, ensemble) is not None}
    doubling: list[Part] = []
    for part in score.parts:
        own = by_part.get(part.id, set())
        left = [other.id for other in score.parts if other is not part and other not in doubling]
        others = set[tuple[Fraction, int]]().union(*(by_part.get(other, set()) for other in left))
        is_chordal = len(own) > len({onset for onset, _ in own})
        if own and part.id not in sung and (is_chordal or sung) and len(own & others) >= DOUBLING_SHARE * len(own):
            doubling.append(part)
    return doubling


def distinct(notes: Iterable[SoundingNote | None]) -> tuple[SoundingNote, ...]:
    """The notes without None and duplicates, in order."""
    return tuple(dict.fromkeys(note for note in notes if note is not None))
