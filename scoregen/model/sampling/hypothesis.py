"""Drafts in the making: what each has come to, and what it takes to go on from there.

R drafts, V voices, M measures.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scoregen.model.engine.decoder import Decoder
from scoregen.model.network.inputs import Bools, Ints
from scoregen.model.sampling.drafts import Draft, drafted
from scoregen.model.sampling.novelty_limit import NoveltyLimit
from scoregen.tokens.constraints.state import ConstraintState
from scoregen.tokens.events import TokenMeasure, TokenScore
from scoregen.tokens.window_hashes import NoveltyIndex

JUDGED = 12
"""Measures that a judge is shown, at most."""


@dataclass(slots=True, eq=False)
class Hypothesis:
    """A draft in the making: which measure is being written, how far it has come, and what is done."""

    measure: int
    state: ConstraintState
    done: list[TokenMeasure]
    rng: np.random.Generator
    nats: NDArray[np.float64]  # [M]
    choices: Ints  # [M]
    number: int

    def fork(self, number: int, rng: np.random.Generator) -> Hypothesis:
        """Another draft that has come as far, with a random generator of its own."""
        done, nats, choices = list(self.done), self.nats.copy(), self.choices.copy()
        return Hypothesis(self.measure, self.state, done, rng, nats, choices, number)

    def part(self, task: TokenScore, begin: int, index: NoveltyIndex | None) -> tuple[Draft, range]:
        """The last measures written as a draft of their own, with the figures of those since `begin`."""
        shown = range(max(0, self.measure - JUDGED), self.measure)
        task = replace(task, measures=task.measures[shown.start : shown.stop])
        written = replace(task, measures=tuple(self.done[shown.start :]))
        new = np.array(shown) >= begin
        draft = drafted(task, written, self.nats[shown] * new, self.choices[shown] * new, index)
        parallels = tuple(count * int(is_new) for count, is_new in zip(draft.measure_parallels, new, strict=True))
        return replace(draft, measure_parallels=parallels), shown


@dataclass(frozen=True, slots=True)
class PausedHypothesis:
    """A draft that has come to a stop, with all that it takes to go on from there."""

    hypothesis: Hypothesis
    decoder: Decoder
    limit: NoveltyLimit | None


@dataclass(frozen=True, slots=True)
class SliceContext:
    """The slice in writing: the order of its voices [R, V], what sounded before [R, V], where it stands [R].

    `closes` [R]: whether a phrase ends there; `given` [R]: whether a voice is given there.
    """

    order: Ints
    was: Ints
    position: Ints
    closes: Bools
    given: Bools
