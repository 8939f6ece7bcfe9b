"""Form: how long pieces and phrases are, and how much of a piece comes back.

- *repeated measures*: those whose frames are, note for note, those of an earlier measure, of all but
  the first. Bach's chorales repeat their opening lines.
- *self-similarity* at a distance: the cosine between the pitch classes of a beat and those of the beat so
  many quarters later (Foote, 1999, "Visualizing music and audio using self-similarity"), the mean over a
  piece. The curve over distances shows metre, phrases and repeats.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scoregen.evaluation.metrics.bootstrap import Rate, mean, pooled
from scoregen.evaluation.metrics.frames import FRAMES_A_QUARTER, SILENCE, Frames
from scoregen.evaluation.metrics.pieces import EvaluatedPiece

LAGS = 32
"""The greatest distance of a curve, in quarters."""
NEAR, FAR = 4, 16
"""Distances that are figures of their own, in quarters."""


def figures(pieces: Sequence[EvaluatedPiece], *, seed: int = 0) -> dict[str, Rate]:
    """Means over pieces."""
    curves = [self_similarity(piece.frames) for piece in pieces]
    repeated = [repeated_measures(piece) for piece in pieces]
    lengths = [phrase_lengths(piece) for piece in pieces]
    found = {
        "measures": mean([len(piece.measures) for piece in pieces], seed=seed),
        "phrase_quarters": pooled([sum(row) for row in lengths], [len(row) for row in lengths], seed=seed),
        "repeated_measures_percent": pooled(
            [count for count, _ in repeated], [possible for _, possible in repeated], 100.0, seed=seed
        ),
    }
    for lag in (NEAR, FAR):
        heard = [curve[lag - 1] for curve in curves if not np.isnan(curve[lag - 1])]
        if heard:
            found[f"self_similarity_{lag}"] = mean(heard, seed=seed)
    return found


def self_similarity(frames: Frames) -> NDArray[np.float64]:
    """[LAGS] the mean cosine of beats 1 to LAGS quarters apart; NaN where the piece is too short."""
    chroma = beats(frames)
    lengths = np.linalg.norm(chroma, axis=1)
    unit = chroma / np.maximum(lengths, 1e-12)[:, None]
    found = np.full(LAGS, np.nan)
    for lag in range(1, min(LAGS, len(unit) - 1) + 1):
        heard = (lengths[:-lag] > 0) & (lengths[lag:] > 0)
        if heard.any():
            found[lag - 1] = (unit[:-lag] * unit[lag:]).sum(1)[heard].mean()
    return found


def beats(frames: Frames) -> NDArray[np.float64]:
    """[quarters, 12] in how many frames of each quarter each pitch class sounds, all voices together."""
    found = np.zeros((-(-len(frames) // FRAMES_A_QUARTER), 12))
    places, voices = np.nonzero(frames != SILENCE)
    np.add.at(found, (places // FRAMES_A_QUARTER, frames[places, voices] % 12), 1)
    return found


def mean_curve(pieces: Sequence[EvaluatedPiece]) -> list[float]:
    """The curve of a set: at each distance the mean over the pieces that are long enough; 0 where none is."""
    curves = np.stack([self_similarity(piece.frames) for piece in pieces])
    counts = (~np.isnan(curves)).sum(0)
    return [float(value) for value in np.nansum(curves, 0) / np.maximum(counts, 1)]


def repeated_measures(piece: EvaluatedPiece) -> tuple[int, int]:
    """How many measures are as an earlier one, and how many could be."""
    ends = (*piece.measures[1:], len(piece.frames))
    bodies = [piece.frames[start:end].tobytes() for start, end in zip(piece.measures, ends, strict=True)]
    return len(bodies) - len(set(bodies)), len(bodies) - 1


def phrase_lengths(piece: EvaluatedPiece) -> list[float]:
    """Quarters from one phrase end to the next, the first from the start of the piece; none without fermatas."""
    ends = np.array([0, *piece.phrase_ends]) / FRAMES_A_QUARTER
    return [float(length) for length in np.diff(ends) if length > 0]
