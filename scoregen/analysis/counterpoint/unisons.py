"""Passages in which all voices of a group sing one line, in unison or octaves.

They are a texture, not a series of parallels.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoregen.analysis.counterpoint.voice_moments import VoiceMoment
from scoregen.score.timeline import SoundingNote, pitch_of

LEAST_PITCHES = 4
"""The fewest successive pitches that make a passage."""
LEAST_LINES = 3
"""The fewest sounding lines; two lines are a passage only at the unison, because octaves of two voices are a fault."""


@dataclass(frozen=True, slots=True)
class Unison:
    """From `start` to `end`, in quarters, all sounding lines among `lines` (indices) have the same pitch class."""

    start: Fraction
    end: Fraction
    lines: tuple[int, ...]
    first: VoiceMoment


def unison_passages(moments: Sequence[VoiceMoment], groups: Sequence[Sequence[int]]) -> tuple[Unison, ...]:
    """The passages of all groups, by their start."""
    found = [passage for group in groups if len(group) > 1 for passage in _passages(moments, group)]
    return tuple(sorted(found, key=lambda passage: (passage.start, passage.lines)))


def _passages(moments: Sequence[VoiceMoment], group: Sequence[int]) -> Iterator[Unison]:
    pairs = list(itertools.pairwise(moments))
    for doubles, run in itertools.groupby(pairs, key=lambda pair: _doubles(pair[0], group)):
        own = list(run)
        if doubles and _pitches([before for before, _ in own], group) >= LEAST_PITCHES:
            yield Unison(own[0][0].onset, own[-1][1].onset, tuple(group), own[0][0])


def _doubles(moment: VoiceMoment, group: Sequence[int]) -> bool:
    sounding = [note for index in group if (note := moment.notes[index]) is not None]
    if len({pitch_of(note).pitch_class for note in sounding}) != 1:
        return False
    return len(sounding) >= LEAST_LINES or (len(sounding) == 2 and _is_unison(sounding))


def _is_unison(notes: Sequence[SoundingNote]) -> bool:
    return len({pitch_of(note).chromatic for note in notes}) == 1


def _pitches(own: Sequence[VoiceMoment], group: Sequence[int]) -> int:
    """The number of successive pitch classes."""
    classes = [next(iter(_classes(moment, group))) for moment in own]
    return sum(1 for _ in itertools.groupby(classes))


def _classes(moment: VoiceMoment, group: Sequence[int]) -> set[int]:
    return {pitch_of(note).pitch_class for index in group if (note := moment.notes[index]) is not None}
