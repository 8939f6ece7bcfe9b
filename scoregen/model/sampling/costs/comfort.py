"""Costs of what is hard to play or to read: notes outside the comfortable range of their role, hands that cross, and
two notes of a chord on one line or space, or so close in the bass that they sound muddy.

They exclude nothing: what is written beside high music may be high. They hold for every note of a chord.
R rows, V voices, C choices.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.alphabet import FIRST_PITCH, PITCHES
from scoregen.model.features.inputs import SPELLED, Bools
from scoregen.score.pitch import Pitch
from scoregen.tokens.constraints.incomplete_chords import heights_of
from scoregen.tokens.constraints.state import ConstraintState
from scoregen.tokens.vocabulary import vocabulary
from scoregen.tokens.voice_descriptions import VoiceDescription, low_voices

UNCOMFORTABLE = 5.0
"""Nats for a note next to the comfortable range."""
FARTHER = 0.5
"""Nats for each further semitone."""
CROSSED = 3.0
"""Nats for a note that is one semitone beyond a note of the other hand."""
SHARED_PLACE = 5.0
"""Nats for a note on the line or space of another note of its chord, such as B beside B sharp."""
MUDDY = 2.5
"""Nats for a third or second in a chord above a note under LOW. Of the intervals of hands there, 4 % are that close in
songs with piano, and 24 % in drafts without this cost."""
LOW, CLOSE = 45, 4
"""A2, and a major third."""
NEXT, AFTER_NEXT = 3, 6
"""The semitones from a note of a chord to the next one, and to the one after it, that are reckoned with."""

KEPT_PRICES = 1024
"""The prices of a voice beside other hands that are kept at most."""

_MIDI = np.arange(128)
_PLACES = np.array([pitch.diatonic for pitch in PITCHES])

Prices = NDArray[np.float64]


class ComfortCosts:
    """The costs for the voices of one score, from their comfortable ranges in MIDI numbers and what they are."""

    def __init__(
        self, comfortable: Sequence[tuple[int, int] | None], descriptions: Sequence[VoiceDescription] | None
    ) -> None:
        self._ranges = [
            np.zeros(128) if each is None else _price(_outside(*each), UNCOMFORTABLE) for each in comfortable
        ]
        self._hands = [_other_hands(descriptions or (), voice) for voice in range(len(comfortable))]
        self._inward = [1 if low else -1 for low in low_voices(len(comfortable), descriptions)]
        self._known: dict[tuple[int, int, int], tuple[Prices, Prices, Prices]] = {}

    def costs(self, states: Sequence[ConstraintState], voices: Sequence[int], choices: int) -> NDArray[np.float32]:
        """[R, C] the cost of each choice of a voice of each draft."""
        result = np.zeros((len(states), choices), dtype=np.float32)
        for row, (state, voice) in enumerate(zip(states, voices, strict=True)):
            self._price_row(result[row], state, voice)
        return result

    def _price_row(self, row: NDArray[np.float32], state: ConstraintState, voice: int) -> None:
        prices, own, followed = self._prices(state, voice)
        if state.written:
            chord = _pitches(state.written)
            if _is_followed(state.written):
                own = followed
            elif chord:
                after = chord[-1].midi_pitch + AFTER_NEXT * self._inward[voice]
                row[SPELLED.more] = prices[min(max(after, 0), 127)]
            if chord:
                own = own + _beside(chord)
        row[FIRST_PITCH : FIRST_PITCH + len(own)] = own

    def _prices(self, state: ConstraintState, voice: int) -> tuple[Prices, Prices, Prices]:
        """[128] the cost of every MIDI number: outside the range, and beyond what the other hands sound; [pitches] that
        of a note, and of one that another note of its chord follows.

        A voice that is not written yet counts with what it sounded last, which it may hold.
        """
        above, below = (_heights(state, side) for side in self._hands[voice])
        key = voice, max(below, default=0), min(above, default=127)
        found = self._known.get(key)
        if found is None:
            if len(self._known) == KEPT_PRICES:
                self._known.clear()
            crossed = _crossed(*key[1:]) if above or below else 0.0
            prices = np.asarray(self._ranges[voice] + crossed)
            own = prices[SPELLED.midi]
            inward = prices[np.clip(SPELLED.midi + NEXT * self._inward[voice], 0, 127)]
            found = self._known[key] = prices, own, np.maximum(own, inward)
        return found


def _other_hands(descriptions: Sequence[VoiceDescription], voice: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The voices on the higher staves of the part of a voice, and those on the lower ones."""
    if not descriptions:
        return (), ()
    own = descriptions[voice]
    same = [(index, other.staff) for index, other in enumerate(descriptions) if other.part == own.part]
    above = tuple(index for index, staff in same if staff < own.staff)
    return above, tuple(index for index, staff in same if staff > own.staff)


def _heights(state: ConstraintState, slots: Sequence[int]) -> list[int]:
    """The MIDI numbers of what some voices sound."""
    return [height for slot in slots for height in heights_of(state.sounding[slot])]


def _pitches(written: Sequence[int]) -> tuple[Pitch, ...]:
    """The notes of a chord that are written already."""
    words = vocabulary()
    return tuple(words.pitches[token - words.first_pitch] for token in written if token >= words.first_pitch)


def _is_followed(written: Sequence[int]) -> bool:
    """Whether the next pitch of a chord is not its last one."""
    more, tied = vocabulary().id("more"), vocabulary().id("tied")
    return more in (written[-1], *(written[-2:-1] if written[-1] == tied else ()))


@lru_cache(maxsize=4096)
def _beside(chord: tuple[Pitch, ...]) -> Prices:
    """[pitches] the cost of the notes on a line or space of a chord, and of those that are muddy beside its notes."""
    shared, muddy = np.any([_near(pitch) for pitch in chord], axis=0)
    return np.asarray(SHARED_PLACE * shared + MUDDY * muddy)


@cache
def _near(pitch: Pitch) -> tuple[Bools, Bools]:
    """[pitches] the notes on the line or space of a note of their chord, and those that are muddy beside it."""
    distance, lowest = np.abs(SPELLED.midi - pitch.midi_pitch), np.minimum(SPELLED.midi, pitch.midi_pitch)
    return np.equal(_PLACES, pitch.diatonic), (distance <= CLOSE) & (lowest < LOW)


@cache
def _crossed(lowest: int, highest: int) -> Prices:
    """[128] the cost of every MIDI number beyond what the other hands sound."""
    return _price(_outside(lowest, highest), CROSSED)


def _outside(lowest: int, highest: int) -> Prices:
    """[128] the semitones by which every MIDI number leaves a range."""
    return np.asarray(np.maximum(lowest - _MIDI, 0) + np.maximum(_MIDI - highest, 0), dtype=np.float64)


def _price(semitones: Prices, first: float) -> Prices:
    """The cost of leaving a range by some semitones."""
    return np.where(semitones > 0, first + FARTHER * (semitones - 1), 0.0)
