"""From a score to tokens: each voice becomes events by onset, then the voices are interleaved.

Snapping moves onsets and pitches to the nearest ones that the language can express: for context only, never for output.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoregen.score.elements import Chord, Measure, Note, Rest, Score, Slot, Voice
from scoregen.score.pitch import Pitch, Unpitched, spell_near
from scoregen.score.rhythm import FINEST, fits, tuplet_span
from scoregen.system.errors import Place, RefusedError
from scoregen.tokens.events import (
    ABSENT,
    BLANK,
    HOLD,
    REST,
    Event,
    Header,
    Slice,
    TokenMeasure,
    TokenScore,
    ascending,
)
from scoregen.tokens.headers import complete_voice, headers, nearest_headers, place_of
from scoregen.tokens.vocabulary import vocabulary

VoiceEvents = Mapping[Fraction, Event]
"""The events of one voice in one measure, by onset; an absent or blank voice has only that event, at 0."""


@dataclass(frozen=True, slots=True)
class _Sounding:
    """The pitches of a voice after an element, and those of them that are tied to the next."""

    pitches: frozenset[Pitch] = frozenset()
    tied: frozenset[Pitch] = frozenset()


_SILENT = _Sounding()


def pitched_slots(score: Score) -> tuple[Slot, ...]:
    """The voices without percussion notes, in score order."""
    unpitched = {
        voice.slot
        for measure in score.measures
        for voice in measure.voices
        if any(isinstance(note.pitch, Unpitched) for element in voice.elements for note in element.notes)
    }
    return tuple(slot for slot in score.slots if slot not in unpitched)


def encode(score: Score, slots: Sequence[Slot] | None = None, *, snap: bool = False) -> TokenScore:
    """The score in tokens, one column for each of `slots` (by default every pitched voice).

    Raises RefusedError for what the language cannot express: a quintuplet, a value shorter than a 64th,
    a microtone, percussion. With `snap` such onsets and pitches move to the nearest ones that it can
    express; the result serves as context but is not the original music.
    """
    chosen = pitched_slots(score) if slots is None else tuple(slots)
    heads = headers(score, snap=snap)
    columns = [_column(score, slot, heads, snap=snap) for slot in chosen]
    return _assembled(chosen, heads, columns)


def encode_measures(score: Score, slots: Sequence[Slot] | None = None) -> tuple[TokenScore, dict[int, str]]:
    """The score in tokens, and for each measure that the language cannot express the first reason, by index.

    The others are as `encode` writes them. In a refused measure the voices at fault are moved to the nearest onsets
    and pitches: it serves as context but is not the original music.
    """
    chosen = pitched_slots(score) if slots is None else tuple(slots)
    heads, refused = nearest_headers(score)
    columns = [_column(score, slot, heads, snap=False, refused=refused) for slot in chosen]
    return _assembled(chosen, heads, columns), dict(sorted(refused.items()))


def _assembled(
    slots: tuple[Slot, ...], heads: Sequence[Header], columns: Sequence[Sequence[VoiceEvents]]
) -> TokenScore:
    measures = (
        TokenMeasure(head, interleave([column[index] for column in columns])) for index, head in enumerate(heads)
    )
    return TokenScore(slots, tuple(measures))


def interleave(voices: Sequence[VoiceEvents]) -> tuple[Slice, ...]:
    """The slices of a measure: at its start, and wherever a voice has an event."""
    onsets = sorted({Fraction(0)}.union(*voices))
    return tuple(Slice(onset, tuple(_event_at(voice, onset) for voice in voices)) for onset in onsets)


def voice_events(measure: TokenMeasure, index: int) -> VoiceEvents:
    """The events of one voice of a measure, by onset: the inverse of `interleave`."""
    events = {piece.onset: piece.events[index] for piece in measure.slices}
    opening = events[Fraction(0)]
    if opening in (ABSENT, BLANK):
        return {Fraction(0): opening}
    return {onset: event for onset, event in events.items() if onset == 0 or event != HOLD}


def _event_at(voice: VoiceEvents, onset: Fraction) -> Event:
    opening = voice[Fraction(0)]
    return opening if opening in (ABSENT, BLANK) else voice.get(onset, HOLD)


def _column(
    score: Score, slot: Slot, heads: Sequence[Header], *, snap: bool, refused: dict[int, str] | None = None
) -> list[VoiceEvents]:
    """The events of one voice, measure by measure. Faults are added to `refused`, or raised if it is None."""
    column: list[VoiceEvents] = []
    sounding = _SILENT
    for index, (measure, head) in enumerate(zip(score.measures, heads, strict=True)):
        voice = measure.voice(slot)
        if voice is None or voice.is_blank:
            column.append({Fraction(0): ABSENT if voice is None else BLANK})
            sounding = _SILENT
            continue
        try:
            events, sounding = _exact_events(measure, slot, sounding, head, snap)
        except RefusedError as error:
            if refused is None:
                raise
            refused.setdefault(index, error.message)
            events, sounding = _nearest_events(voice, sounding, head)
        column.append(events)
    return column


def _exact_events(
    measure: Measure, slot: Slot, sounding: _Sounding, head: Header, snap: bool
) -> tuple[VoiceEvents, _Sounding]:
    """The events of a voice that lasts as long as its measure and header, and what sounds at its end."""
    place = place_of(measure.number, slot)
    voice = complete_voice(measure, slot)
    if voice is None or measure.duration != head.duration:
        raise RefusedError(f"the measure lasts {measure.duration} quarters; expected {head.duration}", place)
    events, after = _measure_events(voice, sounding, place, snap)
    return _fitting(events, head, place, snap), after


def _nearest_events(voice: Voice, sounding: _Sounding, head: Header) -> tuple[VoiceEvents, _Sounding]:
    """The events of a voice moved into a measure that may be shorter or longer, and what sounds at its end."""
    events, after = _measure_events(voice, sounding, Place(), True)
    events = {onset: event for onset, event in events.items() if onset < head.duration}
    if voice.duration < head.duration and after.pitches:
        events[voice.duration] = REST
    return snap_events(events, head), after if voice.duration == head.duration else _SILENT


def _measure_events(
    voice: Voice, sounding: _Sounding, place: Place, snap: bool
) -> tuple[dict[Fraction, Event], _Sounding]:
    """The events of a voice, and what sounds at its end."""
    events: dict[Fraction, Event] = {}
    onset = Fraction(0)
    for element in voice.elements:
        if element.grace:
            continue
        event, after = _step(element, sounding, place, snap)
        if onset == 0 or not (event == HOLD or (event == REST and not sounding.pitches)):
            events[onset] = event
        sounding = after
        onset += element.duration
    return events, sounding


def _step(element: Note | Chord | Rest, before: _Sounding, place: Place, snap: bool) -> tuple[Event, _Sounding]:
    """The event of an element, given what sounded before it, and what sounds after it."""
    notes = [(note, pitch) for note in element.notes if (pitch := _pitch(note, place, snap)) is not None]
    if not notes:
        return REST, _SILENT
    pitches = frozenset(pitch for _, pitch in notes)
    tied = frozenset(pitch for note, pitch in notes if note.tied_from_previous) & before.tied
    after = _Sounding(pitches, frozenset(pitch for note, pitch in notes if note.tied_to_next))
    if tied == before.pitches == pitches:
        return HOLD, after
    return Event("attack", ascending(pitches - tied), ascending(tied)), after


def _pitch(note: Note, place: Place, snap: bool) -> Pitch | None:
    """The pitch of a note if the language has it; with `snap` the nearest, or None for percussion."""
    pitch = note.pitch
    if isinstance(pitch, Pitch) and vocabulary().has("pitch", pitch):
        return pitch
    if not snap:
        raise RefusedError(f"{_description(pitch)} cannot be written in tokens; {_expected_pitches()}", place)
    return snap_pitch(pitch) if isinstance(pitch, Pitch) else None


def _description(pitch: Pitch | Unpitched) -> str:
    if isinstance(pitch, Unpitched):
        return "an unpitched note"
    return f"the microtone {pitch}" if pitch.is_microtonal else f"the pitch {pitch}"


def _expected_pitches() -> str:
    low, high = vocabulary().pitches[0], vocabulary().pitches[-1]
    return f"expected pitches of octaves {low.octave} to {high.octave} with at most {high.alter} sharps or flats"


def _fitting(events: dict[Fraction, Event], head: Header, place: Place, snap: bool) -> dict[Fraction, Event]:
    """The events if they can be notated; with `snap` moved to onsets at which they can."""
    on_grid = all(vocabulary().ticks(onset) is not None for onset in events)
    if on_grid and fits(events, head.duration, head.time, head.start):
        return events
    if snap:
        return snap_events(events, head)
    odd = [onset for onset in events if vocabulary().ticks(onset) is None] or list(events)
    raise RefusedError(
        f"notes or rests begin at {', '.join(map(str, odd))} quarters; expected binary values down to the 64th and "
        "triplets down to the 32nd, each triplet inside one whole beat of the measure",
        place,
    )


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
