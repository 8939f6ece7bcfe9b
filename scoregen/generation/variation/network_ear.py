"""Which of several drafts of a measure the network finds likeliest, given the measures before and the other voices.

The weights for any ensemble judge, since a theme may be for anyone. They run as in sampling, without PyTorch.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from scoregen.score.edit import insert_voices
from scoregen.score.elements import Score, Slot, Voice
from scoregen.styles.defaults import INSTRUMENTS
from scoregen.styles.library import choose_style
from scoregen.system.errors import RefusedError

if TYPE_CHECKING:
    from scoregen.model.engine.protocol import Engine

BEFORE = 3
"""The measures before the one that is judged which the network hears."""


@dataclass(slots=True)
class NetworkEar:
    """Judges drafts of one voice of a score, measure by measure in order; it hears what was chosen before."""

    score: Score
    slot: Slot
    engine: Engine
    chosen: dict[int, Voice] = field(default_factory=dict)

    def __call__(self, index: int, voices: Sequence[Voice]) -> int:
        """The index of the likeliest voice for a measure; that of the first if the network cannot read the music."""
        values = [self._nats(index, voice) for voice in voices]
        best = min(range(len(values)), key=values.__getitem__)
        self.chosen[index] = voices[best]
        return best

    def of(self, score: Score) -> float:
        """-log p of the whole voice in a score, in nats; infinite if the network cannot read the music."""
        return self._in_measures(score, range(len(score.measures)))

    def _nats(self, index: int, voice: Voice) -> float:
        """-log p of a voice of a measure."""
        start = max(index - BEFORE, 0)
        replaced = {**self.chosen, index: voice}
        whole = insert_voices(self.score, ((at, own) for at, own in replaced.items() if start <= at <= index))
        return self._in_measures(replace(whole.excerpt(start, index + 1), document=None), [index - start])

    def _in_measures(self, page: Score, judged: Collection[int]) -> float:
        from scoregen.model.engine.scoring import piece_nats
        from scoregen.model.features.conditioning import Example, usual_order
        from scoregen.model.features.inputs import ABSENT, piece_arrays
        from scoregen.tokens.encode import encode, pitched_slots
        from scoregen.tokens.voice_descriptions import describe_voices

        slots = pitched_slots(page)
        try:
            tokens = encode(page, slots, snap=True)
        except RefusedError:
            return math.inf
        piece = piece_arrays(tokens, None, describe_voices(page, slots))
        given = np.ones(piece.events.shape, dtype=bool)
        given[np.isin(piece.measure, list(judged)), slots.index(self.slot)] = False
        order = usual_order(given, piece.events == ABSENT)
        return float(piece_nats(self.engine, Example(piece, given, order)).sum())


def network_ear(score: Score, slot: Slot) -> NetworkEar:
    """The ear for a voice of a score, with the weights for any ensemble."""
    from scoregen.model.engine.loading import load_engine
    from scoregen.model.network.checkpoint import read_weights

    weights = choose_style(INSTRUMENTS).parts[0][0].weights
    return NetworkEar(replace(score, document=None), slot, load_engine(read_weights(weights), "cpu"))
