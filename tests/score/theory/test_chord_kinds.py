"""The table of chord kinds, and the tables that are derived from it."""

from __future__ import annotations

import pytest

from scoregen.evaluation.metrics import cadences, distributions, part_writing
from scoregen.model.features.auxiliary_targets import CHORD_SHAPES, LABELS
from scoregen.score.theory.chord_kinds import (
    AUGMENTED_SIXTHS,
    CHORD_KINDS,
    FOUR_NOTES,
    MEMBERS,
    lead_sheet_suffix,
    note_name,
    parse_chord,
    pitch_classes,
    semitones,
)


def test_members_are_stacks_of_thirds() -> None:
    for name in set(MEMBERS) - AUGMENTED_SIXTHS:
        steps = [4 * place % 7 for place in MEMBERS[name]]  # a step up the scale is two fifths: 4 * 2 = 1 mod 7
        assert steps == [0, 2, 4, 6][: len(steps)]
        assert sorted(semitones(name)) == list(semitones(name))


def test_the_semitones_of_some_chords() -> None:
    assert semitones("major") == (0, 4, 7)
    assert semitones("diminished-seventh") == (0, 3, 6, 9)
    assert semitones("major-minor") == (0, 3, 7, 11)
    assert pitch_classes(7, "dominant") == (7, 11, 2, 5)
    assert set(semitones("German")) == set(semitones("dominant"))
    assert {name for name in MEMBERS if len(MEMBERS[name]) == 4} == FOUR_NOTES


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C", (0, "major")),
        ("Fm", (-1, "minor")),
        ("Bdim7", (5, "diminished-seventh")),
        ("Ebmaj7", (-3, "major-seventh")),
    ],
)
def test_chord_symbols_are_read(text: str, expected: tuple[int, str]) -> None:
    assert parse_chord(text) == expected


def test_every_chord_symbol_reads_back() -> None:
    for kind in CHORD_KINDS.values():
        for root in range(-15, 16):
            assert parse_chord(f"{note_name(root)}{kind.suffix}") == (root, kind.name)


@pytest.mark.parametrize("text", ["", "H", "c", "Cfoo", "C#b"])
def test_text_that_is_not_a_chord_symbol(text: str) -> None:
    with pytest.raises(ValueError, match=f"{text!r} is not a chord; expected a root and one of m, dim"):
        parse_chord(text)


def test_a_lead_sheet_writes_an_augmented_sixth_as_a_seventh() -> None:
    assert [lead_sheet_suffix(kind) for kind in ("German", "French", "half-diminished")] == ["7", "7♭5", "m7♭5"]


def test_the_classes_of_the_network_keep_their_ids() -> None:
    assert [semitones(kind) for kind in CHORD_SHAPES] == [
        (0, 4, 7),
        (0, 3, 7),
        (0, 3, 6),
        (0, 4, 7, 10),
        (0, 3, 7, 10),
        (0, 3, 6, 10),
        (0, 3, 6, 9),
        (0, 4, 7, 11),
    ]
    assert LABELS == {"root": 12, "shape": 8, "key": 24, "phrase_end": 2}


def test_the_figures_keep_their_chords() -> None:
    assert distributions.KINDS == {
        "major": (0, 4, 7),
        "minor": (0, 3, 7),
        "diminished": (0, 3, 6),
        "augmented": (0, 4, 8),
        "7": (0, 4, 7, 10),
        "maj7": (0, 4, 7, 11),
        "min7": (0, 3, 7, 10),
        "half-dim 7": (0, 3, 6, 10),
        "dim 7": (0, 3, 6, 9),
    }
    assert len(part_writing.CHORDS) == 12 * (3 + 4) + 3  # there are three diminished sevenths
    assert part_writing.is_chord(frozenset({2, 5, 8, 11})) and not part_writing.is_chord(frozenset({0, 4, 8}))
    assert ({0, 4, 7}, {0, 3, 7}) == cadences.TRIADS
    assert ({3, 4}, 5) == (cadences.THIRDS, cadences.FROM_DOMINANT)
