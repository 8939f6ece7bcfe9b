"""Ties with both ends; a tie without a partner is not written."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from scoregen.score.elements import Note, Score
from scoregen.score.pitch import Pitch, Unpitched
from scoregen.score.timeline import measure_onsets


class Tie(NamedTuple):
    """The place where one note ends and the next begins, in quarters from the start of the score."""

    place: Fraction
    pitch: Pitch | Unpitched


def paired_ties(score: Score, part_id: str) -> frozenset[Tie]:
    """The ties of a part between a note and another right after it."""
    begun: set[Tie] = set()
    taken: set[Tie] = set()
    for onset, note in _notes(score, part_id):
        if note.tied_to_next:
            begun.add(Tie(onset + note.duration, note.pitch))
        if note.tied_from_previous:
            taken.add(Tie(onset, note.pitch))
    return frozenset(begun & taken)


def _notes(score: Score, part_id: str) -> Iterator[tuple[Fraction, Note]]:
    for measure, start in zip(score.measures, measure_onsets(score), strict=True):
        for voice in measure.voices:
            position = start
            for element in voice.elements if voice.slot.part == part_id else ():
                for note in element.notes:
                    yield position, note
                position += element.duration
