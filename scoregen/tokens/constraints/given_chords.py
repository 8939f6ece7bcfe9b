"""Given chords: new voices sound only members of the chord that a chord symbol names.

Where a chord begins, the last voice takes its bass, and the other voices leave none of its essential tones out if
they are enough. The constraint is added to those of `state` by intersection. Where given voices leave nothing that
fits, it does not apply.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import numpy as np

from scoregen.tokens.constraints.places import NEITHER
from scoregen.tokens.constraints.state import ConstraintState, next_step, onset, unrestricted_tokens
from scoregen.tokens.constraints.voice_masks import Mask, every_token
from scoregen.tokens.vocabulary import vocabulary


@dataclass(frozen=True, slots=True)
class ChordSpan:
    """A chord from an onset of its measure, by positions on the line of fifths; `members` empty: nothing is fixed.

    `essential` are the tones that must sound where it begins, `bass` that of the last voice; None if it began earlier.
    """

    members: frozenset[int]
    essential: tuple[int, ...] = ()
    bass: int | None = None


def given_chord_mask(chords: Mapping[Fraction, ChordSpan]) -> Callable[[ConstraintState], Mask]:
    """The mask (`MeasureRules.extra`) of one measure with these chords by onset."""
    onsets = sorted(chords)

    def mask(state: ConstraintState) -> Mask:
        now = onset(state)
        if next_step(state) == ("onset",):
            wanted = _no_later(state, next((place for place in onsets if place > now), None))
        else:
            place = max((place for place in onsets if place <= now), default=None)
            if place is None or not chords[place].members:
                return every_token()
            wanted = _tones(chords[place], state, begins=now == place)
            wanted = wanted | _rest() if now > place and _given_voices_rest(state) else wanted
        return wanted if (unrestricted_tokens(state) & wanted).any() else every_token()

    return mask


def _given_voices_rest(state: ConstraintState) -> bool:
    """Whether there are given voices and none of them sounds; then new voices may rest inside a chord."""
    given = [slot for slot in state.rules.order if state.rules.given[slot] is not None]
    return bool(given) and not any(state.sounding[slot] for slot in given)


def _tones(chord: ChordSpan, state: ConstraintState, *, begins: bool) -> Mask:
    slot = state.rules.order[state.turn]
    wanted = _choices(chord, state, slot) if begins and chord.bass is not None else chord.members
    for tones in (wanted, chord.members):
        for spelled in (True, False):
            mask = _members(tones, state.sounding[slot], spelled)
            if (unrestricted_tokens(state) & mask).any():
                return mask
    return every_token()


def _choices(chord: ChordSpan, state: ConstraintState, slot: int) -> frozenset[int]:
    """The tones that a voice may take where the chord begins, so that the essential ones still can all sound."""
    assert chord.bass is not None
    order, last = state.rules.order, len(state.rules.order) - 1
    if slot == last:
        return frozenset({chord.bass})
    left = [other for other in order[state.turn :] if other != last and state.rules.given[other] is None]
    missing = [tone for tone in chord.essential if 7 * tone % 12 not in _present(chord, state)]
    urgent = missing[: len(left)]
    return frozenset(urgent) if urgent and len(urgent) == len(left) else chord.members


def _present(chord: ChordSpan, state: ConstraintState) -> frozenset[int]:
    """The pitch classes of the voices that are already written in this slice, and of the bass."""
    words, last = vocabulary(), len(state.rules.order) - 1
    written = state.rules.order[: state.turn]
    classes = {words.value(token).pitch_class for slot in written for token in state.sounding[slot] or ()}
    if state.rules.given[last] is None and chord.bass is not None:
        classes.add(7 * chord.bass % 12)
    return frozenset(classes)


def _no_later(state: ConstraintState, following: Fraction | None) -> Mask:
    """The next slice is no later than the next chord, and divides the beat so that a note can begin with the chord."""
    words, plan = vocabulary(), state.rules.plan
    if following is None:
        return every_token()
    tick = int(following * words.ticks_per_quarter)
    mask = np.ones(len(words), dtype=np.bool_)
    mask[words.onsets] = False
    for place in range(state.tick + 1, tick + 1):
        in_span = plan.spans[place] == plan.spans[tick]
        mask[words.place_id(place)] = not in_span or plan.divisions[place] & plan.divisions[tick] != NEITHER
    return mask


@cache
def _members(tones: frozenset[int], sounding: tuple[int, ...] | None, spelled: bool) -> Mask:
    """Attacks of these tones, by spelling or by pitch class alone, and hold if all sounding pitches belong to them."""
    words = vocabulary()
    classes = {7 * tone % 12 for tone in tones}
    mask = np.zeros(len(words), dtype=np.bool_)
    for number, pitch in enumerate(words.pitches):
        mask[words.first_pitch + number] = pitch.fifths in tones if spelled else pitch.pitch_class in classes
    if sounding and all(words.value(token).pitch_class in classes for token in sounding):
        mask[words.id("hold")] = True
    mask.flags.writeable = False
    return mask


@cache
def _rest() -> Mask:
    mask = np.zeros(len(vocabulary()), dtype=np.bool_)
    mask[vocabulary().id("rest")] = True
    mask.flags.writeable = False
    return mask
