"""The context encoder, which reads the given voices once for each piece."""

from __future__ import annotations

import numpy as np

from scoregen.model.engine.protocol import Engine
from scoregen.model.features.conditioning import frames
from scoregen.model.features.inputs import Bools, Floats, Ints, PieceArrays


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
