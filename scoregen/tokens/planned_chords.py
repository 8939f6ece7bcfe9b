"""Chords that a plan fixes: at an onset every voice sounds a member, the last voice the root.

A constraint beside those of `constraints`: it narrows what they leave, by intersection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import numpy as np

from scoregen.tokens.constraints import State, expected, onset
from scoregen.tokens.vocabulary import vocabulary
from scoregen.tokens.voice_masks import Mask


@dataclass(frozen=True, slots=True)
class PlannedChord:
    """Pitch classes of a chord, the root first; `final`: nothing comes after it in its measure."""

    members: tuple[int, ...]
    final: bool = False


def planned(chords: Mapping[Fraction, PlannedChord]) -> Callable[[State], Mask]:
    """The mask for one measure with these chords by onset: MeasureRules.extra."""
    everything = np.ones(len(vocabulary()), dtype=np.bool_)

    def mask(state: State) -> Mask:
        step = expected(state)
        if step == ("onset",):
            return _no_later(chords, onset(state))
        chord = chords.get(onset(state))
        if chord is None:
            return everything
        slot = state.rules.order[state.turn]
        is_bass = slot == len(state.rules.order) - 1
        return _members(chord.members[:1] if is_bass else chord.members, state.sounding[slot])

    return mask


def _no_later(chords: Mapping[Fraction, PlannedChord], now: Fraction) -> Mask:
    """The next slice stands no later than the next planned chord; after a final one comes the barline."""
    words = vocabulary()
    following = min((place for place in chords if place > now), default=None)
    found = np.ones(len(words), dtype=np.bool_)
    if following is not None:
        found[words.onsets] = False
        found[words.place_id(0) : words.place_id(int(following * words.ticks_per_quarter)) + 1] = True
    elif now in chords and chords[now].final:
        found[words.onsets] = False
        found[words.barline] = True
    return found


@cache
def _members(classes: tuple[int, ...], sounding: tuple[int, ...] | None) -> Mask:
    """Attacks of these pitch classes, and a hold if all that sounds belongs to them."""
    words = vocabulary()
    found = np.zeros(len(words), dtype=np.bool_)
    for number, pitch in enumerate(words.pitches):
        found[words.first_pitch + number] = pitch.pitch_class in classes
    if sounding and all(words.value(token).pitch_class in classes for token in sounding):
        found[words.id("hold")] = True
    found.flags.writeable = False
    return found
