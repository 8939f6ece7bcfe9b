"""What the network reads at once: the given voices by the context encoder, finished slices by the backbone.

T slices, V voices, F frames, S slices of a part.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from scoregen.model.engine.protocol import Array, Engine
from scoregen.model.features.conditioning import frames
from scoregen.model.features.inputs import Bools, Floats, Ints, PieceArrays

READ_AT_ONCE = 1024
"""Slices that the backbone reads in one step."""


def encode_frames(engine: Engine, piece: PieceArrays, given: Bools, style: int = 0) -> tuple[Ints, Floats]:
    """The points of a piece that are frames [F], and the given context at each of them [F, 2 context]."""
    points, events, sounding, inner = frames(piece, given)
    if not engine.config.context:
        return points, np.zeros((len(points), 0), dtype=np.float32)
    roles, _ = engine.run("describe_voices", piece.voices)
    key, metric = piece.key[points], piece.metric[points]
    (encoded,) = engine.run(
        "encode_frames",
        events[None],
        sounding[None],
        inner[None].astype(np.int64),
        key[None],
        roles,
        metric[None],
        np.array([style]),
    )
    return points, engine.numpy(encoded)[0]


def read_backbone(
    engine: Engine, slices: Sequence[Ints], roles: Array, around: Floats, hidden: Array
) -> Iterator[tuple[Ints, tuple[Array, ...]]]:
    """Run the backbone over the first slices of a piece, in parts: their numbers [S], and the outputs of the step.

    `slices` are the events, sounding pitches, inner notes and keys [T, ...], `around` [T, a] the places.
    """
    earlier = [np.concatenate([each[:1], each[:-1]])[None] for each in slices]  # nothing is before the first slice
    for start in range(0, len(around), READ_AT_ONCE):
        numbers = np.arange(start, min(start + READ_AT_ONCE, len(around)))
        outputs = engine.run(
            "read_slices",
            *(each[:, numbers] for each in earlier),
            roles,
            (numbers > 0)[None].astype(np.float32),
            around[None, numbers],
            hidden,
        )
        hidden = outputs[1]
        yield numbers, outputs
