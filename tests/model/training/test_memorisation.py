"""What is known by heart is seen: what greedy decoding goes on with, and what drafts share with the corpus."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from scoregen.model.engine.loading import engine_of
from scoregen.model.network.batches import collate
from scoregen.model.network.checkpoint import load_checkpoint
from scoregen.model.network.config import NetworkConfig, SamplingOptions, TrainingOptions
from scoregen.model.network.inputs import piece_arrays
from scoregen.model.network.network import Network
from scoregen.model.sampling.loop import fill
from scoregen.model.sampling.request import SamplingRequest
from scoregen.model.training.examples import FREE, score_examples
from scoregen.model.training.loop import measure, train_network
from scoregen.model.training.memorisation import (
    DRAFTS_A_FORM,
    LONGEST_FORM,
    WINDOWS,
    drawn,
    extractable,
    forms,
    known,
    shares,
    sum_over,
)
from scoregen.model.training.parallel import Ranks
from scoregen.tokens.constraints.state import VoiceRule
from scoregen.tokens.events import BLANK, TokenScore
from scoregen.tokens.vocabulary import vocabulary
from scoregen.tokens.window_hashes import NoveltyIndex
from tests.model.pieces import random_tokens
from tests.model.runs import one_thread
from tests.model.tasks import random_network

HERE = Ranks(0, 1, torch.device("cpu"))
LEARNED = random_tokens(7, measures=2)


@pytest.fixture(scope="module")
def crammed(tmp_path_factory: pytest.TempPathFactory) -> Network:
    """A network that has seen one piece until it knew it."""
    arrays = piece_arrays(LEARNED)
    config = NetworkConfig(embedding=16, context=16, backbone=32, in_slice=32, heads=2, dropout=0, in_slice_dropout=0)
    options = TrainingOptions(
        steps=200, batch_size=6, learning_rate=1e-2, weight_decay=0, save_every=200, ema_decay=0.9, transpose=0
    )
    out = tmp_path_factory.mktemp("crammed")
    with one_thread():
        train_network(score_examples([arrays], [arrays], 0), out, config, options, {})
    return load_checkpoint(out / "best").network


def found_in(network: Network, piece: TokenScore) -> dict[int, float]:
    arrays = piece_arrays(piece)
    return measure(network, score_examples([arrays], [arrays], 0).valid[FREE], HERE).extractable


def test_a_piece_that_was_crammed_is_extractable_and_others_are_not(crammed: Network) -> None:
    assert min(found_in(crammed, LEARNED).values()) > 90
    assert max(found_in(crammed, random_tokens(8, measures=2)).values()) == 0
    assert max(found_in(random_network(), LEARNED).values()) == 0


def test_what_greedy_decoding_writes_is_extractable_as_far_as_nothing_is_changed(crammed: Network) -> None:
    """The oracle: a draft at temperature 0, which writes choice by choice what one pass over it must guess."""
    asked = forms(NoveltyIndex.of([LEARNED]), [LEARNED], [LEARNED], 1)
    rule = VoiceRule.of(vocabulary().pitches)
    greedy = SamplingOptions(temperature=0, top_p=1, candidates=1, passes=0)
    draft = fill(
        SamplingRequest(engine_of(crammed), asked.blanks[0], (rule,) * 4, use_voice_leading_costs=False), greedy
    )[0].tokens
    assert found_in(crammed, draft) == dict.fromkeys(WINDOWS, 100)
    example = score_examples([piece_arrays(draft)], [piece_arrays(draft)], 0).valid[FREE][0]
    batch = collate([example])
    guessed = torch.ones(example.piece.length, dtype=torch.bool)
    guessed[5] = False
    windows = next(extractable(batch, guessed))
    for length, flags in zip(WINDOWS, windows, strict=True):
        assert len(flags) == max(0, example.piece.length - length + 1)
        assert np.flatnonzero(~flags).tolist() == [at for at in range(len(flags)) if at <= 5 < at + length]


def test_what_the_piece_has_said_before_counts_for_nothing() -> None:
    once = random_tokens(3, measures=2)
    twice = replace(once, measures=once.measures * 2)
    right = {}
    for name, piece in (("once", once), ("twice", twice)):
        arrays = piece_arrays(piece)
        batch = collate(score_examples([arrays], [arrays], 0).valid[FREE])
        right[name] = next(extractable(batch, torch.ones(arrays.length, dtype=torch.bool)))
    slices = piece_arrays(once).length
    for length, single, double in zip(WINDOWS, right["once"], right["twice"], strict=True):
        assert len(single) == max(0, slices - length + 1)
        assert len(single) < len(double) <= slices  # the windows over the seam are new, those after it are not


def test_pieces_without_windows_do_not_count() -> None:
    flags = [np.array([True, False]), np.zeros(0, dtype=bool), np.zeros(0, dtype=bool)]
    assert shares(sum_over([flags, [np.array([True]), np.array([False]), np.zeros(0, dtype=bool)]])) == {4: 75, 8: 0}
    assert shares(sum_over([])) == {}


def test_drafts_are_compared_with_what_was_taught() -> None:
    network, train = random_network(), [random_tokens(seed, 4) for seed in range(3)]
    nothing = NoveltyIndex.of(train)
    asked = forms(nothing, train, [train[0], random_tokens(9, 4)], 6)
    assert asked.valid == dict.fromkeys(WINDOWS, 50)
    rule = VoiceRule.of(vocabulary().pitches)
    assert len(asked.blanks) == -(-6 // DRAFTS_A_FORM) == 2
    drafts = [
        draft.tokens
        for number, blank in enumerate(asked.blanks)
        for draft in fill(
            SamplingRequest(engine_of(network), blank, (rule,) * 4, use_voice_leading_costs=False),
            SamplingOptions(1 + number, candidates=3, passes=0),
            20,
        )
    ]
    assert drawn(network, asked, 6, seed=1, step=20, here=HERE) == dict.fromkeys(WINDOWS, 0)
    copies = replace(asked, index=NoveltyIndex.of(drafts))
    assert drawn(network, copies, 6, seed=1, step=20, here=HERE) == dict.fromkeys(WINDOWS, 100)
    assert drawn(network, copies, 6, seed=1, step=40, here=HERE) == dict.fromkeys(WINDOWS, 0)
    assert [flags.all() for flags in known(copies.index, drafts[0])] == [True] * len(WINDOWS)


def test_a_form_has_no_notes_and_is_not_too_long() -> None:
    long = random_tokens(1, LONGEST_FORM + 3)
    asked = forms(NoveltyIndex.of([long]), [long], [], 4)
    assert len(asked.blanks[0].measures) == LONGEST_FORM
    assert {event for measure in asked.blanks[0].measures for event in measure.slices[0].events} == {BLANK}
    assert asked.valid == {}
    assert forms(NoveltyIndex.of([long]), [long], [], 0).blanks == ()


def test_a_crammed_network_draws_what_it_knows(crammed: Network) -> None:
    asked = forms(NoveltyIndex.of([LEARNED]), [LEARNED], [random_tokens(8, 2)], 4)
    assert drawn(crammed, asked, 4, seed=1, step=200, here=HERE)[8] > 50 > asked.valid[8]
