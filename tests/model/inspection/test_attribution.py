"""Attribution agrees with the likelihood, the constraints and the sampler."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from scoregen.model.engine.loading import engine_of
from scoregen.model.features.alphabet import FIRST_PITCH
from scoregen.model.features.conditioning import Example, usual_order
from scoregen.model.features.inputs import piece_arrays
from scoregen.model.inspection.attribution import NOVELTY, SamplerSettings, choice_records
from scoregen.model.inspection.choice_record import PieceRecord
from scoregen.model.inspection.constraint_replay import constraint_bans, novelty_bans
from scoregen.model.network.batches import collate
from scoregen.model.network.config import SamplingOptions
from scoregen.model.network.likelihood import likelihood
from scoregen.model.network.network import Network
from scoregen.model.sampling.loop import fill
from scoregen.model.sampling.request import SamplingRequest
from scoregen.tokens.events import TokenScore
from scoregen.tokens.window_hashes import NoveltyIndex
from tests.model.pieces import random_tokens
from tests.model.tasks import EVERYTHING, LOWER, RULES, blanked, random_network


@pytest.fixture(scope="module")
def network() -> Network:
    return random_network()


def written(network: Network, seed: int, holes: frozenset[int], measures: int = 4) -> TokenScore:
    task = blanked(random_tokens(seed, measures), dict.fromkeys(range(measures), holes))
    return fill(SamplingRequest(engine_of(network), task, RULES), SamplingOptions(seed, candidates=1))[0].tokens


def read(network: Network, tokens: TokenScore, given: list[bool], **more: object) -> PieceRecord:
    sampler = SamplerSettings(network, RULES, SamplingOptions(), **more)  # type: ignore[arg-type]
    return choice_records(sampler, tokens, [given] * len(tokens.measures), 6)


@pytest.mark.parametrize("given", [[False] * 4, [True, False, False, False]])
def test_the_nats_are_those_of_the_likelihood(network: Network, given: list[bool]) -> None:
    tokens = random_tokens(1)
    piece = piece_arrays(tokens)
    is_given = np.tile(given, (piece.length, 1))
    order = usual_order(np.tile(given, (piece.length, 1)))
    with torch.no_grad():
        costs = likelihood(network, collate([Example(piece, is_given, order)])).events.numpy()
    result = {(choice.row, choice.voice): choice for choice in read(network, tokens, given).choices}
    attacks = np.argwhere((piece.events >= FIRST_PITCH) & ~is_given)
    assert set(result) == {(row, voice) for row, voice in attacks.tolist()}
    assert all(choice.nats == pytest.approx(costs[place], abs=1e-4) for place, choice in result.items())


def test_options_are_ranked_and_include_the_event_of_the_piece(network: Network) -> None:
    tokens = random_tokens(2)
    for choice in read(network, tokens, [False] * 4).choices:
        probabilities = [option.chance for option in choice.options]
        others = [option.chance for index, option in enumerate(choice.options) if index != choice.chosen]
        assert others == sorted(others, reverse=True)
        assert sum(probabilities) <= 1 + 1e-6
        event = tokens.measures[choice.measure].slices
        own = next(piece for piece in event if piece.onset == choice.onset).events[choice.voice]
        assert choice.options[choice.chosen].pitch == own.pitches[-1]
        assert choice.options[choice.chosen].chance >= np.exp(-choice.nats) - 1e-6, "every spelling counts"


def test_the_first_voice_to_choose_has_the_same_nats_alone(network: Network) -> None:
    for choice in read(network, random_tokens(3), [True, False, False, False]).choices:
        if choice.after == (0,):
            assert choice.alone_nats == pytest.approx(choice.nats, abs=1e-4)


@pytest.mark.parametrize(("holes", "given"), [(EVERYTHING, [False] * 4), (LOWER, [True, False, False, False])])
def test_no_constraint_bans_sampled_events(network: Network, holes: frozenset[int], given: list[bool]) -> None:
    for seed in range(3):
        tokens = written(network, seed, holes)
        events = piece_arrays(tokens).events
        bans = constraint_bans(tokens, np.array([given] * len(tokens.measures)), RULES)
        assert len(bans) == events[:, ~np.array(given)].size
        for (row, voice), masks in bans.items():
            assert not any(mask[events[row, voice]] for mask in masks.values())


def test_a_note_out_of_range_is_banned_by_the_range(network: Network) -> None:
    tokens = random_tokens(5)
    low = tuple(replace(rule, pitches=np.zeros_like(rule.pitches)) for rule in RULES)
    bans = constraint_bans(tokens, np.zeros((len(tokens.measures), 4), dtype=bool), low)
    events = piece_arrays(tokens).events
    assert all(masks["range"][events[place]] for place, masks in bans.items() if events[place] >= FIRST_PITCH)


def test_the_novelty_limit_bans_events_of_the_last_voice(network: Network) -> None:
    """The corpus is the piece itself, so that it contains every window."""
    tokens = random_tokens(6, 6)
    index = NoveltyIndex.of([tokens])
    piece = piece_arrays(tokens)
    order = usual_order(np.zeros((piece.length, 4), dtype=bool))
    result = dict(novelty_bans(piece, order, index))
    assert result
    assert all(mask[piece.events[row, order[row, -1]]] for row, mask in result.items())
    reading = read(network, tokens, [False] * 4, novelty=index)
    banned = {
        (choice.row, choice.voice) for choice in reading.choices if NOVELTY in choice.options[choice.chosen].constraints
    }
    assert banned == {(row, int(order[row, -1])) for row in result if piece.events[row, order[row, -1]] >= FIRST_PITCH}


def test_sources_have_the_same_event(network: Network) -> None:
    tokens = random_tokens(7, 3)
    twice = replace(tokens, measures=(*tokens.measures, *tokens.measures))
    events = piece_arrays(twice).events
    reading = read(network, twice, [False] * 4)
    sources = [(choice, source) for choice in reading.choices for source in choice.sources]
    assert sources
    for choice, source in sources:
        assert source.row < choice.row
        assert events[source.row, choice.voice] == events[choice.row, choice.voice]


def test_given_notes_are_listed_by_onset(network: Network) -> None:
    tokens = random_tokens(8)
    reading = read(network, tokens, [True, False, False, False])
    piece = piece_arrays(tokens)
    rows = np.flatnonzero(piece.events[:, 0] >= FIRST_PITCH)
    assert [(note.measure, note.onset) for note in reading.given_notes] == [reading.places[row] for row in rows]
    assert {note.voice for note in reading.given_notes} == {0}
    assert any(choice.notes for choice in reading.choices)
