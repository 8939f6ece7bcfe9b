"""Hypotheses: unfinished drafts, with the state that is needed to continue them.

R drafts, V voices, M measures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scoregen.model.engine.scoring import entropies
from scoregen.model.features.inputs import Bools, Ints
from scoregen.model.sampling.costs.theme_variation import Expected
from scoregen.model.sampling.drafts import Draft, Figures, make_draft
from scoregen.model.sampling.nucleus import Scores
from scoregen.tokens.constraints.state import ConstraintState
from scoregen.tokens.events import TokenMeasure, TokenScore
from scoregen.tokens.window_hashes import NoveltyIndex

JUDGE_MEASURES = 12
"""The maximum number of measures that a judge evaluates."""


@dataclass(slots=True, eq=False)
class Hypothesis:
    """An unfinished draft: the index of the current measure, its constraint state, and the finished measures.

    `recalled`: by slot the choices by tick of what comes again in the current measure, None for a voice that is free;
    () if nothing does. `expected`: the same of what comes again varied.
    """

    measure: int
    state: ConstraintState
    measures: list[TokenMeasure]
    rng: np.random.Generator
    figures: Figures
    number: int
    recalled: tuple[Mapping[int, tuple[int, ...]] | None, ...] = ()
    expected: Expected = ()

    def fork(self, number: int, rng: np.random.Generator) -> Hypothesis:
        """A copy of this hypothesis with a random generator of its own."""
        figures = self.figures.copy()
        own = self.recalled, self.expected
        return Hypothesis(self.measure, self.state, list(self.measures), rng, figures, number, *own)

    def is_free(self, slot: int) -> bool:
        """Whether nothing comes again in a voice."""
        return not self.recalled or self.recalled[slot] is None

    def excerpt(self, task: TokenScore, begin: int, index: NoveltyIndex | None) -> tuple[Draft, range]:
        """The last measures as a draft, with the figures of those since `begin`."""
        shown = range(max(0, self.measure - JUDGE_MEASURES), self.measure)
        task = replace(task, measures=task.measures[shown.start : shown.stop])
        written = replace(task, measures=tuple(self.measures[shown.start :]))
        new = np.array(shown) >= begin
        draft = make_draft(task, written, self.figures.of_measures(shown, begin), index)
        parallels = tuple(count * int(is_new) for count, is_new in zip(draft.measure_parallels, new, strict=True))
        return replace(draft, measure_parallels=parallels), shown


@dataclass(frozen=True, slots=True)
class SliceContext:
    """The current slice: the order of its voices [R, V], the pitches before it [R, V], its position and measure [R].

    `closes` [R]: whether a phrase ends there; `given` [R]: whether a voice is given there.
    """

    order: Ints
    previous_pitches: Ints
    position: Ints
    measure: Ints
    closes: Bools
    given: Bools


def count_choices(hypotheses: Sequence[Hypothesis], log_p: Scores, choices: Ints) -> None:
    """Count a choice [R] of each draft, made from log probabilities [R, C]."""
    nats = -log_p[np.arange(len(choices)), choices]
    for hypothesis, own, entropy in zip(hypotheses, nats.tolist(), entropies(log_p).tolist(), strict=True):
        hypothesis.figures.add(hypothesis.measure, own, entropy)
