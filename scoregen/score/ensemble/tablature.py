"""Tablature that only repeats another staff: the same notes, written for the fingers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Set
from dataclasses import replace
from fractions import Fraction

from scoregen.score.elements import Score, Slot
from scoregen.score.timeline import pitch_of, pitched_notes

TABLATURE = "TAB"
SHARE = 0.95
"""The share of the notes of a tablature that another voice must contain for the tablature to repeat it."""

Strike = tuple[Fraction, int]
"""An onset and a pitch class. Tablature and its staff may be notated an octave apart."""


def linked_tablature(score: Score) -> frozenset[Slot]:
    """The voices on tablature staves whose notes also stand on a staff of notation; a tablature alone has none."""
    slots = {slot for slot in score.slots if _is_tablature(score, slot)}
    if not slots:
        return frozenset()
    by_slot: dict[Slot, set[Strike]] = defaultdict(set)
    for note in pitched_notes(score):
        by_slot[note.slot].add((note.onset, pitch_of(note).pitch_class))
    notated = set[Strike]().union(*(own for slot, own in by_slot.items() if slot not in slots))
    return frozenset(slot for slot in slots if _repeats(by_slot[slot], notated))


def _is_tablature(score: Score, slot: Slot) -> bool:
    clefs = score.part(slot.part).clefs
    return slot.staff <= len(clefs) and clefs[slot.staff - 1].sign == TABLATURE


def _repeats(own: Set[Strike], notated: Set[Strike]) -> bool:
    return bool(own) and len(own & notated) >= SHARE * len(own)


def without_tablature(score: Score) -> Score:
    """The score without the voices of linked tablature, which do not sound; its parts and staves stay."""
    silent = linked_tablature(score)
    if not silent:
        return score
    measures = (
        replace(measure, voices=tuple(voice for voice in measure.voices if voice.slot not in silent))
        for measure in score.measures
    )
    return replace(score, measures=tuple(measures))
