"""The events of a voice that may sound chords, with some of its pitches, its lowest note and some tones prescribed.

The masks are those of `voice_masks` for a narrower rule, so that an event that is begun can always be completed. What
is prescribed is looked for ahead: a chord goes on only if the tones that it must still sound can follow.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from scoregen.tokens.constraints.incomplete_chords import KEPT_MASKS, Words, heights, heights_of, midi_numbers
from scoregen.tokens.constraints.state import ConstraintState, voice_turn
from scoregen.tokens.constraints.voice_masks import Mask, VoiceRule, VoiceTurn, turn_mask
from scoregen.tokens.vocabulary import vocabulary


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an event should be.

    `tones`: the positions on the line of fifths from which all notes come; None for any. All notes lie from `low` to
    `high`, in MIDI numbers. `lowest`: the positions of the lowest note, which is no higher than `ceiling`.
    `classes`: pitch classes that sound. `sounds`: it is no rest. `near`: within two semitones of one of these MIDI
    numbers.
    """

    tones: frozenset[int] | None
    low: int = 0
    high: int = 127
    lowest: frozenset[int] | None = None
    ceiling: int = 127
    classes: frozenset[int] = frozenset()
    sounds: bool = False
    near: frozenset[int] = field(default_factory=frozenset)


def event_mask(state: ConstraintState, wanted: Wanted) -> Mask:
    """The tokens that may come next in the voice whose turn it is; empty if no event is as wanted."""
    turn = _Turn.of(state, wanted)
    return turn.mask(state.written)


@dataclass(frozen=True, slots=True)
class _Turn:
    """The turn of a voice under a narrower rule, and what it sounds before it: pitch ids, () for a rest."""

    rule: VoiceRule
    turn: VoiceTurn
    wanted: Wanted
    sounding: tuple[int, ...] | None

    @classmethod
    def of(cls, state: ConstraintState, wanted: Wanted) -> _Turn:
        slot = state.rules.order[state.turn]
        rule, before, turn = state.rules.voices[slot], state.sounding[slot], voice_turn(state, slot)
        if before and rule.max_chord > 1:
            turn = turn._replace(sounding=tuple(each for each in before if _is_within(each, wanted)))
        narrow = _narrow_rule(rule, wanted.tones, wanted.low, wanted.high, wanted.near)
        return cls(narrow, turn, wanted, before)

    def mask(self, written: tuple[int, ...]) -> Mask:
        """The tokens after those that are written."""
        words = Words.of()
        mask = turn_mask(self.rule, self.turn._replace(written=written)).copy()
        if not written:
            mask[words.hold] &= self._may_hold()
            mask[words.rest] = not self.wanted.sounds and self._may_begin_rest()
        if self.wanted.lowest is None and not self.wanted.classes:
            return mask
        mask[words.pitches] &= self._pitches(written)
        if mask[words.more]:
            mask[words.more] = self._goes_on((*written, words.more))
        if mask[words.tied]:
            mask[words.tied] = self._goes_on((*written, words.tied))
        return mask

    def _may_begin_rest(self) -> bool:
        return self.turn.may_begin and (self.turn.opening or bool(self.sounding))

    def _may_hold(self) -> bool:
        """Whether what sounds before is as wanted; a rest goes on if it may."""
        if not self.sounding:
            return self.sounding is not None and not self.turn.opening and not self.wanted.sounds
        sounding = heights_of(self.sounding)
        classes = {height % 12 for height in sounding}
        wanted = self.wanted
        if not all(_is_within(token, wanted) for token in self.sounding) or not wanted.classes <= classes:
            return False
        if wanted.lowest is None:
            return True
        return min(sounding) % 12 in _classes(wanted.lowest) and min(sounding) <= wanted.ceiling

    def _goes_on(self, written: tuple[int, ...]) -> bool:
        """Whether a pitch may follow a sign."""
        words = Words.of()
        following = turn_mask(self.rule, self.turn._replace(written=written))
        if bool((following[words.pitches] & self._pitches(written)).any()):
            return True
        return written[-1] != words.tied and bool(following[words.tied]) and self._goes_on((*written, words.tied))

    def _pitches(self, written: tuple[int, ...]) -> Mask:
        """[pitches] those after which the rest of what is wanted can follow, or with which it is complete."""
        words = Words.of()
        chosen = [token - words.first_pitch for token in written if token >= words.first_pitch]
        last = max((place for place, token in enumerate(written) if token >= words.first_pitch), default=-1)
        goes_on = words.more in written[last + 1 :]
        present = {heights()[number] % 12 for number in chosen}
        missing = [each for each in sorted(self.wanted.classes) if each not in present]
        mask = np.ones(len(midi_numbers()), dtype=np.bool_)
        for each in missing:
            own = _of_classes(frozenset({each}))
            mask &= (own | self._follows(chosen, self.rule.pitches & own)) if goes_on else own
        if goes_on and missing:
            mask &= self._leaves_number(len(chosen), missing)
        return mask & self._lowest(chosen, goes_on=goes_on)

    def _leaves_number(self, written: int, missing: list[int]) -> Mask:
        """[pitches] those after which as many notes are left as tones are missing; a bow sounds them first."""
        own = _of_classes(frozenset(missing))
        left = self.rule.max_chord - written - 1
        if self.rule.instrument is not None:
            return own & (len(missing) == 1)
        return np.asarray(len(missing) - own <= left)

    def _lowest(self, chosen: list[int], *, goes_on: bool) -> Mask:
        """[pitches] those with which the lowest note is, or can still be, as wanted."""
        if self.wanted.lowest is None or (chosen and not self.rule.descending):
            return np.ones(len(midi_numbers()), dtype=np.bool_)
        ends = _no_higher(self.wanted.lowest, self.wanted.ceiling)
        return self._follows(chosen, ends & self.rule.pitches) if self.rule.descending and goes_on else ends

    def _follows(self, chosen: list[int], ends: Mask) -> Mask:
        """[pitches] those beyond which one of some pitches lies, within the span of the chord."""
        midi, goals = midi_numbers(), np.unique(midi_numbers()[ends])
        if not len(goals):
            return np.zeros(len(midi), dtype=np.bool_)
        first = midi[chosen[0]] if chosen else midi
        if self.rule.descending:
            place = np.searchsorted(goals, midi, side="left") - 1
            return np.asarray((place >= 0) & (goals[np.maximum(place, 0)] >= first - self.rule.span))
        place = np.searchsorted(goals, midi, side="right")
        nearest = goals[np.minimum(place, len(goals) - 1)]
        return np.asarray((place < len(goals)) & (nearest <= first + self.rule.span))


def _is_within(token: int, wanted: Wanted) -> bool:
    height = heights()[token - Words.of().first_pitch]
    is_member = wanted.tones is None or height % 12 in _classes(wanted.tones)
    return is_member and wanted.low <= height <= wanted.high and not wanted.near


@lru_cache(maxsize=1 << 12)
def _narrow_rule(rule: VoiceRule, tones: frozenset[int] | None, low: int, high: int, near: frozenset[int]) -> VoiceRule:
    """A rule with the pitches of these tones alone, spelled so where that is possible."""
    midi = midi_numbers()
    pitches = rule.pitches & (midi >= low) & (midi <= high)
    if near:
        pitches = pitches & np.isin(midi, [each + step for each in near for step in range(-2, 3)])
    if tones is not None:
        pitches = pitches & _spelled_members(tones, tuple(np.flatnonzero(rule.pitches).tolist()))
    return replace(rule, pitches=pitches)


@lru_cache(maxsize=1 << 10)
def _spelled_members(tones: frozenset[int], available: tuple[int, ...]) -> Mask:
    """[pitches] the members of a chord; where a rule has no pitch of such a spelling, those of another one."""
    fifths = np.array([pitch.fifths for pitch in vocabulary().pitches])
    mask = np.zeros(len(fifths), dtype=np.bool_)
    has = np.zeros(len(fifths), dtype=np.bool_)
    has[list(available)] = True
    for tone in tones:
        spelled = fifths == tone
        mask |= spelled if (spelled & has).any() else midi_numbers() % 12 == 7 * tone % 12
    return mask


@lru_cache(maxsize=1 << 10)
def _classes(tones: frozenset[int]) -> frozenset[int]:
    return frozenset(7 * tone % 12 for tone in tones)


@lru_cache(maxsize=KEPT_MASKS)
def _of_classes(classes: frozenset[int]) -> Mask:
    """[pitches] those of some pitch classes."""
    mask: Mask = np.isin(midi_numbers() % 12, list(classes))
    mask.flags.writeable = False
    return mask


@lru_cache(maxsize=KEPT_MASKS)
def _no_higher(tones: frozenset[int], ceiling: int) -> Mask:
    """[pitches] those of some tones that are no higher than a ceiling."""
    mask: Mask = _of_classes(_classes(tones)) & (midi_numbers() <= ceiling)
    mask.flags.writeable = False
    return mask
