"""Elements of the copy of the document that is engraved."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from scoregen.system.numbers import exact_number

if TYPE_CHECKING:
    from lxml.etree import _Element


def elements(root: _Element, path: str) -> list[_Element]:
    """The elements at an XPath."""
    found: Any = root.xpath(path)
    return list(found)


def number(text: str | None) -> Fraction | None:
    try:
        return exact_number(text) if text else None
    except ValueError:
        return None


def remove(element: _Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
