"""Chords that a plan fixes: at an onset every voice sounds a member, the last voice the root, some voice the third.

For as long as the chord is to stay, the outer voices stay on it. A constraint beside those of
`constraints`: it narrows what they leave, by intersection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import numpy as np

from scoregen.tokens.constraints.state import ConstraintState, expected, onset
from scoregen.tokens.constraints.voice_masks import Mask
from scoregen.tokens.vocabulary import vocabulary


@dataclass(frozen=True, slots=True)
class PlannedChord:
    """Pitch classes of a chord: root, third and what else it has.

    `final`: nothing comes after it in its measure; `stay`: for so many quarters the outer voices
    begin no other pitch.
    """

    members: tuple[int, ...]
    final: bool = False
    stay: Fraction = Fraction(0)


def planned(chords: Mapping[Fraction, PlannedChord]) -> Callable[[ConstraintState], Mask]:
    """The mask for one measure with these chords by onset: MeasureRules.extra."""

    def mask(state: ConstraintState) -> Mask:
        step = expected(state)
        now = onset(state)
        if step == ("onset",):
            return _no_later(chords, now)
        slot = state.rules.order[state.turn]
        chord = chords.get(now)
        if chord is not None:
            return _members(_wanted(chord, state, slot), state.sounding[slot])
        is_outer = slot in (0, len(state.rules.order) - 1)
        staying = any(place < now < place + chord.stay for place, chord in chords.items())
        return _unmoved(state.sounding[slot]) if is_outer and staying else _everything()

    return mask


def _wanted(chord: PlannedChord, state: ConstraintState, slot: int) -> tuple[int, ...]:
    """The pitch classes that a voice may sound: of the last voice to be written the third, if no other has it."""
    last = len(state.rules.order) - 1
    if slot == last:
        return chord.members[:1]
    others = (sounding for other, sounding in enumerate(state.sounding) if other != slot)
    heard = {vocabulary().value(token).pitch_class for sounding in others for token in sounding or ()}
    return chord.members[1:2] if state.turn == last and chord.members[1] not in heard else chord.members


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


@cache
def _unmoved(sounding: tuple[int, ...] | None) -> Mask:
    """Holding, or the same pitch again."""
    found = np.zeros(len(vocabulary()), dtype=np.bool_)
    found[[vocabulary().id("hold"), *(sounding or ())]] = True
    found.flags.writeable = False
    return found


@cache
def _everything() -> Mask:
    found = np.ones(len(vocabulary()), dtype=np.bool_)
    found.flags.writeable = False
    return found
