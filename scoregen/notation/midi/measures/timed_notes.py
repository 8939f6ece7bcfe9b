"""Notes with onset and end in quarters, and what they show by themselves: exactness, staves and hands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoregen.score.elements import Clef, Lyric
from scoregen.transcription.hands import LEFT, RIGHT, first_of_right_hand

_HAND_SPAN = 16
"""Semitones that one hand reaches."""
_SHARE_OF_WIDE = 0.05
"""The share of wider attacks from which a part is for two hands."""


@dataclass(frozen=True, slots=True)
class TimedNote:
    """Onset and end in quarters; `pitch` is a MIDI pitch, or a percussion key if `drum`.

    `velocity` is None if it is the default. `lyric` is the syllable that is sung on it.
    """

    onset: Fraction
    end: Fraction
    pitch: int
    drum: bool = False
    velocity: int | None = None
    lyric: Lyric | None = None


def is_exact(notes: Sequence[TimedNote]) -> bool:
    """Whether the file was made from notation: 95 percent of its onsets are on 64ths or triplet 32nds."""
    exact = sum((16 * note.onset).denominator == 1 or (24 * note.onset).denominator == 1 for note in notes)
    return exact >= 0.95 * len(notes)


def staff_clefs(notes: Sequence[TimedNote]) -> tuple[Clef, ...]:
    """One staff with the clef that fits, or a treble and a bass staff for notes that span both."""
    if any(note.drum for note in notes):
        return (Clef("percussion", 2),)
    pitches = sorted(note.pitch for note in notes)
    if pitches[0] < 53 and pitches[-1] > 67 and _need_two_hands(notes):
        return (Clef("G", 2), Clef("F", 4))
    return (Clef("F", 4),) if pitches[len(pitches) // 2] < 57 else (Clef("G", 2),)


def _need_two_hands(notes: Sequence[TimedNote]) -> bool:
    """Whether notes that sound together are often too far apart for one hand."""
    sounding = [[*own, *held] for _, own, held in _attacks(sorted(notes, key=lambda note: note.onset))]
    wide = sum(max(pitches) - min(pitches) > _HAND_SPAN for pitches in sounding)
    return wide > _SHARE_OF_WIDE * len(sounding)


def hands_of_notes(notes: Sequence[TimedNote]) -> list[int]:
    """For each of some notes, sorted by onset, the hand that plays it: 1 the right one, 2 the left one."""
    attacks = _attacks(notes)
    firsts = first_of_right_hand([own for _, own, _ in attacks], [held for *_, held in attacks])
    splits = {onset: first for (onset, *_), first in zip(attacks, firsts, strict=True)}
    return [RIGHT if note.pitch >= splits[note.onset] else LEFT for note in notes]


def _attacks(notes: Sequence[TimedNote]) -> list[tuple[Fraction, list[int], list[int]]]:
    """The onsets of notes that are sorted by them, each with the pitches that begin and those that sound on there."""
    groups: dict[Fraction, list[int]] = {}
    for note in notes:
        groups.setdefault(note.onset, []).append(note.pitch)
    return list(zip(groups, groups.values(), _held(notes, list(groups)), strict=True))


def _held(notes: Sequence[TimedNote], onsets: Sequence[Fraction]) -> list[list[int]]:
    """The pitches that sound on at each of some onsets, in order."""
    held: list[list[int]] = []
    sounding: list[TimedNote] = []
    waiting = iter([*notes, None])
    upcoming = next(waiting)
    for onset in onsets:
        sounding = [note for note in sounding if note.end > onset]
        held.append([note.pitch for note in sounding])
        while upcoming is not None and upcoming.onset <= onset:
            sounding.append(upcoming)
            upcoming = next(waiting)
    return held
