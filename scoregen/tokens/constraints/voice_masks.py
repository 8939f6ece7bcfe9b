"""What one voice may do in a slice, as masks over the vocabulary.

Each rule is a small function of the voice's turn; they combine by intersection. A voice meets few
different turns, so the masks are kept with the rule that they come from.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoregen.score.pitch import Pitch
from scoregen.tokens.vocabulary import EVENT_WORDS, vocabulary

Mask = NDArray[np.bool_]


class VoiceTurn(NamedTuple):
    """All that decides what a voice may do: where it stands, what it sounds, what it has begun to write.

    `sounding` are the ids of its pitches, () while it rests, None if it was absent. `may_begin`
    says that something that begins here can be notated; `must_change` that holding is not enough;
    `written` are the tokens of its event so far.
    """

    opening: bool
    sounding: tuple[int, ...] | None
    may_begin: bool
    must_change: bool
    written: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class VoiceRule:
    """What a blank voice may attack: by pitch number of the vocabulary, and how many at once."""

    pitches: Mask  # [pitches]
    max_chord: int = 1
    masks: dict[VoiceTurn, Mask] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, pitches: Iterable[Pitch], max_chord: int = 1) -> VoiceRule:
        """A rule that lets the voice attack these pitches."""
        chosen = frozenset(pitches)
        return cls(np.array([pitch in chosen for pitch in vocabulary().pitches]), max_chord)

    @property
    def is_silent(self) -> bool:
        """Whether it may attack nothing at all."""
        return not self.pitches.any()


def turn_mask(rule: VoiceRule, turn: VoiceTurn) -> Mask:
    """The tokens with which a voice may go on; never empty where the measure was built by these masks."""
    found = rule.masks.get(turn)
    if found is None:
        syntax, time, reach = turn_masks(rule, turn).values()
        found = rule.masks[turn] = syntax & time & reach
        found.flags.writeable = False
    return found


def turn_masks(rule: VoiceRule, turn: VoiceTurn) -> dict[str, Mask]:
    """What each of the three rules leaves, by its name."""
    return {"syntax": _syntax(turn), "time": _time(turn), "range": _range(rule, turn)}


def completes_event(written: tuple[int, ...]) -> bool:
    """Whether these tokens are a whole event: a pitch that no `+` announces, or a single word."""
    words = _Words.of()
    if written[-1] < words.first_pitch:
        return written[-1] not in (words.more, words.tied)
    return not _Item.of(written[:-1]).announced


def sounding_after(written: tuple[int, ...], before: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """What a voice sounds after a whole event, as pitch ids; () if it rests, None if it is absent or blank."""
    words = _Words.of()
    first = written[0]
    if first == words.hold:
        return before
    if first in (words.absent, words.blank):
        return None
    return tuple(token for token in written if token >= words.first_pitch)


def _syntax(turn: VoiceTurn) -> Mask:
    """Hold what sounds; rest where it does not rest already; attack; chords rise."""
    words = _Words.of()
    mask = _nothing()
    if not turn.written:
        mask[words.hold] = bool(turn.sounding) or (turn.sounding is not None and not turn.opening)
        mask[words.rest] = bool(turn.sounding) or turn.opening
    item = _Item.of(turn.written)
    mask[words.more] = not item.announced and not item.tied
    mask[words.tied] = not item.tied and bool(turn.sounding)
    mask[words.pitches] = item.above()
    return mask


def _time(turn: VoiceTurn) -> Mask:
    """Where nothing can begin only hold is left; where something must, hold is not."""
    words = _Words.of()
    mask = np.full(words.size, turn.may_begin)
    mask[words.hold] = not turn.must_change
    return mask


def _range(rule: VoiceRule, turn: VoiceTurn) -> Mask:
    """Pitches of the voice's rule, or those that go on; a chord keeps room for its last pitch."""
    words = _Words.of()
    item = _Item.of(turn.written)
    held = np.zeros_like(rule.pitches)
    held[[pitch - words.first_pitch for pitch in turn.sounding or ()]] = True
    below_last = rule.pitches & item.above()
    inner = _chromatic() < _chromatic()[below_last].max(initial=-1)
    mask = ~_nothing()
    ends_chord = held & item.above() & _breaks_hold(item, turn.sounding or ())
    mask[words.pitches] = (held if item.tied else rule.pitches) & (inner if item.announced else True)
    if item.tied and not item.announced:
        mask[words.pitches] &= ends_chord
    more_room = item.size + 2 <= rule.max_chord
    mask[words.more] = more_room and bool(((rule.pitches | held) & item.above() & inner).any())
    can_tie = (held & item.above() & inner).any() if item.announced else ends_chord.any()
    mask[words.tied] = rule.max_chord > 1 and bool(can_tie)
    return mask


def _breaks_hold(item: _Item, sounding: tuple[int, ...]) -> Mask:
    """The pitches that may go on as the last of a chord: not those that make it all a hold."""
    words = _Words.of()
    mask = np.ones(words.pitches.stop - words.pitches.start, dtype=np.bool_)
    if not item.begun:
        left = set(sounding) - set(item.held)
        if len(left) == 1:
            mask[left.pop() - words.first_pitch] = False
    return mask


class _Item(NamedTuple):
    """A chord in the making: what is in it, and how far its next item has come."""

    begun: tuple[int, ...]
    held: tuple[int, ...]
    announced: bool  # a `+` stands before the next pitch: it is not the last
    tied: bool

    @classmethod
    def of(cls, written: tuple[int, ...]) -> _Item:
        words = _Words.of()
        begun: list[int] = []
        held: list[int] = []
        announced = tied = False
        for token in written:
            if token >= words.first_pitch:
                (held if tied else begun).append(token)
                announced = tied = False
            announced |= token == words.more
            tied |= token == words.tied
        return cls(tuple(begun), tuple(held), announced, tied)

    @property
    def size(self) -> int:
        return len(self.begun) + len(self.held)

    def above(self) -> Mask:
        """The pitches that sound higher than all in the chord."""
        chosen = [token - _Words.of().first_pitch for token in (*self.begun, *self.held)]
        highest = _chromatic()[chosen].max(initial=-1)
        above: Mask = _chromatic() > highest
        return above


class _Words(NamedTuple):
    """The ids that the masks speak of."""

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
def _chromatic() -> NDArray[np.int64]:
    """By pitch number, semitones above the lowest C."""
    return np.array([int(pitch.chromatic) for pitch in vocabulary().pitches])


def _nothing() -> Mask:
    return np.zeros(_Words.of().size, dtype=np.bool_)
