"""The features updated slice by slice equal those of the finished piece."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from scoregen.model.engine.incremental_features import IncrementalFeatures
from scoregen.model.features.alphabet import GRID, MOST_ACCIDENTALS
from scoregen.model.features.conditioning import WINDOW
from scoregen.model.features.inputs import SILENCE, SPELLED, PieceArrays, piece_arrays, with_tables
from tests.model.ensembles import chordal_tokens, describe
from tests.model.pieces import random_tokens


def refrain(seed: int, rows: int = 3) -> PieceArrays:
    """A piece in which every other pair of measures is repeated."""
    tokens = random_tokens(seed, rows * 4)
    measures = list(tokens.measures)
    for start in range(0, rows * 4, 4):
        for offset in range(2):
            measures[start + offset] = replace(measures[start + offset], slices=measures[offset].slices)
    return piece_arrays(replace(tokens, measures=tuple(measures)))


def check(features: IncrementalFeatures, row: int, piece: PieceArrays, index: int) -> None:
    keys = piece.key[piece.point[index : index + 1]] - MOST_ACCIDENTALS
    assert (features.age[row] == piece.age[index]).all()
    assert (features.matches[row] == piece.matches[:, index, :index]).all()
    np.testing.assert_allclose(
        features.pitch_history(np.repeat(keys, len(features.age)))[row], piece.pitch_history[index], atol=1e-5
    )


def append(features: IncrementalFeatures, pieces: Sequence[PieceArrays], index: int) -> None:
    """Add a slice of each piece."""
    names = ("events", "sounding", "time_shift", "inner")
    features.append(*(np.stack([getattr(piece, name)[index] for piece in pieces]).astype(np.int64) for name in names))


def test_every_slice_has_the_features_of_the_finished_piece() -> None:
    pieces = [refrain(seed) for seed in (1, 2, 3)]
    assert all(piece.matches[1:].max() > 4 and piece.matches[0].max() > 4 for piece in pieces)
    features = IncrementalFeatures(len(pieces), 4, SPELLED)
    for index in range(min(piece.length for piece in pieces)):
        features.enter(np.array([piece.position[piece.point[index]] for piece in pieces]))
        for row, piece in enumerate(pieces):
            check(features, row, piece, index)
        append(features, pieces, index)


def test_pieces_can_be_removed_and_duplicated() -> None:
    pieces = [refrain(4, 5), refrain(5, 5)]
    features = IncrementalFeatures(2, 4, SPELLED)
    for index in range(70):
        if index == 20:
            features.keep(np.array([1, 0, 1]))
            pieces = [pieces[1], pieces[0], pieces[1]]
        if index == 40:
            features.keep(np.array([2]))
            pieces = pieces[2:]
        features.enter(np.array([piece.position[piece.point[index]] for piece in pieces]))
        for row, piece in enumerate(pieces):
            check(features, row, piece, index)
        append(features, pieces, index)


def test_chords_match_only_with_all_their_notes() -> None:
    """A repetition of chords with other inner notes is no match of whole slices, though all outer notes are equal."""
    voices = describe(3)
    tokens = chordal_tokens(6, voices, 2)
    first, second = tokens.measures
    measures = (first, second, first, second, first)
    same = piece_arrays(replace(tokens, measures=measures), None, voices)
    other = replace(same, inner=same.inner.copy())
    chords = np.argwhere((other.inner != SILENCE) & (same.measure == 2)[:, None, None])
    at = tuple(chords[len(chords) // 2])
    other.inner[at] -= 1
    other = with_tables(other, 5 * 4 * GRID, None)
    assert (same.matches[1:] == other.matches[1:]).all() and (same.matches[0] != other.matches[0]).any()
    features = IncrementalFeatures(2, 3, SPELLED)
    for index in range(same.length):
        features.enter(np.full(2, same.position[same.point[index]]))
        for row, piece in enumerate((same, other)):
            check(features, row, piece, index)
        append(features, [same, other], index)


def test_a_long_piece_has_the_features_of_the_slices_in_its_window() -> None:
    piece = refrain(7, 18)
    assert piece.length > WINDOW + 40
    features, longest = IncrementalFeatures(1, 4, SPELLED), 0
    for index in range(piece.length):
        features.enter(piece.position[piece.point[index : index + 1]])
        past = np.arange(max(0, index - WINDOW), index)
        assert (features.matches[0][:, past % WINDOW] == piece.matches[:, index, past]).all()
        longest = max(longest, int(features.matches.max()) if index > WINDOW else 0)
        append(features, [piece], index)
    assert longest > 4
