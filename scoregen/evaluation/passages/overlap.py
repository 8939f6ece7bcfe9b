"""Overlap: the windows of a piece that occur in the training pieces.

The figures distinguish style from copying. A window of n events has the pitches of all voices relative to the first
sounding voice of its first event, so that a transposed copy counts, and the durations of all its events but the
last, which may continue. Short windows are common property (Bach's own chorales share one in seven windows of four
events); windows of eight or more are quotations.
"""

from __future__ import annotations

from collections.abc import Sequence

from scoregen.evaluation.metrics.bootstrap import Rate, mean
from scoregen.evaluation.metrics.frames import Frames, frame_sonorities
from scoregen.evaluation.passages.event_sequences import Ints, texture
from scoregen.evaluation.passages.ngram_index import NgramIndex, longest

WINDOW_LENGTHS = (4, 8, 12)


def known_runs(pieces: Sequence[Frames], training: Sequence[Frames]) -> list[Ints]:
    """For each piece and each of its steps, the length of the longest run in a training piece that ends with it."""
    index = NgramIndex.of((work, 0, texture(frame_sonorities(piece))) for work, piece in enumerate(training))
    return [index.runs(texture(frame_sonorities(piece))) for piece in pieces]


def known_share(runs: Ints, length: int) -> float:
    """The share of the windows of `length` events of a piece that are known; 0 for a piece without windows."""
    ends = runs[length - 2 :]
    return float((ends >= length - 1).mean()) if len(ends) else 0.0


def novelty(pieces: Sequence[Frames], training: Sequence[Frames], *, seed: int = 0) -> dict[str, Rate]:
    """Means over pieces: known windows of each length in percent, and the longest one in events."""
    runs = known_runs(pieces, training)
    rates = {
        f"known_{length}_percent": mean([known_share(piece, length) for piece in runs], 100.0, seed=seed)
        for length in WINDOW_LENGTHS
    }
    return {**rates, "longest_known_events": mean([longest(piece) for piece in runs], seed=seed)}
