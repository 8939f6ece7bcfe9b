"""Fits what speaks for the barlines of a line: a choice among all barrings, by logistic regression.

F features, L lines, C barrings of all lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from scoregen.model.beats.lines import NotatedLine
from scoregen.transcription.metrical.barring import barrings
from scoregen.transcription.metrical.cues import Line, features, note_cues
from scoregen.transcription.metrical.habits import Habits

Floats = NDArray[np.float64]
Example = tuple[NDArray[np.float32], int, str]
"""The features [., F] of the barrings of a line, the index of the notated one, and the corpus."""

USUAL_BEAT, SPREAD = 0.62, 0.25
"""Seconds of a notated beat, and the deviation of its logarithm."""
_UNITS, _ODDS = (0.5, 1.0, 2.0), (0.2, 0.6, 0.2)
"""What the search may take a quarter for, and how often."""
_ITERATIONS = 120


def example_of(
    line: NotatedLine, habits: Mapping[tuple[str, int], Habits], generator: np.random.Generator
) -> Example | None:
    """A line played at some tempo, with all its barrings; None if the notated one is not among them."""
    quarter = float(np.exp(generator.normal(np.log(USUAL_BEAT), SPREAD))) / line.beat
    steps = np.append(np.diff(line.onsets), 1.0)
    shares = np.minimum((line.ends - line.onsets) / steps, 1.0) * generator.uniform(0.75, 1.0, len(steps))
    unit = float(generator.choice(_UNITS, p=_ODDS))
    heard = Line((line.onsets - line.onsets[0]) * unit, line.pitches, shares, quarter / unit)
    cues, first = note_cues(heard), line.metre.positions[line.positions[0]]
    rows, hits = [], []
    for barring in barrings(heard):
        rows.append(features(heard, cues, barring, habits))
        is_notated = barring.metre is line.metre and barring.phase == first
        hits.append(is_notated and abs(float(barring.scale) * unit - 1) < 1e-6)
    return (np.array(rows, dtype=np.float32), hits.index(True), line.corpus) if sum(hits) == 1 else None


def fit_cues(examples: Sequence[Example], weights: Mapping[str, float], penalty: float = 10.0) -> Floats:
    """[F] the weights of the features that make the notated barrings likely; `weights` are those of the corpora."""
    rows = torch.from_numpy(np.concatenate([table for table, *_ in examples]))
    scale = rows.std(0) + 1e-3
    rows = rows / scale
    sizes = torch.tensor([len(table) for table, *_ in examples])
    owner = torch.repeat_interleave(torch.arange(len(examples)), sizes)
    right = torch.cumsum(sizes, 0) - sizes + torch.tensor([index for _, index, _ in examples])
    importance = torch.tensor([weights.get(corpus, 1.0) for *_, corpus in examples])
    importance = importance / importance.mean()
    fitted = torch.zeros(rows.shape[1], requires_grad=True)
    optimizer = torch.optim.LBFGS([fitted], max_iter=_ITERATIONS, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        odds = rows @ fitted
        most = torch.zeros(len(examples)).scatter_reduce(0, owner, odds, "amax", include_self=False).detach()
        total = torch.zeros(len(examples)).index_add(0, owner, torch.exp(odds - most[owner]))
        value = (importance * (torch.log(total) + most - odds[right])).sum() + 0.5 * penalty * (fitted**2).sum()
        value = value / len(examples)
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return np.asarray((fitted.detach() / scale).numpy(), dtype=np.float64)


def share_right(examples: Sequence[Example], cues: Floats) -> float:
    """The share of lines whose notated barring is rated highest."""
    return float(np.mean([int((table @ cues).argmax()) == index for table, index, _ in examples]))
