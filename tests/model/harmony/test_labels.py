"""Labels of chords: classes relative to the signature, and back to spelled chords."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from scoregen.model.features.metric_features import QUALITIES
from scoregen.model.harmony.labels import UNKNOWN, begins, chord_of, label_of, labels_of, members_of
from scoregen.score.keys import Key, KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.tokens.events import Harmony, Header

ZERO = Fraction(0)
C_MAJOR, A_MINOR, G_MINOR = Key(0, "major"), Key(3, "minor"), Key(1, "minor")


def header(fifths: int) -> Header:
    return Header("1", TimeSignature((4,), 4), KeySignature(fifths), Fraction(4))


@pytest.mark.parametrize(
    ("chord", "fifths"),
    [
        (Harmony(ZERO, C_MAJOR, 1, "dominant", 1), 0),
        (Harmony(ZERO, C_MAJOR, 8, "diminished-seventh", 0), 0),
        (Harmony(ZERO, A_MINOR, 8, "diminished-seventh", 3), 0),
        (Harmony(ZERO, G_MINOR, -3, "major", 1), -2),
        (Harmony(ZERO, Key(4, "major"), 5, "half-diminished", 2), 4),
        (Harmony(ZERO, Key(-4, "major"), -5, "major-seventh", 0), -4),
    ],
)
def test_a_chord_has_a_label_that_gives_it_back_with_its_spelling(chord: Harmony, fifths: int) -> None:
    assert chord_of(label_of(chord, fifths), header(fifths)) == chord


def test_a_label_does_not_depend_on_the_key() -> None:
    chord = Harmony(ZERO, G_MINOR, 2, "dominant", 2)
    moved = replace(chord, key=Key(chord.key.tonic_fifths + 3, "minor"), root=chord.root + 3)
    assert label_of(chord, -2) == label_of(moved, 1)


def test_a_rare_quality_is_read_as_a_usual_one_and_an_inversion_it_lacks_as_its_highest() -> None:
    assert QUALITIES[label_of(Harmony(ZERO, C_MAJOR, -4, "Italian", 2), 0)[2]] == "dominant"
    assert label_of(Harmony(ZERO, C_MAJOR, 0, "major", 2), 0)[3] == 2


def test_a_step_without_a_chord_is_unknown() -> None:
    labels = labels_of([None, Harmony(ZERO, C_MAJOR, 0, "major")], [0, 0])
    assert labels.tolist() == [[UNKNOWN] * 4, [0, 0, 0, 0]]
    assert begins(labels).tolist() == [True, True]


def test_the_members_of_a_dominant_seventh_on_the_fifth() -> None:
    label = labels_of([Harmony(ZERO, C_MAJOR, 1, "dominant", 0)], [0])
    assert sorted(members_of(label)[0].nonzero()[0].tolist()) == [1, 2, 5, 11]  # G D B F by fifths from C
