"""Form: the lengths of pieces and phrases, repeated measures and self-similarity.

- *repeated measures*: the share of measures, without the first, whose frames equal those of an earlier
  measure. Bach's chorales repeat their opening lines.
- *self-similarity* at a lag in quarters: the mean cosine between the pitch classes of a beat and those of the
  beat at this lag (J. Foote, "Visualizing music and audio using self-similarity", 1999). The curve over lags
  shows metre, phrases and repeats.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scoregen.evaluation.metrics.bootstrap import Rate, mean, pooled
from scoregen.evaluation.metrics.frames import FRAMES_A_QUARTER, SILENCE, Frames
from scoregen.evaluation.metrics.pieces import EvaluatedPiece

LAGS = 32
"""The longest lag of a curve, in quarters."""
NEAR, FAR = 4, 16
"""The lags, in quarters, that are figures of their own."""


def figures(pieces: Sequence[EvaluatedPiece], *, seed: int = 0) -> dict[str, Rate]:
    """The means over pieces, with their intervals."""
    curves = [self_similarity(piece.frames) for piece in pieces]
    repeats = [repeated_measures(piece) for piece in pieces]
    lengths = [phrase_lengths(piece) for piece in pieces]
    rates = {
        "measures": mean([len(piece.measures) for piece in pieces], seed=seed),
        "phrase_quarters": pooled([sum(row) for row in lengths], [len(row) for row in lengths], seed=seed),
        "repeated_measures_percent": pooled(
            [count for count, _ in repeats], [possible for _, possible in repeats], 100.0, seed=seed
        ),
    }
    for lag in (NEAR, FAR):
        values = [curve[lag - 1] for curve in curves if not np.isnan(curve[lag - 1])]
        if values:
            rates[f"self_similarity_{lag}"] = mean(values, seed=seed)
    return rates


def self_similarity(frames: Frames) -> NDArray[np.float64]:
    """[LAGS] the mean cosine of beats at lags of 1 to LAGS quarters; NaN if the piece is too short."""
    chroma = beats(frames)
    lengths = np.linalg.norm(chroma, axis=1)
    unit = chroma / np.maximum(lengths, 1e-12)[:, None]
    curve = np.full(LAGS, np.nan)
    for lag in range(1, min(LAGS, len(unit) - 1) + 1):
        sounds = (lengths[:-lag] > 0) & (lengths[lag:] > 0)
        if sounds.any():
            curve[lag - 1] = (unit[:-lag] * unit[lag:]).sum(1)[sounds].mean()
    return curve


def beats(frames: Frames) -> NDArray[np.float64]:
    """[quarters, 12] the number of frames of each quarter in which each pitch class sounds, over all voices."""
    chroma = np.zeros((-(-len(frames) // FRAMES_A_QUARTER), 12))
    places, voices = np.nonzero(frames != SILENCE)
    np.add.at(chroma, (places // FRAMES_A_QUARTER, frames[places, voices] % 12), 1)
    return chroma


def mean_curve(pieces: Sequence[EvaluatedPiece]) -> list[float]:
    """The curve of a set: at each lag the mean over the pieces that are long enough; 0 if there are none."""
    curves = np.stack([self_similarity(piece.frames) for piece in pieces])
    counts = (~np.isnan(curves)).sum(0)
    return [float(value) for value in np.nansum(curves, 0) / np.maximum(counts, 1)]


def repeated_measures(piece: EvaluatedPiece) -> tuple[int, int]:
    """The number of measures that equal an earlier one, and the number of measures that could."""
    ends = (*piece.measures[1:], len(piece.frames))
    bodies = [piece.frames[start:end].tobytes() for start, end in zip(piece.measures, ends, strict=True)]
    return len(bodies) - len(set(bodies)), len(bodies) - 1


def phrase_lengths(piece: EvaluatedPiece) -> list[float]:
    """The quarters from each phrase end to the next, the first from the start of the piece; none without fermatas."""
    ends = np.array([0, *piece.phrase_ends]) / FRAMES_A_QUARTER
    return [float(length) for length in np.diff(ends) if length > 0]
