"""One way to fill the blanks, and what there is to say of it: how likely it is, its faults, how new it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from scoregen.tokens.events import BLANK, TokenScore
from scoregen.tokens.sonorities import SILENT, Sonorities, sonorities
from scoregen.tokens.window_hashes import NoveltyIndex, Shared, shared

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
    shared: Shared | None = None

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
    known = None if index is None else shared(index, heard, np.atleast_1d(blank.any(1)))
    faults = np.bincount(heard.measure, parallels(heard, blank), len(blank)).astype(int)
    return Draft(tokens, tuple(nats.tolist()), tuple(choices.tolist()), tuple(faults.tolist()), heard, known)


def blanks(task: TokenScore) -> Bools:
    """[M, V] which voices of which measures are to be written."""
    return np.array([[event == BLANK for event in measure.slices[0].events] for measure in task.measures])


def parallels(heard: Sonorities, blank: Bools) -> Ints:
    """[T] how many parallel fifths, octaves and unisons lead into each slice, one of the two voices being new.

    As in `analysis.voice_leading`: both voices move, and the interval class stays.
    """
    pitches, new = heard.pitches, blank[heard.measure[1:]]
    upper, lower = _pairs(pitches.shape[1])
    sounds = pitches != SILENT
    moved = (pitches[1:] != pitches[:-1]) & sounds[1:] & sounds[:-1]
    interval = (pitches[:, upper] - pitches[:, lower]) % 12
    kept = (interval[1:] == interval[:-1]) & ((interval[1:] == 0) | (interval[1:] == 7))
    found = kept & moved[:, upper] & moved[:, lower] & (new[:, upper] | new[:, lower])
    return np.append(0, found.sum(1))


@cache
def _pairs(voices: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """All pairs of voices: the upper ones and the lower ones."""
    upper, lower = np.triu_indices(voices, 1)
    return upper, lower
