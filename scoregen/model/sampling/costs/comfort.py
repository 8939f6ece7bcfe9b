"""Costs of notes that are hard to play: outside the comfortable range of their role, and of hands that cross.

They exclude nothing: what is written beside high music may be high. They hold for every note of a chord.
R rows, V voices, P pitches, E events.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.alphabet import FIRST_PITCH
from scoregen.model.features.inputs import SPELLED
from scoregen.tokens.constraints.state import ConstraintState
from scoregen.tokens.vocabulary import vocabulary
from scoregen.tokens.voice_descriptions import VoiceDescription

UNCOMFORTABLE = 5.0
"""Nats for a note next to the comfortable range."""
FARTHER = 0.5
"""Nats for each further semitone."""
CROSSED = 3.0
"""Nats for a note that is one semitone beyond a note of the other hand."""

Costs = NDArray[np.float32]
Hands = tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]


def range_costs(comfortable: Sequence[tuple[int, int] | None]) -> Costs | None:
    """[V, E] the cost of every event of every voice, from comfortable ranges in MIDI numbers; None without any."""
    if not any(comfortable):
        return None
    rows = [
        np.zeros(len(SPELLED.midi)) if each is None else _price(_outside(*each), UNCOMFORTABLE) for each in comfortable
    ]
    return np.pad(np.stack(rows), ((0, 0), (FIRST_PITCH, 0))).astype(np.float32)


def hands(descriptions: Sequence[VoiceDescription] | None) -> Hands:
    """For each voice the voices on the higher staves of its part, and those on the lower ones."""
    every = descriptions or ()
    return tuple(
        (
            tuple(i for i, other in enumerate(every) if other.part == each.part and other.staff < each.staff),
            tuple(i for i, other in enumerate(every) if other.part == each.part and other.staff > each.staff),
        )
        for each in every
    )


def crossing_costs(states: Sequence[ConstraintState], voices: Sequence[int], pairs: Hands) -> Costs:
    """[R, E] the cost of the events of a voice of each draft against what the other hands of its part sound.

    A voice that is not written yet counts with what it sounded last, which it may hold.
    """
    costs = np.zeros((len(states), FIRST_PITCH + len(SPELLED.midi)), dtype=np.float32)
    for row, (state, voice) in enumerate(zip(states, voices, strict=True)):
        above, below = (_heights(state, side) for side in pairs[voice])
        if above or below:
            outside = _outside(max(below, default=0), min(above, default=127))
            costs[row, FIRST_PITCH:] = _price(outside, CROSSED)
    return costs


def _heights(state: ConstraintState, slots: Sequence[int]) -> list[int]:
    """The MIDI numbers of what some voices sound."""
    return [vocabulary().value(pitch).midi_pitch for slot in slots for pitch in state.sounding[slot] or ()]


def _outside(lowest: int, highest: int) -> NDArray[np.float64]:
    """[P] the semitones by which every pitch leaves a range."""
    below, above = np.maximum(lowest - SPELLED.midi, 0), np.maximum(SPELLED.midi - highest, 0)
    return np.asarray(below + above, dtype=np.float64)


def _price(semitones: NDArray[np.float64], first: float) -> NDArray[np.float64]:
    """The cost of leaving a range by some semitones."""
    return np.where(semitones > 0, first + FARTHER * (semitones - 1), 0.0)
