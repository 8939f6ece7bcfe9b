"""The course of a piece: whether its theme comes back, how far its keys travel, and where its climax is.

- *theme return*: the highest mean cosine between the pitch classes of the beats of the opening and those of a later
  stretch as long, in any transposition (J. Foote, "Visualizing music and audio using self-similarity", 1999).
- *key distance*: the steps between the key signatures of successive stretches, summed. The key of a stretch is that
  whose profile correlates best with its pitch classes (C. L. Krumhansl, "Cognitive Foundations of Musical Pitch",
  1990).
- *climax*: the place where the smoothed sum of the standardised highest pitch and number of changes is greatest.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scoregen.evaluation.metrics.bootstrap import Rate, mean
from scoregen.evaluation.metrics.form import beats
from scoregen.evaluation.metrics.frames import FRAMES_A_QUARTER, SILENCE, Frames
from scoregen.evaluation.metrics.pieces import EvaluatedPiece

Floats = NDArray[np.float64]

THEME = 8
"""The quarters of the opening that is looked for."""
STRETCH, STEP = 16, 8
"""The quarters in which a key is found, and the distance of such stretches."""
SMOOTH = 8
"""The quarters over which the curve of the climax is smoothed."""
MAJOR = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
MINOR = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])


def figures(pieces: Sequence[EvaluatedPiece], *, seed: int = 0) -> dict[str, Rate]:
    """The means over pieces that are long enough, with their intervals."""
    rows = {
        "theme_return": [theme_return(piece.frames) for piece in pieces],
        "key_distance_steps": [float(key_distance(piece.frames)) for piece in pieces],
        "climax_place_percent": [100 * climax_place(piece.frames) for piece in pieces],
    }
    known = {name: [value for value in values if not np.isnan(value)] for name, values in rows.items()}
    return {name: mean(values, seed=seed) for name, values in known.items() if values}


def theme_return(frames: Frames) -> float:
    """The similarity of the opening and the later stretch that is most like it; NaN if the piece is too short."""
    chroma = beats(frames)
    unit = chroma / np.maximum(np.linalg.norm(chroma, axis=1), 1e-12)[:, None]
    starts = range(2 * THEME, len(unit) - THEME + 1)
    if not starts:
        return float("nan")
    opening = [np.roll(unit[:THEME], shift, axis=1) for shift in range(12)]
    return max(float((theme * unit[start : start + THEME]).sum(1).mean()) for start in starts for theme in opening)


def key_distance(frames: Frames) -> int:
    """The steps between the signatures of successive stretches."""
    keys = [_signature(row) for row in _stretches(beats(frames))]
    return sum(_steps(a, b) for a, b in itertools.pairwise(keys))


def _stretches(chroma: Floats) -> list[Floats]:
    starts = range(0, max(len(chroma) - STRETCH, 0) + 1, STEP)
    return [chroma[start : start + STRETCH].sum(0) for start in starts]


def _signature(chroma: Floats) -> int:
    """The pitch class of the major key whose signature fits best: that of the best major key, or of a relative one."""
    scores = [
        (_correlation(np.roll(chroma, -tonic), profile), (tonic + (0 if profile is MAJOR else 3)) % 12)
        for tonic in range(12)
        for profile in (MAJOR, MINOR)
    ]
    return max(scores)[1]


def _correlation(chroma: Floats, profile: Floats) -> float:
    spread = float(chroma.std() * profile.std())
    return float(((chroma - chroma.mean()) * (profile - profile.mean())).mean() / spread) if spread else 0.0


def _steps(first: int, second: int) -> int:
    """The distance of two signatures on the circle of fifths."""
    around = (second - first) * 7 % 12
    return min(around, 12 - around)


def climax_place(frames: Frames) -> float:
    """The place of the climax from 0 to 1; NaN for a piece without notes or without a change."""
    highest = np.where(frames == SILENCE, np.int16(0), frames).max(1).astype(np.float64)
    changes = np.concatenate([[0.0], (np.diff(frames, axis=0) != 0).sum(1)])
    if not highest.any() or not changes.any():
        return float("nan")
    curve = _standard(_smooth(highest)) + _standard(_smooth(changes))
    return float(curve.argmax() / max(len(curve) - 1, 1))


def _smooth(values: Floats) -> Floats:
    width = min(SMOOTH * FRAMES_A_QUARTER, len(values))
    window = np.hanning(width + 2)[1:-1]
    return np.convolve(values, window / window.sum(), mode="same")


def _standard(values: Floats) -> Floats:
    spread = float(values.std())
    return (values - values.mean()) / spread if spread else np.zeros_like(values)
