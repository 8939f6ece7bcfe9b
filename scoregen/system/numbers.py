"""Numbers in the texts of files and options: exact, and none whose digits would fill the memory."""

from __future__ import annotations

import re
from fractions import Fraction

_NUMBER = re.compile(r"[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,2}|/\d{1,30})?")


def exact_number(text: str) -> Fraction:
    """The number of a text such as 3, 0.25 or 1/2. ValueError for anything else."""
    found = text.strip()
    if not _NUMBER.fullmatch(found):
        raise ValueError(f"found {text[:40]!r}; expected a number such as 3, 0.25 or 1/2")
    try:
        return Fraction(found)
    except ZeroDivisionError:
        raise ValueError(f"found {text[:40]!r}; expected a number other than a division by 0") from None
