"""One way to fill the blanks, and what there is to say of it: how likely it is, its faults, how new it is."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scoregen.score.theory.parallel_motion import SAMPLING
from scoregen.tokens.events import BLANK, TokenScore
from scoregen.tokens.parallel_motion import parallel_motions
from scoregen.tokens.sonorities import Sonorities, sonorities
from scoregen.tokens.window_hashes import NoveltyIndex, SharedWindows, shared_windows

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Draft:
    """The tokens of a finished draft, and by measure the -log p in nats of how many choices, and its parallels.

    Nats and choices are those of `likelihood`: of every event of a blank voice, and of every time shift
    after one. Parallels are fifths and octaves in which a voice that was blank takes part. `heard` is
    what sounds together in the tokens; `shared` says what the draft has in common with the corpus of the
    weights, None where nobody knows.
    """

    tokens: TokenScore
    measure_nats: tuple[float, ...]
    measure_choices: tuple[int, ...]
    measure_parallels: tuple[int, ...]
    sonorities: Sonorities = field(compare=False, repr=False)
    shared: SharedWindows | None = None

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
        """How many windows that are as long as the limit stand in the corpus."""
        return self.shared.breaches if self.shared else 0


def drafted(
    task: TokenScore, tokens: TokenScore, nats: NDArray[np.float64], choices: Ints, index: NoveltyIndex | None
) -> Draft:
    """A draft of a task, from its tokens and the nats [M] and choices [M] of its measures."""
    heard = sonorities(tokens)
    blank = blanks(task)
    known = None if index is None else shared_windows(index, heard, np.atleast_1d(blank.any(1)))
    faults = np.bincount(heard.measure, parallels(heard, blank), len(blank)).astype(int)
    return Draft(tokens, tuple(nats.tolist()), tuple(choices.tolist()), tuple(faults.tolist()), heard, known)


def blanks(task: TokenScore) -> Bools:
    """[M, V] which voices of which measures are to be written."""
    return np.array([[event == BLANK for event in measure.slices[0].events] for measure in task.measures])


def parallels(heard: Sonorities, blank: Bools) -> Ints:
    """[T] how many parallel fifths, octaves and unisons lead into each slice, one of the two voices being new."""
    found = parallel_motions(heard.pitches, SAMPLING)
    new = blank[heard.measure[1:]]
    return np.append(0, (found.either & (new[:, found.upper] | new[:, found.lower])).sum(1))
