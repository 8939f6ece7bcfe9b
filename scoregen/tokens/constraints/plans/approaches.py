"""Approaches: where voices that leap little have to be before a note that is fixed, so that it is near.

The lowest voice has fixed notes where planned and given chords begin, every voice where given music follows its blanks.
In the last beat before such a note a voice sounds only pitches that are near it, in the beat before only those from
which it comes near, and so on. If nothing may begin between two fixed notes, the first is chosen so that the second is
near it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate

from scoregen.tokens.constraints.plans.measure_plan import MeasurePlan, Plan
from scoregen.tokens.constraints.plans.small_leaps import Approach
from scoregen.tokens.constraints.voice_masks import VoiceRule
from scoregen.tokens.encode import voice_events
from scoregen.tokens.events import BLANK, TokenScore
from scoregen.tokens.vocabulary import vocabulary


@dataclass(frozen=True, slots=True)
class _Fixed:
    """A fixed note of a voice: the MIDI numbers that it may have, and until when nothing else may begin.

    `rests`: the voice rests after it, so that the next note may be anywhere.
    """

    onset: Fraction
    heights: frozenset[int]
    end: Fraction
    rests: bool = False


def with_approaches(plan: Plan, tokens: TokenScore, voices: Sequence[VoiceRule]) -> Plan:
    """The plan of a choir with the approaches of every voice; as it is where leaps are not limited."""
    if not any(own.widest_leap is not None and not own.from_lowest for own in plan.values()):
        return plan
    timeline = _Timeline(plan, tokens, voices)
    found = [each for slot in range(len(tokens.slots)) for each in timeline.approaches(slot)]
    return {index: replace(own, approaches=tuple(timeline.within(index, found))) for index, own in plan.items()}


class _Timeline:
    """A plan over the whole piece. `starts`: the onset of each measure, and the end of the last one; `places`: the
    onsets that are open to new voices; `widest`: the semitones of their widest leap."""

    def __init__(self, plan: Plan, tokens: TokenScore, voices: Sequence[VoiceRule]) -> None:
        self.plan, self.tokens, self.voices = plan, tokens, voices
        self.widest = next(own.widest_leap for own in plan.values() if own.widest_leap is not None)
        self.starts = list(accumulate((each.header.duration for each in tokens.measures), initial=Fraction(0)))
        self.places = [place for index in range(len(tokens.measures)) for place in self._places(index)]

    def approaches(self, slot: int) -> Iterator[Approach]:
        """The approaches of a voice by onset in the piece, the last one first."""
        notes = [note for index in range(len(self.tokens.measures)) for note in self._fixed(slot, index)]
        region: frozenset[int] | None = None
        for before, note in zip((None, *notes)[-2::-1], notes[::-1], strict=True):
            heights = note.heights if region is None else note.heights & region or note.heights
            region = None
            for each in self._towards(slot, note.onset, heights, before):
                yield each
                region = each.pitches if before and each.begin == before.onset else None

    def _towards(
        self, slot: int, onset: Fraction, heights: frozenset[int], before: _Fixed | None
    ) -> Iterator[Approach]:
        """The approaches of one fixed note, back to the place from which it is near wherever the voice is there."""
        first = Fraction(0) if before is None else before.end if before.rests else before.onset
        every = frozenset(self._pitches(slot))
        end, region = onset, self._near(slot, heights)
        while end > first and region != every:
            begin = max(first, self._last_place(end))
            if before and begin < before.end:
                begin = first
            yield Approach(slot, begin, end, region)
            end, region = begin, self._near(slot, region)

    def within(self, index: int, approaches: Collection[Approach]) -> Iterator[Approach]:
        """The approaches that reach into a measure in which their voice is new, by onset in it."""
        start, end = self.starts[index : index + 2]
        for each in approaches:
            if each.begin < end and each.end > start and self._is_new(index, each.slot):
                yield replace(each, begin=each.begin - start, end=each.end - start)

    def _is_new(self, index: int, slot: int) -> bool:
        """Whether a voice is blank in a measure."""
        return self.tokens.measures[index].slices[0].events[slot] == BLANK

    def _places(self, index: int) -> list[Fraction]:
        """Where new voices may go on to another pitch: not where they only repeat a note."""
        header, own = self.tokens.measures[index].header, self._own(index)
        repeated = frozenset[Fraction]().union(*(each.repeated for each in own.struck.values()))
        inside = own.onsets - repeated if own.onsets is not None else header.time.beat_onsets
        return sorted({self.starts[index], *(self.starts[index] + each for each in inside if each < header.duration)})

    def _own(self, index: int) -> MeasurePlan:
        return self.plan.get(index, MeasurePlan())

    def _last_place(self, time: Fraction) -> Fraction:
        """The last open onset a beat or more before a time."""
        beat = self.tokens.measures[bisect_right(self.starts, time) - 1].header.time.groups[0]
        return self.places[max(0, bisect_right(self.places, time - beat) - 1)]

    def _near(self, slot: int, heights: Collection[int]) -> frozenset[int]:
        return frozenset(
            pitch for pitch in self._pitches(slot) if any(abs(pitch - height) <= self.widest for height in heights)
        )

    def _pitches(self, slot: int, fifths: int | None = None) -> Iterator[int]:
        """The MIDI numbers of a voice, of all notes or of those at a position on the line of fifths."""
        for pitch, may in zip(vocabulary().pitches, self.voices[slot].pitches, strict=True):
            if may and fifths in (None, pitch.fifths):
                yield pitch.midi_pitch

    def _fixed(self, slot: int, index: int) -> Iterator[_Fixed]:
        """The fixed notes of a voice in a measure."""
        start = self.starts[index]
        opening = voice_events(self.tokens.measures[index], slot)[Fraction(0)]
        if opening != BLANK:
            if index > 0 and self._is_new(index - 1, slot) and opening.pitches:
                yield _Fixed(start, frozenset(pitch.midi_pitch for pitch in opening.pitches), self.starts[index + 1])
        elif slot == len(self.tokens.slots) - 1:
            yield from (note for note in self._basses(self._own(index), slot, start) if note.heights)

    def _basses(self, own: MeasurePlan, slot: int, start: Fraction) -> Iterator[_Fixed]:
        """The notes of the lowest voice where the chords of a measure begin."""
        if own.given_chords:
            for onset, span in sorted(own.given_chords.items()):
                if span.bass is not None and span.fixed and span.members:
                    yield _Fixed(start + onset, frozenset(self._pitches(slot, span.bass)), start + onset)
            return
        for onset, chord in sorted(own.chords.items()):
            if onset >= 0 and chord.members:
                stays = self.starts[-1] if chord.leads else onset + start + max(chord.hold, chord.stay) + chord.rest
                heights = frozenset(self._pitches(slot, chord.members[0]))
                yield _Fixed(start + onset, heights, stays, rests=bool(chord.rest))
