"""The critic without PyTorch: its figures equal those of the network, and do not depend on the key."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch

from scoregen.model.critic.critic import Critic
from scoregen.model.critic.critic_file import load_critic, save_critic
from scoregen.model.critic.critic_inputs import CRITIC_INPUTS, Floats, critic_inputs
from scoregen.model.critic.critic_network import CriticConfig, CriticNetwork
from scoregen.model.critic.critic_training import CriticOptions, Pair, auc, log_ratios, train_critic
from scoregen.score.elements import Slot
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.system.errors import InputError
from scoregen.tokens.events import HOLD, REST, Event, Header, Slice, TokenMeasure, TokenScore
from scoregen.tokens.sonorities import sonorities

C_MAJOR, D_MAJOR = KeySignature(0, "major"), KeySignature(2, "major")
CHORDS = ("C5 G4 E4 C3", "C5 A4 F4 F3", "B4 G4 D4 G3", "C5 G4 E4 C3")
IN_D = ("D5 A4 F#4 D3", "D5 B4 G4 G3", "C#5 A4 E4 A3", "D5 A4 F#4 D3")
FLAT = ("C5 G4 E4 C3", "C5 G4 E4 C3", "C5 G4 E4 C3", "C5 G4 E4 C3")


def piece(chords: tuple[str, ...], key: KeySignature = C_MAJOR) -> TokenScore:
    """Quarters in one measure; the phrase ends with the last."""
    header = Header("1", TimeSignature((1, 1, 1, 1), 4), key, Fraction(4), phrase_ends=(Fraction(3),))
    slices = [
        Slice(Fraction(beat), tuple(Event("attack", (Pitch.parse(name),)) for name in chord.split()))
        for beat, chord in enumerate(chords)
    ]
    slots = tuple(Slot(f"P{voice}") for voice in range(len(chords[0].split())))
    return TokenScore(slots, (TokenMeasure(header, tuple(slices)),))


def inputs(tokens: TokenScore) -> Floats:
    return critic_inputs(tokens, sonorities(tokens), flowing=True)


@pytest.fixture(scope="module")
def network() -> CriticNetwork:
    torch.manual_seed(3)
    return CriticNetwork(CriticConfig(hidden=8)).eval()


@pytest.fixture(scope="module")
def critic(network: CriticNetwork) -> Critic:
    return Critic({name: value.numpy() for name, value in network.state_dict().items()})


def test_the_log_ratios_equal_those_of_the_network(network: CriticNetwork, critic: Critic) -> None:
    rows = np.random.default_rng(0).random((9, CRITIC_INPUTS)).astype(np.float32)
    with torch.no_grad():
        expected = network(torch.from_numpy(rows[None]))[0].numpy()
    np.testing.assert_allclose(critic.log_ratios(rows), expected, atol=1e-5)


def test_a_transposed_piece_has_the_same_inputs() -> None:
    np.testing.assert_array_equal(inputs(piece(CHORDS)), inputs(piece(IN_D, D_MAJOR)))
    assert (inputs(piece(CHORDS)) != inputs(piece(CHORDS, D_MAJOR))).any(), "but not in another key"


def test_a_held_note_a_repeated_one_and_a_rest_differ() -> None:
    written = piece(FLAT)
    measure = written.measures[0]
    rows = [inputs(written)]
    for event in (HOLD, REST):
        second = replace(measure.slices[1], events=(*measure.slices[1].events[:3], event))
        slices = (measure.slices[0], second, *measure.slices[2:])
        rows.append(inputs(replace(written, measures=(replace(measure, slices=slices),))))
    assert all((one != other).any() for index, one in enumerate(rows) for other in rows[:index])


def test_only_pieces_of_four_voices_are_judged(critic: Critic) -> None:
    four, three = piece(CHORDS), piece(("C5 G4 C3", "C5 A4 F3", "B4 D4 G3", "C5 E4 C3"))
    assert critic.log_ratio(four, sonorities(four), flowing=False) != 0
    assert critic.log_ratio(three, sonorities(three), flowing=False) == 0


def test_a_chorale_gets_the_key_and_the_phrase_ends_of_the_draft() -> None:
    chorale, draft = piece(CHORDS, replace(C_MAJOR, mode="minor")), piece(CHORDS)
    pair = Pair.of("same", chorale, draft, flowing=True)
    assert pair is not None
    np.testing.assert_array_equal(pair.chorale, pair.draft)
    longer = replace(draft, measures=draft.measures * 2)
    assert Pair.of("longer", chorale, longer, flowing=True) is None


def test_it_learns_to_tell_two_pieces_apart() -> None:
    pair = Pair.of("pair", piece(CHORDS), piece(FLAT), flowing=True)
    assert pair is not None
    options = CriticOptions(steps=60, batch_size=8, shortest=4, longest=4)
    network, step = train_critic([pair], [], CriticConfig(hidden=8, dropout=0.0), options, lambda step, loss: None)
    chorales, drafts = log_ratios(network, [pair], options)
    assert chorales.min() > 1 > -1 > drafts.max()
    assert (auc(chorales, drafts), step) == (1.0, 60)


def test_the_file_keeps_the_weights_and_a_damaged_one_is_named(network: CriticNetwork, tmp_path: Path) -> None:
    tensors = {name: value.numpy() for name, value in network.state_dict().items()}
    assert load_critic(tmp_path / "some") is None
    save_critic(tensors, {"pieces": 1}, tmp_path / "some")
    loaded = load_critic(tmp_path / "some")
    assert loaded is not None
    rows = np.ones((3, CRITIC_INPUTS), dtype=np.float32)
    np.testing.assert_allclose(loaded.log_ratios(rows), Critic(tensors).log_ratios(rows), atol=0.05)
    for broken in ({"out.weight": tensors["out.weight"][:, 1:]}, {"read.weight": tensors["read.weight"] * np.nan}):
        save_critic(tensors | broken, {}, tmp_path / "some")
        with pytest.raises(InputError, match=r"some\.critic is damaged"):
            load_critic(tmp_path / "some")
