"""Planned chords: at an onset every voice sounds a member, the last voice the root, and one voice the third.

During `stay` the outer voices do not change their pitches. This constraint is added to those of `state` by
intersection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import numpy as np

from scoregen.tokens.constraints.state import ConstraintState, next_step, onset
from scoregen.tokens.constraints.voice_masks import Mask
from scoregen.tokens.vocabulary import vocabulary


@dataclass(frozen=True, slots=True)
class PlannedChord:
    """The pitch classes of a chord: root, third, then the others.

    `final`: nothing follows it in its measure; `stay`: the quarters during which the outer voices
    begin no other pitch.
    """

    members: tuple[int, ...]
    final: bool = False
    stay: Fraction = Fraction(0)


def planned_chord_mask(chords: Mapping[Fraction, PlannedChord]) -> Callable[[ConstraintState], Mask]:
    """The mask (`MeasureRules.extra`) of one measure with these chords by onset."""

    def mask(state: ConstraintState) -> Mask:
        step = next_step(state)
        now = onset(state)
        if step == ("onset",):
            return _no_later(chords, now)
        slot = state.rules.order[state.turn]
        chord = chords.get(now)
        if chord is not None:
            return _members(_classes(chord, state, slot), state.sounding[slot])
        is_outer = slot in (0, len(state.rules.order) - 1)
        staying = any(place < now < place + chord.stay for place, chord in chords.items())
        return _same_pitch(state.sounding[slot]) if is_outer and staying else _everything()

    return mask


def _classes(chord: PlannedChord, state: ConstraintState, slot: int) -> tuple[int, ...]:
    """The pitch classes that a voice may sound; if no other voice has the third, the last to be written takes it."""
    last = len(state.rules.order) - 1
    if slot == last:
        return chord.members[:1]
    others = (sounding for other, sounding in enumerate(state.sounding) if other != slot)
    present = {vocabulary().value(token).pitch_class for sounding in others for token in sounding or ()}
    return chord.members[1:2] if state.turn == last and chord.members[1] not in present else chord.members


def _no_later(chords: Mapping[Fraction, PlannedChord], now: Fraction) -> Mask:
    """The next slice is no later than the next planned chord; after a final one comes the barline."""
    words = vocabulary()
    following = min((place for place in chords if place > now), default=None)
    mask = np.ones(len(words), dtype=np.bool_)
    if following is not None:
        mask[words.onsets] = False
        mask[words.place_id(0) : words.place_id(int(following * words.ticks_per_quarter)) + 1] = True
    elif now in chords and chords[now].final:
        mask[words.onsets] = False
        mask[words.barline] = True
    return mask


@cache
def _members(classes: tuple[int, ...], sounding: tuple[int, ...] | None) -> Mask:
    """Attacks of these pitch classes, and hold if all sounding pitches belong to them."""
    words = vocabulary()
    mask = np.zeros(len(words), dtype=np.bool_)
    for number, pitch in enumerate(words.pitches):
        mask[words.first_pitch + number] = pitch.pitch_class in classes
    if sounding and all(words.value(token).pitch_class in classes for token in sounding):
        mask[words.id("hold")] = True
    mask.flags.writeable = False
    return mask


@cache
def _same_pitch(sounding: tuple[int, ...] | None) -> Mask:
    """Hold, or an attack of the same pitch."""
    mask = np.zeros(len(vocabulary()), dtype=np.bool_)
    mask[[vocabulary().id("hold"), *(sounding or ())]] = True
    mask.flags.writeable = False
    return mask


@cache
def _everything() -> Mask:
    mask = np.ones(len(vocabulary()), dtype=np.bool_)
    mask.flags.writeable = False
    return mask
