"""The suffixes of chord symbols."""

import pytest

from scoregen.score.chord_symbols import Degree
from scoregen.score.theory.chord_suffixes import read_suffix

SPELLINGS = {
    "major": ("", "maj", "M", "major", "Maj"),
    "minor": ("m", "min", "-", "mi", "Min", "minor"),
    "diminished": ("dim", "o", "°", "mb5", "m(b5)"),
    "augmented": ("+", "aug", "(#5)", "+5"),
    "dominant": ("7", "dom7"),
    "major-seventh": ("maj7", "M7", "Δ", "Δ7", "ma7", "j7", "Maj7", "MAJ7", "^7"),
    "minor-seventh": ("m7", "-7", "mi7", "Min7", "minor7"),
    "half-diminished": ("m7b5", "ø", "ø7", "-7b5", "m7(b5)", "min7♭5", "h7"),
    "diminished-seventh": ("dim7", "°7", "o7"),
    "major-minor": ("m(maj7)", "mM7", "mMaj7", "-Δ7", "min(maj7)"),
    "augmented-seventh": ("+7", "7+", "aug7", "7#5", "7(#5)"),
    "major-sixth": ("6", "maj6", "M6"),
    "minor-sixth": ("m6", "-6", "min6"),
    "dominant-ninth": ("9",),
    "dominant-13th": ("13",),
    "minor-11th": ("m11", "-11"),
    "suspended-fourth": ("sus", "sus4"),
    "suspended-second": ("sus2",),
    "power": ("5",),
}


@pytest.mark.parametrize("kind", SPELLINGS)
def test_every_spelling_of_a_kind_is_read(kind: str) -> None:
    assert {text: read_suffix(text) for text in SPELLINGS[kind]} == dict.fromkeys(SPELLINGS[kind], (kind, ()))


@pytest.mark.parametrize(
    ("text", "kind", "degrees"),
    [
        ("add9", "major", [(9, 0, "add")]),
        ("madd9", "minor", [(9, 0, "add")]),
        ("6/9", "major-sixth", [(9, 0, "add")]),
        ("7b9", "dominant", [(9, -1, "add")]),
        ("7-9", "dominant", [(9, -1, "add")]),
        ("7(b9,#5)", "augmented-seventh", [(9, -1, "add")]),
        ("13b9", "dominant-13th", [(9, -1, "alter")]),
        ("maj7#5", "major-seventh", [(5, 1, "alter")]),
        ("7b5", "dominant", [(5, -1, "alter")]),
        ("9sus4", "dominant-ninth", [(3, 0, "subtract"), (4, 0, "add")]),
        ("7omit3", "dominant", [(3, 0, "subtract")]),
        ("(no5)", "major", [(5, 0, "subtract")]),
        ("m7add11", "minor-seventh", [(11, 0, "add")]),
        ("dim(maj7)", "diminished", [(7, 1, "add")]),
        ("7alt", "augmented-seventh", [(9, -1, "add")]),
    ],
)
def test_degrees_are_added_altered_and_left_out(text: str, kind: str, degrees: list[tuple[int, int, str]]) -> None:
    assert read_suffix(text) == (kind, tuple(Degree(*each) for each in degrees))


@pytest.mark.parametrize("text", ["foo", "x", "b", "C", "7z", "llegro", "7b", "-b", "add"])
def test_other_text_is_no_suffix(text: str) -> None:
    assert read_suffix(text) is None
