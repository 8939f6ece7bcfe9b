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

from scoregen.score.ensemble.playability import can_stop
from scoregen.score.instruments import InstrumentType
from scoregen.score.pitch import Pitch
from scoregen.tokens.vocabulary import EVENT_WORDS, vocabulary

Mask = NDArray[np.bool_]
MIDI_NUMBERS = 256
"""More than the vocabulary has."""
_UNKNOWN = -1
KEPT_MASKS = 4096
"""The masks that a cache holds at most; a long piece has many more turns of chords."""


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
    item = _Item.of(turn.written, descending=rule.descending)
    return {"syntax": _syntax(turn, item), "time": _time(turn), "range": _range(rule, turn, item)}


def completes_event(written: tuple[int, ...]) -> bool:
    """Whether these tokens are a complete event: a word, or pitches of which the last has no `+` before it."""
    words = _Words.of()
    if written[-1] < words.first_pitch:
        return written[-1] not in (words.more, words.tied)
    return not _Item.of(written[:-1]).has_more


def in_token_order(written: tuple[int, ...]) -> tuple[int, ...]:
    """The tokens of a complete event in the order of the language: the pitches of a chord from the lowest up."""
    if len(written) == 1:
        return written
    words = _Words.of()
    item = _Item.of(written)
    pitches = sorted((*item.attacks, *item.held), key=lambda token: _place(token - words.first_pitch))
    ids: list[int] = []
    for token in pitches:
        ids += [words.more] * (token != pitches[-1]) + [words.tied] * (token in item.held) + [token]
    return tuple(ids)


def sounding_after(written: tuple[int, ...], before: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """The pitch ids that a voice sounds after a complete event; () during a rest, None if absent or blank."""
    words = _Words.of()
    first = written[0]
    if first == words.hold:
        return before
    if first in (words.absent, words.blank):
        return None
    return tuple(token for token in written if token >= words.first_pitch)


def _syntax(turn: VoiceTurn, item: _Item) -> Mask:
    """Hold only what sounds; rest only if not at rest already; the pitches of a chord go one way."""
    words = _Words.of()
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
    words = _Words.of()
    mask = np.full(words.size, turn.may_begin)
    mask[words.hold] = not turn.must_change
    return mask


def _range(rule: VoiceRule, turn: VoiceTurn, item: _Item) -> Mask:
    """Pitches of the voice's rule, or those that continue; a chord leaves room for its last pitch."""
    words = _Words.of()
    held = np.zeros_like(rule.pitches)
    held[[pitch - words.first_pitch for pitch in turn.sounding or ()]] = True
    near = item.beyond() & item.within(rule.span) & _stoppable(rule, item.numbers)
    more_room = item.size + 2 <= rule.max_chord
    mask = ~_nothing()
    inner = near
    if item.has_more or more_room:
        inner = item.leaves_room(rule.pitches & near) & _leaves_stop(rule, item.numbers, (rule.pitches | held) & near)
    ends_chord = held & near & _breaks_hold(item, turn.sounding or ())
    mask[words.pitches] = (held if item.tied else rule.pitches & near) & (inner if item.has_more else True)
    if item.tied and not item.has_more:
        mask[words.pitches] &= ends_chord
    mask[words.more] = more_room and bool(((rule.pitches | held) & near & inner).any())
    can_tie = (held & near & inner).any() if item.has_more else ends_chord.any()
    mask[words.tied] = rule.max_chord > 1 and bool(can_tie)
    return mask


def _stoppable(rule: VoiceRule, chosen: tuple[int, ...]) -> Mask:
    """The pitches that a bowed instrument can stop together with those chosen; all for other instruments."""
    if rule.instrument is None or not chosen:
        return np.ones(len(rule.pitches), dtype=np.bool_)
    return _stops(rule.instrument, frozenset(midi_numbers()[list(chosen)].tolist()), rule.span)


def _leaves_stop(rule: VoiceRule, numbers: tuple[int, ...], wanted: Mask) -> Mask:
    """Those of the wanted pitches after which one of the rule can be stopped with the pitches of a chord, to end it."""
    if rule.instrument is None:
        return np.ones(len(rule.pitches), dtype=np.bool_)
    if len(rule.endings) >= KEPT_MASKS:
        rule.endings.clear()
    known = rule.endings.setdefault(numbers, np.full(MIDI_NUMBERS, _UNKNOWN, dtype=np.int8))
    heights = midi_numbers()
    for height in np.unique(heights[wanted & (known[heights] == _UNKNOWN)]).tolist():
        known[height] = _can_end(rule, (*numbers, int(np.argmax(heights == height))))
    return np.asarray(wanted & (known[heights] == 1))


def _can_end(rule: VoiceRule, numbers: tuple[int, ...]) -> bool:
    """Whether a pitch of the rule can end a chord of these pitches, and be stopped with them."""
    item = _of_numbers(rule, numbers)
    return bool((rule.pitches & item.beyond() & item.within(rule.span) & _stoppable(rule, numbers)).any())


def _of_numbers(rule: VoiceRule, numbers: tuple[int, ...]) -> _Item:
    """The incomplete chord of some attacks, by their numbers in the vocabulary."""
    return _Item(tuple(number + _Words.of().first_pitch for number in numbers), (), False, False, rule.descending)


@lru_cache(maxsize=1 << 14)
def _stops(instrument: InstrumentType, heights: frozenset[int], span: int) -> Mask:
    """The pitches within a span that can be stopped together with others, which are given by their heights."""
    low, high = max(heights) - span, min(heights) + span
    found = np.zeros(MIDI_NUMBERS, dtype=np.bool_)
    for each in range(max(low, 0), min(high + 1, MIDI_NUMBERS)):
        found[each] = can_stop(instrument, (*heights, each), instrument.stretch)
    mask: Mask = found[midi_numbers()]
    mask.flags.writeable = False
    return mask


def _breaks_hold(item: _Item, sounding: tuple[int, ...]) -> Mask:
    """The pitches that may continue as the last of a chord: not one that turns the whole event into a hold."""
    words = _Words.of()
    mask = np.ones(words.pitches.stop - words.pitches.start, dtype=np.bool_)
    if not item.attacks:
        left = set(sounding) - set(item.held)
        if len(left) == 1:
            mask[left.pop() - words.first_pitch] = False
    return mask


class _Item(NamedTuple):
    """An incomplete chord: its pitches, and the signs before the next pitch."""

    attacks: tuple[int, ...]
    held: tuple[int, ...]
    has_more: bool  # a `+` precedes the next pitch: it is not the last
    tied: bool
    descending: bool

    @classmethod
    def of(cls, written: tuple[int, ...], *, descending: bool = False) -> _Item:
        words = _Words.of()
        attacks: list[int] = []
        held: list[int] = []
        has_more = tied = False
        for token in written:
            if token >= words.first_pitch:
                (held if tied else attacks).append(token)
                has_more = tied = False
            has_more |= token == words.more
            tied |= token == words.tied
        return cls(tuple(attacks), tuple(held), has_more, tied, descending)

    @property
    def size(self) -> int:
        return len(self.attacks) + len(self.held)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of its pitches in the vocabulary, in order."""
        first = _Words.of().first_pitch
        return tuple(sorted(token - first for token in (*self.attacks, *self.held)))

    def beyond(self) -> Mask:
        """The pitches above all those of the chord, or below them if it descends."""
        chosen = self._heights()
        beyond: Mask = (
            midi_numbers() < chosen.min(initial=1000) if self.descending else midi_numbers() > chosen.max(initial=-1)
        )
        return beyond

    def within(self, span: int) -> Mask:
        """The pitches within `span` semitones of the whole chord."""
        chosen = self._heights()
        if not len(chosen):
            return np.ones(len(midi_numbers()), dtype=np.bool_)
        near: Mask = (midi_numbers() >= chosen.max() - span) & (midi_numbers() <= chosen.min() + span)
        return near

    def leaves_room(self, last: Mask) -> Mask:
        """The pitches beyond which one of the pitches `last` is left to end the chord."""
        heights, ends = midi_numbers(), midi_numbers()[last]
        room: Mask = heights > ends.min(initial=1000) if self.descending else heights < ends.max(initial=-1)
        return room

    def _heights(self) -> NDArray[np.int64]:
        chosen = [token - _Words.of().first_pitch for token in (*self.attacks, *self.held)]
        return midi_numbers()[chosen]


class _Words(NamedTuple):
    """The ids that the masks use."""

    hold: int
    rest: int
    absent: int
    blank: int
    more: int
    tied: int
    first_pitch: int
    pitches: slice
    size: int

    @staticmethod
    @cache
    def of() -> _Words:
        words = vocabulary()
        hold, rest, absent, blank, more, tied = (words.id(kind) for kind in EVENT_WORDS)
        pitches = slice(words.first_pitch, words.barline)
        return _Words(hold, rest, absent, blank, more, tied, words.first_pitch, pitches, len(words))


@cache
def midi_numbers() -> NDArray[np.int64]:
    """[pitches] MIDI numbers by pitch number."""
    return np.array([pitch.midi_pitch for pitch in vocabulary().pitches])


def _place(number: int) -> tuple[int, int]:
    """The place of a pitch in an ascending chord."""
    pitch = vocabulary().pitches[number]
    return int(pitch.chromatic), pitch.diatonic


def _nothing() -> Mask:
    return np.zeros(_Words.of().size, dtype=np.bool_)
