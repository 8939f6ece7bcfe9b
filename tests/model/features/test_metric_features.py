"""The metric features, with their names and in the order of the trained weights."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from scoregen.model.features.inputs import PieceOutline
from scoregen.model.features.metric_features import LAYOUT, METRIC_FEATURES, MODE_FEATURES, PHRASE_FEATURES, span
from scoregen.model.network.config import NetworkConfig
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.tokens.events import Header

PLAIN = Header("1", TimeSignature((4,), 4), KeySignature(), Fraction(4))
PLACE = (1, Fraction(3, 2))


def features(*headers: Header) -> np.ndarray:
    return np.array(PieceOutline.of(headers).metric(*PLACE))


def changed(one: np.ndarray, other: np.ndarray) -> set[int]:
    return set(np.flatnonzero(one != other).tolist())


def test_the_layout_is_that_of_the_trained_weights() -> None:
    assert METRIC_FEATURES == NetworkConfig().metric_features == len(features(PLAIN, PLAIN)) == 38
    assert (slice(0, 8), slice(8, 10)) == (PHRASE_FEATURES, MODE_FEATURES)
    assert [span(name, name).start for name in LAYOUT] == sorted(span(name, name).start for name in LAYOUT)


def test_phrase_ends_and_modes_change_their_own_features_only() -> None:
    plain = features(PLAIN, PLAIN, PLAIN)
    phrased = features(PLAIN, replace(PLAIN, phrase_ends=(Fraction(2),)), PLAIN)
    places = set(range(METRIC_FEATURES))
    assert changed(plain, phrased) and changed(plain, phrased) <= set(list(places)[PHRASE_FEATURES])
    for mode in ("major", "minor"):
        moded = features(PLAIN, replace(PLAIN, key=KeySignature(0, mode)), PLAIN)
        assert changed(plain, moded) and changed(plain, moded) <= set(list(places)[MODE_FEATURES])


def test_values_at_a_place() -> None:
    result = dict(zip(LAYOUT, (features(PLAIN, PLAIN)[span(name, name)].tolist() for name in LAYOUT), strict=True))
    assert result["phrases are known"] == result["phrase end"] == [0.0]
    assert result["metrical strength"] == [0, 0, 0, 1, 0, 0, 0]
    assert np.allclose(result["place in beat"], [0, -1])
    assert result["beats left in beat"] == [0.5] and result["beat"] == [1]
    assert result["metre"] == [1, 1, 0] and result["short measure"] == [0]
    assert np.allclose(result["since start of piece"], np.exp([-5.5, -5.5 / 4, -5.5 / 16]))
    assert result["measure"] == [1, 0, 0, 1, 0]
