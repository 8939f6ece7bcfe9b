"""Masks of pitches: members of a chord, moves to one, a range, the same pitch. Pitches and what sounds are ids."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from scoregen.tokens.constraints.voice_masks import KEPT_MASKS, Mask
from scoregen.tokens.vocabulary import vocabulary


def line_of_fifths(sounding: tuple[int, ...] | None) -> tuple[int, ...]:
    """The positions of what sounds on the line of fifths."""
    return tuple(vocabulary().value(token).fifths for token in sounding or ())


@lru_cache(maxsize=KEPT_MASKS)
def members_mask(members: tuple[int, ...], sounding: tuple[int, ...] | None) -> Mask:
    """Attacks of these positions on the line of fifths, and hold if all sounding pitches belong to them."""
    words = vocabulary()
    mask = np.zeros(len(words), dtype=np.bool_)
    for number, pitch in enumerate(words.pitches):
        mask[words.first_pitch + number] = pitch.fifths in members
    if sounding and all(fifths in members for fifths in line_of_fifths(sounding)):
        mask[words.id("hold")] = True
    mask.flags.writeable = False
    return mask


@lru_cache(maxsize=KEPT_MASKS)
def by_moves(target: int, sounding: tuple[int, ...] | None, moves: range) -> Mask:
    """Attacks of a position on the line of fifths to which something that sounds moves by so many semitones."""
    words = vocabulary()
    mask = np.zeros(len(words), dtype=np.bool_)
    places = [words.value(token).chromatic for token in sounding or ()]
    for number, pitch in enumerate(words.pitches):
        is_near = any(pitch.chromatic - place in moves for place in places)
        mask[words.first_pitch + number] = pitch.fifths == target and is_near
    mask.flags.writeable = False
    return mask


@lru_cache(maxsize=KEPT_MASKS)
def between(below: tuple[int, ...], above: tuple[int, ...], sounding: tuple[int, ...] | None) -> Mask:
    """Attacks from the highest pitch below to the lowest pitch above, and hold if all that sounds is between."""
    words = vocabulary()
    low = max((words.value(token).midi_pitch for token in below), default=-1)
    high = min((words.value(token).midi_pitch for token in above), default=1000)
    mask = np.ones(len(words), dtype=np.bool_)
    for number, pitch in enumerate(words.pitches):
        mask[words.first_pitch + number] = low <= pitch.midi_pitch <= high
    mask[words.id("hold")] = all(low <= words.value(token).midi_pitch <= high for token in sounding or ())
    mask.flags.writeable = False
    return mask


@lru_cache(maxsize=KEPT_MASKS)
def same_pitch(sounding: tuple[int, ...] | None) -> Mask:
    """Hold, or an attack of the same pitch."""
    mask = np.zeros(len(vocabulary()), dtype=np.bool_)
    mask[[vocabulary().id("hold"), *(sounding or ())]] = True
    mask.flags.writeable = False
    return mask
