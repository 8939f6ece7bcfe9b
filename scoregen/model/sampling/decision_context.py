"""What is known when a voice is about to choose, beside what the network knows.

R rows, K voices of the slice that are set already, V voices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoregen.model.network.inputs import Ints


@dataclass(frozen=True, slots=True)
class DecisionContext:
    """Whose turn it is, and what stands around: `voice` [R]; `before` [R] its last pitch id, `age` [R] how
    long it has lasted, as a bucket.

    `was` [R, V] what sounded in every voice before the slice, by slot, as pitch ids; `others` [R, K]
    the slots of the voices set already, `now` [R, K] what they sound now; `closes` [R] whether a
    phrase ends here; `given` [R] whether another voice of the measure is given.
    """

    voice: Ints
    before: Ints
    age: Ints
    was: Ints
    others: Ints
    now: Ints
    closes: NDArray[np.bool_]
    given: NDArray[np.bool_]
