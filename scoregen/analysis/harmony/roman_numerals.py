"""Roman numerals: the function of a chord in a key.

Upper case is major or augmented, lower case minor or diminished; `o` is diminished, `ø` half
diminished, `+` augmented, `maj7` a major seventh; figures give the inversion (6, 64; 65, 43, 42); the
degree after a slash is the target of an applied chord. In minor, viio is on the raised leading note and
needs no sign; VII is on the natural seventh degree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scoregen.analysis.harmony.chords import ChordSpan
from scoregen.analysis.harmony.features import Function
from scoregen.score.theory.chord_kinds import AUGMENTED_SIXTHS, CONSONANT_TRIADS, FOUR_NOTES, note_name

_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII")
_SCALES = {"major": (0, 2, 4, -1, 1, 3, 5), "minor": (0, 2, -3, -1, 1, -4, -2)}
"""The degrees of each mode on the line of fifths from the tonic."""
_UPPER = frozenset({"major", "augmented", "dominant", "major-seventh", "augmented-seventh"})
_SIGNS = {
    "diminished": "o",
    "diminished-seventh": "o",
    "half-diminished": "ø",
    "augmented": "+",
    "augmented-seventh": "+",
}
_MAJOR_SEVENTH = frozenset({"major-seventh", "major-minor"})
_TRIAD_FIGURES = ("", "6", "64")
_SEVENTH_FIGURES = ("7", "65", "43", "42")
_SIXTHS = {"Italian": "It6", "German": "Ger65", "French": "Fr43"}
_LEADING = 5
WITHOUT_THIRD = "(no3)"
OPEN_FIFTH = "5"
_SUSPENDED = re.compile(r"(7|9|11|13)?sus[24]?")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True, slots=True)
class Degree:
    """A degree of a scale, 1 to 7, and its alteration in semitones."""

    number: int
    alter: int = 0


def degree(offset: int, mode: str) -> Degree:
    """The degree at a distance in fifths from the tonic; the leading note of minor is altered."""
    number = 4 * offset % 7 + 1
    return Degree(number, (offset - _SCALES[_major_or_minor(mode)][number - 1]) // 7)


def numeral(function: Function, inversion: int, mode: str) -> str:
    """The numeral of a chord in a key of this mode, such as `V65/V`."""
    if function.target is None:
        return _plain(function, inversion, mode)
    local = Function(function.offset - function.target, function.quality)
    return f"{_plain(local, inversion, target_mode(function.target, mode))}/{target_numeral(function.target, mode)}"


def target_mode(target: int, mode: str) -> str:
    """The mode, major or minor, of the diatonic triad on the target of an applied chord."""
    scale = _SCALES[_major_or_minor(mode)]
    third = (scale.index(target) + 2) % 7 if target in scale else 0
    if target not in scale:
        return "major"
    return "major" if scale[third] - target == 4 else "minor"


def target_numeral(target: int, mode: str) -> str:
    """The numeral of the target of an applied chord; a dominant is major in both modes."""
    goal = degree(target, mode)
    is_major = target == 1 or target_mode(target, mode) == "major"
    name = _ROMAN[goal.number - 1] if is_major else _ROMAN[goal.number - 1].lower()
    return f"{_alteration(goal)}{name}"


def typeset(text: str) -> str:
    """A numeral for print: superscript and subscript figures, `°` for diminished."""
    head, stroke, applied = text.partition("/")
    return "".join(_figures(head)) + stroke + applied.replace("o", "°")


def _figures(text: str) -> Iterator[str]:
    name = text.rstrip("0123456789")
    figures = text[len(name) :]
    yield name.replace("o", "°")
    if figures:
        yield figures[0].translate(_RAISED)
        yield figures[1:].translate(_LOWERED)


def span_numeral(span: ChordSpan) -> str:
    """The numeral of a chord of a score; `(no3)` marks a chord without third, `sus4` a suspended one by its symbol."""
    name = numeral(span.function, span.chord.inversion, span.key.mode)
    suspended = _SUSPENDED.search(span.symbol or "")
    if span.lacks_third and suspended:
        return f"{name}{suspended[0]}"
    return f"{name}{WITHOUT_THIRD}" if span.lacks_third else name


def span_symbol(span: ChordSpan) -> str:
    """The chord symbol of a chord of a score; an open fifth is `C5`, a seventh chord without third `C7(no3)`."""
    if span.symbol is not None or not span.lacks_third:
        return span.symbol or str(span.chord)
    if span.chord.quality not in CONSONANT_TRIADS:
        return f"{span.chord}{WITHOUT_THIRD}"
    low = f"/{note_name(span.chord.bass)}" if span.chord.inversion else ""
    return f"{note_name(span.chord.root)}{OPEN_FIFTH}{low}"


def _plain(function: Function, inversion: int, mode: str) -> str:
    if function.quality in AUGMENTED_SIXTHS:
        return _SIXTHS[function.quality]
    own = degree(function.offset, mode)
    name = _ROMAN[own.number - 1]
    if function.quality not in _UPPER:
        name = name.lower()
    is_leading = function.offset == _LEADING and function.quality in _SIGNS
    sign = "" if is_leading else _alteration(own)
    is_seventh = function.quality in FOUR_NOTES
    figures = (_SEVENTH_FIGURES if is_seventh else _TRIAD_FIGURES)[inversion]
    major = "maj" if function.quality in _MAJOR_SEVENTH else ""
    return f"{sign}{name}{_SIGNS.get(function.quality, '')}{major}{figures}"


def _alteration(own: Degree) -> str:
    return "#" * own.alter if own.alter > 0 else "b" * -own.alter


def _major_or_minor(mode: str) -> str:
    return "minor" if mode in ("minor", "dorian", "phrygian", "aeolian", "locrian") else "major"
