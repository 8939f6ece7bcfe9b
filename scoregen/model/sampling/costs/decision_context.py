"""The context of a decision: the inputs of costs and logit biases when a voice chooses its event.

R rows, K voices of the slice that are already written, V voices.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.inputs import MIDI, Ints


@dataclass(frozen=True)
class DecisionContext:
    """`voice` [R] is the voice that chooses, `before` [R] its last pitch id, `age` [R] the bucket of its age.

    `previous_pitches` [R, V] are the pitch ids of every voice before the slice, by slot; `others` [R, K] the slots of
    the voices already written, and `other_pitches` [R, K] their pitch ids; `closes` [R] whether a phrase ends
    here; `given` [R] whether another voice of the measure is given; `on_beat` [R] whether a beat begins; `key`
    [R] the key signature in fifths.
    """

    voice: Ints
    before: Ints
    age: Ints
    previous_pitches: Ints
    others: Ints
    other_pitches: Ints
    closes: NDArray[np.bool_]
    given: NDArray[np.bool_]
    on_beat: NDArray[np.bool_]
    key: Ints

    @property
    def lowest(self) -> int:
        """The slot of the lowest voice."""
        return int(self.previous_pitches.shape[1]) - 1

    @cached_property
    def bass(self) -> tuple[Ints, NDArray[np.bool_]]:
        """[R] the MIDI pitch of the lowest voice in this slice, and whether it is written already and sounds."""
        pitch = np.where(self.others == self.lowest, MIDI[self.other_pitches] + 1, 0).sum(1) - 1
        return pitch, pitch >= 0
