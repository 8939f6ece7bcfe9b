"""Measures that come again: what a draft wrote in an earlier measure is given to it in a later one.

A theme that returns is written once, by the network; its returns follow each draft's own notes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.score.pitch import Pitch
from scoregen.tokens.encode import interleave, voice_events
from scoregen.tokens.events import HOLD, Event, TokenMeasure, TokenScore

VoiceEvents = Mapping[Fraction, Event]


@dataclass(frozen=True, slots=True)
class Recall:
    """What a measure has from an earlier one, by its index: the events of some voices, by slot."""

    source: int
    voices: frozenset[int]


Recalls = Mapping[int, Recall]
"""By the index of a measure; the sources come before."""


def recalled_events(recalls: Recalls, measures: Sequence[TokenMeasure]) -> tuple[VoiceEvents | None, ...]:
    """By slot what the measure after these has from an earlier one, None for a voice that is free; () without a recall.

    Where the measure before does not come from the one before the source, notes that are tied into the source begin.
    """
    own = recalls.get(len(measures))
    if own is None:
        return ()
    before, source = recalls.get(len(measures) - 1), measures[own.source]
    rows: list[VoiceEvents | None] = []
    for slot in range(len(source.slices[0].events)):
        goes_on = before is not None and before.source == own.source - 1 and slot in before.voices
        events = dict(voice_events(source, slot)) if slot in own.voices else None
        if events is not None and not goes_on:
            events[Fraction(0)] = _begun(events[Fraction(0)], measures[: own.source], slot)
        rows.append(events)
    return tuple(rows)


def with_recalls(tokens: TokenScore, recalls: Recalls) -> TokenScore:
    """A finished piece, with what comes again as it is in the measures that it comes from."""
    done: list[TokenMeasure] = []
    for measure in tokens.measures:
        again = recalled_events(recalls, done)
        voices = [own or voice_events(measure, slot) for slot, own in enumerate(again)]
        done.append(replace(measure, slices=interleave(voices)) if again else measure)
    return replace(tokens, measures=tuple(done))


def _begun(event: Event, before: Sequence[TokenMeasure], slot: int) -> Event:
    """An event at the start of a measure, as it is where nothing sounds before."""
    sounding = _sounding(before, slot) if event == HOLD else event.sounding
    return Event("attack", sounding) if sounding else event


def _sounding(measures: Sequence[TokenMeasure], slot: int) -> tuple[Pitch, ...]:
    """What a voice sounds at the end of some measures."""
    events = (piece.events[slot] for measure in reversed(measures) for piece in reversed(measure.slices))
    return next((event.sounding for event in events if event != HOLD), ())
