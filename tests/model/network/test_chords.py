"""The likelihood of chords and described voices is proper, and every part of the network has an influence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from scoregen.model.features.alphabet import NO_CHOICE
from scoregen.model.features.conditioning import Example, usual_order
from scoregen.model.features.inputs import ABSENT, SPELLED, PieceArrays, piece_arrays
from scoregen.model.network.batches import collate
from scoregen.model.network.likelihood import Likelihood, choices, likelihood
from scoregen.model.network.network import Network
from tests.model.ensembles import chordal_tokens, describe
from tests.model.tasks import random_network


@pytest.fixture(scope="module")
def network() -> Network:
    return random_network(roles=(), strand=12, styles=("one", "other"))


def piece(count: int = 4, seed: int = 1, absent: float = 0.0, measures: int = 4) -> PieceArrays:
    voices = describe(count)
    return piece_arrays(chordal_tokens(seed, voices, measures, absent=absent), None, voices)


def example_of(made: PieceArrays, style: int = 0) -> Example:
    given = np.zeros(made.events.shape, dtype=bool)
    return Example(made, given, usual_order(given, made.events == ABSENT), style)


def scored(network: Network, *examples: Example) -> Likelihood:
    with torch.no_grad():
        return likelihood(network, collate(list(examples)))


@pytest.mark.parametrize("count", [1, 2, 5, 8])
def test_the_chances_of_all_choices_of_a_turn_sum_to_one(network: Network, count: int) -> None:
    example = example_of(piece(count, absent=0.2))
    with torch.no_grad():
        found = choices(network, collate([example]))
    assert len(found.turns) > 3
    for log_p in found.turns:
        assert log_p.shape[1] == SPELLED.choices
        assert log_p.exp().sum(1).numpy() == pytest.approx(1, abs=1e-4)


def test_every_choice_of_a_chord_is_counted(network: Network) -> None:
    made = piece(absent=0.3)
    result = scored(network, example_of(made))
    written = (made.choices != NO_CHOICE).sum(2) * (made.events != ABSENT)
    assert int(result.event_count) == written.sum() > (made.events != ABSENT).sum()
    assert (result.events.numpy()[made.events == ABSENT] == 0).all()
    assert (result.events.numpy()[made.events != ABSENT] > 0).all()


def test_later_choices_change_no_earlier_chance_within_a_chord(network: Network) -> None:
    """The last note of a chord moves: the chances of the choices before it stay, those after it change."""
    made = piece()
    row, voice = next(
        (row, voice)
        for row, voice in np.argwhere((made.choices != NO_CHOICE).sum(2) > 3)
        if voice < 3 and 3 < row < made.length - 4
    )
    last = int((made.choices[row, voice] != NO_CHOICE).sum()) - 1
    other = replace(made, choices=made.choices.copy(), inner=made.inner.copy())
    other.choices[row, voice, last] += 1
    notes = int((made.inner[row, voice] != SPELLED.silence).sum())
    until = row + int(np.argmax(np.append(made.events[row + 1 :, voice] != 0, True)))
    other.inner[row : until + 1, voice, notes - 1] += 1
    before, after = (choices_by_turn(network, each) for each in (made, other))
    counts = (made.choices[row] != NO_CHOICE).sum(1)
    place = int(counts[:voice].sum()) + last
    for slice_number in range(row):
        assert before[slice_number] == after[slice_number]
    assert before[row][: place + 1] == after[row][: place + 1], "also at the turn itself"
    assert before[row][place + 1 :] != after[row][place + 1 :]
    assert before[row + 1] != after[row + 1]


def choices_by_turn(network: Network, made: PieceArrays) -> list[list[list[float]]]:
    """By slice and turn, log p of every choice; voices in their order from the first."""
    order = np.tile(np.arange(made.events.shape[1]), (made.length, 1))
    with torch.no_grad():
        found = choices(network, collate([Example(made, np.zeros(made.events.shape, dtype=bool), order)]))
    result: list[list[list[float]]] = [[] for _ in range(made.length)]
    for log_p in found.turns:
        for row, values in zip(found.rows[: len(log_p)].tolist(), log_p.tolist(), strict=True):
            result[row].append(values)
    return result


def test_padding_of_slices_voices_and_choices_has_no_influence(network: Network) -> None:
    """A solo, a quartet with absent voices and an octet of different lengths in one batch."""
    made = [
        example_of(piece(1, 2, measures=2), 1), example_of(piece(4, 3, 0.3), 2), example_of(piece(8, 4, measures=3))
    ]  # fmt: skip
    together = scored(network, *made)
    apart = [scored(network, each) for each in made]
    assert float(together.nats) == pytest.approx(sum(float(each.nats) for each in apart), rel=1e-5)
    assert int(together.count) == sum(int(each.count) for each in apart)


def test_blank_chords_have_no_influence_on_the_context(network: Network) -> None:
    made = piece()
    given = np.zeros(made.events.shape, dtype=bool)
    given[:, 0] = True
    order = usual_order(given, made.events == ABSENT)
    row = made.length // 2
    other = replace(made, choices=made.choices.copy(), inner=made.inner.copy())
    chords = np.argwhere((other.inner[row:, 1:] != SPELLED.silence).any(2))
    assert len(chords)
    other.inner[row:, 1:][other.inner[row:, 1:] != SPELLED.silence] = 3
    before, after = (scored(network, Example(each, given, order)) for each in (made, other))
    assert torch.equal(before.events[:row], after.events[:row])
    given[:, 1:] = True
    given[0] = False
    before, after = (scored(network, Example(each, given, order)) for each in (made, other))
    assert not torch.equal(before.events[0], after.events[0]), "given chords are seen from the start"


def test_descriptions_and_styles_have_an_influence(network: Network) -> None:
    made = piece()
    plain = scored(network, example_of(made)).nats
    assert scored(network, example_of(made, 1)).nats != plain
    assert scored(network, example_of(made, 1)).nats != scored(network, example_of(made, 2)).nats
    for column in range(1, made.voices.shape[1]):
        other = replace(made, voices=made.voices.copy())
        other.voices[1, column] = 1 - min(int(other.voices[1, column]), 1)
        assert scored(network, example_of(other)).nats != plain, column
    numbered = replace(made, voices=made.voices.copy())
    numbered.voices[:, 0] = 0
    assert scored(network, example_of(numbered)).nats == plain, "a described voice has no number"


def test_the_order_of_inner_described_voices_does_not_matter(network: Network) -> None:
    """Up to five voices are a set, except for the outer ones, whose repetitions guide the attention."""
    made = piece(5)
    columns = np.array([0, 2, 3, 1, 4])
    names = ("events", "before", "sounding", "age", "choices", "inner")
    moved = replace(made, **{name: getattr(made, name)[:, columns] for name in names})
    moved = replace(moved, voices=made.voices[columns], matches=made.matches[np.append(0, columns + 1)])
    given = np.zeros(made.events.shape, dtype=bool)
    order = np.tile(np.arange(5), (made.length, 1))
    one = scored(network, Example(made, given, order)).events
    other = scored(network, Example(moved, given, np.argsort(columns)[order])).events
    assert other[:, np.argsort(columns)].numpy() == pytest.approx(one.numpy(), abs=1e-4)


def test_the_memory_of_a_voice_is_of_its_own_past(network: Network) -> None:
    """Without the memory (its weights in the in-slice step at 0) the chances differ."""
    made = example_of(piece())
    with_memory = scored(network, made).events
    muted = random_network(roles=(), strand=12, styles=("one", "other"))
    with torch.no_grad():
        muted.in_slice.weight_ih[:, -12:] = 0
    without_memory = scored(muted, made).events
    assert without_memory[0].numpy() == pytest.approx(with_memory[0].numpy(), abs=1e-5), "nothing is remembered yet"
    assert without_memory[-1].numpy() != pytest.approx(with_memory[-1].numpy(), abs=1e-3)
