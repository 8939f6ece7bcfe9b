"""Roman numerals: a chord's function in a key, as one writes it under the staff.

Upper case is major or augmented, lower case minor or diminished; `o` is diminished, `ø` half
diminished, `+` augmented, `maj7` a major seventh; figures say the inversion (6, 64; 65, 43, 42); what
follows a stroke is the degree that the chord is applied to. In minor the raised leading note needs no
sign: viio, and VII on the natural one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scoregen.analysis.harmony.chords import ChordSpan
from scoregen.analysis.harmony.features import Function
from scoregen.score.theory.chord_kinds import AUGMENTED_SIXTHS, FOUR_NOTES

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
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True, slots=True)
class Degree:
    """A degree of a scale, 1 to 7, and the semitones by which it is altered there."""

    number: int
    alter: int = 0


def degree(offset: int, mode: str) -> Degree:
    """The degree that lies so many fifths from the tonic; the leading note of minor is an altered one."""
    number = 4 * offset % 7 + 1
    return Degree(number, (offset - _SCALES[_major_or_minor(mode)][number - 1]) // 7)


def numeral(function: Function, inversion: int, mode: str) -> str:
    """The numeral of a chord in a key of that mode, such as `V65/V`."""
    if function.target is None:
        return _plain(function, inversion, mode)
    local = Function(function.offset - function.target, function.quality)
    return f"{_plain(local, inversion, target_mode(function.target, mode))}/{target_numeral(function.target, mode)}"


def target_mode(target: int, mode: str) -> str:
    """Whether the triad on a degree that a chord is applied to is major or minor, in the scale itself."""
    scale = _SCALES[_major_or_minor(mode)]
    third = (scale.index(target) + 2) % 7 if target in scale else 0
    if target not in scale:
        return "major"
    return "major" if scale[third] - target == 4 else "minor"


def target_numeral(target: int, mode: str) -> str:
    """The degree that a chord is applied to; a dominant is major in either mode."""
    found = degree(target, mode)
    is_major = target == 1 or target_mode(target, mode) == "major"
    name = _ROMAN[found.number - 1] if is_major else _ROMAN[found.number - 1].lower()
    return f"{_alteration(found)}{name}"


def figured(text: str) -> str:
    """A numeral as it is printed: figures raised or lowered, `°` for diminished."""
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
    """The numeral of a chord of a score."""
    return numeral(span.function, span.chord.inversion, span.key.mode)


def _plain(function: Function, inversion: int, mode: str) -> str:
    if function.quality in AUGMENTED_SIXTHS:
        return _SIXTHS[function.quality]
    found = degree(function.offset, mode)
    name = _ROMAN[found.number - 1]
    if function.quality not in _UPPER:
        name = name.lower()
    is_leading = function.offset == _LEADING and function.quality in _SIGNS
    sign = "" if is_leading else _alteration(found)
    is_seventh = function.quality in FOUR_NOTES
    figures = (_SEVENTH_FIGURES if is_seventh else _TRIAD_FIGURES)[inversion]
    major = "maj" if function.quality in _MAJOR_SEVENTH else ""
    return f"{sign}{name}{_SIGNS.get(function.quality, '')}{major}{figures}"


def _alteration(found: Degree) -> str:
    return "#" * found.alter if found.alter > 0 else "b" * -found.alter


def _major_or_minor(mode: str) -> str:
    return "minor" if mode in ("minor", "dorian", "phrygian", "aeolian", "locrian") else "major"
