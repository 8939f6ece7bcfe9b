"""The texts of chord symbols: what the text of a kind says already is not printed as a degree again.

MuseScore and others write the whole name of a chord as the text of its kind, and its degrees besides.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

from scoregen.notation.engraving.normalisation.tree import elements, number, remove

if TYPE_CHECKING:
    from lxml.etree import _Element

_SIGNS = {Fraction(-1): "[b♭-]", Fraction(1): "[#♯+]"}
_THIRD = "3"
"""What a suspended chord lacks without a word."""
_ACCIDENTALS = ((re.compile(r"(?<![a-z])b(?=\d)|(?<=m)b(?=\d)"), "♭"), (re.compile(r"#(?=\d)"), "♯"))


def print_degrees_once(root: _Element) -> None:
    """Remove the degrees that the text of their kind names, and print its accidentals as signs."""
    for kind in elements(root, "//harmony/kind[@text]"):
        text = kind.get("text", "")
        for degree in _degrees(kind):
            if _names(text, degree):
                remove(degree)
        for pattern, sign in _ACCIDENTALS:
            text = pattern.sub(sign, text)
        kind.set("text", text)


def _degrees(kind: _Element) -> list[_Element]:
    """The degrees that follow a kind, up to the next chord of its harmony."""
    found = []
    for following in kind.itersiblings():
        if following.tag in ("root", "numeral", "function"):
            break
        if following.tag == "degree":
            found.append(following)
    return found


def _names(text: str, degree: _Element) -> bool:
    """Whether the text of a kind names a degree: `7#9` an added sharp ninth, `6/9` a ninth, `7no3` a missing third."""
    value, type_ = degree.findtext("degree-value") or "", degree.findtext("degree-type")
    alter = number(degree.findtext("degree-alter")) or Fraction(0)
    if not value.isdecimal():
        return False
    if type_ == "subtract" and value == _THIRD and "sus" in text:
        return True
    if type_ == "subtract":
        return re.search(rf"(no|omit)\s*{value}(?!\d)", text) is not None
    if not alter:
        return re.search(rf"(?<![\d#♯b♭+-]){value}(?!\d)", text) is not None
    sign = _SIGNS.get(alter)
    return sign is not None and re.search(rf"{sign}{value}(?!\d)", text) is not None
