"""What is heard at a MIDI port: the notes of a phrase, and the phrase as a score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from statistics import median
from typing import Any

from scoregen.notation.midi.content import Channel, MidiContent
from scoregen.notation.midi.measures.timed_notes import TimedNote
from scoregen.notation.midi.read import score_of
from scoregen.score.elements import Score
from scoregen.score.metre import TimeSignature
from scoregen.system.errors import Place
from scoregen.transcription.performed import PerformedNote

_FASTEST, _SLOWEST = 0.36, 0.95
"""The shortest and the longest beat that is looked for, in seconds."""
_USUAL = 0.6
_GRIDS = (1, 2, 4)


@dataclass(slots=True)
class Listener:
    """The notes that have sounded since it was cleared; `down` are those that still sound."""

    notes: list[PerformedNote] = field(default_factory=list)
    down: dict[int, tuple[float, int]] = field(default_factory=dict)
    ended: float = 0.0

    def feed(self, message: Any, now: float) -> None:
        """Take a message that came at a time, in seconds."""
        if message.type == "note_on" and message.velocity > 0:
            self._end(message.note, now)
            self.down[message.note] = now, message.velocity
        elif message.type in ("note_on", "note_off"):
            self._end(message.note, now)

    def _end(self, pitch: int, now: float) -> None:
        if pitch in self.down:
            onset, velocity = self.down.pop(pitch)
            self.notes.append(PerformedNote(onset, now, pitch, velocity))
            self.ended = now

    @property
    def is_silent(self) -> bool:
        """Whether notes have sounded and none sounds now."""
        return bool(self.notes) and not self.down

    def clear(self) -> None:
        self.notes, self.down = [], {}


def beat_of(notes: Sequence[PerformedNote]) -> float:
    """The length of a beat in seconds: the one near 100 a minute on whose divisions the onsets lie best."""
    onsets = sorted(note.onset for note in notes)
    gaps = [b - a for a, b in pairwise(onsets) if b - a > 0.05]
    if not gaps:
        return _USUAL
    usual = median(gaps)
    candidates = [usual * factor for factor in (0.5, 2 / 3, 1, 1.5, 2, 3, 4) if _FASTEST <= usual * factor <= _SLOWEST]
    refined = [_refined(gaps, beat) for beat in candidates or [_USUAL]]
    return min(refined, key=lambda beat: _misfit(gaps, beat) + 0.05 * abs(beat - _USUAL))


def _refined(gaps: Sequence[float], beat: float) -> float:
    """The beat that fits gaps of whole and half beats best, by least squares."""
    pairs = [(gap, count / 2) for gap in gaps if (count := round(2 * gap / beat)) > 0]
    squares = sum(count * count for _, count in pairs)
    return sum(gap * count for gap, count in pairs) / squares if squares else beat


def _misfit(gaps: Sequence[float], beat: float) -> float:
    """How far gaps are from halves and quarters of a beat, in beats."""
    return sum(
        min(abs(gap / beat * grid - round(gap / beat * grid)) / grid + 0.02 * grid for grid in _GRIDS) for gap in gaps
    ) / len(gaps)


def heard_phrase(notes: Sequence[PerformedNote], beat: float, time: TimeSignature) -> Score:
    """Notes as a score: the first one begins the first measure; onsets and ends are on quarters of a beat."""
    ordered = sorted(notes, key=lambda note: (note.onset, note.pitch))
    start, unit = ordered[0].onset, time.groups[0]
    channel = Channel(name="Phrase")
    for note in ordered:
        onset = _quantised((note.onset - start) / beat) * unit
        end = max(_quantised((note.end - start) / beat) * unit, onset + unit / 4)
        channel.notes.append(TimedNote(onset, end, note.pitch, velocity=note.velocity))
    _join(channel.notes, unit)
    content = MidiContent()
    content.times[Fraction(0)] = time
    content.tempos[Fraction(0)] = round(beat * 1_000_000 / float(unit))
    return score_of(content, [(0, 0, channel)], Place("the phrase"), ())


def _quantised(beats: float) -> Fraction:
    return Fraction(round(beats * 4), 4)


def _join(notes: list[TimedNote], unit: Fraction) -> None:
    """Let each note last to the next one if the gap is half a beat or less: players leave the key early."""
    for number, note in enumerate(notes):
        after = next((other.onset for other in notes[number + 1 :] if other.onset > note.onset), None)
        if after is not None and (note.end > after or after - note.end <= unit / 2):
            notes[number] = TimedNote(note.onset, after, note.pitch, velocity=note.velocity)
