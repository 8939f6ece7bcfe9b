"""Builders of MusicXML elements, and numbers in MusicXML's format."""

from __future__ import annotations

import re
from fractions import Fraction

from lxml import etree

from scoregen.notation.musicxml.read.values import FORTE

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = re.compile(r"[^\W\d][\w.\-]*")


def add(
    parent: etree._Element, tag: str, text: object = None, attributes: dict[str, str] | None = None
) -> etree._Element:
    """Append a child; characters that XML cannot represent are removed from text and attributes."""
    element = etree.SubElement(parent, tag)
    for name, value in (attributes or {}).items():
        element.set(name, clean(value))
    if text is not None:
        element.text = clean(str(text))
    return element


def clean(text: str) -> str:
    """The text without control characters and lone surrogates."""
    return _NOT_XML.sub("", text)


def is_identifier(text: str) -> bool:
    """Whether the text is a valid XML id."""
    return _NAME.fullmatch(text) is not None


def decimal(number: int | Fraction) -> str:
    """The shortest decimal of an exact number, to six places if it does not terminate."""
    if number == int(number):
        return str(int(number))
    return f"{float(number):.6f}".rstrip("0")


def loudness(velocity: int) -> str:
    """A MIDI velocity as a percentage of a forte, to two places."""
    return f"{velocity * 100 / FORTE:.2f}".rstrip("0").rstrip(".")
