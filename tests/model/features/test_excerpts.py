"""Excerpts have the features of their place in the whole piece; voices can be left out."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
import torch

from scoregen.model.features.alphabet import BARLINE, UNSCORED
from scoregen.model.features.conditioning import Example, frames, usual_order
from scoregen.model.features.excerpts import excerpt, select_voices
from scoregen.model.features.inputs import ABSENT, PieceArrays, piece_arrays
from scoregen.model.network.batches import collate
from scoregen.model.network.likelihood import likelihood
from scoregen.model.network.network import Network
from scoregen.tokens.encode import interleave, voice_events
from scoregen.tokens.events import TokenScore
from tests.model.ensembles import chordal_tokens, describe
from tests.model.tasks import random_network

VOICES = describe(5)


@pytest.fixture(scope="module")
def network() -> Network:
    return random_network(roles=(), strand=12)


def long_piece(absent: float = 0.0) -> PieceArrays:
    return piece_arrays(chordal_tokens(7, VOICES, 8, absent=absent), None, VOICES, whole=False)


def nats(network: Network, piece: PieceArrays) -> np.ndarray:
    given = np.zeros(piece.events.shape, dtype=bool)
    with torch.no_grad():
        result = likelihood(network, collate([Example(piece, given, usual_order(given, piece.events == ABSENT))]))
    return (result.events.sum(1) + result.time_shifts).numpy()


def assert_equal(one: PieceArrays, other: PieceArrays, *names: str) -> None:
    for name in names:
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


def test_an_excerpt_of_everything_is_the_piece() -> None:
    tokens = chordal_tokens(7, VOICES, 4)
    whole = piece_arrays(tokens, None, VOICES)
    cut = excerpt(piece_arrays(tokens, None, VOICES, whole=False), 0, whole.length)
    names = [field.name for field in fields(PieceArrays) if field.name != "labels"]
    assert_equal(whole, cut, *names)
    assert cut.labels.shape == whole.labels.shape


def test_the_slices_of_an_excerpt_are_those_of_the_whole() -> None:
    piece = long_piece()
    start, stop = np.flatnonzero(piece.measure == 2)[0], np.flatnonzero(piece.measure == 5)[0]
    cut = excerpt(piece, start, stop)
    assert cut.length == stop - start and set(cut.measure) == {2, 3, 4}
    for name in ("events", "before", "sounding", "age", "pitch_history", "choices", "inner", "time_shift"):
        assert np.array_equal(getattr(cut, name), getattr(piece, name)[start:stop]), name
    assert cut.position[0] == 0
    own, whole = cut.position[cut.point], piece.position[piece.point[start:stop]]
    assert (np.diff(own) == np.diff(whole)).all()
    assert np.array_equal(cut.metric[cut.point], piece.metric[piece.point[start:stop]])
    assert cut.matches.shape == (6, cut.length, cut.length)
    assert np.array_equal(np.flatnonzero(cut.is_slice), cut.point)
    assert (cut.last_slice[cut.point] == np.arange(cut.length)).all()


def test_the_opening_of_a_piece_scores_like_the_same_slices_of_the_whole(network: Network) -> None:
    """With nothing given nothing later is seen, except that the frames of the context reach further."""
    blind = random_network(roles=(), strand=12, context=0)
    piece = long_piece(absent=0.2)
    stop = int(np.flatnonzero(piece.measure == 3)[0])
    whole, cut = excerpt(piece, 0, piece.length), excerpt(piece, 0, stop)
    assert nats(blind, cut) == pytest.approx(nats(blind, whole)[:stop], abs=1e-4)
    assert nats(network, cut) != pytest.approx(nats(network, whole)[:stop], abs=1e-4)


def test_the_frames_of_an_excerpt_are_those_of_the_whole() -> None:
    piece = long_piece()
    start, stop = np.flatnonzero(piece.measure == 2)[0], np.flatnonzero(piece.measure == 5)[0]
    given = np.zeros(piece.events.shape, dtype=bool)
    given[:, 1:3] = True
    points, events, sounding, inner = frames(piece, given)
    inside = (piece.point[start] <= points) & (points < piece.point[stop])
    for ours, whole in zip(
        frames(excerpt(piece, start, stop), given[start:stop])[1:], (events, sounding, inner), strict=True
    ):
        assert np.array_equal(ours, whole[inside])


def without(tokens: TokenScore, kept: list[int]) -> TokenScore:
    measures = [
        replace(each, slices=interleave([voice_events(each, voice) for voice in kept])) for each in tokens.measures
    ]
    return TokenScore(tuple(tokens.slots[voice] for voice in kept), tuple(measures))


@pytest.mark.parametrize("kept", [[0], [1, 3], [0, 2, 4], [4]])
@pytest.mark.parametrize("absent", [0.0, 0.3])
def test_a_piece_without_some_voices_is_that_of_the_other_voices_alone(kept: list[int], absent: float) -> None:
    """Slices in which nothing is left to begin vanish, and the time shifts reach to the next one."""
    tokens = chordal_tokens(9, VOICES, 6, absent=absent)
    selected = select_voices(piece_arrays(tokens, None, VOICES), kept)
    alone = piece_arrays(without(tokens, kept), None, [VOICES[voice] for voice in kept])
    names = ("events", "choices", "before", "sounding", "age", "time_shift", "measure", "pitch_history")
    for name in names:
        ours, wanted = getattr(selected, name), getattr(alone, name)
        if name == "choices":
            ours = ours[:, :, : wanted.shape[2]]
        if name == "age":  # an absent voice has none
            returns = np.pad(alone.events[:-1] == ABSENT, ((1, 0), (0, 0)))
            ours, wanted = np.where(returns, 0, ours), np.where(returns, 0, wanted)
        assert ours == pytest.approx(wanted), name
    assert np.array_equal(selected.position[selected.point], alone.position[alone.point])
    scored = excerpt(selected, 0, selected.length)
    assert np.array_equal(scored.matches, alone.matches)
    assert np.array_equal(selected.voices, piece_arrays(tokens, None, VOICES).voices[kept]), "the ranks stay"
    assert selected.length < len(piece_arrays(tokens, None, VOICES).events) or len(kept) > 2


def test_time_shifts_that_the_alphabet_lacks_are_not_scored() -> None:
    tokens = chordal_tokens(9, VOICES, 2)
    piece = piece_arrays(tokens, None, VOICES)
    selected = select_voices(piece, [0])
    last = np.flatnonzero(np.diff(selected.measure, append=99))
    assert (selected.time_shift[last] == BARLINE).all()
    odd = replace(piece, position=piece.position * 7)
    assert UNSCORED in select_voices(odd, [0]).time_shift.tolist()
