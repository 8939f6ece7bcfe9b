"""Fits what speaks for the barlines of a line: a choice among all barrings, by a small network with a softmax.

F features, L lines, C barrings of all lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from scoregen.model.beats.lines import NotatedLine
from scoregen.transcription.metrical.barring import barrings, feature_rows
from scoregen.transcription.metrical.cues import Line, note_cues
from scoregen.transcription.metrical.habits import Habits
from scoregen.transcription.metrical.rater import Rater

Floats = NDArray[np.float64]
Example = tuple[NDArray[np.float32], int, str]
"""The features [., F] of the barrings of a line, the index of the notated one, and the corpus."""

USUAL_BEAT, SPREAD = 0.62, 0.25
"""Seconds of a notated beat, and the deviation of its logarithm."""
_UNITS, _ODDS = (0.5, 1.0, 2.0), (0.2, 0.6, 0.2)
"""What the search may take a quarter for, and how often."""
_HELD_LAST = (0.8, 1.05)
"""How much of its value the last note sounds."""
_BATCH, _RATE, _DECAY, _DROPOUT = 24, 2e-3, 0.1, 0.4
_PATIENCE = 6


def example_of(
    line: NotatedLine, habits: Mapping[tuple[str, int], Habits], generator: np.random.Generator
) -> Example | None:
    """A line played at some tempo, with all its barrings; None if the notated one is not among them."""
    quarter = float(np.exp(generator.normal(np.log(USUAL_BEAT), SPREAD))) / line.beat
    steps = np.append(np.diff(line.onsets), 1.0)
    shares = np.minimum((line.ends - line.onsets) / steps, 1.0) * generator.uniform(0.75, 1.0, len(steps))
    unit = float(generator.choice(_UNITS, p=_ODDS))
    last = float(line.ends[-1] - line.onsets[-1]) * unit * float(generator.uniform(*_HELD_LAST))
    heard = Line((line.onsets - line.onsets[0]) * unit, line.pitches, shares, quarter / unit, last)
    first, found = line.metre.positions[line.positions[0]], list(barrings(heard))
    hits = [
        barring.metre.name == line.metre.name and barring.phase == first and abs(float(barring.scale) * unit - 1) < 1e-6
        for barring in found
    ]
    if sum(hits) != 1:
        return None
    return feature_rows(heard, note_cues(heard), found, habits).astype(np.float32), hits.index(True), line.corpus


def fit_rater(
    train: Sequence[Example],
    held: Sequence[Example],
    weights: Mapping[str, float],
    units: int = 12,
    seed: int = 0,
) -> Rater:
    """What makes the notated barrings likely; `weights` are those of the corpora. The `held` examples end the fit."""
    torch.manual_seed(seed)
    table = np.concatenate([rows for rows, *_ in train])
    centre, scale = torch.from_numpy(table.mean(0)), torch.from_numpy(table.std(0) + 1e-3)
    inner, outer = torch.nn.Linear(table.shape[1], units), torch.nn.Linear(units, 1, bias=False)
    direct = torch.nn.Linear(table.shape[1], 1, bias=False)
    torch.nn.init.zeros_(direct.weight)
    parameters = [*inner.parameters(), *outer.parameters(), *direct.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=_RATE, weight_decay=_DECAY)
    drop = torch.nn.Dropout(_DROPOUT)

    def odds(rows: torch.Tensor, dropout: bool) -> torch.Tensor:
        own = (rows - centre) / scale
        hidden = torch.relu(inner(own))
        total: torch.Tensor = direct(own) + outer(drop(hidden) if dropout else hidden)
        return total[:, 0]

    def loss(own: Sequence[Example], dropout: bool) -> torch.Tensor:
        rows = torch.from_numpy(np.concatenate([rows for rows, *_ in own]))
        sizes = [len(rows) for rows, *_ in own]
        parts = torch.split(odds(rows, dropout), sizes)
        each = [torch.logsumexp(part, 0) - part[index] for part, (_, index, _) in zip(parts, own, strict=True)]
        importance = torch.tensor([weights.get(corpus, 1.0) for *_, corpus in own])
        return (torch.stack(each) * importance).sum() / importance.sum()

    def fitted() -> Rater:
        with torch.no_grad():
            scaled = inner.weight / scale
            bias = inner.bias - scaled @ centre
            own = (direct.weight[0] / scale, scaled.T, bias, outer.weight[0])
            return Rater(*(np.asarray(value.numpy(), dtype=np.float64).copy() for value in own))

    generator, best, found, waited = np.random.default_rng(seed), np.inf, fitted(), 0
    while waited < _PATIENCE:
        order = generator.permutation(len(train))
        for start in range(0, len(order), _BATCH):
            optimizer.zero_grad()
            loss([train[index] for index in order[start : start + _BATCH]], True).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        with torch.no_grad():
            value = float(loss(held, False))
        waited = 0 if value < best else waited + 1
        if value < best:
            best, found = value, fitted()
    return found


def share_right(examples: Sequence[Example], rater: Rater) -> float:
    """The share of lines whose notated barring is rated highest."""
    return float(
        np.mean([int(rater.ratings(table.astype(np.float64)).argmax()) == index for table, index, _ in examples])
    )
