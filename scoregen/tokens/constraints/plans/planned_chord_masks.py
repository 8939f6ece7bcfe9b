"""Planned chords: at an onset every voice sounds a member, the last voice the root, and one voice the third.

Afterwards the outer voices stay, or all voices hold and then rest. A chord that leads to the next planned one has its
tendency tones once; no voice leaves them before the next chord, into which the leading note rises and the seventh
falls; an inner leading note may fall to the fifth. One voice may hold a suspension into a chord that leaves room for
its resolution (`suspensions`). What is given may exclude some of this: the mask then asks for less, so that it never
excludes everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np

from scoregen.tokens.constraints.next_onsets import no_later
from scoregen.tokens.constraints.plans.chord_voices import STEPS_DOWN, ChordVoices, outer_slots
from scoregen.tokens.constraints.plans.pitch_masks import by_moves, line_of_fifths, members_mask, same_pitch
from scoregen.tokens.constraints.plans.planned_chords import PlannedChord, PlannedChords
from scoregen.tokens.constraints.plans.suspensions import delayed, resolutions, suspended
from scoregen.tokens.constraints.state import ConstraintState, next_step, onset, unrestricted_tokens
from scoregen.tokens.constraints.voice_masks import Mask, every_token, only_word
from scoregen.tokens.sonorities import whole_ticks
from scoregen.tokens.vocabulary import vocabulary


def planned_chord_mask(chords: PlannedChords, widest_leap: int | None = None) -> Callable[[ConstraintState], Mask]:
    """The mask of one measure with these chords; `widest_leap`: the semitones that a voice may leap into one."""

    def mask(state: ConstraintState) -> Mask:
        now = onset(state)
        wanted = (
            _onsets(chords, now, state) if next_step(state) == ("onset",) else _events(chords, now, state, widest_leap)
        )
        base = unrestricted_tokens(state)
        return next((each for each in wanted if (base & each).any()), every_token())

    return mask


def _events(chords: PlannedChords, now: Fraction, state: ConstraintState, widest_leap: int | None) -> Iterator[Mask]:
    """The events that a voice should choose from, the best choice first."""
    slot, before = state.rules.order[state.turn], _latest(chords, now)
    if now in chords and not chords[now].members:
        before = (now, chords[now])
    if now in chords and chords[now].members:
        dominant = before[1] if before and before[1].leads else None
        classes = ChordVoices(chords[now], dominant, state, widest_leap, _following(chords, now))
        yield from classes.choices(slot)
    elif before and now < before[0] + before[1].hold:
        yield only_word("hold")
    elif before and now < before[0] + before[1].hold + before[1].rest:
        yield only_word("hold" if state.sounding[slot] == () and now > 0 else "rest")
    elif before and (resolving := _resolving(chords, before, slot, state)) is not None:
        yield resolving
    elif before and before[1].leads:
        yield _towards_goal(before[1], slot, state)
    elif before and slot in outer_slots(state) and now < before[0] + before[1].stay:
        yield same_pitch(state.sounding[slot])


def _latest(chords: PlannedChords, now: Fraction) -> tuple[Fraction, PlannedChord] | None:
    """The last chord that begins before a time, with its onset."""
    place = max((place for place in chords if place < now), default=None)
    return None if place is None else (place, chords[place])


def _begun(chords: PlannedChords, now: Fraction) -> Fraction | None:
    """The onset of the chord that has begun by a time."""
    return max((place for place in chords if place <= now), default=None)


def _following(chords: PlannedChords, now: Fraction) -> Fraction | None:
    """The onset of the next chord of the measure."""
    return min((place for place in chords if place > now), default=None)


def _resolving(
    chords: PlannedChords, latest: tuple[Fraction, PlannedChord], slot: int, state: ConstraintState
) -> Mask | None:
    """The mask of a voice that holds a suspension into a chord: it falls, or still holds; None if it holds none."""
    place, chord = latest
    if place < 0 or not chord.members or delayed(state, slot, chord.members) is None:
        return None
    since = whole_ticks(place)
    target = dict(suspended(state, chord.members, since)).get(slot)
    if target is None:
        return None
    falls = by_moves(target, state.sounding[slot], STEPS_DOWN)
    later = resolutions(state, slot, since, _following(chords, place))
    return falls | only_word("hold") if later else falls


def _towards_goal(dominant: PlannedChord, slot: int, state: ConstraintState) -> Mask:
    """Between a dominant and its goal: tendency tones stay, the bass stays on the root, nobody doubles a tendency."""
    sounding = state.sounding[slot]
    if slot == outer_slots(state)[1]:
        return members_mask(dominant.members[:1], sounding)
    if dominant.single & set(line_of_fifths(sounding)):
        return same_pitch(sounding)
    return ~members_mask(tuple(sorted(dominant.single)), None)


def _onsets(chords: PlannedChords, now: Fraction, state: ConstraintState) -> Iterator[Mask]:
    """The next slice is no later than the next chord, and no earlier than the end of a hold, except with a given voice.

    After a final chord comes the barline.
    """
    words = vocabulary()
    following = min((place for place in (*chords, *_rests(chords)) if place > now), default=None)
    mask = np.ones(len(words), dtype=np.bool_)
    if following is not None:
        mask[words.onsets] = False
        mask[words.place_id(0) : words.place_id(int(following * words.ticks_per_quarter)) + 1] = True
    elif now in chords and chords[now].final:
        mask[words.onsets] = False
        mask[words.barline] = True
    due = _due(chords, now, state)
    if due is not None:
        mask &= no_later(state, due)
        mask[words.barline] = False
    kept = mask & _after_hold(chords, now, following, state)
    yield kept
    yield mask


def _due(chords: PlannedChords, now: Fraction, state: ConstraintState) -> Fraction | None:
    """The last place at which a suspension may resolve; None if none sounds."""
    place = _begun(chords, now)
    if place is None or place < 0 or not chords[place].members:
        return None
    held = suspended(state, chords[place].members, whole_ticks(place))
    places = [resolutions(state, slot, whole_ticks(place), _following(chords, place)) for slot, _ in held]
    last = min((each[-1] for each in places if each), default=None)
    return None if last is None else Fraction(last, vocabulary().ticks_per_quarter)


def _rests(chords: PlannedChords) -> list[Fraction]:
    """The onsets at which all voices begin to rest."""
    return [place + chord.hold for place, chord in chords.items() if chord.rest]


def _after_hold(chords: PlannedChords, now: Fraction, following: Fraction | None, state: ConstraintState) -> Mask:
    """No onset of a new voice before the end of a hold and its rest."""
    words = vocabulary()
    mask = np.ones(len(words), dtype=np.bool_)
    place = _begun(chords, now)
    if place is None:
        return mask
    end = place + chords[place].hold + chords[place].rest
    end = end if following is None else min(end, following)
    inside = [
        tick
        for tick in range(state.tick + 1, min(int(end * words.ticks_per_quarter), len(state.rules.plan.spans)))
        if tick not in state.rules.plan.stops
    ]
    mask[[words.place_id(tick) for tick in inside]] = False
    return mask
