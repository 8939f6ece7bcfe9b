"""Chords that hands break: their essential tones sound one after the other, and all by the middle of the chord."""

from __future__ import annotations

from fractions import Fraction

from scoregen.tokens.constraints.plans.stretches import Stretches
from scoregen.tokens.constraints.state import ConstraintState, onset
from scoregen.tokens.vocabulary import vocabulary

SHORTEST = Fraction(2)
"""The quarters of the shortest chord that is broken: all of a shorter one sounds where it begins."""


def due_onset(rows: Stretches, place: Fraction, state: ConstraintState) -> Fraction:
    """The onset by which hands have sounded the essential tones of the chord at a place; its end if they need not."""
    end = min((each for each in rows if each > place), default=_length(state))
    stretch = rows.get(place)
    if stretch is None or stretch.holds or (end - place < SHORTEST and not stretch.is_loose):
        return place
    return end if stretch.is_loose else place + (end - place) / 2


def next_due(rows: Stretches, place: Fraction | None, state: ConstraintState) -> Fraction | None:
    """When essential tones are due that have not sounded, after this onset; None if all have, or no hand plays."""
    if place is None or rows[place].span.bass is None or rows[place].is_loose or not _has_hands(state):
        return None
    due = due_onset(rows, place, state)
    if not place <= onset(state) < due:
        return None
    classes = sounded(state, place)
    return due if any(7 * tone % 12 not in classes for tone in rows[place].span.essential) else None


def sounded(state: ConstraintState, place: Fraction) -> set[int]:
    """The pitch classes of all notes since a place in this measure."""
    words, begin = vocabulary(), int(place * vocabulary().ticks_per_quarter)
    events = [event for tick, row in state.slices if tick >= begin for event in row]
    tokens = [token for row in (*events, *(row or () for row in state.sounding)) for token in row]
    return {int(words.value(token).midi_pitch) % 12 for token in tokens if words.first_pitch <= token < words.barline}


def _has_hands(state: ConstraintState) -> bool:
    rows = zip(state.rules.voices, state.rules.given, strict=True)
    return any(voice.is_hand and given is None for voice, given in rows)


def _length(state: ConstraintState) -> Fraction:
    return Fraction(len(state.rules.plan.spans), vocabulary().ticks_per_quarter)
