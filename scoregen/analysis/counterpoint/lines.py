"""A score as lines that move together: what every rule of part-writing looks at.

A *line* is one melodic strand: a voice, or, where a voice holds chords, each of their notes counted
from the note that leads. The leading note is the highest, save in the lowest voice of a group,
where it is the lowest. The other notes of a chord continue only in a chord of as many notes.

A *choir* is a group of lines that belong together, highest first: the voices of a choir, the staves of
a keyboard, the parts of a small ensemble. Crossing and spacing are asked within a choir only.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from scoregen.analysis.counterpoint.voice_groups import CHOIR, VoiceLine, leading_lines, role_of
from scoregen.analysis.harmony.chords import ChordSpan, chord_spans
from scoregen.score.elements import Part, Score, Slot
from scoregen.score.ensemble import load_ensemble
from scoregen.score.timeline import SoundingNote, changes, measure_onsets, pitch_of, pitched_notes

DOUBLING_SHARE = 0.95
"""A part of which so much sounds in other parts too is a reduction or a doubling."""
_CLOSING = ("light-light", "light-heavy", "heavy-light", "heavy-heavy")


@dataclass(frozen=True, slots=True)
class VoiceMoment:
    """What sounds from an onset to the next change: one note a line, None where it rests."""

    onset: Fraction
    measure_index: int
    notes: tuple[SoundingNote | None, ...]

    @property
    def pitch_classes(self) -> frozenset[int]:
        return frozenset(pitch_of(note).pitch_class for note in self.notes if note is not None)


@dataclass(frozen=True)
class Counterpoint:
    """The lines of a score, everything that they do in turn, and the onsets before which a phrase ends."""

    score: Score
    lines: tuple[VoiceLine, ...]
    moments: tuple[VoiceMoment, ...]
    boundaries: frozenset[Fraction]
    slots: Mapping[Slot, tuple[SoundingNote, ...]]
    notices: tuple[str, ...] = ()

    def successions(self) -> Iterator[tuple[VoiceMoment, VoiceMoment]]:
        """Each moment with the next one, phrase ends left out."""
        for before, after in itertools.pairwise(self.moments):
            if after.onset not in self.boundaries:
                yield before, after

    def with_moments(self, moments: Sequence[VoiceMoment], chords: Sequence[ChordSpan]) -> Counterpoint:
        """The same lines in other moments, such as a few of them with another note, under chords that are told."""
        found = replace(self, moments=tuple(moments))
        vars(found)["chords"] = tuple(chords)
        return found

    def moments_between(self, start: Fraction, end: Fraction) -> Iterator[VoiceMoment]:
        """The moments that begin in a stretch of time, and the one that it begins in."""
        first = max(0, bisect_right(self.moments, start, key=lambda moment: moment.onset) - 1)
        for moment in itertools.islice(self.moments, first, None):
            if moment.onset >= end:
                return
            yield moment

    @cached_property
    def chords(self) -> tuple[ChordSpan, ...]:
        """The chords of the score, found when they are first asked for."""
        return chord_spans(self.score)

    @cached_property
    def neighbours(self) -> tuple[tuple[int, int], ...]:
        """The pairs of leading lines that lie side by side in a choir, as indices."""
        leading = [index for index, line in enumerate(self.lines) if line.leads]
        return tuple(
            (upper, lower)
            for upper, lower in itertools.pairwise(leading)
            if self.lines[upper].choir == self.lines[lower].choir
        )

    def choir(self, index: int) -> tuple[int, ...]:
        """The leading lines of the choir that a line belongs to, from the top."""
        return self._choirs[self.lines[index].choir]

    @cached_property
    def _choirs(self) -> dict[int, tuple[int, ...]]:
        found: dict[int, list[int]] = defaultdict(list)
        for index, line in enumerate(self.lines):
            if line.leads:
                found[line.choir].append(index)
        return {choir: tuple(own) for choir, own in found.items()}

    def is_outer(self, upper: int, lower: int) -> bool:
        """Whether two lines are the top and the bottom of their choir."""
        own = self.choir(upper)
        return (upper, lower) == (own[0], own[-1])

    def is_bass(self, index: int) -> bool:
        """Whether a line is the lowest of a choir that has others."""
        own = self.choir(index)
        return len(own) > 1 and own[-1] == index

    def melody(self, index: int) -> Iterator[tuple[SoundingNote, SoundingNote]]:
        """Each note of a line with the one that follows it without a rest, a phrase end or a chord of another size."""
        for before, after in itertools.pairwise(self.moments):
            old, new = before.notes[index], after.notes[index]
            if old is not None and new is not None and old is not new and after.onset not in self.boundaries:
                yield old, new


def counterpoint_of(score: Score, slots: Sequence[Slot] | None = None) -> Counterpoint:
    """The lines of a score, or of some of its voices in order from the top.

    Without `slots`, parts that only double others, such as a reduction for rehearsal, are left out, with a
    notice.
    """
    by_slot: dict[Slot, list[SoundingNote]] = defaultdict(list)
    for note in pitched_notes(score):
        by_slot[note.slot].append(note)
    notices: tuple[str, ...] = ()
    given = slots
    if slots is None:
        doubling = _doubling_parts(score, by_slot)
        notices = tuple(
            f"part {part.name or part.id!r} only doubles other parts: it is not listened to" for part in doubling
        )
        left_out = {part.id for part in doubling}
        slots = [slot for slot in score.slots if slot in by_slot and slot.part not in left_out]
    sounding = {slot: tuple(by_slot[slot]) for slot in slots}
    if given is not None:
        leaders = [VoiceLine(slot, f"voice {place + 1}", 0, place) for place, slot in enumerate(given)]
    else:
        leaders = leading_lines(score, list(sounding))
    lines = tuple(line for leader in leaders for line in _lines_of(leader, sounding, leaders))
    moments = tuple(_moments(score, lines, sounding, leaders))
    return Counterpoint(score, lines, moments, _boundaries(score, sounding), sounding, notices)


def _lines_of(
    leader: VoiceLine, sounding: Mapping[Slot, Sequence[SoundingNote]], leaders: Sequence[VoiceLine]
) -> Iterator[VoiceLine]:
    """A voice's leading line and one for every other note of its chords."""
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
    """Whether a voice is the lowest of a choir that has others."""
    own = [line for line in leaders if line.choir == leader.choir]
    return len(own) > 1 and own[-1] is leader


def _moments(
    score: Score,
    lines: Sequence[VoiceLine],
    sounding: Mapping[Slot, Sequence[SoundingNote]],
    leaders: Sequence[VoiceLine],
) -> Iterator[VoiceMoment]:
    """One for each change of what sounds."""
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

    They are a reduction for rehearsal, which holds chords, or instruments that play along with a choir.
    """
    ensemble = load_ensemble(CHOIR)
    by_part: dict[str, set[tuple[Fraction, int]]] = defaultdict(set)
    for slot, notes in by_slot.items():
        by_part[slot.part] |= {(note.onset, pitch_of(note).midi_pitch) for note in notes}
    sung = {part.id for part in score.parts if role_of(part, ensemble) is not None}
    found: list[Part] = []
    for part in score.parts:
        own = by_part.get(part.id, set())
        left = [other.id for other in score.parts if other is not part and other not in found]
        others = set[tuple[Fraction, int]]().union(*(by_part.get(other, set()) for other in left))
        is_chordal = len(own) > len({onset for onset, _ in own})
        if own and part.id not in sung and (is_chordal or sung) and len(own & others) >= DOUBLING_SHARE * len(own):
            found.append(part)
    return found


def _boundaries(score: Score, sounding: Mapping[Slot, Sequence[SoundingNote]]) -> frozenset[Fraction]:
    """The onsets at which something new begins: after fermatas, after closing barlines, between endings."""
    found: set[Fraction] = set()
    longest: dict[Fraction, Fraction] = {}
    for note in itertools.chain.from_iterable(sounding.values()):
        longest[note.onset] = max(longest.get(note.onset, note.onset), note.end)
    position = Fraction(0)
    for measure, following in zip(score.measures, (*score.measures[1:], None), strict=True):
        found |= {longest[end] for place in measure.phrase_ends if (end := position + place) in longest}
        position += measure.duration
        closes = measure.barline.style in _CLOSING or measure.barline.repeat_times > 0
        leaves_ending = bool(measure.endings) and following is not None and following.endings != measure.endings
        if closes or leaves_ending or (following is not None and following.repeat_start):
            found.add(position)
    return frozenset(found)


def distinct(notes: Iterable[SoundingNote | None]) -> tuple[SoundingNote, ...]:
    """The notes that there are, each once, in order."""
    return tuple(dict.fromkeys(note for note in notes if note is not None))
