"""Classifier two-sample test: the area under the ROC curve of a classifier between two sets of pieces.

The method follows D. Lopez-Paz and M. Oquab, "Revisiting classifier two-sample tests" (2017). The sample is one
random crop of eight measures of 4/4 from each piece, with equally many pieces from each set. A random forest of 400
trees is evaluated in five-fold cross-validation, and its votes on the held-out pieces are ranked. An area of 0.5
means that it cannot distinguish the sets, 1 that it always can. With 76 pieces of each kind, two halves of the same
set give areas between 0.4 and 0.55.

A crop has 215 features: for each of four voices the shares of melodic intervals (-12 to 12 semitones, wider
ones at the ends) and of nine durations; for each of the six pairs of voices the shares of the twelve interval
classes, counted by frames; and the seven rates of `part_writing`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from scoregen.evaluation.metrics.bootstrap import CONFIDENCE, RESAMPLES
from scoregen.evaluation.metrics.frames import FRAMES_A_QUARTER, SILENCE, Frames, melodies, steps
from scoregen.evaluation.metrics.part_writing import count

CROP_FRAMES = 128
VOICES = 4
DURATIONS = (1, 2, 3, 4, 6, 8, 12, 16)
"""Durations in frames; all others form the ninth class."""
_KIND = np.array(
    [DURATIONS.index(length) if length in DURATIONS else len(DURATIONS) for length in range(DURATIONS[-1] + 2)]
)
WIDEST = 12
TREES, LEAF, FOLDS = 400, 2, 5

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Separation:
    """The mean area, its standard error over several draws, and the number of pieces in each set.

    `low` and `high` bound the 95 % interval over pieces, for fixed votes of the forests.
    """

    auc: float
    standard_error: float | None
    pieces: int
    low: float
    high: float


def separation(real: Sequence[Frames], other: Sequence[Frames], *, draws: int = 4, seed: int = 0) -> Separation | None:
    """The area under the curve over several draws of pieces and crops; None for too few long pieces.

    The standard error is that of the mean over the draws. It measures the variation between draws, not how much
    another set of pieces would change the figure.
    """
    sets = [[piece for piece in pieces if len(piece) >= CROP_FRAMES] for pieces in (real, other)]
    size = min(map(len, sets))
    if size < FOLDS:
        return None
    votes = [_votes(sets, size, seed + draw) for draw in range(draws)]
    areas = [area_under_curve(real_votes, other_votes) for real_votes, other_votes in votes]
    error = float(np.std(areas, ddof=1) / np.sqrt(draws)) if draws > 1 else None
    bounds = np.mean([_bounds(*pair, seed) for pair in votes], axis=0)
    return Separation(float(np.mean(areas)), error, size, float(bounds[0]), float(bounds[1]))


def area_under_curve(real: Vector, other: Vector) -> float:
    """The probability that a real piece has more votes than another one; a tie counts half."""
    ranked = np.sort(other)
    below, upto = (np.searchsorted(ranked, real, side=side) for side in ("left", "right"))
    return float((below + upto).sum() / (2 * len(real) * len(other)))


def _bounds(real: Vector, other: Vector, seed: int) -> Vector:
    """The bootstrap interval of the area, with the pieces of each set resampled."""
    random = np.random.default_rng(seed)
    areas = [
        area_under_curve(*(votes[random.integers(len(votes), size=len(votes))] for votes in (real, other)))
        for _ in range(RESAMPLES)
    ]
    bounds: Vector = np.quantile(areas, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return bounds


def features(frames: Frames) -> Vector:
    """The features of a crop, 215 for four voices; a share without cases is 0."""
    return np.concatenate([_melodic(frames).ravel(), _intervals(frames).ravel(), _faults(frames)])


def feature_names(voices: Sequence[str]) -> list[str]:
    """The names of the features."""
    names = []
    for voice in voices:
        names += [f"{voice} step {step}" for step in range(-WIDEST, WIDEST + 1)]
        names += [f"{voice} frames {length}" for length in (*DURATIONS, "others")]
    names += [f"{upper} over {lower} {kind}" for upper, lower in combinations(voices, 2) for kind in range(12)]
    return [*names, "fifths", "octaves", "crossed", "wide", "leaps", "chord beats", "changes"]


def random_crop(frames: Frames, random: np.random.Generator) -> Frames:
    """Eight measures of 4/4, beginning on a random quarter."""
    places = (len(frames) - CROP_FRAMES) // FRAMES_A_QUARTER + 1
    start = FRAMES_A_QUARTER * int(random.integers(places))
    return frames[start : start + CROP_FRAMES]


def _votes(sets: Sequence[Sequence[Frames]], size: int, seed: int) -> tuple[Vector, Vector]:
    """The share of the trees that classify each piece of the two sets as real."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    random = np.random.default_rng(seed)
    chosen = [pieces[index] for pieces in sets for index in random.permutation(len(pieces))[:size]]
    inputs = np.stack([features(random_crop(piece, random)) for piece in chosen])
    is_real = np.arange(2 * size) < size
    forest = RandomForestClassifier(TREES, min_samples_leaf=LEAF, random_state=seed, n_jobs=1)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    votes = cross_val_predict(forest, inputs, is_real, cv=folds, method="predict_proba")[:, 1]
    return votes[:size], votes[size:]


def _melodic(frames: Frames) -> Vector:
    """[V, 34] the shares of the melodic intervals and of the durations of each voice."""
    voice, pitches, lengths = melodies(frames)
    mover, moves = steps(voice, pitches)
    kinds = _KIND[np.minimum(lengths, len(_KIND) - 1)]
    voices = frames.shape[1]
    return np.concatenate(
        [
            _shares(mover, np.clip(moves, -WIDEST, WIDEST) + WIDEST, voices, 2 * WIDEST + 1),
            _shares(voice, kinds, voices, len(DURATIONS) + 1),
        ],
        1,
    )


def _intervals(frames: Frames) -> Vector:
    """[pairs, 12] the shares of the interval classes of each pair of voices."""
    upper, lower = np.triu_indices(frames.shape[1], 1)
    sounds = frames != SILENCE
    frame, pair = np.nonzero(sounds[:, upper] & sounds[:, lower])
    return _shares(pair, (frames[frame, upper[pair]] - frames[frame, lower[pair]]) % 12, len(upper), 12)


def _faults(frames: Frames) -> Vector:
    counts = count(frames)
    shares = (
        (counts.fifths, counts.changes),
        (counts.octaves, counts.changes),
        (counts.crossed, counts.frames * (counts.voices - 1)),
        (counts.wide, counts.frames * (counts.voices - 2)),
        (counts.leaps, counts.moves),
        (counts.chord_beats, counts.beats),
        (counts.changes, counts.frames),
    )
    return np.array([cases / max(possible, 1) for cases, possible in shares])


def _shares(rows: NDArray[np.integer], kinds: NDArray[np.integer], count_of_rows: int, count_of_kinds: int) -> Vector:
    """[rows, kinds] the share of each kind in each row."""
    counts = np.bincount(rows * count_of_kinds + kinds, minlength=count_of_rows * count_of_kinds)
    counts = counts.reshape(count_of_rows, count_of_kinds)
    shares: Vector = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    return shares
