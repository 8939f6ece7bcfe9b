"""Snapping to the nearest onset or pitch that the token language can express: for context only, never for output."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

from scoregen.score.pitch import Pitch, spell_near
from scoregen.score.rhythm import FINEST, fits, tuplet_span
from scoregen.tokens.events import HOLD, REST, Event, Header, ascending
from scoregen.tokens.vocabulary import vocabulary


def snap_pitch(pitch: Pitch) -> Pitch:
    """The nearest pitch of the vocabulary: microtones are rounded, octaves limited to its range."""
    words = vocabulary()
    octave = min(max(pitch.octave, words.pitches[0].octave), words.pitches[-1].octave)
    rounded = Pitch(pitch.step, round(pitch.alter), octave)
    return rounded if words.has("pitch", rounded) else spell_near(rounded.midi_pitch, 0)


def snap_events(events: Mapping[Fraction, Event], head: Header) -> dict[Fraction, Event]:
    """The events of a voice at onsets that can be notated, beat by beat.

    If two events meet at one onset, the later one remains, because the earlier has no duration left.
    """
    unit = tuplet_span(head.time)
    by_onset: dict[Fraction, Event] = {}
    low = -(head.start % unit)
    while low < head.duration:
        for onset, event in _span(events, low, low + unit, head):
            by_onset[onset] = _later(by_onset[onset], event) if onset in by_onset else event
        low += unit
    return _without_repeats(by_onset)


def _span(
    events: Mapping[Fraction, Event], low: Fraction, high: Fraction, head: Header
) -> list[tuple[Fraction, Event]]:
    """The events of one span on the division that moves them least."""
    inside = [(onset, event) for onset, event in events.items() if low <= onset < high]
    divisions = (FINEST, max((high - low) / 12, Fraction(1, vocabulary().ticks_per_quarter)))
    choices = [[(_nearest(onset, low, grid, head), event) for onset, event in inside] for grid in divisions]
    notatable = [choice for choice in choices if _notatable(choice, head)]
    return min(notatable, key=lambda choice: _distance(choice, inside))


def _notatable(choice: list[tuple[Fraction, Event]], head: Header) -> bool:
    return fits([onset for onset, _ in choice], head.duration, head.time, head.start)


def _nearest(onset: Fraction, low: Fraction, grid: Fraction, head: Header) -> Fraction:
    """The nearest position of a grid inside the measure, before its end."""
    steps = round((onset - low) / grid)
    place = low + steps * grid
    if place >= head.duration:
        place = low + (math.ceil((head.duration - low) / grid) - 1) * grid
    return max(place, Fraction(0))


def _later(earlier: Event, event: Event) -> Event:
    """The later of two events at one onset; pitches that it holds from the earlier one now begin here."""
    if earlier == HOLD or event.kind != "attack":
        return event if event != HOLD else earlier
    attacks = set(event.tied) & set(earlier.pitches)
    return Event("attack", ascending({*event.pitches, *attacks}), ascending(set(event.tied) - attacks))


def _distance(choice: list[tuple[Fraction, Event]], inside: list[tuple[Fraction, Event]]) -> Fraction:
    return sum((abs(new - old) for (new, _), (old, _) in zip(choice, inside, strict=True)), Fraction(0))


def _without_repeats(events: Mapping[Fraction, Event]) -> dict[Fraction, Event]:
    """The events in order, without rests that follow a rest."""
    kept: dict[Fraction, Event] = {}
    last = HOLD
    for onset in sorted(events):
        event = events[onset]
        if not (event == REST and last == REST):
            kept[onset] = event
        last = event
    return kept
