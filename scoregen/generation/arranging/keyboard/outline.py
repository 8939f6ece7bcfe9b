"""The outline of a score: its highest and lowest sounding pitch, and what each hand reaches from there."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from fractions import Fraction

from scoregen.score.elements import Score, Slot
from scoregen.score.timeline import SoundingNote, changes, pitch_of, pitched_notes

RIGHT, LEFT = 1, 2
REACH = 12
"""The semitones that a hand reaches from melody or bass; what one hand had in the source may be wider."""
SPLIT, LOW = 60, 55


class Frame:
    """The highest and lowest sounding pitch of the source at every time."""

    def __init__(self, score: Score, slots: frozenset[Slot]) -> None:
        self._times: list[Fraction] = []
        self._heights: list[tuple[int, int] | None] = []
        sounding: list[SoundingNote] = []
        for change in changes(note for note in pitched_notes(score) if note.slot in slots):
            sounding = [note for note in sounding if note.end > change.time] + [*change.starts]
            heights = [pitch_of(note).midi_pitch for note in sounding]
            self._times.append(change.time)
            self._heights.append((max(heights), min(heights)) if heights else None)

    def between(self, start: Fraction, end: Fraction) -> list[tuple[int, int]]:
        """The pairs of highest and lowest pitch from one time to another."""
        first, last = max(bisect_right(self._times, start) - 1, 0), bisect_left(self._times, end)
        return [heights for heights in self._heights[first:last] if heights is not None]

    def windows(self, start: Fraction, end: Fraction) -> dict[int, tuple[int, int]]:
        """By hand the pitches that it reaches through a stretch of time."""
        rows = self.between(start, end) or [(SPLIT, SPLIT)]
        highs, lows = [high for high, _ in rows], [low for _, low in rows]
        return {RIGHT: (max(highs) - REACH, min(highs)), LEFT: (max(lows), min(lows) + REACH)}

    def is_outer(self, pitch: int, start: Fraction, end: Fraction) -> tuple[bool, bool]:
        """Whether a pitch is the highest, and whether it is the lowest, at some time."""
        rows = self.between(start, end)
        return any(pitch == high for high, _ in rows), any(pitch == low for _, low in rows)
