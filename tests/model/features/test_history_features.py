"""History features, checked against naive definitions."""

from dataclasses import replace

import numpy as np
import pytest

from scoregen.benchmarks.jsb16.alphabet import CHROMATIC
from scoregen.benchmarks.jsb16.rolls import roll_piece, transpose_roll
from scoregen.model.features.alphabet import GRID, HOLD, PITCHES, alphabet
from scoregen.model.features.history_features import (
    MATCHES,
    ages,
    bucket,
    estimate_keys,
    matches,
    pitch_history,
    relative_to_key,
)
from scoregen.model.features.inputs import piece_arrays, pitches_around
from scoregen.model.features.transposition import transpose_piece
from scoregen.score.pitch import Interval
from tests.model.pieces import random_tokens

PHRASE = [[67, 62, 59, 43], [67, 62, 59, 43], [69, 62, 57, 42], [69, 62, 57, 42], [71, 62, 55, 43], [69, 60, 57, 45]]


def run_length(rows: list[tuple[int, ...]], t: int, s: int) -> int:
    count = 0
    while s - count - 1 >= 0 and rows[t - count - 1] == rows[s - count - 1]:
        count += 1
    return count


def test_whole_matches_count_consecutive_identical_slices() -> None:
    piece = roll_piece(PHRASE * 3)
    rows = [
        (*event, *sound, int(time_shift))
        for event, sound, time_shift in zip(
            piece.events.tolist(), piece.sounding.tolist(), piece.time_shift.tolist(), strict=True
        )
    ]
    for t in range(piece.length):
        for s in range(t):
            assert piece.matches[0, t, s] == bucket(np.array([run_length(rows, t, s)]))[0]
        assert not piece.matches[0, t, t:].any(), "no slice is compared with later ones"


def test_a_voice_matches_by_notes_while_the_others_differ() -> None:
    other = [[top, 64, 60, 48] for top, *_ in PHRASE]
    piece = roll_piece(PHRASE + other)
    repeat = int(np.flatnonzero(piece.position == 6 * GRID // 4)[0])
    last = piece.length - 1
    assert piece.matches[1, last, repeat - 1] >= 3, "the soprano repeats its phrase"
    assert piece.matches[0, last].max() == 0, "the whole does not"


def test_the_match_table_is_the_same_in_every_key() -> None:
    piece = roll_piece(PHRASE * 2)
    moved = transpose_roll(piece, 3)
    again = roll_piece([[pitch + 3 for pitch in frame] for frame in PHRASE * 2])
    assert moved is not None
    for name in ("events", "before", "sounding", "key", "age", "matches", "time_shift", "labels"):
        assert np.array_equal(getattr(moved, name), getattr(again, name)), name
    assert np.allclose(moved.pitch_history, again.pitch_history, atol=1e-6)


def test_history_features_of_spelled_pieces_are_invariant_under_transposition() -> None:
    piece = piece_arrays(random_tokens(3))
    moved = transpose_piece(piece, Interval(1, 2))
    assert moved is not None
    before, sounding = pitches_around(moved.events, alphabet("spelled"))
    assert np.array_equal(moved.before, before)
    assert np.array_equal(moved.sounding, sounding)
    position = moved.position[moved.point]
    shares = pitch_history(sounding, position, alphabet("spelled"))
    assert np.allclose(moved.pitch_history, relative_to_key(shares, moved.key[moved.point] - 7), atol=1e-6)


def test_a_pitch_before_an_excerpt_must_stay_in_the_alphabet_too() -> None:
    piece = piece_arrays(random_tokens(3))
    highest = max(range(len(PITCHES)), key=lambda pitch: PITCHES[pitch].midi_pitch)
    for name in ("before", "sounding"):
        pitches = np.array(getattr(piece, name))
        pitches.flat[0] = highest
        assert transpose_piece(replace(piece, **{name: pitches}), Interval(1, 2)) is None, name


def test_ages_count_from_the_last_attack_or_rest() -> None:
    events = np.array([[40, 50], [HOLD, 51], [41, HOLD]])
    result = ages(events, np.array([0, GRID, 3 * GRID]))
    assert result[0].tolist() == [0, 0]
    assert result[1, 0] == result[1, 1] == result[2, 1] - 2, "a quarter each, then a half note"
    assert result[2, 0] > result[2, 1], "a dotted half"


def test_the_pitch_history_decays_and_sums_to_one() -> None:
    piece = roll_piece(PHRASE * 4)
    assert not piece.pitch_history[0].any()
    assert piece.pitch_history[1:].reshape(-1, 2, 12).sum(2) == pytest.approx(1.0, abs=1e-5)


def test_a_key_is_estimated_from_the_past_alone() -> None:
    cadence = [
        [67, 62, 59, 43],
        [67, 64, 60, 48],
        [69, 62, 54, 50],
        [67, 62, 59, 43],
        [67, 64, 60, 45],
        [67, 62, 59, 43],
    ]
    piece = roll_piece([frame for frame in cadence for _ in range(4)])
    assert piece.key[0] == CHROMATIC.no_key
    assert piece.key[-1] == 1, "one sharp"
    assert estimate_keys(np.zeros((2, 2, 12), dtype=np.float32), 12).tolist() == [12, 12]


def test_buckets_are_monotonic_and_bounded() -> None:
    result = bucket(np.arange(100))
    assert (np.diff(result.astype(int)) >= 0).all()
    assert result[0] == 0
    assert result[-1] == MATCHES - 1


def test_tables_of_two_equal_slices() -> None:
    events = np.array([[5], [5]])
    table = matches(events, events - 2, np.array([4, 4]), np.array([0, GRID]))
    assert table.shape == (2, 2, 2)
    assert not table[:, 0].any()
