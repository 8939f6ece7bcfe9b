"""Chord symbols and numerals as people type them."""

import pytest

from scoregen.analysis.harmony.features import Function
from scoregen.analysis.harmony.roman_numerals import numeral
from scoregen.score.keys import Key
from scoregen.score.theory.chord_kinds import CHORD_KINDS, note_name
from scoregen.score.theory.chord_text import parse_chord_text
from scoregen.score.theory.symbol_tones import chord_tones


def tones(text: str, key: str = "C major") -> tuple[str, str]:
    """The members and the bass of a chord."""
    symbol = parse_chord_text(text, Key.parse(key))
    assert symbol is not None
    found = chord_tones(symbol)
    assert found is not None
    return " ".join(map(note_name, found.members)), note_name(found.bass)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C", ("C E G", "C")),
        ("Am7", ("A C E G", "A")),
        ("Bb", ("Bb D F", "Bb")),
        ("B♭maj7", ("Bb D F A", "Bb")),
        ("F#m7b5", ("F# A C E", "F#")),
        ("D/F#", ("D F# A", "F#")),
        ("Bbmaj7/D", ("Bb D F A", "D")),
        ("G7sus4", ("G D F C", "G")),
        ("C6/9", ("C E G A D", "C")),
        ("E7b9", ("E G# B D F", "E")),
        ("Cdim7", ("C Eb Gb Bbb", "C")),
        ("G+", ("G B D#", "G")),
        ("Dadd9", ("D F# A E", "D")),
    ],
)
def test_chord_symbols(text: str, expected: tuple[str, str]) -> None:
    assert tones(text) == expected


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        ("G major", "I", ("G B D", "G")),
        ("G major", "ii65", ("A C E G", "C")),
        ("G major", "V7/V", ("A C# E G", "A")),
        ("G major", "V42", ("D F# A C", "C")),
        ("G major", "bVII", ("F A C", "F")),
        ("G major", "iv", ("C Eb G", "C")),
        ("G major", "viio6", ("F# A C", "A")),
        ("G major", "IVmaj7", ("C E G B", "C")),
        ("G major", "N6", ("Ab C Eb", "C")),
        ("a minor", "V7", ("E G# B D", "E")),
        ("a minor", "VI", ("F A C", "F")),
        ("a minor", "bVI", ("F A C", "F")),
        ("a minor", "VII", ("G B D", "G")),
        ("a minor", "viio7", ("G# B D F", "G#")),
        ("a minor", "iiø65", ("B D F A", "D")),
        ("a minor", "V/III", ("G B D", "G")),
        ("a minor", "Cad64", ("A C E", "E")),
        ("c minor", "Ger65", ("Ab C Eb F#", "Ab")),
        ("d dorian", "IV", ("G B D", "G")),
    ],
)
def test_numerals(key: str, text: str, expected: tuple[str, str]) -> None:
    assert tones(text, key) == expected


@pytest.mark.parametrize("mode", ["major", "minor"])
def test_the_numerals_of_the_analysis_are_understood(mode: str) -> None:
    """Every triad and seventh chord on a degree of the scale, in every inversion, comes back."""
    key = Key.parse(f"D {mode}")
    offsets = (0, 2, 4, -1, 1, 3, 5) if mode == "major" else (0, 2, -3, -1, 1, -4, -2)
    kinds = ("major", "minor", "diminished", "dominant", "minor-seventh", "half-diminished", "major-seventh")
    count = 0
    for offset in offsets:
        for kind in kinds:
            if mode == "minor" and offset == -2 and kind in ("diminished", "half-diminished"):
                continue  # written on the leading note, where viio stands
            members = CHORD_KINDS[kind].fifths
            for inversion in range(len(members)):
                text = numeral(Function(offset, kind), inversion, mode)
                symbol = parse_chord_text(text, key)
                assert symbol is not None
                found = chord_tones(symbol)
                assert found is not None
                root = key.tonic_fifths + offset
                assert found.members == tuple(root + member for member in members), text
                assert found.bass == root + members[inversion], text
                count += 1
    assert count > 120


@pytest.mark.parametrize("text", ["H", "vx", "Cfoo", "I7sus", "", "%", "V/x", "8"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a chord symbol"):
        parse_chord_text(text, Key.parse("C major"))


def test_no_chord() -> None:
    assert parse_chord_text("N.C.", Key.parse("C major")) is None
