"""The histograms of the features, on pieces with known counts."""

from __future__ import annotations

import numpy as np
import pytest

from scoregen.evaluation.metrics.distributions import CHORDS, FEATURES, INCOMPLETE, OTHER, chord_name, histograms
from scoregen.evaluation.metrics.frames import frames_from_lists
from scoregen.evaluation.metrics.pieces import EvaluatedPiece, from_json, to_json

MOMENTS = ([72, 67, 64, 48], [74, 67, 65, 47], [76, 67, 64, 48], [76, 69, 60, 53])


def piece(moments: tuple[list[int], ...] = MOMENTS, frames: int = 4, tonic: int = 0) -> EvaluatedPiece:
    rows = [list(moment) for moment in moments for _ in range(frames)]
    return EvaluatedPiece("a", frames_from_lists(rows), (0, 8), (8,), tonic)


def counted(feature: str, what: EvaluatedPiece | None = None) -> dict[str, int]:
    found = FEATURES[feature].count(what or piece())
    return {name: int(count) for name, count in zip(FEATURES[feature].bins, found, strict=True) if count}


def test_pitch_classes_are_counted_from_the_tonic() -> None:
    assert counted("pitch", piece((([72, 67, 64, 48]),))) == {"1": 8, "5": 4, "3": 4}
    assert counted("pitch", piece((([72, 67, 64, 48]),), tonic=7))["4"] == 8


def test_register_and_intervals_and_durations() -> None:
    assert counted("register")["67"] == 1
    assert counted("interval") == {"2": 3, "1": 2, "-1": 2, "-4": 1, "5": 1}
    assert counted("duration") == {"4": 11, "8": 1, "12": 1}


def test_onsets_are_counted_from_the_barline() -> None:
    assert counted("onset") == {"0": 2, "4": 2}


def test_texture_and_motion() -> None:
    assert counted("texture") == {"3": 3}
    assert counted("motion") == {"contrary": 1, "similar": 1, "oblique": 1}
    assert counted("motion", piece(([72, 60], [74, 62], [76, 63]))) == {"parallel": 1, "similar": 1}


def test_chords_of_beats() -> None:
    assert counted("chord") == {"major": 2, "7 6/5": 1, "maj7": 1}


@pytest.mark.parametrize(
    ("above", "name"),
    [
        ({0, 4, 7}, "major"),
        ({0, 3, 8}, "major 6"),
        ({0, 5, 9}, "major 6/4"),
        ({0, 3, 7}, "minor"),
        ({0, 4, 7, 10}, "7"),
        ({0, 4, 10}, "7"),
        ({0, 2, 6}, "7 4/2"),
        ({0, 3, 6, 9}, "dim 7"),
        ({0, 4, 8}, "augmented"),
        ({0, 7}, INCOMPLETE),
        ({0, 1, 2}, OTHER),
    ],
)
def test_chord_names(above: set[int], name: str) -> None:
    assert chord_name(frozenset(above)) == name
    assert name in CHORDS


def test_every_feature_has_a_bin_for_everything() -> None:
    random = np.random.default_rng(0)
    wild = EvaluatedPiece("wild", random.integers(-1, 128, (64, 5)).astype(np.int16), (0, 13, 60), (), 5)
    for feature in FEATURES.values():
        assert histograms(feature, [wild, wild]).shape == (2, len(feature.bins))


def test_pieces_read_back_from_json() -> None:
    again = from_json(to_json(piece()))
    assert (again.frames == piece().frames).all()
    assert (again.measures, again.phrase_ends, again.tonic, again.name) == ((0, 8), (8,), 0, "a")
