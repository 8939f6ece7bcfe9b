"""The training loop: learning, validation, stopping, and random numbers that depend on the step alone."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from scoregen.model.features.inputs import piece_arrays
from scoregen.model.network.checkpoint import load_checkpoint
from scoregen.model.network.config import NetworkConfig, TrainingOptions
from scoregen.model.training.drawing import Drawing, drawing
from scoregen.model.training.examples import TRANSPOSITIONS, score_examples
from scoregen.model.training.loop import draw_batch, learning_rate, train_network
from scoregen.model.training.run.parallel import ProcessGroup
from scoregen.system.errors import InputError, ScoregenError
from tests.model.pieces import random_tokens
from tests.model.runs import CONFIG, OPTIONS, assert_same_run, curve_of, four_examples, one_thread, train_here

CPU = torch.device("cpu")


def test_a_small_network_memorises_one_measure(tmp_path: Path) -> None:
    piece = piece_arrays(random_tokens(7, measures=1))
    config = NetworkConfig(embedding=16, context=16, backbone=32, in_slice=32, heads=2, dropout=0, in_slice_dropout=0)
    options = TrainingOptions(
        steps=150, batch_size=8, learning_rate=1e-2, weight_decay=0, save_every=150, ema_decay=0.9
    )
    with one_thread():
        figures = train_network(score_examples([piece], [piece], 5), tmp_path, config, options, {}).figures
    assert figures["valid_free"] < 0.5
    assert figures["gap"] == 0  # the same piece on both sides


class StoppedError(Exception):
    """A simulated failure of the machine."""


def test_an_interrupted_run_ends_with_the_same_weights(tmp_path: Path) -> None:
    def stop_at_eight(step: int, figures: dict[str, float]) -> None:
        if step == 8:
            raise StoppedError

    train_here(tmp_path / "whole")
    with pytest.raises(StoppedError):
        train_here(tmp_path / "parts", progress=stop_at_eight)
    train_here(tmp_path / "parts")
    assert_same_run(tmp_path / "whole", tmp_path / "parts")


def test_a_checkpoint_is_restored_and_a_damaged_one_refused(tmp_path: Path) -> None:
    train_here(tmp_path, TrainingOptions(steps=2, batch_size=1, save_every=2))
    loaded = load_checkpoint(tmp_path / "best")
    assert loaded.about["about"] == "a test"
    assert loaded.about["training"]["batch_size"] == 1
    stored = load_file(tmp_path / "best.safetensors")
    assert all(torch.equal(weight, stored[name]) for name, weight in loaded.network.state_dict().items())
    data = bytearray((tmp_path / "best.safetensors").read_bytes())
    data[-1] ^= 1
    (tmp_path / "best.safetensors").write_bytes(data)
    with pytest.raises(Exception, match="damaged"):
        load_checkpoint(tmp_path / "best")


def test_the_curve_has_the_figures_of_each_validation(tmp_path: Path) -> None:
    reports: list[tuple[int, dict[str, float]]] = []
    outcome = train_here(tmp_path, progress=lambda step, figures: reports.append((step, figures)))
    curve = curve_of(tmp_path)
    assert [step for step, _ in reports] == list(range(1, 13))
    assert [step for step, figures in reports if "valid" in figures] == [4, 8, 12]
    assert all(figures["loss"] > 0 for _, figures in reports)
    assert [figures["examples"] for figures in curve] == [8, 16, 24]
    for figures in curve:
        assert figures["learning_rate"] == learning_rate(figures["step"] - 1, OPTIONS)
        assert figures["gap"] == figures["valid"] - figures["fit"]
        assert figures["valid"] == (figures["valid_free"] + figures["valid_melody"]) / 2
        assert figures["valid_known_8"] == 100  # they are training pieces here
        assert {"drafts_known_4", "fit_extractable_8", "valid_extractable_4"} <= set(figures)
    assert outcome.figures["valid"] == min(figures["valid"] for figures in curve)


def test_without_drafts_the_curve_has_no_shares_and_the_weights_are_the_same(tmp_path: Path) -> None:
    train_here(tmp_path / "some")
    train_here(tmp_path / "none", replace(OPTIONS, drafts=0))
    assert not [name for name in curve_of(tmp_path / "none")[-1] if "known" in name]
    weights = [load_file(tmp_path / name / "best.safetensors") for name in ("some", "none")]
    assert all(torch.equal(weight, weights[1][name]) for name, weight in weights[0].items())


def test_training_ends_when_patience_does(tmp_path: Path) -> None:
    """Steps this large make each validation worse than the first."""
    unstable = replace(OPTIONS, steps=40, save_every=2, learning_rate=30.0, clip=1e6, patience=3, ema_decay=0)
    outcome = train_here(tmp_path, unstable)
    best = outcome.figures["step"]
    assert outcome.step == best + 3 * 2 < 40
    assert train_here(tmp_path, unstable).step == outcome.step
    assert load_checkpoint(tmp_path / "best").about["figures"]["step"] == best


def test_a_loss_that_is_not_finite_ends_training_and_keeps_the_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train_here(tmp_path, replace(OPTIONS, steps=4))
    before = (tmp_path / "state.pt").read_bytes()

    def broken(network: torch.nn.Module, *_: object) -> None:
        for weight in network.parameters():
            weight.detach().fill_(torch.nan)

    monkeypatch.setattr("scoregen.model.training.loop.update_average", lambda average, network, decay: broken(network))
    with pytest.raises(ScoregenError, match="the loss is not finite at step 8"):
        train_here(tmp_path)
    assert (tmp_path / "state.pt").read_bytes() == before


def test_a_batch_depends_on_its_step_and_processes_share_it() -> None:
    result = four_examples()
    options = replace(OPTIONS, batch_size=5)
    drawn = Drawing(result, options)
    whole, again, later = (draw_batch(drawn, options, step, ProcessGroup(0, 1, CPU)) for step in (3, 3, 4))
    assert all(torch.equal(getattr(whole, each.name), getattr(again, each.name)) for each in fields(whole))
    assert whole.events.shape != later.events.shape or not torch.equal(whole.events, later.events)
    shares = [draw_batch(Drawing(result, options), options, 3, ProcessGroup(rank, 2, CPU)) for rank in (0, 1)]
    for rank, share in enumerate(shares):
        assert torch.equal(share.lengths, whole.lengths[rank::2])
        assert torch.equal(share.events, whole.events[rank::2, : share.events.shape[1]])


@pytest.mark.parametrize("span", [0, 2, 5])
def test_pieces_are_transposed_within_the_limit(span: int) -> None:
    piece = piece_arrays(random_tokens(0, 2))
    result = score_examples([piece], [piece], span)
    starts = {
        int(result.draw(np.random.default_rng(seed)).piece.events[0, 0] - piece.events[0, 0]) for seed in range(60)
    }
    keys = sum(abs(interval.semitones) <= span for interval in TRANSPOSITIONS)
    assert 0.7 * keys <= len(starts) <= keys


def test_the_learning_rate_warms_up_and_decays() -> None:
    rates = [learning_rate(step, replace(OPTIONS, steps=100, warm_up=5)) for step in range(100)]
    assert rates.index(max(rates)) in (4, 5)
    assert max(rates) == OPTIONS.learning_rate
    assert rates[:5] == sorted(rates[:5])
    assert rates[5:] == sorted(rates[5:], reverse=True)
    assert rates[-1] < 0.02 * OPTIONS.learning_rate


def test_the_learning_rate_can_stay_and_a_short_run_warms_up_fast() -> None:
    rates = [learning_rate(step, replace(OPTIONS, steps=80, schedule="constant")) for step in range(80)]
    assert rates[10:] == [OPTIONS.learning_rate] * 70
    assert rates[:10] == pytest.approx([OPTIONS.learning_rate * step / 10 for step in range(1, 11)])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("steps", 0),
        ("batch_size", -1),
        ("learning_rate", 0.0),
        ("clip", float("nan")),
        ("transpose", 7),
        ("seed", -1),
        ("drafts", -1),
    ],
)
def test_invalid_options_are_refused(name: str, value: float) -> None:
    with pytest.raises(InputError, match=f"{name} is {value}; expected"):
        replace(TrainingOptions(), **{name: value})


@pytest.mark.gpu
@pytest.mark.parametrize(("mixed", "compiled"), [(False, False), (True, False), (False, True)])
def test_training_on_cuda_reduces_the_loss(mixed: bool, compiled: bool, tmp_path: Path) -> None:
    options = replace(OPTIONS, steps=60, save_every=20, mixed_precision=mixed, compile=compiled)
    train_here(tmp_path, options, CONFIG)
    curve = curve_of(tmp_path)
    assert curve[-1]["fit"] < curve[0]["fit"]


def test_other_processes_draw_the_same_batches() -> None:
    result = four_examples()
    options = replace(OPTIONS, batch_size=3)
    alone = ProcessGroup(0, 1, CPU)
    with drawing(result, options, workers=2) as ahead:
        for step in (0, 1, 4, 9):
            here, there = (draw_batch(each, options, step, alone) for each in (Drawing(result, options), ahead))
            assert all(torch.equal(getattr(here, each.name), getattr(there, each.name)) for each in fields(here))
