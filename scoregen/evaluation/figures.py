"""The figures of a set of pieces by name, with their labels and their text."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from scoregen.evaluation.metrics import cadences, part_writing
from scoregen.evaluation.metrics.bootstrap import Rate
from scoregen.evaluation.metrics.frames import Frames
from scoregen.evaluation.metrics.pieces import EvaluatedPiece
from scoregen.evaluation.metrics.two_sample import VOICES, Separation, separation
from scoregen.evaluation.passages.overlap import novelty

LABELS: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        "fifths_per_100": ("parallel fifths per 100 changes", 2),
        "octaves_per_100": ("parallel octaves per 100 changes", 2),
        "clean_percent": ("pieces without either, %", 1),
        "crossing_percent": ("crossed voices, % of frames and neighbours", 2),
        "spacing_percent": ("over an octave apart, %", 2),
        "leaps_percent": ("leaps over a fifth, % of moves", 2),
        "chord_beats_percent": ("beats that are chords, %", 1),
        "changes_per_16": ("changes in 16 frames", 2),
        "known_4_percent": ("windows of 4 events in training, %", 1),
        "known_8_percent": ("windows of 8", 2),
        "known_12_percent": ("windows of 12", 2),
        "longest_known_events": ("longest window in training, events", 1),
        "auc": ("classifier against the corpus (AUC)", 2),
        "closed_percent": ("phrase ends that close, %", 1),
        "authentic_percent": ("phrase ends with the bass from the fifth, %", 1),
        "home_percent": ("pieces that end on the tonic, %", 1),
        "measures": ("measures a piece", 1),
        "phrase_quarters": ("quarters a phrase", 1),
        "repeated_measures_percent": ("measures as an earlier one, %", 1),
        "self_similarity_4": ("self-similarity at 4 quarters", 3),
        "self_similarity_16": ("self-similarity at 16 quarters", 3),
        "theme_return": ("return of the opening, 0 to 1", 3),
        "key_distance_steps": ("steps between keys a piece", 1),
        "climax_place_percent": ("place of the climax, %", 1),
        "nats_a_choice": ("nats a choice under the network", 3),
    }
)
"""The label of each figure, and its decimals."""


def frame_figures(
    frames: Sequence[Frames], training: Sequence[Frames], real: Sequence[Frames], *, draws: int, seed: int = 0
) -> dict[str, Any]:
    """The figures that need only frames: part-writing, windows in `training`, and a classifier against `real`.

    The classifier needs pieces in four voices, and enough of them; otherwise its figure is left out.
    """
    figures: dict[str, Any] = part_writing.rates([part_writing.count(piece) for piece in frames], seed=seed)
    figures |= novelty(frames, training, seed=seed)
    four = all(piece.shape[1] == VOICES for piece in (*frames, *real))
    if four and (auc := separation(real, frames, draws=draws, seed=seed)):
        figures["auc"] = auc
    return figures


def closing_figures(pieces: Sequence[EvaluatedPiece], *, seed: int = 0) -> dict[str, Rate]:
    """The figures that need phrase ends and a key."""
    counts = [cadences.closes(piece.frames, piece.phrase_ends, [piece.tonic]) for piece in pieces]
    return cadences.rates(counts, seed=seed)


def without_nan(figures: Mapping[str, Rate | Separation]) -> dict[str, Rate | Separation]:
    """The figures without those that are NaN, such as rates of phrase ends for pieces without fermatas."""
    return {
        name: figure
        for name, figure in figures.items()
        if not (isinstance(figure, Rate) and math.isnan(figure.value + figure.low + figure.high))
    }


def figure_text(figure: Rate | Separation | None, digits: int) -> str:
    """A figure and its interval, as in a table."""
    if figure is None or (isinstance(figure, Rate) and math.isnan(figure.value)):
        return ""
    value = figure.auc if isinstance(figure, Separation) else figure.value
    return f"{value:.{digits}f} [{figure.low:.{digits}f}, {figure.high:.{digits}f}]"
