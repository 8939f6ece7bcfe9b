"""The ends of phrases: after fermatas, after closing barlines, between endings.

A phrase closes where the note with the fermata ends. A note that is tied over the barline carries the fermata of
each of its parts.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from fractions import Fraction

from scoregen.score.elements import Measure, Score, Slot
from scoregen.score.timeline import SoundingNote

_CLOSING = ("light-light", "light-heavy", "heavy-light", "heavy-heavy")


def phrase_boundaries(score: Score, sounding: Mapping[Slot, Sequence[SoundingNote]]) -> frozenset[Fraction]:
    """The onsets before which a phrase ends."""
    notes = list(itertools.chain.from_iterable(sounding.values()))
    boundaries: set[Fraction] = set()
    position = Fraction(0)
    for measure, following in zip(score.measures, (*score.measures[1:], None), strict=True):
        boundaries |= {_close(notes, position + place) for place in measure.phrase_ends}
        position += measure.duration
        if _closes(measure, following):
            boundaries.add(position)
    return frozenset(boundaries)


def _close(notes: Sequence[SoundingNote], fermata: Fraction) -> Fraction:
    """The end of the longest note that begins at a fermata, else of the longest that sounds there."""
    own = [note.end for note in notes if note.onset == fermata]
    return max(own or [note.end for note in notes if note.onset <= fermata < note.end] or [fermata])


def _closes(measure: Measure, following: Measure | None) -> bool:
    """Whether a phrase ends at the right barline of a measure."""
    if measure.barline.style in _CLOSING or measure.barline.repeat_times > 0:
        return True
    if following is None:
        return False
    return following.repeat_start or (bool(measure.endings) and following.endings != measure.endings)
