"""Retrieval: invariant under transposition, normalised, causal, and useful."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from scoregen.benchmarks.jsb16.alphabet import CHROMATIC
from scoregen.benchmarks.jsb16.context_features import (
    UNKNOWN,
    context_features,
    events_of,
    feature_names,
    sonorities,
    voice_moves,
)
from scoregen.benchmarks.jsb16.data import read_jsb16
from scoregen.benchmarks.jsb16.interpolation import collect_evidence, interpolate_piece
from scoregen.benchmarks.jsb16.protocol import blank_example, score
from scoregen.benchmarks.jsb16.report import datastores_by_split
from scoregen.benchmarks.jsb16.retrieval import Datastore, Floats, RetrievalWeights
from scoregen.benchmarks.jsb16.retrieval_weights import fit, initial_weights
from scoregen.benchmarks.jsb16.rolls import roll_piece, transpose_roll
from scoregen.model.features.alphabet import FIRST_PITCH, HOLD, REST, alphabet
from scoregen.model.features.conditioning import Example
from scoregen.model.features.inputs import PieceArrays
from scoregen.model.network.batches import collate
from scoregen.model.network.likelihood import choices
from scoregen.model.network.network import Network
from tests.benchmarks.jsb16.test_rolls import CONFIG, differing_after, random_roll
from tests.model.pieces import sensitive_network

ORDER = (0, 3, 1, 2)
WEIGHTS = replace(initial_weights(4), base=1.0, max_share=0.9)


@pytest.fixture(scope="module")
def network() -> Network:
    return sensitive_network(CONFIG)


def moved(piece: PieceArrays, semitones: int) -> PieceArrays:
    result = transpose_roll(piece, semitones)
    assert result is not None
    return result


def interpolated_probabilities(
    network: Network, datastore: Datastore | None, piece: PieceArrays, order: tuple[int, ...] = ORDER
) -> tuple[Floats, Floats]:
    """The probabilities of a piece's events and time shifts, with the datastore or without."""
    given = np.zeros(piece.events.shape, dtype=bool)
    example = Example(piece, given, np.tile(order, (piece.length, 1)))
    with torch.inference_mode():
        results = choices(network, collate([example], CHROMATIC))
    events, time_shifts = results.events.double().exp().numpy(), results.time_shifts.double().exp().numpy()
    return interpolate_piece(datastore, example, events, time_shifts)[:2] if datastore else (events, time_shifts)


def corpus(weights: RetrievalWeights = WEIGHTS, seeds: range = range(6)) -> Datastore:
    return Datastore.of([roll_piece(random_roll(seed)) for seed in seeds], CHROMATIC, weights)


@pytest.mark.parametrize("semitones", [-5, 3, 6])
def test_context_features_are_invariant_under_transposition(semitones: int) -> None:
    piece = roll_piece(random_roll(1))
    one, other = (context_features(each, CHROMATIC) for each in (piece, moved(piece, semitones)))
    assert np.array_equal(one.sonority, other.sonority)
    before, after = (
        voice_moves(each.events, each.sounding, each.before, CHROMATIC) for each in (piece, moved(piece, semitones))
    )
    assert np.array_equal(before, after)
    assert np.array_equal(one.features, other.features)
    assert one.features.shape[1] == len(feature_names("SATB"))


@pytest.mark.parametrize("name", ["chromatic", "spelled"])
def test_events_can_be_restored_from_moves(name: str) -> None:
    ids = alphabet(name)
    before, sounding = np.array([[20, 24]]), np.array([[27, 22]])
    events = sounding + FIRST_PITCH
    moves = voice_moves(events, sounding, before, ids)
    assert np.array_equal(events_of(moves, before, ids), events)
    still = np.array([[HOLD, REST]])
    assert np.array_equal(events_of(still, before, ids), still)
    nothing_before = np.full_like(before, ids.silence)
    assert (voice_moves(events, sounding, nothing_before, ids) == UNKNOWN).all()
    top = np.full_like(before, ids.silence - 1)
    assert events_of(moves, top, ids)[0, 0] == UNKNOWN, "above the highest pitch there is none"


def test_histories_cover_the_slices_in_their_name() -> None:
    """Two rolls that differ in one slice: only the features that cover this slice differ."""
    one = [[60 + index, 55, 50, 45 - index] for index in range(12) for _ in range(4)]
    other = [list(frame) for frame in one]
    other[16:20] = [[71, 55, 50, 45 - 4]] * 4  # slice 4: the soprano leaps there and back
    features = [context_features(roll_piece(roll), CHROMATIC).features for roll in (one, other)]
    for count, name in enumerate(feature_names("SATB")[:6], 1):
        assert name == f"slices {count}"
        differ = np.flatnonzero(features[0][:, count - 1] != features[1][:, count - 1])
        assert differ.tolist() == [row for row in range(5, 12) if row >= count and row - count <= 5]
    assert (features[0][: np.arange(6)[0] + 1, :6] == UNKNOWN).all(), "the first slice has no past"


def test_different_sonorities_and_pasts_have_different_hashes() -> None:
    pieces = [roll_piece(random_roll(seed, 400)) for seed in range(20)]
    before = np.concatenate([piece.before for piece in pieces])
    complete = before[(before != CHROMATIC.silence).all(1)]
    assert len(complete) > 2000
    shapes = np.unique(complete - complete.min(1, keepdims=True), axis=0)
    assert len(np.unique(sonorities(complete, CHROMATIC))) == len(shapes)
    features = np.concatenate([context_features(piece, CHROMATIC).features for piece in pieces])
    kinds = [len(np.unique(features[:, count])) for count in range(6)]
    assert kinds == sorted(kinds), "if two longer pasts are equal, so are the shorter ones"


@pytest.mark.parametrize("order", [ORDER, (2, 1, 3, 0)])
def test_probabilities_sum_to_one_and_impossible_events_stay_impossible(
    network: Network, order: tuple[int, ...]
) -> None:
    piece = moved(roll_piece(random_roll(2)), 2)
    alone, together = (
        interpolated_probabilities(network, None, piece, order),
        interpolated_probabilities(network, corpus(), piece, order),
    )
    for before, after in zip(alone, together, strict=True):
        assert after.sum(-1) == pytest.approx(1.0, abs=1e-6)
        assert (after[before == 0] == 0).all()
        assert not np.allclose(before, after, atol=1e-3)


@pytest.mark.parametrize("cut", [7, 16, 31, 44])
def test_no_later_note_changes_an_earlier_probability(network: Network, cut: int) -> None:
    before, after, first = differing_after(cut)
    (one, paces), (two, others) = (interpolated_probabilities(network, corpus(), piece) for piece in (before, after))
    assert one[:first] == pytest.approx(two[:first], abs=1e-6)
    assert paces[: first - 1] == pytest.approx(others[: first - 1], abs=1e-6)
    assert not np.allclose(one[first + 1], two[first + 1], atol=1e-3)


def test_within_a_slice_only_earlier_voices_matter(network: Network) -> None:
    """A neighbour that contradicts an earlier voice loses its vote; later voices do not matter."""
    roll = random_roll(2)[:31]
    pieces = []
    for alto in (61, 66):
        roll[-1] = [roll[-1][0], alto, *roll[-1][2:]]
        pieces.append(roll_piece(roll))
    (one, _), (two, _) = (interpolated_probabilities(network, corpus(), piece) for piece in pieces)
    assert one[-1, [0, 3, 1]] == pytest.approx(two[-1, [0, 3, 1]], abs=1e-6)
    neighbours = corpus().neighbours(context_features(pieces[0], CHROMATIC), pieces[0].before)
    assert neighbours.weight.all()
    votes = neighbours.events(np.full(pieces[0].length, 3))
    chosen = pieces[0].events[:, 3]
    neighbours.keep_agreeing(votes, chosen)
    assert np.array_equal(neighbours.weight > 0, votes == chosen[neighbours.row])


def test_pieces_of_the_corpus_are_likelier_in_another_key(network: Network) -> None:
    old, new = (moved(roll_piece(random_roll(seed)), 3) for seed in (0, 50))
    alone = score([network], [old, new], [ORDER]).nats
    together = score([network], [old, new], [ORDER], datastore=[corpus()] * 2).nats
    assert together[0] < 0.75 * alone[0]
    assert together[0] - alone[0] < together[1] - alone[1]


def test_weights_are_fitted_to_held_out_pieces(network: Network) -> None:
    """Half of the held-out pieces resemble the corpus, so that the neighbours get weight."""
    held_out = [moved(roll_piece(random_roll(seed)), 4) for seed in (0, 1, 40, 41)]
    before = corpus(initial_weights(4))
    evidence = collect_evidence([network], [blank_example(piece, ORDER) for piece in held_out], before)
    after = fit(before, evidence)
    nats = [score([network], held_out, [ORDER], datastore=[each] * 4).nats.sum() for each in (before, after)]
    assert nats[1] < nats[0] < score([network], held_out, [ORDER]).nats.sum()
    assert 0 < after.weights.max_share < 1
    again = fit(before, evidence)
    assert np.array_equal(after.weights.features, again.weights.features)


def test_no_piece_is_used_to_fit_the_weights_of_its_own_datastore(network: Network, tmp_path: Path) -> None:
    """The first validation piece changes: the datastores of its own half stay the same, all others change."""
    train, valid = ([random_roll(seed, 40) for seed in seeds] for seeds in (range(3), range(3, 7)))
    results = []
    for first in (valid[0], train[1]):
        path = tmp_path / f"{len(results)}.json"
        path.write_text(json.dumps({"train": train, "valid": [first, *valid[1:]], "test": valid}))
        parts = datastores_by_split(read_jsb16(path), [network], ORDER)
        results.append([each.weights.base for each in (*parts["valid"], *parts["test"])])
    one, other = results
    assert [a == b for a, b in zip(one, other, strict=True)] == [True, False, True, False] + [False] * 4
