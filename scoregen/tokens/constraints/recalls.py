"""Measures that come again: what a draft wrote in an earlier measure is given to it in a later one.

A theme that returns is written once, by the network; its returns follow each draft's own notes. A return is exact, or
varied: then its notes are expected and not given, at the pitch of the theme or moved to another key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.score.keys import Key, KeySignature
from scoregen.score.pitch import STEPS, Pitch
from scoregen.tokens.encode import interleave, voice_events
from scoregen.tokens.events import HOLD, Event, TokenMeasure, TokenScore

DIATONIC = len(STEPS)
VoiceEvents = Mapping[Fraction, Event]


@dataclass(frozen=True, slots=True)
class Move:
    """A way from one key to another along the scale, by diatonic steps; alterations stay what they are in the key."""

    steps: int
    home: KeySignature
    goal: KeySignature

    @classmethod
    def between(cls, home: Key, goal: Key) -> Move:
        """The move of a tonic to the nearest other one; down from a tritone."""
        steps = 4 * (goal.tonic_fifths - home.tonic_fifths) % DIATONIC
        return cls(steps if steps <= DIATONIC // 2 else steps - DIATONIC, home.signature, goal.signature)

    def of(self, pitch: Pitch) -> Pitch:
        octave, step = divmod(pitch.diatonic + self.steps, DIATONIC)
        name = STEPS[step]
        return Pitch(name, pitch.alter - self.home.alter(pitch.step) + self.goal.alter(name), octave)


@dataclass(frozen=True, slots=True)
class Recall:
    """What a measure has from an earlier one, by its index: the events of some voices, by slot.

    `is_varied`: the events are expected, not given. `move`: they are expected in another key.
    """

    source: int
    voices: frozenset[int]
    is_varied: bool = False
    move: Move | None = None


Tops = Mapping[Fraction, Pitch | None]
"""By onset the highest note that a voice begins, None for a rest."""
Recalls = Mapping[int, Recall]
"""By the index of a measure; the sources come before."""


def recalled_events(recalls: Recalls, measures: Sequence[TokenMeasure]) -> tuple[VoiceEvents | None, ...]:
    """By slot what the measure after these has from an earlier one, None for a voice that is free; () without a recall.

    Where the measure before does not come from the one before the source, notes that are tied into the source begin.
    """
    own = recalls.get(len(measures))
    if own is None or own.is_varied:
        return ()
    before, source = recalls.get(len(measures) - 1), measures[own.source]
    rows: list[VoiceEvents | None] = []
    for slot in range(len(source.slices[0].events)):
        goes_on = (
            before is not None and not before.is_varied and before.source == own.source - 1 and slot in before.voices
        )
        events = dict(voice_events(source, slot)) if slot in own.voices else None
        if events is not None and not goes_on:
            events[Fraction(0)] = _begun(events[Fraction(0)], measures[: own.source], slot)
        rows.append(events)
    return tuple(rows)


def expected_tops(recalls: Recalls, measures: Sequence[TokenMeasure]) -> tuple[Tops | None, ...]:
    """By slot what the measure after these has from an earlier one if it is varied: at each onset the highest note that
    begins, or none where a rest does. None for a voice of which nothing is expected; () without a varied recall."""
    own = recalls.get(len(measures))
    if own is None or not own.is_varied:
        return ()
    source, voices = measures[own.source], range(len(measures[own.source].slices[0].events))
    return tuple(_tops(voice_events(source, slot), own.move) if slot in own.voices else None for slot in voices)


def _tops(events: VoiceEvents, move: Move | None) -> Tops:
    tops: dict[Fraction, Pitch | None] = {}
    for onset, event in events.items():
        if event.pitches:
            top = max(event.pitches, key=lambda pitch: pitch.midi_pitch)
            tops[onset] = move.of(top) if move else top
        elif event != HOLD:
            tops[onset] = None
    return tops


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
