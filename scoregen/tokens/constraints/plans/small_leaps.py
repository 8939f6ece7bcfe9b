"""Small leaps: a voice moves no farther than so many semitones, and comes near a fixed note before it is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np

from scoregen.tokens.constraints.incomplete_chords import heights_of
from scoregen.tokens.constraints.next_onsets import no_later
from scoregen.tokens.constraints.state import ConstraintState, left_pitches, next_step, onset
from scoregen.tokens.constraints.voice_masks import KEPT_MASKS, Mask
from scoregen.tokens.vocabulary import vocabulary


@dataclass(frozen=True, slots=True)
class Approach:
    """The MIDI numbers of what a voice sounds from one onset of a measure on, and before another."""

    slot: int
    begin: Fraction
    end: Fraction
    pitches: frozenset[int]


def small_leaps(state: ConstraintState, widest: int) -> Mask | None:
    """No attack farther than `widest` semitones from all pitches that the voice leaves."""
    step = next_step(state)
    return None if step[0] == "onset" else _near(left_pitches(state, step[1]), widest)


def approaching(state: ConstraintState, approaches: Sequence[Approach]) -> Mask | None:
    """What the approach of a voice allows at this onset, and a next slice in time for those that are to come.

    None where there is nothing to approach.
    """
    step, now = next_step(state), onset(state)
    if step[0] == "onset":
        return no_later(state, min((each.begin for each in approaches if _comes(each, state, now)), default=None))
    found = next((each for each in approaches if each.slot == step[1] and each.begin <= now < each.end), None)
    return None if found is None else _among(found.pitches, state.sounding[step[1]] or ())


def _comes(approach: Approach, state: ConstraintState, now: Fraction) -> bool:
    """Whether an approach begins later in the measure, and the voice is outside its pitches."""
    sounding = heights_of(state.sounding[approach.slot])
    return now < approach.begin < state.rules.header.duration and not approach.pitches.issuperset(sounding)


def reaches(state: ConstraintState, slot: int, fifths: int, widest: int) -> bool:
    """Whether a voice can sound a position on the line of fifths, after a leap of at most `widest` semitones."""
    near = _near(left_pitches(state, slot), widest)[vocabulary().first_pitch :]
    own = zip(vocabulary().pitches, state.rules.voices[slot].pitches & near[: len(vocabulary().pitches)], strict=True)
    return any(may and pitch.fifths == fifths for pitch, may in own)


@lru_cache(maxsize=KEPT_MASKS)
def _near(sounding: tuple[int, ...], widest: int) -> Mask:
    """Every event but an attack farther than `widest` semitones from all pitches that sound."""
    words = vocabulary()
    mask = np.ones(len(words), dtype=np.bool_)
    places = [words.value(token).chromatic for token in sounding]
    for number, pitch in enumerate(words.pitches):
        if places and min(abs(pitch.chromatic - place) for place in places) > widest:
            mask[words.first_pitch + number] = False
    mask.flags.writeable = False
    return mask


@lru_cache(maxsize=KEPT_MASKS)
def _among(allowed: frozenset[int], sounding: tuple[int, ...]) -> Mask:
    """Every event but attacks of other pitches, and hold if one of them sounds."""
    words = vocabulary()
    mask = np.ones(len(words), dtype=np.bool_)
    for number, pitch in enumerate(words.pitches):
        mask[words.first_pitch + number] = pitch.midi_pitch in allowed
    mask[words.id("hold")] = allowed.issuperset(heights_of(sounding))
    mask.flags.writeable = False
    return mask
