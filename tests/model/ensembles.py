"""Pieces for any ensemble for the tests of the model: chords, ties within chords, absent voices, descriptions."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from scoregen.score.elements import Slot
from scoregen.score.pitch import Pitch, spell_near
from scoregen.tokens.constraints.state import VoiceRule
from scoregen.tokens.encode import interleave
from scoregen.tokens.events import ABSENT, REST, Event, TokenScore, ascending
from scoregen.tokens.vocabulary import vocabulary
from scoregen.tokens.voice_descriptions import VoiceDescription, low_voices
from tests.model.pieces import random_tokens

SPAN = 14
"""Semitones of the widest chord that may be written."""


def describe(count: int, staves: int = 2) -> tuple[VoiceDescription, ...]:
    """Voices from the top down: a singer, then two voices on each staff of a keyboard, then strings."""
    described = [VoiceDescription("voice", 0, 0, 1, 0, 60, 84, True)]
    described += [
        VoiceDescription("keyboard", 1, staff, staves, voice, 62 - 22 * staff - 4 * voice, 84 - 22 * staff, False)
        for staff in range(staves)
        for voice in range(2)
    ]
    described += [
        VoiceDescription("strings", 2 + number, 0, 1, 0, 55 - 7 * number, 84 - 7 * number, False) for number in range(8)
    ]
    return tuple(described[:count]) if count != 1 else (described[1],)


def rules(descriptions: Sequence[VoiceDescription], most: int = 4) -> tuple[VoiceRule, ...]:
    """Singers write single notes, all others chords from the outer note inwards."""
    low = low_voices(len(descriptions), descriptions)
    return tuple(
        VoiceRule.of(_pitches(each), 1 if each.sung else most, descending=not is_low, span=127 if each.sung else SPAN)
        for each, is_low in zip(descriptions, low, strict=True)
    )


def _pitches(each: VoiceDescription) -> list[Pitch]:
    return [
        pitch
        for pitch in vocabulary().pitches
        if each.lowest <= pitch.midi_pitch <= each.highest and abs(pitch.alter) < 2
    ]


def chordal_tokens(
    seed: int, descriptions: Sequence[VoiceDescription], measures: int = 4, *, absent: float = 0.0
) -> TokenScore:
    """Measures of 4/4: single notes, chords, chords some of whose notes are tied over, rests; some voices absent."""
    rng = random.Random(seed)
    frame = random_tokens(seed, measures, 1)
    sounding: list[tuple[Pitch, ...]] = [()] * len(descriptions)
    written = []
    for measure in frame.measures:
        voices = [_voice(each, voice, sounding, rng, absent) for voice, each in enumerate(descriptions)]
        if all(events[Fraction(0)] == ABSENT for events in voices):
            voices[0] = {Fraction(0): REST}
        written.append(replace(measure, slices=interleave(voices)))
    slots = tuple(Slot(f"P{each.part + 1}", each.staff + 1, each.voice + 1) for each in descriptions)
    return TokenScore(slots, tuple(written))


def _voice(
    each: VoiceDescription, voice: int, sounding: list[tuple[Pitch, ...]], rng: random.Random, absent: float
) -> dict[Fraction, Event]:
    """The events of a voice in a measure."""
    if rng.random() < absent:
        sounding[voice] = ()
        return {Fraction(0): ABSENT}
    onsets = [Fraction(0)] + [Fraction(place, 2) for place in range(1, 8) if rng.random() < 0.5]
    events = {}
    for onset in onsets:
        event = _event(each, sounding[voice], rng)
        if event == REST and not sounding[voice] and onset:
            continue
        events[onset] = event
        sounding[voice] = ascending((*event.pitches, *event.tied))
    return events


def _event(each: VoiceDescription, before: Sequence[Pitch], rng: random.Random) -> Event:
    if rng.random() < 0.15:
        return REST
    size = 1 if each.sung else rng.choice((1, 2, 3, 4))
    bottom = rng.randrange(each.lowest, each.highest - SPAN)
    numbers = sorted(rng.sample(range(bottom, bottom + SPAN), size))
    pitches = tuple(spell_near(number, 0) for number in numbers)
    tied = (before[0],) if size > 1 and len(before) > 1 and rng.random() < 0.5 else ()
    return Event("attack", tuple(pitch for pitch in pitches if pitch not in tied), tied)
