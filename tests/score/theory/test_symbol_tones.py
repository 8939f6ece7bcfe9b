"""The tones of chord symbols."""

from fractions import Fraction

import pytest

from scoregen.score.chord_symbols import ChordSymbol, Degree, SpelledPitchClass
from scoregen.score.theory.chord_kinds import note_name
from scoregen.score.theory.symbol_tones import ChordTones, chord_tones


def symbol(root: str, kind: str, **more: object) -> ChordSymbol:
    name = SpelledPitchClass(root[0], {"": 0, "#": 1, "b": -1}[root[1:]])
    return ChordSymbol(Fraction(0), "P1", name, kind, **more)  # type: ignore[arg-type]


def names(tones: ChordTones | None) -> tuple[str, str, str]:
    assert tones is not None
    return " ".join(map(note_name, tones.members)), " ".join(map(note_name, tones.essential)), note_name(tones.bass)


@pytest.mark.parametrize(
    ("root", "kind", "expected"),
    [
        ("Db", "major", ("Db F Ab", "F", "Db")),
        ("C#", "major", ("C# E# G#", "E#", "C#")),
        ("G", "dominant", ("G B D F", "B F", "G")),
        ("B", "half-diminished", ("B D F A", "D A F", "B")),
        ("D", "suspended-fourth", ("D G A", "G", "D")),
        ("A", "minor-ninth", ("A C E G B", "C G B", "A")),
        ("F", "major-sixth", ("F A C D", "A D", "F")),
        ("C", "augmented", ("C E G#", "E G#", "C")),
        ("E", "power", ("E B", "", "E")),
    ],
)
def test_the_tones_of_a_kind(root: str, kind: str, expected: tuple[str, str, str]) -> None:
    assert names(chord_tones(symbol(root, kind))) == expected


def test_a_slash_bass_is_the_lowest_tone_and_a_member() -> None:
    tones = chord_tones(symbol("D", "major", bass=SpelledPitchClass("F", 1)))
    assert names(tones) == ("D F# A", "F# D", "F#")
    assert names(chord_tones(symbol("F", "major", bass=SpelledPitchClass("G")))) == ("F A C G", "A F", "G")


def test_an_inversion_without_a_bass_names_the_bass() -> None:
    assert names(chord_tones(symbol("C", "major", inversion=1)))[2] == "E"
    assert names(chord_tones(symbol("C", "major", inversion=3)))[2] == "C"


@pytest.mark.parametrize(
    ("degrees", "members"),
    [
        ((Degree(9, 0, "add"),), "C E G D"),
        ((Degree(5, -1, "alter"),), "C E Gb Bb"),
        ((Degree(9, -1, "add"),), "C E G Bb Db"),
        ((Degree(3, 0, "subtract"), Degree(4, 0, "add")), "C G Bb F"),
    ],
)
def test_degrees_are_added_altered_and_left_out(degrees: tuple[Degree, ...], members: str) -> None:
    kind = "major" if members == "C E G D" else "dominant"
    assert names(chord_tones(symbol("C", kind, degrees=degrees)))[0] == members


def test_no_chord_and_unknown_kinds_fix_nothing() -> None:
    assert chord_tones(symbol("C", "none")) is None
    assert chord_tones(symbol("C", "Tristan")) is None
    assert chord_tones(symbol("C", "major", degrees=(Degree(5, Fraction(1, 2), "alter"),))) is None
