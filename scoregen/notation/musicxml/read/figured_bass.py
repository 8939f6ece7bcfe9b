"""One <figured-bass>: the figures over the note that follows."""

from __future__ import annotations

from fractions import Fraction

from lxml import etree

from scoregen.notation.musicxml.read.values import optional_number, text_of
from scoregen.score.directions import Direction, Figure, FiguredBass

_MOST = 29
"""Figures beyond the second octave and a half do not exist."""


def read_figured_bass(
    element: etree._Element, onset: Fraction, part: str, divisions: int | Fraction
) -> Direction | None:
    """The figures at an onset; None for an element without any that is printed."""
    figures = tuple(figure for child in element.iterfind("figure") if (figure := _figure(child)) is not None)
    length = optional_number(text_of(element.find("duration")))
    duration = Fraction(length) / divisions if length is not None and length > 0 else None
    if not figures and duration is None:
        return None
    return Direction(onset, FiguredBass(figures, duration), part)


def _figure(element: etree._Element) -> Figure | None:
    number = optional_number(text_of(element.find("figure-number")))
    prefix, suffix = (text_of(element.find(name)) or "" for name in ("prefix", "suffix"))
    if number is None and not prefix and not suffix:
        return None
    is_interval = number is not None and number == int(number) and 1 <= number <= _MOST
    return Figure(int(number) if number is not None and is_interval else None, prefix, suffix)
