"""The choices of pieces with chords, of any ensemble, as an explanation reads them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from scoregen.model.features.alphabet import FIRST_PITCH, NO_CHOICE
from scoregen.model.features.conditioning import Example, usual_order
from scoregen.model.features.inputs import ABSENT, SPELLED, piece_arrays
from scoregen.model.inspection.attribution import SamplerSettings, choice_records
from scoregen.model.inspection.occlusion import event_log_p
from scoregen.model.inspection.written_choices import WrittenChoices
from scoregen.model.network.batches import collate
from scoregen.model.network.config import SamplingOptions
from scoregen.model.network.likelihood import choices, likelihood
from scoregen.model.network.network import Network
from scoregen.score.pitch import Pitch
from scoregen.tokens.constraints.state import VoiceRule
from scoregen.tokens.vocabulary import vocabulary
from tests.model.ensembles import chordal_tokens, describe
from tests.model.tasks import random_network

VOICES = describe(4)
TOKENS = chordal_tokens(1, VOICES, 4, absent=0.3)


@pytest.fixture(scope="module")
def network() -> Network:
    return random_network(roles=(), strand=12, styles=("one", "other"))


@pytest.fixture(scope="module")
def example() -> Example:
    made = piece_arrays(TOKENS, None, VOICES)
    given = np.zeros(made.events.shape, dtype=bool)
    return Example(made, given, usual_order(given, made.events == ABSENT), 2)


def test_the_written_note_has_a_chance_and_a_chord_all_its_choices(network: Network, example: Example) -> None:
    with torch.no_grad():
        batch = collate([example], network.alphabet)
        found = WrittenChoices.of(network, batch, choices(network, batch))
        costs = likelihood(network, batch).events.numpy()
    piece = example.piece
    present = piece.events != ABSENT
    assert found.nats == pytest.approx(costs, abs=1e-4)
    chosen = np.take_along_axis(found.log_p, np.where(present, piece.events, 0)[..., None], 2)[..., 0]
    assert (chosen[present] < 0).all()
    alone = present & ((piece.choices != NO_CHOICE).sum(2) == 1)
    assert -chosen[alone] == pytest.approx(found.nats[alone], abs=1e-4)
    assert (found.nats[present & ~alone] > -chosen[present & ~alone]).all()
    assert (present & ~alone).any()


def test_events_cost_as_much_without_occlusion(network: Network, example: Example) -> None:
    with torch.no_grad():
        costs = likelihood(network, collate([example], network.alphabet)).events.numpy()
    nothing = np.zeros_like(example.given)
    assert -event_log_p(network, example, [nothing])[0] == pytest.approx(costs, abs=1e-4)


def test_records_of_an_ensemble_name_the_outer_notes(network: Network) -> None:
    rules = [VoiceRule.of(vocabulary().pitches, 4) for _ in VOICES]
    given = [[True, False, False, False]] * len(TOKENS.measures)
    sampler = SamplerSettings(network, rules, SamplingOptions(), descriptions=VOICES, network_style=1)
    records = choice_records(sampler, TOKENS, given, 6)
    piece = piece_arrays(TOKENS, None, VOICES)
    is_attack = (piece.events >= FIRST_PITCH) & (piece.events < SPELLED.events)
    attacks = {(row, voice) for row, voice in np.argwhere(is_attack).tolist() if voice}
    assert {(choice.row, choice.voice) for choice in records.choices} == attacks
    for choice in records.choices:
        own = choice.options[choice.chosen]
        assert isinstance(own.pitch, Pitch)
        assert 0 < own.chance <= 1 + 1e-9
        assert choice.nats >= 0
        assert all(np.isfinite(each) for each in choice.measures)
