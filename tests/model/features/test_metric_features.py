"""The metric features, with their names and in the order of the trained weights."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from scoregen.model.features.metric_features import (
    HARMONY_FEATURES,
    LAYOUT,
    METRIC_FEATURES,
    MODE_FEATURES,
    PHRASE_FEATURES,
    QUALITIES,
    span,
)
from scoregen.model.features.outline import PieceOutline
from scoregen.model.network.config import NetworkConfig
from scoregen.score.keys import Key, KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.tokens.events import Harmony, Header

PLAIN = Header("1", TimeSignature((4,), 4), KeySignature(), Fraction(4))
PLACE = (1, Fraction(3, 2))


def features(*headers: Header) -> np.ndarray:
    return np.array(PieceOutline.of(headers).metric(*PLACE))


def changed(one: np.ndarray, other: np.ndarray) -> set[int]:
    return set(np.flatnonzero(one != other).tolist())


def test_the_layout_is_that_of_the_trained_weights() -> None:
    assert METRIC_FEATURES == NetworkConfig().metric_features == len(features(PLAIN, PLAIN)) == 150
    assert (slice(0, 8), slice(8, 10), slice(38, 150)) == (PHRASE_FEATURES, MODE_FEATURES, HARMONY_FEATURES)
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


def planned(fifths: int, *chords: Harmony) -> dict[str, list[float]]:
    """The features of PLACE under a plan in the measure before and in its own."""
    header = replace(PLAIN, key=KeySignature(fifths))
    row = features(header, replace(header, harmony=chords), header)
    return {name: row[span(name, name)].tolist() for name in LAYOUT}


def test_a_plan_changes_its_own_features_only() -> None:
    plain = features(PLAIN, PLAIN, PLAIN)
    chord = Harmony(Fraction(0), Key(0, "major"), 1, "dominant", 1)
    with_plan = features(PLAIN, replace(PLAIN, harmony=(chord,)), PLAIN)
    assert not plain[HARMONY_FEATURES].any()
    assert changed(plain, with_plan) and min(changed(plain, with_plan)) >= HARMONY_FEATURES.start


def test_the_planned_chord_and_the_next_one_at_a_place() -> None:
    chords = (
        Harmony(Fraction(1), Key(0, "major"), 1, "dominant", 1),
        Harmony(Fraction(2), Key(3, "minor"), 3, "minor", 0),
    )
    found = planned(0, *chords)
    root, quality, bass = found["chord"][:12], found["chord"][12:21], found["chord"][21:33]
    assert root.index(1) == 1 and QUALITIES[quality.index(1)] == "dominant" and bass.index(1) == 5  # B under G7
    assert [place for place, value in enumerate(found["chord"][33:]) if value] == [1, 2, 5, 11]  # G D B F
    assert found["next chord"][:12].index(1) == 3
    assert found["local key"] == [1.0, *[0.0] * 11, 1.0, 0.0]
    assert found["chord begins"] == [0.0] and np.allclose(found["to next chord"][0], np.exp(-0.5))


def test_the_features_of_a_plan_do_not_depend_on_the_key() -> None:
    chord = Harmony(Fraction(0), Key(0, "major"), 4, "half-diminished", 2)
    moved = replace(chord, key=Key(-3, "major"), root=1)
    one, other = planned(0, chord), planned(-3, moved)
    assert all(one[name] == other[name] for name in list(LAYOUT)[list(LAYOUT).index("harmony is known") :])


def test_before_its_first_chord_a_plan_is_unknown() -> None:
    assert planned(0, Harmony(Fraction(2), Key(0, "major"), 0, "major"))["harmony is known"] == [0.0]
