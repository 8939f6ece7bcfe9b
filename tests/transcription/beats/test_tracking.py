"""Beats of performances: tracking, and the network in NumPy against the one that is trained."""

from __future__ import annotations

import numpy as np
import torch

from scoregen.model.beats.network import BeatNetwork
from scoregen.transcription.beats.attacks import FEATURES, attacks_of
from scoregen.transcription.beats.network import BeatGru
from scoregen.transcription.beats.odds import odds_of
from scoregen.transcription.beats.salience import odds_by_rule
from scoregen.transcription.beats.tracking import track
from scoregen.transcription.performed import PerformedNote
from tests.transcription.performances import GRACE, played


def test_notes_that_begin_together_are_one_attack() -> None:
    notes = [
        PerformedNote(0.0, 1, 60),
        PerformedNote(0.02, 1, 64),
        PerformedNote(0.04, 1, 67),
        PerformedNote(0.5, 1, 72),
    ]
    attacks = attacks_of(notes)
    assert attacks.members.tolist() == [0, 0, 0, 1] and attacks.features.shape == (2, FEATURES)
    assert np.allclose(attacks.times, [0.02, 0.5])


def test_the_beats_of_a_tune_that_slows_down() -> None:
    notes = played(GRACE)
    slower = [PerformedNote(n.onset**1.06, n.end**1.06, n.pitch) for n in notes]
    attacks = attacks_of(slower)
    beats = track(attacks.times, odds_of(attacks))
    starts = np.cumsum([0, *(length for _, length in GRACE)])[:-1]
    wanted = np.array([(0.37 + 0.6 * place) ** 1.06 for place in np.arange(0, starts[-1] + 1)])
    near = np.abs(beats.times[:, None] - wanted).min(0) < 0.07
    assert near.mean() > 0.9


def test_odds_by_rule_are_finite_and_sum_to_one() -> None:
    odds = odds_by_rule(attacks_of(played(GRACE)))
    assert np.isfinite(odds.beats).all() and np.allclose(odds.periods.sum(1), 1, atol=1e-5)


def test_the_network_in_numpy_equals_the_one_that_is_trained() -> None:
    torch.manual_seed(1)
    network, features = BeatNetwork(), np.random.default_rng(1).normal(size=(17, FEATURES))
    odds = BeatGru({name: value.numpy(force=True) for name, value in network.state_dict().items()}).odds(features)
    with torch.no_grad():
        output = network(torch.from_numpy(features.astype(np.float32))[None])[0]
    assert np.allclose(odds.beats, output[:, 0], atol=1e-5) and np.allclose(odds.downbeats, output[:, 1], atol=1e-5)
    assert np.allclose(odds.periods, output[:, 2:].softmax(-1), atol=1e-5)
