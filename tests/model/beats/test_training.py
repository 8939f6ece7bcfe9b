"""Performances made by rule, and training on them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scoregen.model.beats.network import BeatNetwork
from scoregen.model.beats.notated import NotatedPiece, notated_piece
from scoregen.model.beats.performances import perform
from scoregen.model.beats.training import LENGTH, BeatOptions, example, train_beats
from scoregen.notation.files import read_score
from scoregen.system.resources import folder
from scoregen.tokens.encode import encode


def piece() -> NotatedPiece:
    return notated_piece(encode(read_score(folder("corpora") / "samples" / "nun-danket.musicxml")))


def test_the_notes_and_beats_of_a_score() -> None:
    found = piece()
    assert (np.diff(found.notes[:, 0]) >= 0).all() and (found.notes[:, 1] > found.notes[:, 0]).all()
    assert np.allclose(np.diff(found.beats), 1) and found.downbeats[1:].sum() > 4


def test_a_strict_performance_keeps_the_order_and_a_free_one_has_other_tempos() -> None:
    source = piece()
    strict, free = (perform(source, np.random.default_rng(2), freedom) for freedom in (0.0, 1.0))
    spread = [np.std(np.log(np.diff(each.beats))) for each in (strict, free)]
    assert spread[0] < spread[1] and (np.diff(free.beats) > 0).all()
    known = strict.places[~np.isnan(strict.places)]
    assert len(known) >= 0.9 * len(source.notes)


def test_training_goes_on_where_it_stopped(tmp_path: Path) -> None:
    made, reports = [], []

    def keep(network: BeatNetwork) -> None:
        made.append(network)

    def report(step: int, train: float, valid: float) -> None:
        reports.append(step)

    for steps in (1, 2):
        options = BeatOptions(steps=steps, batch_size=2, report_every=1)
        train_beats([piece()], [piece()], options, tmp_path / "state", report, keep)
    assert reports == [1, 2] and len(made) == 2


def test_an_example_marks_its_beats() -> None:
    row = next(found for seed in range(9) if (found := example(piece(), np.random.default_rng(seed))) is not None)
    _, targets = row
    assert targets.shape == (LENGTH, 4) and 0 < targets[:, 1].sum() <= targets[:, 0].sum() <= targets[:, 3].sum()
