"""An incomplete chord: the pitches that are written, those that may follow, and the ids of the words between them.

Masks of pitches have an entry for each pitch of the vocabulary.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoregen.tokens.vocabulary import EVENT_WORDS, vocabulary

Mask = NDArray[np.bool_]
MIDI_NUMBERS = 256
"""More than the vocabulary has."""
KEPT_MASKS = 4096
"""The masks that a cache holds at most; a long piece has many more turns of chords."""


class Words(NamedTuple):
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
    def of() -> Words:
        words = vocabulary()
        hold, rest, absent, blank, more, tied = (words.id(kind) for kind in EVENT_WORDS)
        pitches = slice(words.first_pitch, words.barline)
        return Words(hold, rest, absent, blank, more, tied, words.first_pitch, pitches, len(words))


@cache
def midi_numbers() -> NDArray[np.int64]:
    """[pitches] MIDI numbers by pitch number."""
    return np.array([pitch.midi_pitch for pitch in vocabulary().pitches])


@cache
def heights() -> tuple[int, ...]:
    """The same as numbers of Python."""
    return tuple(midi_numbers().tolist())


@lru_cache(maxsize=KEPT_MASKS)
def heights_of(sounding: tuple[int, ...] | None) -> tuple[int, ...]:
    """The MIDI numbers of what a voice sounds, which is given by its tokens; () if it is silent or absent."""
    first = Words.of().first_pitch
    return tuple(heights()[token - first] for token in sounding or ())


class IncompleteChord(NamedTuple):
    """An incomplete chord: its pitches, and the signs before the next pitch."""

    attacks: tuple[int, ...]
    held: tuple[int, ...]
    has_more: bool  # a `+` precedes the next pitch: it is not the last
    tied: bool
    descending: bool

    @property
    def size(self) -> int:
        return len(self.attacks) + len(self.held)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of its pitches in the vocabulary, in order."""
        first = Words.of().first_pitch
        return tuple(sorted(token - first for token in (*self.attacks, *self.held)))

    def beyond(self) -> Mask:
        """The pitches above all those of the chord, or below them if it descends."""
        return (
            between_heights(0, min(self._chosen(), default=MIDI_NUMBERS) - 1)
            if self.descending
            else between_heights(max(self._chosen(), default=-1) + 1, MIDI_NUMBERS)
        )

    def near(self, span: int) -> Mask:
        """The pitches beyond those of the chord and within `span` semitones of all of them."""
        chosen = self._chosen()
        if not chosen:
            return between_heights(0, MIDI_NUMBERS)
        low, high = min(chosen), max(chosen)
        return between_heights(high - span, low - 1) if self.descending else between_heights(high + 1, low + span)

    def leaves_room(self, last: Mask) -> Mask:
        """The pitches beyond which one of the pitches `last` is left to end the chord."""
        ends = midi_numbers()[last]
        if self.descending:
            return between_heights(int(ends.min(initial=MIDI_NUMBERS)) + 1, MIDI_NUMBERS)
        return between_heights(0, int(ends.max(initial=-1)) - 1)

    def _chosen(self) -> tuple[int, ...]:
        """The heights of its pitches."""
        return heights_of((*self.attacks, *self.held))


@lru_cache(maxsize=KEPT_MASKS)
def incomplete_chord(written: tuple[int, ...], *, descending: bool) -> IncompleteChord:
    """The incomplete chord of some tokens."""
    words = Words.of()
    attacks: list[int] = []
    held: list[int] = []
    has_more = tied = False
    for token in written:
        if token >= words.first_pitch:
            (held if tied else attacks).append(token)
            has_more = tied = False
        has_more |= token == words.more
        tied |= token == words.tied
    return IncompleteChord(tuple(attacks), tuple(held), has_more, tied, descending)


@lru_cache(maxsize=KEPT_MASKS)
def between_heights(low: int, high: int) -> Mask:
    """[pitches] those from one height to another."""
    mask: Mask = (midi_numbers() >= low) & (midi_numbers() <= high)
    mask.flags.writeable = False
    return mask


@lru_cache(maxsize=KEPT_MASKS)
def mask_of(sounding: tuple[int, ...]) -> Mask:
    """[pitches] those that sound, by their tokens."""
    mask = np.zeros(len(midi_numbers()), dtype=np.bool_)
    mask[[token - Words.of().first_pitch for token in sounding]] = True
    mask.flags.writeable = False
    return mask
