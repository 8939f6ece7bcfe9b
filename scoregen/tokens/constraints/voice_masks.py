"""The allowed events of one voice in a slice, as masks over the vocabulary.

Each rule is a small function of the voice's turn; they combine by intersection. A voice has few
different turns, so each rule caches its masks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoregen.score.ensemble.playability import can_stop_on
from scoregen.score.instruments import InstrumentType
from scoregen.score.pitch import Pitch
from scoregen.tokens.constraints.incomplete_chords import KEPT_MASKS as KEPT_MASKS
from scoregen.tokens.constraints.incomplete_chords import (
    MIDI_NUMBERS,
    IncompleteChord,
    Words,
    heights,
    incomplete_chord,
    mask_of,
    midi_numbers,
)
from scoregen.tokens.constraints.incomplete_chords import Mask as Mask
from scoregen.tokens.vocabulary import vocabulary

_UNKNOWN = -1


class VoiceTurn(NamedTuple):
    """Everything that the allowed tokens of a voice depend on.

    `opening`: at the start of a measure; `sounding`: the ids of its pitches, () during a rest, None if it
    was absent; `may_begin`: a note or rest that begins here can be notated; `must_change`: hold is not
    allowed; `written`: the tokens of its event so far.
    """

    opening: bool
    sounding: tuple[int, ...] | None
    may_begin: bool
    must_change: bool
    written: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class VoiceRule:
    """The pitches that a blank voice may attack, by pitch number of the vocabulary, and the most at once.

    The pitches of a chord are written from the highest down if it is `descending`, otherwise from the lowest up; they
    lie within `span` semitones. On a bowed `instrument` they can be stopped at once.
    """

    pitches: Mask  # [pitches]
    max_chord: int = 1
    descending: bool = False
    span: int = 127
    instrument: InstrumentType | None = None
    masks: dict[VoiceTurn, Mask] = field(default_factory=dict, init=False, repr=False)
    endings: dict[tuple[int, ...], NDArray[np.int8]] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def of(
        cls,
        pitches: Iterable[Pitch],
        max_chord: int = 1,
        *,
        descending: bool = False,
        span: int = 127,
        instrument: InstrumentType | None = None,
    ) -> VoiceRule:
        """A rule that allows these pitches."""
        chosen = frozenset(pitches)
        mask = np.array([pitch in chosen for pitch in vocabulary().pitches])
        return cls(mask, max_chord, descending, span, instrument if instrument and instrument.strings else None)

    @property
    def is_hand(self) -> bool:
        """Whether it sounds chords as a matter of course: a hand of a keyboard, or a harp."""
        return self.max_chord > 1 and self.instrument is None

    @property
    def is_silent(self) -> bool:
        """Whether it allows no pitch."""
        return not self.pitches.any()


@cache
def every_token() -> Mask:
    """The read-only mask that excludes nothing."""
    mask = np.ones(len(vocabulary()), dtype=np.bool_)
    mask.flags.writeable = False
    return mask


@cache
def only_token(token: int) -> Mask:
    """The read-only mask of one token."""
    mask = np.zeros(len(vocabulary()), dtype=np.bool_)
    mask[token] = True
    mask.flags.writeable = False
    return mask


def only_word(word: str) -> Mask:
    """The read-only mask of one word of the vocabulary, such as `hold`."""
    return only_token(vocabulary().id(word))


@cache
def without_words(*words: str) -> Mask:
    """The read-only mask that excludes some words of the vocabulary."""
    mask = np.ones(len(vocabulary()), dtype=np.bool_)
    mask[[vocabulary().id(word) for word in words]] = False
    mask.flags.writeable = False
    return mask


def turn_mask(rule: VoiceRule, turn: VoiceTurn) -> Mask:
    """The tokens that may come next in a voice; never empty if the measure follows these masks."""
    mask = rule.masks.get(turn)
    if mask is None:
        if len(rule.masks) >= KEPT_MASKS:
            rule.masks.clear()
        syntax, time, reach = turn_masks(rule, turn).values()
        mask = rule.masks[turn] = syntax & time & reach
        mask.flags.writeable = False
    return mask


def turn_masks(rule: VoiceRule, turn: VoiceTurn) -> dict[str, Mask]:
    """The mask of each of the three rules, by its name."""
    item = incomplete_chord(turn.written, descending=rule.descending)
    return {"syntax": _syntax(turn, item), "time": _time(turn), "range": _range(rule, turn, item)}


def completes_event(written: tuple[int, ...]) -> bool:
    """Whether these tokens are a complete event: a word, or pitches of which the last has no `+` before it."""
    words = Words.of()
    if written[-1] < words.first_pitch:
        return written[-1] not in (words.more, words.tied)
    return not incomplete_chord(written[:-1], descending=False).has_more


def in_token_order(written: tuple[int, ...]) -> tuple[int, ...]:
    """The tokens of a complete event in the order of the language: the pitches of a chord from the lowest up."""
    if len(written) == 1:
        return written
    words = Words.of()
    item = incomplete_chord(written, descending=False)
    pitches = sorted((*item.attacks, *item.held), key=lambda token: _place(token - words.first_pitch))
    ids: list[int] = []
    for token in pitches:
        ids += [words.more] * (token != pitches[-1]) + [words.tied] * (token in item.held) + [token]
    return tuple(ids)


def sounding_after(written: tuple[int, ...], before: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """The pitch ids that a voice sounds after a complete event; () during a rest, None if absent or blank."""
    words = Words.of()
    first = written[0]
    if first == words.hold:
        return before
    if first in (words.absent, words.blank):
        return None
    return tuple(token for token in written if token >= words.first_pitch)


def _syntax(turn: VoiceTurn, item: IncompleteChord) -> Mask:
    """Hold only what sounds; rest only if not at rest already; the pitches of a chord go one way."""
    words = Words.of()
    mask = _nothing()
    if not turn.written:
        mask[words.hold] = bool(turn.sounding) or (turn.sounding is not None and not turn.opening)
        mask[words.rest] = bool(turn.sounding) or turn.opening
    mask[words.more] = not item.has_more and not item.tied
    mask[words.tied] = not item.tied and bool(turn.sounding)
    mask[words.pitches] = item.beyond()
    return mask


def _time(turn: VoiceTurn) -> Mask:
    """Only hold if nothing can begin here; no hold if something must."""
    words = Words.of()
    mask = np.full(words.size, turn.may_begin)
    mask[words.hold] = not turn.must_change
    return mask


def _range(rule: VoiceRule, turn: VoiceTurn, item: IncompleteChord) -> Mask:
    """Pitches of the voice's rule, or those that continue; a chord leaves room for its last pitch."""
    words, sounding = Words.of(), turn.sounding or ()
    near = item.near(rule.span)
    if rule.instrument is not None and item.size:
        near = near & _stoppable(rule.instrument, item.numbers, rule.span)
    attacks, held = rule.pitches & near, mask_of(sounding) & near
    more_room = item.size + 2 <= rule.max_chord
    inner = near
    if item.has_more or more_room:
        inner = item.leaves_room(attacks)
        if rule.instrument is not None:
            inner = inner & _leaves_stop(rule, rule.instrument, item.numbers, attacks | held)
    ends_chord = held & _breaks_hold(item, sounding) if sounding else held
    mask = ~_nothing()
    if item.has_more:
        mask[words.pitches] = (mask_of(sounding) if item.tied else attacks) & inner
    else:
        mask[words.pitches] = ends_chord if item.tied else attacks
    mask[words.more] = more_room and bool(((attacks | held) & inner).any())
    can_tie = held & inner if item.has_more else ends_chord
    mask[words.tied] = rule.max_chord > 1 and bool(can_tie.any())
    return mask


def _stoppable(instrument: InstrumentType, chosen: tuple[int, ...], span: int) -> Mask:
    """The pitches that a bowed instrument can stop together with those chosen."""
    strings = tuple(string.midi_pitch for string in instrument.strings)
    return _stops(strings, instrument.stretch, tuple(heights()[number] for number in chosen), span)


def _leaves_stop(rule: VoiceRule, instrument: InstrumentType, numbers: tuple[int, ...], wanted: Mask) -> Mask:
    """Those of the wanted pitches after which one of the rule can be stopped with the pitches of a chord, to end it."""
    if len(rule.endings) >= KEPT_MASKS:
        rule.endings.clear()
    known = rule.endings.setdefault(numbers, np.full(MIDI_NUMBERS, _UNKNOWN, dtype=np.int8))
    midi = midi_numbers()
    for height in set(midi[wanted & (known[midi] == _UNKNOWN)].tolist()):
        known[height] = _can_end(rule, instrument, (*numbers, int(np.argmax(midi == height))))
    return np.asarray(wanted & (known[midi] == 1))


def _can_end(rule: VoiceRule, instrument: InstrumentType, numbers: tuple[int, ...]) -> bool:
    """Whether a pitch of the rule can end a chord of these pitches, and be stopped with them."""
    item = _of_numbers(rule, numbers)
    near = rule.pitches & item.near(rule.span)
    return bool(near.any()) and bool((near & _stoppable(instrument, numbers, rule.span)).any())


def _of_numbers(rule: VoiceRule, numbers: tuple[int, ...]) -> IncompleteChord:
    """The incomplete chord of some attacks, by their numbers in the vocabulary."""
    return IncompleteChord(
        tuple(number + Words.of().first_pitch for number in numbers), (), False, False, rule.descending
    )


@lru_cache(maxsize=1 << 14)
def _stops(strings: tuple[int, ...], stretch: int, heights: tuple[int, ...], span: int) -> Mask:
    """The pitches within a span that can be stopped together with others, which are given by their heights."""
    low, high = max(heights) - span, min(heights) + span
    found = np.zeros(MIDI_NUMBERS, dtype=np.bool_)
    others = tuple(set(heights))
    for each in range(max(low, 0), min(high + 1, MIDI_NUMBERS)):
        found[each] = _can_stop(strings, stretch, tuple(sorted((*others, each))))
    mask: Mask = found[midi_numbers()]
    mask.flags.writeable = False
    return mask


@lru_cache(maxsize=1 << 16)
def _can_stop(strings: tuple[int, ...], stretch: int, heights: tuple[int, ...]) -> bool:
    return can_stop_on(strings, heights, stretch)


def _breaks_hold(item: IncompleteChord, sounding: tuple[int, ...]) -> Mask:
    """The pitches that may continue as the last of a chord: not one that turns the whole event into a hold."""
    words = Words.of()
    mask = np.ones(words.pitches.stop - words.pitches.start, dtype=np.bool_)
    if not item.attacks:
        left = set(sounding) - set(item.held)
        if len(left) == 1:
            mask[left.pop() - words.first_pitch] = False
    return mask


def _place(number: int) -> tuple[int, int]:
    """The place of a pitch in an ascending chord."""
    pitch = vocabulary().pitches[number]
    return int(pitch.chromatic), pitch.diatonic


def _nothing() -> Mask:
    return np.zeros(Words.of().size, dtype=np.bool_)
