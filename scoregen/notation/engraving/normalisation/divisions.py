"""One number of divisions for each part, in the engraver's copy of the document.

MusicXML allows `<divisions>` to change anywhere, as it does where new voices need finer lengths than the given ones.
Verovio 6.4 counts on with the old number inside a measure and draws later voices at wrong beats.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

_LENGTHS = ("duration", "offset")
_MOST = 1 << 20  # a larger common multiple is left as it is


def unify_divisions(root: _Element) -> None:
    """Give every part with changing divisions their least common multiple, and its lengths accordingly."""
    for part in root.findall("part"):
        numbers = {number for element in part.iter("divisions") if (number := _number(element))}
        common = math.lcm(*numbers) if numbers else 1
        if len(numbers) > 1 and common <= _MOST:
            _scale(part, common)


def _scale(part: _Element, common: int) -> None:
    current = 1
    for element in _timed(part):
        if element.tag == "divisions":
            current = _number(element) or current
            element.text = str(common)
        elif _is_whole(element.text):
            element.text = str(int(element.text or 0) * common // current)


def _timed(part: _Element) -> Iterator[_Element]:
    """The divisions and lengths of a part, in document order."""
    return part.iter("divisions", *_LENGTHS)


def _number(element: _Element) -> int:
    """The divisions that an element gives; 0 for anything else than a whole number."""
    return int(element.text or 0) if _is_whole(element.text) else 0


def _is_whole(text: str | None) -> bool:
    return (text or "").strip().lstrip("-").isdecimal()
