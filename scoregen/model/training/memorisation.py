"""Memorisation, measured by two shares of windows, in percent, as means over pieces.

A window of slices is *extractable* if greedy decoding continues it note for note, given all that precedes it in the
piece (Carlini et al. 2022, arXiv:2202.07646). One forward pass over a finished piece decides this exactly for every
window: each choice is conditioned on the piece, which is what greedy decoding has written as long as it has not
diverged. Windows that occurred earlier in the same piece do not count, because repeating them needs no memory of
the training set. So held-out pieces have hardly any extractable windows, and an excess in training pieces is due to
memorisation.

A window of changes of sonority is *known* if it occurs in the training pieces, in any key (`tokens.window_hashes`).
This is measured on drafts that the network samples with nothing given, without voice-leading costs, novelty limit,
calibration and reranking. The same share of the validation pieces shows what pieces of one style have in common.

B pieces, T slices, R rows (slices of all pieces end to end), V voices, W lengths of windows.
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
from scoregen.model.features.inputs import Bools, Ints
from scoregen.model.network.batches import Batch
from scoregen.model.network.config import SamplingOptions
from scoregen.model.network.network import Network
from scoregen.model.sampling.loop import fill
from scoregen.model.sampling.request import SamplingRequest
from scoregen.model.training.run.parallel import ProcessGroup
from scoregen.model.training.run.windows import WINDOWS as WINDOWS
from scoregen.tokens.constraints.state import VoiceRule
from scoregen.tokens.events import BLANK, Slice, TokenMeasure, TokenScore
from scoregen.tokens.sonorities import sonorities
from scoregen.tokens.vocabulary import vocabulary
from scoregen.tokens.window_hashes import NoveltyIndex

Sums = NDArray[np.float64]

DRAFTS_PER_FORM = 4
"""Drafts for each form, which are sampled together at little more than the cost of one."""
LONGEST_FORM = 24
"""The maximum number of measures of a form."""


@dataclass(frozen=True, slots=True)
class Forms:
    """The forms of drafts, and the reference for them.

    `blanks` are training pieces reduced to metre, keys, phrase ends and length, so that their notes are the most
    likely copies. `index` holds the windows of all training pieces, `valid` the shares of windows of the validation
    pieces that are in the index, in percent by length.
    """

    blanks: tuple[TokenScore, ...]
    index: NoveltyIndex
    valid: Mapping[int, float]


def forms(index: NoveltyIndex, train: Sequence[TokenScore], valid: Iterable[TokenScore], drafts: int) -> Forms:
    """The forms for this number of drafts, from training pieces spaced evenly over the corpus."""
    count = min(len(train), -(-drafts // DRAFTS_PER_FORM))
    chosen = [train[number * len(train) // count] for number in range(count)]
    return Forms(
        tuple(map(_blank_form, chosen)), index, shares(sum_over(known_windows(index, piece) for piece in valid))
    )


def draft_shares(
    network: Network, forms: Forms, drafts: int, seed: int, step: int, group: ProcessGroup
) -> dict[int, float]:
    """The shares of known windows in the drafts of a step, by length; the processes share the forms.

    The drafts depend on the weights, the seed and the step alone.
    """
    total = np.zeros((2, len(WINDOWS)))
    for number in group.share(len(forms.blanks)):
        total += sum_over(
            known_windows(forms.index, each) for each in _of_form(network, forms, number, drafts, seed, step)
        )
    sums = torch.from_numpy(total).to(group.device)
    group.add_up([sums])
    return shares(sums.cpu().numpy())


def bare_drafts(network: Network, forms: Forms, drafts: int, seed: int) -> list[TokenScore]:
    """Drafts from the network alone: with nothing given, and without anything that shapes the drafts of `compose`."""
    numbers = range(len(forms.blanks))
    return [draft for number in numbers for draft in _of_form(network, forms, number, drafts, seed, 0)]


def _of_form(network: Network, forms: Forms, number: int, drafts: int, seed: int, step: int) -> list[TokenScore]:
    """The drafts of one form, of so many over all forms."""
    candidates = len(range(number, drafts, len(forms.blanks)))
    task = forms.blanks[number]
    rules = (_any_event(),) * len(task.slots)
    request = SamplingRequest(engine_of(network), task, rules, use_voice_leading_costs=False)
    options = SamplingOptions(seed=seed + number, candidates=candidates, passes=0)
    return [draft.tokens for draft in fill(request, options, step)]


def known_windows(index: NoveltyIndex, piece: TokenScore) -> list[Bools]:
    """By length, which windows of a piece are in the index."""
    result = index.matches(sonorities(piece).changes())
    return [result[length] for length in WINDOWS]


def extractable_windows(batch: Batch, greedy: Tensor) -> Iterator[list[Bools]]:
    """By piece and length, which windows are extractable: new in the piece, and `greedy` [R] in every slice."""
    lengths = batch.lengths.tolist()
    rows = torch.cat([batch.events, batch.sounding, batch.time_shift.unsqueeze(2)], 2).cpu().numpy()  # [B, T, 2 V + 1]
    for row, hits in enumerate(np.split(greedy.cpu().numpy(), np.cumsum(lengths)[:-1])):
        yield [_extractable(rows[row, : lengths[row]], hits, length) for length in WINDOWS]


def _extractable(rows: Ints, hits: Bools, length: int) -> Bools:
    """Which windows are greedy in every slice, of those that occur for the first time in the piece."""
    if len(hits) < length:
        return np.zeros(0, dtype=np.bool_)
    _, kinds = np.unique(rows, axis=0, return_inverse=True)
    windows = np.lib.stride_tricks.sliding_window_view(kinds.reshape(-1), length)
    _, first = np.unique(windows, axis=0, return_index=True)
    in_reach = np.lib.stride_tricks.sliding_window_view(hits, length)
    return np.asarray(in_reach[np.sort(first)].all(axis=1))


def sum_over(pieces: Iterable[Sequence[Bools]]) -> Sums:
    """[2, W] the shares of the pieces' windows, summed, and the number of pieces that have windows of that length."""
    total = np.zeros((2, len(WINDOWS)))
    for windows in pieces:
        for place, flags in enumerate(windows):
            if len(flags):
                total[:, place] += flags.mean(), 1
    return total


def shares(total: Sums) -> dict[int, float]:
    """The mean shares in percent, by length, without lengths that have no windows."""
    summed = zip(WINDOWS, *total.tolist(), strict=True)
    return {length: 100 * share / count for length, share, count in summed if count}


def _blank_form(piece: TokenScore) -> TokenScore:
    """A piece without its notes and its plan, cut to the longest form."""
    nothing = (Slice(Fraction(0), (BLANK,) * len(piece.slots)),)
    return replace(
        piece,
        measures=tuple(
            TokenMeasure(replace(measure.header, harmony=()), nothing) for measure in piece.measures[:LONGEST_FORM]
        ),
    )


@cache
def _any_event() -> VoiceRule:
    return VoiceRule.of(vocabulary().pitches)
