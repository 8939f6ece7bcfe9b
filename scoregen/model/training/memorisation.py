"""What a network has learned by heart, seen from two sides. Both are shares of windows, in percent, means over pieces.

*Extractable* is a window of slices that the network goes on with to the note, the likeliest choice each
time, once it has read all that stands before it (greedy decoding: Carlini et al. 2022, arXiv:2202.07646).
One pass over a finished piece tells it of every window, exactly: each choice is conditioned on what stands
there, which is what greedy decoding has written as long as it has not gone another way. What stood in the
piece before is left out: to repeat it is to have listened. So held-out pieces have hardly any such windows,
and what training pieces have more is by heart.

*Known* is a window of changes of sonority that stands in the training pieces, in any key (`tokens.novelty`).
Looked for are those of drafts that the network draws from nothing as it stands, without prices, novelty
limit, calibration and ranking, and, beside them, those of the validation pieces: as much do pieces of one
style have in common.

B pieces, T slices, R rows (slices of all pieces laid end to end), V voices, W lengths of windows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scoregen.model.engine.loading import engine_of
from scoregen.model.network.batches import Batch
from scoregen.model.network.config import SamplingOptions
from scoregen.model.network.inputs import Bools, Ints
from scoregen.model.network.network import Network
from scoregen.model.sampling.loop import fill
from scoregen.model.sampling.request import SamplingRequest
from scoregen.model.training.parallel import Ranks
from scoregen.tokens.constraints.state import VoiceRule
from scoregen.tokens.events import BLANK, Slice, TokenMeasure, TokenScore
from scoregen.tokens.sonorities import sonorities
from scoregen.tokens.vocabulary import vocabulary
from scoregen.tokens.window_hashes import NoveltyIndex

Sums = NDArray[np.float64]

WINDOWS = (4, 8, 12)
"""Slices, or changes of sonority."""
DRAFTS_A_FORM = 4
"""Drafts that are written side by side cost little more than one."""
LONGEST_FORM = 24
"""Measures: of longer pieces drafts are written as long as this."""


@dataclass(frozen=True, slots=True)
class Forms:
    """What drafts are drawn for and compared with.

    `blanks` are training pieces of which metre, keys, phrase ends and length are left: if any, they lead
    back to their notes. `index` holds the windows of all training pieces, `valid` the shares of those of
    the validation pieces that stand in it, in percent by length.
    """

    blanks: tuple[TokenScore, ...]
    index: NoveltyIndex
    valid: Mapping[int, float]


def forms(index: NoveltyIndex, train: Sequence[TokenScore], valid: Iterable[TokenScore], drafts: int) -> Forms:
    """The forms of so many drafts, from training pieces all over the corpus."""
    count = min(len(train), -(-drafts // DRAFTS_A_FORM))
    chosen = [train[number * len(train) // count] for number in range(count)]
    return Forms(tuple(map(_emptied, chosen)), index, shares(sum_over(known(index, piece) for piece in valid)))


def drawn(network: Network, asked: Forms, drafts: int, seed: int, step: int, here: Ranks) -> dict[int, float]:
    """The known shares of the drafts of a step, by length; the processes share the forms.

    What is drawn follows from the weights, the seed and the step alone.
    """
    engine = engine_of(network)
    total = np.zeros((2, len(WINDOWS)))
    for number in here.share(len(asked.blanks)):
        candidates = len(range(number, drafts, len(asked.blanks)))
        task = asked.blanks[number]
        request = SamplingRequest(engine, task, (_anything(),) * len(task.slots), use_voice_leading_costs=False)
        options = SamplingOptions(seed=seed + number, candidates=candidates, passes=0)
        total += sum_over(known(asked.index, draft.tokens) for draft in fill(request, options, step))
    sums = torch.from_numpy(total).to(here.device)
    here.add_up([sums])
    return shares(sums.cpu().numpy())


def known(index: NoveltyIndex, piece: TokenScore) -> list[Bools]:
    """By length of window, which ones of a piece stand in the index."""
    found = index.matches(sonorities(piece).changes())
    return [found[length] for length in WINDOWS]


def extractable(batch: Batch, guessed: Tensor) -> Iterator[list[Bools]]:
    """Of every piece, by length, which of its windows that are new to it are `guessed` [R] in every slice."""
    lengths = batch.lengths.tolist()
    said = torch.cat([batch.events, batch.sounding, batch.time_shift.unsqueeze(2)], 2).cpu().numpy()  # [B, T, 2 V + 1]
    for row, right in enumerate(np.split(guessed.cpu().numpy(), np.cumsum(lengths)[:-1])):
        yield [_new_and_right(said[row, : lengths[row]], right, length) for length in WINDOWS]


def _new_and_right(said: Ints, right: Bools, length: int) -> Bools:
    """Which windows are right throughout, of those that a piece has not had before."""
    if len(right) < length:
        return np.zeros(0, dtype=np.bool_)
    _, kinds = np.unique(said, axis=0, return_inverse=True)
    windows = np.lib.stride_tricks.sliding_window_view(kinds.reshape(-1), length)
    _, first = np.unique(windows, axis=0, return_index=True)
    in_reach = np.lib.stride_tricks.sliding_window_view(right, length)
    return np.asarray(in_reach[np.sort(first)].all(axis=1))


def sum_over(pieces: Iterable[Sequence[Bools]]) -> Sums:
    """[2, W] the shares of the pieces' windows, added up, and how many pieces have windows of that length."""
    total = np.zeros((2, len(WINDOWS)))
    for windows in pieces:
        for place, flags in enumerate(windows):
            if len(flags):
                total[:, place] += flags.mean(), 1
    return total


def shares(total: Sums) -> dict[int, float]:
    """The mean shares in percent, by length; a length of which there are no windows is left out."""
    summed = zip(WINDOWS, *total.tolist(), strict=True)
    return {length: 100 * share / count for length, share, count in summed if count}


def _emptied(piece: TokenScore) -> TokenScore:
    """A piece without its notes, as long as a form may be."""
    nothing = (Slice(Fraction(0), (BLANK,) * len(piece.slots)),)
    return replace(
        piece, measures=tuple(TokenMeasure(measure.header, nothing) for measure in piece.measures[:LONGEST_FORM])
    )


@cache
def _anything() -> VoiceRule:
    return VoiceRule.of(vocabulary().pitches)
