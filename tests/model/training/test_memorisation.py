"""Memorisation: windows that greedy decoding continues, and windows that drafts share with the corpus."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from scoregen.model.engine.loading import engine_of
from scoregen.model.features.inputs import piece_arrays
from scoregen.model.network.batches import collate
from scoregen.model.network.checkpoint import load_checkpoint
from scoregen.model.network.config import NetworkConfig, SamplingOptions, TrainingOptions
from scoregen.model.network.network import Network
from scoregen.model.sampling.loop import fill
from scoregen.model.sampling.request import SamplingRequest
from scoregen.model.training.examples import FREE, score_examples
from scoregen.model.training.loop import train_network
from scoregen.model.training.memorisation import (
    DRAFTS_PER_FORM,
    LONGEST_FORM,
    WINDOWS,
    draft_shares,
    extractable_windows,
    forms,
    known_windows,
    shares,
    sum_over,
)
from scoregen.model.training.run.parallel import ProcessGroup
from scoregen.model.training.validation import measure
from scoregen.tokens.constraints.state import VoiceRule
from scoregen.tokens.events import BLANK, TokenScore
from scoregen.tokens.vocabulary import vocabulary
from scoregen.tokens.window_hashes import NoveltyIndex
from tests.model.pieces import random_tokens
from tests.model.runs import one_thread
from tests.model.tasks import random_network

GROUP = ProcessGroup(0, 1, torch.device("cpu"))
TRAINING_PIECE = random_tokens(7, measures=2)


@pytest.fixture(scope="module")
def memorising_network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    """A network that was trained on one piece until it memorised it."""
    arrays = piece_arrays(TRAINING_PIECE)
    config = NetworkConfig(embedding=16, context=16, backbone=32, in_slice=32, heads=2, dropout=0, in_slice_dropout=0)
    options = TrainingOptions(
        steps=200, batch_size=6, learning_rate=1e-2, weight_decay=0, save_every=200, ema_decay=0.9, transpose=0
    )
    out = tmp_path_factory.mktemp("crammed")
    with one_thread():
        train_network(score_examples([arrays], [arrays], 0), out, config, options, {})
    return load_checkpoint(out / "best").network


def extractable_shares(network: Network, piece: TokenScore) -> dict[int, float]:
    arrays = piece_arrays(piece)
    return measure(network, score_examples([arrays], [arrays], 0).valid[FREE], GROUP).extractable


def test_a_memorised_piece_is_extractable_and_others_are_not(memorising_network: Network) -> None:
    assert min(extractable_shares(memorising_network, TRAINING_PIECE).values()) > 90
    assert max(extractable_shares(memorising_network, random_tokens(8, measures=2)).values()) == 0
    assert max(extractable_shares(random_network(), TRAINING_PIECE).values()) == 0


def test_the_output_of_greedy_decoding_is_extractable_except_where_it_was_changed(memorising_network: Network) -> None:
    """A draft at temperature 0 is the reference: one pass over it must find every choice greedy."""
    targets = forms(NoveltyIndex.of([TRAINING_PIECE]), [TRAINING_PIECE], [TRAINING_PIECE], 1)
    rule = VoiceRule.of(vocabulary().pitches)
    greedy = SamplingOptions(temperature=0, top_p=1, candidates=1, passes=0)
    draft = fill(
        SamplingRequest(engine_of(memorising_network), targets.blanks[0], (rule,) * 4, use_voice_leading_costs=False),
        greedy,
    )[0].tokens
    assert extractable_shares(memorising_network, draft) == dict.fromkeys(WINDOWS, 100)
    example = score_examples([piece_arrays(draft)], [piece_arrays(draft)], 0).valid[FREE][0]
    batch = collate([example])
    is_greedy = torch.ones(example.piece.length, dtype=torch.bool)
    is_greedy[5] = False
    windows = next(extractable_windows(batch, is_greedy))
    for length, flags in zip(WINDOWS, windows, strict=True):
        assert len(flags) == max(0, example.piece.length - length + 1)
        assert np.flatnonzero(~flags).tolist() == [at for at in range(len(flags)) if at <= 5 < at + length]


def test_repeated_windows_of_a_piece_do_not_count() -> None:
    once = random_tokens(3, measures=2)
    twice = replace(once, measures=once.measures * 2)
    new_windows = {}
    for name, piece in (("once", once), ("twice", twice)):
        arrays = piece_arrays(piece)
        batch = collate(score_examples([arrays], [arrays], 0).valid[FREE])
        new_windows[name] = next(extractable_windows(batch, torch.ones(arrays.length, dtype=torch.bool)))
    slices = piece_arrays(once).length
    for length, single, double in zip(WINDOWS, new_windows["once"], new_windows["twice"], strict=True):
        assert len(single) == max(0, slices - length + 1)
        assert len(single) < len(double) <= slices  # the windows across the boundary are new, those after it are not


def test_pieces_without_windows_do_not_count() -> None:
    flags = [np.array([True, False]), np.zeros(0, dtype=bool), np.zeros(0, dtype=bool)]
    assert shares(sum_over([flags, [np.array([True]), np.array([False]), np.zeros(0, dtype=bool)]])) == {4: 75, 8: 0}
    assert shares(sum_over([])) == {}


def test_drafts_are_compared_with_the_training_pieces() -> None:
    network, train = random_network(), [random_tokens(seed, 4) for seed in range(3)]
    nothing = NoveltyIndex.of(train)
    targets = forms(nothing, train, [train[0], random_tokens(9, 4)], 6)
    assert targets.valid == dict.fromkeys(WINDOWS, 50)
    rule = VoiceRule.of(vocabulary().pitches)
    assert len(targets.blanks) == -(-6 // DRAFTS_PER_FORM) == 2
    drafts = [
        draft.tokens
        for number, blank in enumerate(targets.blanks)
        for draft in fill(
            SamplingRequest(engine_of(network), blank, (rule,) * 4, use_voice_leading_costs=False),
            SamplingOptions(1 + number, candidates=3, passes=0),
            20,
        )
    ]
    assert draft_shares(network, targets, 6, seed=1, step=20, group=GROUP) == dict.fromkeys(WINDOWS, 0)
    copies = replace(targets, index=NoveltyIndex.of(drafts))
    assert draft_shares(network, copies, 6, seed=1, step=20, group=GROUP) == dict.fromkeys(WINDOWS, 100)
    assert draft_shares(network, copies, 6, seed=1, step=40, group=GROUP) == dict.fromkeys(WINDOWS, 0)
    assert [flags.all() for flags in known_windows(copies.index, drafts[0])] == [True] * len(WINDOWS)


def test_a_form_has_no_notes_and_a_maximum_length() -> None:
    long = random_tokens(1, LONGEST_FORM + 3)
    targets = forms(NoveltyIndex.of([long]), [long], [], 4)
    assert len(targets.blanks[0].measures) == LONGEST_FORM
    assert {event for measure in targets.blanks[0].measures for event in measure.slices[0].events} == {BLANK}
    assert targets.valid == {}
    assert forms(NoveltyIndex.of([long]), [long], [], 0).blanks == ()


def test_a_memorising_network_samples_its_training_piece(memorising_network: Network) -> None:
    targets = forms(NoveltyIndex.of([TRAINING_PIECE]), [TRAINING_PIECE], [random_tokens(8, 2)], 4)
    assert draft_shares(memorising_network, targets, 4, seed=1, step=200, group=GROUP)[8] > 50 > targets.valid[8]
