"""Measures held out of a piece: nothing is lost or doubled, and the rest begins as a piece does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scoregen.corpora.held_out import LEAST, MOST, cut_in_two
from scoregen.score.elements import Score
from scoregen.tokens.decode import decode
from scoregen.tokens.encode import encode
from scoregen.tokens.events import HOLD, TokenMeasure
from scoregen.tokens.sonorities import sonorities
from tests.model.pieces import random_tokens


@pytest.mark.parametrize("seed", range(8))
def test_both_sides_sound_as_the_piece_does(seed: int) -> None:
    tokens = random_tokens(seed, 8)
    halves = cut_in_two(tokens)
    assert halves is not None
    first, _ = halves
    headers = [measure.header for half in halves for measure in half.measures]
    assert headers == [measure.header for measure in tokens.measures]
    assert LEAST <= len(first.measures) / 8 <= MOST
    whole = sonorities(tokens).pitches
    assert np.array_equal(np.concatenate([sonorities(half).pitches for half in halves]), whole)


@pytest.mark.parametrize("seed", range(8))
def test_the_rest_is_a_score_of_its_own(seed: int, choir: Score) -> None:
    halves = cut_in_two(random_tokens(seed, 6))
    assert halves is not None
    rest = halves[1]
    assert not any(event.kind == "hold" or event.tied for event in rest.measures[0].slices[0].events)
    assert encode(decode(rest, choir), rest.slots).measures == rest.measures


def test_a_short_piece_is_not_cut() -> None:
    assert cut_in_two(random_tokens(1, 3)) is None


@pytest.fixture
def choir() -> Score:
    from scoregen.score.ensemble import load_ensemble

    return Score(tuple(role.part(f"P{number}", None) for number, role in enumerate(load_ensemble("satb").roles, 1)), ())


@pytest.mark.parametrize("seed", range(4))
def test_a_note_held_across_the_cut_is_attacked_again(seed: int) -> None:
    tokens = random_tokens(seed, 8)
    held = replace(tokens, measures=(tokens.measures[0], *map(_held_into, tokens.measures[1:])))
    halves = cut_in_two(held)
    assert halves is not None
    opening = halves[1].measures[0].slices[0].events[0]
    assert opening.kind == "attack"
    assert opening.pitches[0].midi_pitch == sonorities(halves[0]).pitches[-1, 0]
    whole = sonorities(held).pitches
    assert np.array_equal(np.concatenate([sonorities(half).pitches for half in halves]), whole)


def _held_into(measure: TokenMeasure) -> TokenMeasure:
    """The measure with its first voice held over the barline."""
    first, *others = measure.slices
    return replace(measure, slices=(replace(first, events=(HOLD, *first.events[1:])), *others))
