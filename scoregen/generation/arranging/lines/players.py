"""What a player of an ensemble can do with a strand: ranges, octaves, and chords under one bow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scoregen.score.ensemble import Role
from scoregen.score.ensemble.playability import can_stop

FOLDED = 99
"""In place of a transposition: every note by itself in the nearest octave that fits."""
OCTAVES = (0, -12, 12, -24, 24, -36, 36)


@dataclass(frozen=True, slots=True)
class Player:
    """A role with its limits as MIDI pitches."""

    role: Role
    part: str
    lowest: int
    highest: int
    comfortable: tuple[int, int]

    @classmethod
    def of(cls, role: Role, part: str) -> Player:
        low, high = role.comfortable
        return cls(role, part, role.lowest.midi_pitch, role.highest.midi_pitch, (low.midi_pitch, high.midi_pitch))

    def can_play(self, pitches: Iterable[int]) -> bool:
        return all(self.lowest <= pitch <= self.highest for pitch in pitches)

    def discomfort(self, pitch: int) -> int:
        """The semitones by which a pitch leaves the comfortable range."""
        low, high = self.comfortable
        return max(low - pitch, pitch - high, 0)

    def can_strike(self, pitches: Sequence[int]) -> bool:
        """Whether one player can sound these pitches at once."""
        if len(pitches) <= 1:
            return True
        kind = self.role.type
        if len(pitches) > self.role.most_notes or kind is None or not kind.strings:
            return False
        return can_stop(kind, pitches, kind.stretch)

    def folded(self, pitch: int) -> int:
        """The pitch in the octave nearest to it that the player has, and in which it is comfortable if possible."""
        ways = [pitch + shift for shift in OCTAVES if self.lowest <= pitch + shift <= self.highest]
        return min(ways, key=lambda each: (self.discomfort(each), abs(each - pitch)), default=pitch)

    def moved(self, pitch: int, shift: int) -> int:
        return self.folded(pitch) if shift == FOLDED else pitch + shift
