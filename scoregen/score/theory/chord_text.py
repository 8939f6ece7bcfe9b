"""Chords as people type them: chord symbols (`F#m7b5`, `D/F#`, `Bbmaj7`) and Roman numerals (`ii65`, `V7/V`).

`chord_suffixes` reads what follows the root of a chord symbol, `numerals` the numerals.
"""

from __future__ import annotations

import re
from fractions import Fraction

from scoregen.score.chord_symbols import ChordSymbol, SpelledPitchClass
from scoregen.score.keys import Key
from scoregen.score.theory.chord_suffixes import read_suffix
from scoregen.score.theory.numerals import read_numeral

_ROOT = r"[A-G](?:#{1,2}|b{1,2}|♯|♭)?"
_SYMBOL = re.compile(rf"(?P<root>{_ROOT})(?P<suffix>.*?)(?:/(?P<bass>{_ROOT}))?")
_NO_CHORD = frozenset({"N.C.", "NC", "n.c.", "nc", "N.C", "NC.", "N. C."})


def parse_chord_text(text: str, key: Key) -> ChordSymbol | None:
    """A chord symbol or a numeral of this key as a value at onset 0; None for "no chord" (`N.C.`).

    Raises ValueError for anything else.
    """
    if is_no_chord(text):
        return None
    chord = read_numeral(text, key) or read_chord_symbol(text)
    if chord is None:
        raise ValueError(
            f"found the chord {text!r}; expected a chord symbol such as Am7 or D/F#, or a numeral such as V7"
        )
    return chord


def is_no_chord(text: str) -> bool:
    """Whether a text says that no chord is played."""
    return text.strip() in _NO_CHORD


def read_chord_symbol(text: str) -> ChordSymbol | None:
    """A chord symbol at onset 0, its `text` as written; None for a text that is none."""
    for pattern in (_SYMBOL, re.compile(rf"(?P<root>{_ROOT})(?P<suffix>.*)(?P<bass>)")):
        match = pattern.fullmatch(text)
        found = read_suffix(match["suffix"]) if match else None
        if match is not None and found is not None:
            bass = _pitch_class(match["bass"]) if match["bass"] else None
            return ChordSymbol(Fraction(0), "", _pitch_class(match["root"]), found[0], text, None, bass, found[1])
    return None


def _pitch_class(name: str) -> SpelledPitchClass:
    signs = name[1:].replace("♭", "b").replace("♯", "#")
    return SpelledPitchClass(name[0], signs.count("#") - signs.count("b"))
