"""A draft, one sampled way to fill the blanks, with its likelihood, its parallels and its overlap with the corpus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoregen.score.theory.parallel_motion import SAMPLING
from scoregen.tokens.events import BLANK, TokenScore
from scoregen.tokens.parallel_motion import parallel_motions
from scoregen.tokens.sonorities import Sonorities, sonorities
from scoregen.tokens.window_hashes import NoveltyIndex, SharedWindows, shared_windows

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


class Figures(NamedTuple):
    """By measure: the -log p of the choices in nats [M], their number [M], and their entropy in nats [M]."""

    nats: NDArray[np.float64]
    choices: Ints
    entropy: NDArray[np.float64]

    @classmethod
    def none(cls, measures: int) -> Figures:
        return cls(np.zeros(measures), np.zeros(measures, dtype=np.int64), np.zeros(measures))

    def copy(self) -> Figures:
        return Figures(self.nats.copy(), self.choices.copy(), self.entropy.copy())

    def of_measures(self, shown: range, since: int) -> Figures:
        """Those of some measures; of measures before `since` they are 0."""
        new, span = np.array(shown) >= since, slice(shown.start, shown.stop)
        return Figures(self.nats[span] * new, self.choices[span] * new, self.entropy[span] * new)

    def add(self, measure: int, nats: float, entropy: float) -> None:
        """Count a choice."""
        self.nats[measure] += nats
        self.choices[measure] += 1
        self.entropy[measure] += entropy


class Ranking(NamedTuple):
    """Why a draft was chosen: the terms of its cost, and what it gained against the drafts beside it.

    `drafts` were compared at once, `comparisons` times. `cost` has the terms in nats per choice. `gain` is by term the
    mean cost of the compared drafts less that of the chosen one, averaged over the comparisons; those inside a piece
    are of the measures before them. Refinement may change the draft afterwards.
    """

    drafts: int
    comparisons: int
    cost: Mapping[str, float]
    gain: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Draft:
    """The tokens of a finished draft, and by measure its -log p in nats, its choices, its parallels and its entropy.

    Nats and choices are those of `likelihood`: of every event of a blank voice, and of every time shift after one; the
    entropy is the mean of what these choices could have cost. Parallels are fifths and octaves that involve a blank
    voice. `shared` describes the overlap with the corpus of the weights, None if that corpus is unknown.
    """

    tokens: TokenScore
    measure_nats: tuple[float, ...]
    measure_choices: tuple[int, ...]
    measure_parallels: tuple[int, ...]
    sonorities: Sonorities = field(compare=False, repr=False)
    shared: SharedWindows | None = None
    measure_entropy: tuple[float, ...] = ()
    ranking: Ranking | None = field(default=None, compare=False, repr=False)

    @property
    def nats(self) -> float:
        return sum(self.measure_nats)

    @property
    def choices(self) -> int:
        return sum(self.measure_choices)

    @property
    def parallels(self) -> int:
        return sum(self.measure_parallels)

    @property
    def novelty_breaches(self) -> int:
        """The number of windows of the length of the limit that occur in the corpus."""
        return self.shared.breaches if self.shared else 0


def make_draft(task: TokenScore, tokens: TokenScore, figures: Figures, index: NoveltyIndex | None) -> Draft:
    """A draft of a task, from its tokens and the figures of its measures."""
    sounds = sonorities(tokens)
    blank = blanks(task)
    overlap = None
    if index is not None:
        compared = sounds if index.voices == "all" else index.read(tokens)
        overlap = shared_windows(index, compared, np.atleast_1d(blank.any(1)))
    faults = np.bincount(sounds.measure, parallels(sounds, blank), len(blank)).astype(int)
    nats, entropy = (tuple(each.tolist()) for each in (figures.nats, figures.entropy))
    return Draft(tokens, nats, tuple(figures.choices.tolist()), tuple(faults.tolist()), sounds, overlap, entropy)


def measure_surprise(draft: Draft, entropy: float) -> NDArray[np.float64]:
    """[M] the nats of each measure, less a share of what its choices were expected to cost."""
    return np.array(draft.measure_nats) - entropy * np.array(draft.measure_entropy or 0.0)


def blanks(task: TokenScore) -> Bools:
    """[M, V] the voices of each measure that are blank."""
    return np.array([[event == BLANK for event in measure.slices[0].events] for measure in task.measures])


def parallels(sounds: Sonorities, blank: Bools) -> Ints:
    """[T] the number of parallel fifths, octaves and unisons into each slice that involve a blank voice."""
    motions = parallel_motions(sounds.pitches, SAMPLING)
    new = blank[sounds.measure[1:]]
    return np.append(0, (motions.either & (new[:, motions.upper] | new[:, motions.lower])).sum(1))
