"""Sampling agrees with the likelihood: the log probabilities slice by slice equal those of the finished piece."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from scoregen.generation.refinement import score_pieces
from scoregen.model.engine.loading import engine_of
from scoregen.model.engine.onnx_engine import OnnxEngine
from scoregen.model.engine.torch_engine import TorchEngine
from scoregen.model.features.conditioning import Example
from scoregen.model.features.inputs import piece_arrays
from scoregen.model.network.batches import collate
from scoregen.model.network.config import NetworkConfig, SamplingOptions
from scoregen.model.network.likelihood import likelihood
from scoregen.model.network.network import Network
from scoregen.model.sampling.decoding_context import voice_order
from scoregen.model.sampling.drafts import Draft, blanks
from scoregen.model.sampling.feature_matching import Features
from scoregen.model.sampling.logit_bias import LogitBias
from scoregen.model.sampling.loop import fill
from scoregen.model.sampling.nucleus import draw, nucleus
from scoregen.model.sampling.request import SamplingRequest
from scoregen.system.errors import InputError
from scoregen.tokens.encode import voice_events
from scoregen.tokens.events import BLANK
from scoregen.tokens.sonorities import sonorities
from tests.model.pieces import sensitive_network
from tests.model.tasks import RULES, random_network, tasks

PLAIN = SamplingOptions(seed=5, temperature=1.0, candidates=3, voice_leading=0, crossing=0)


@pytest.fixture(scope="module")
def network() -> Network:
    return random_network()


@pytest.fixture(scope="module")
def shipped_shape() -> Network:
    """Random weights in the shape of the shipped graphs."""
    return sensitive_network(NetworkConfig())


def sample(network: Network, name: str, options: SamplingOptions = PLAIN) -> tuple[SamplingRequest, tuple[Draft, ...]]:
    request = SamplingRequest(engine_of(network), tasks()[name], RULES)
    return request, fill(request, options)


def nats_by_measure(network: Network, request: SamplingRequest, draft: Draft) -> list[float]:
    """The `likelihood` of a finished piece, the parallel form in torch."""
    blank = blanks(request.tokens)
    piece = piece_arrays(draft.tokens)
    order = np.array([voice_order(row) for row in ~blank])
    with torch.no_grad():
        result = likelihood(network, collate([Example(piece, ~blank[piece.measure], order[piece.measure])]))
    by_measure = np.bincount(piece.measure, (result.events.sum(1) + result.time_shifts).numpy(), len(blank))
    return by_measure.astype(float).tolist()


@pytest.mark.parametrize("engine", [OnnxEngine, TorchEngine])
@pytest.mark.parametrize("name", tasks())
def test_the_nats_of_a_draft_are_those_of_the_finished_piece(
    network: Network, shipped_shape: Network, name: str, engine: type
) -> None:
    """Slice by slice in sampling, piece by piece in the engine, and in the parallel form."""
    own = shipped_shape if engine is OnnxEngine else network
    request, drafts = sample(own, name)
    assert isinstance(request.engine, engine)
    for draft, whole in zip(drafts, score_pieces(request, [draft.tokens for draft in drafts]), strict=True):
        wanted = nats_by_measure(own, request, draft)
        assert sum(wanted) > 1
        assert draft.measure_choices == whole.measure_choices
        assert draft.measure_nats == pytest.approx(wanted, abs=1e-4, rel=1e-5)
        assert whole.measure_nats == pytest.approx(wanted, abs=1e-4, rel=1e-5)
        assert draft.measure_parallels == whole.measure_parallels


@pytest.mark.parametrize(
    "changes",
    [
        {"context": 0},
        {"layers": 3},
        *({f"use_{name}": False} for name in ("pitch_history", "matches", "motion", "degrees")),
    ],
)
def test_the_nats_agree_without_parts_of_the_network(changes: dict[str, int]) -> None:
    network = random_network(**changes)
    request = SamplingRequest(engine_of(network), tasks()["going on"], RULES)
    draft = fill(request, replace(PLAIN, candidates=1))[0]
    wanted = nats_by_measure(network, request, draft)
    assert draft.measure_nats == pytest.approx(wanted, abs=1e-4, rel=1e-5)
    assert score_pieces(request, [draft.tokens])[0].measure_nats == pytest.approx(wanted, abs=1e-4, rel=1e-5)


@pytest.mark.parametrize("name", tasks())
def test_given_events_do_not_change(network: Network, name: str) -> None:
    request, drafts = sample(network, name)
    for before, *after in zip(request.tokens.measures, *(draft.tokens.measures for draft in drafts), strict=True):
        for voice in range(4):
            if before.slices[0].events[voice] != BLANK:
                assert all(voice_events(measure, voice) == voice_events(before, voice) for measure in after)


def test_a_draft_is_independent_of_the_others(network: Network) -> None:
    """The first of many drafts equal those of a smaller number; another round gives others."""
    request, few = sample(network, "soprano", replace(PLAIN, candidates=2))
    _, many = sample(network, "soprano", replace(PLAIN, candidates=5))
    assert [draft.tokens for draft in few] == [draft.tokens for draft in many[:2]]
    again = fill(request, replace(PLAIN, candidates=2), round_number=1)
    assert all(one.tokens != other.tokens for one, other in zip(few, again, strict=True))


def test_all_drafts_continue_from_the_one_with_the_lowest_cost(network: Network) -> None:
    """The judge prefers high sopranos, and gets only the written measures and their figures."""
    request = SamplingRequest(engine_of(network), tasks()["going on"], RULES)
    shown: list[tuple[range, Draft]] = []

    def judge(draft: Draft, measures: range) -> float:
        shown.append((measures, draft))
        assert len(draft.tokens.measures) == len(draft.measure_nats) == len(measures)
        return -float(sonorities(draft.tokens).pitches[-1, 0])

    drafts = fill(request, PLAIN, stops=[2, 4], judge=judge)
    assert [measures.stop for measures, _ in shown] == [4] * 3, "nothing is blank before the first stop"
    best = min((draft for _, draft in shown), key=lambda draft: -sonorities(draft.tokens).pitches[-1, 0])
    assert all(draft.tokens.measures[:4] == best.tokens.measures for draft in drafts)
    assert len({draft.tokens for draft in drafts}) == 3, "and each goes its own way from there"
    for draft, whole in zip(drafts, score_pieces(request, [draft.tokens for draft in drafts]), strict=True):
        assert draft.measure_nats == pytest.approx(whole.measure_nats, abs=1e-4, rel=1e-5)
    again = fill(request, PLAIN, stops=[2, 4], judge=lambda draft, measures: judge(draft, measures))
    assert again == drafts


@pytest.mark.parametrize("name", ["nothing", "soprano"])
def test_a_calibration_changes_the_time_to_the_next_slice(network: Network, name: str) -> None:
    """Only the biases of the task apply, and the reported nats are those of the network."""
    slices = []
    for task in ("free", "given"):
        biases = {"free": Features.zeros(4), "given": Features.zeros(4)}
        biases[task].pace[:, :2] = 8
        request = SamplingRequest(engine_of(network), tasks()[name], RULES, logit_bias=LogitBias.of(**biases))
        drafts = fill(request, PLAIN)
        slices.append(sum(len(measure.slices) for draft in drafts for measure in draft.tokens.measures))
        for draft, whole in zip(drafts, score_pieces(request, [draft.tokens for draft in drafts]), strict=True):
            assert draft.measure_nats == pytest.approx(whole.measure_nats, abs=1e-4, rel=1e-5)
    quicker = 0 if name == "nothing" else 1
    assert slices[quicker] > 1.2 * slices[1 - quicker]


def test_progress_ends_at_one(network: Network) -> None:
    shares: list[float] = []
    fill(SamplingRequest(engine_of(network), tasks()["hole"], RULES), PLAIN, progress=shares.append)
    assert shares == sorted(shares) and shares[-1] == 1
    shares.clear()
    fill(
        SamplingRequest(engine_of(network), tasks()["nothing"], RULES),
        PLAIN,
        progress=shares.append,
        stops=[2, 3],
        judge=lambda *_: 0,
    )
    assert shares == sorted(shares) and shares[-1] == 1


def test_the_nucleus_is_the_smallest_set_of_the_likeliest() -> None:
    probabilities = np.array([[0.1, 0.5, 0.0, 0.25, 0.15]])
    assert np.flatnonzero(nucleus(probabilities, 0.5)).tolist() == [1]
    assert np.flatnonzero(nucleus(probabilities, 0.51)).tolist() == [1, 3]
    assert np.flatnonzero(nucleus(probabilities, 0.9)).tolist() == [1, 3, 4]
    assert np.flatnonzero(nucleus(probabilities, 1.0)).tolist() == [0, 1, 3, 4]
    assert np.flatnonzero(nucleus(np.array([[0.5, 0.25, 0.25]]), 0.6)).tolist() == [0, 1, 2], "equals at the edge"


def test_draws_follow_the_probabilities() -> None:
    scores = np.log(np.array([[0.2, 1.0, 0.7, 0.1]], dtype=np.float32))
    scores[0, 1] = -np.inf
    rng = (np.arange(1000) + 0.5) / 1000
    result = np.bincount(draw(scores.repeat(1000, 0), rng, 1.0), minlength=4) / 1000
    assert result == pytest.approx([0.2, 0, 0.7, 0.1], abs=2e-3)
    assert set(draw(scores.repeat(1000, 0), rng, 0.0)) == {2}
    assert set(draw(scores.repeat(1000, 0), rng, 1.0, 0.8)) == {0, 2}
    assert draw(scores[:0], rng[:0], 1.0, 0.8).shape == (0,)


@pytest.mark.parametrize(
    "wrong", [{"temperature": -1.0}, {"temperature": float("nan")}, {"top_p": 0}, {"top_p": 1.1}, {"passes": -1}]
)
def test_invalid_options_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InputError, match="expected"):
        SamplingOptions(**wrong)
