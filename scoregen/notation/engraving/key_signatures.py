"""Key signatures that change after the first measure and differ between parts, as of transposing instruments.

Verovio takes key signatures from the first part. Its copy of the score is therefore converted to MEI, and the
changes are written into the MEI staff by staff.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

Changes = dict[str, dict[str, str]]
"""Measure index to staff number to MEI's name of the key signature. All are text, for JSON."""


def part_key_changes(root: _Element) -> Changes:
    """The key changes after the first measure; empty if all staves always change alike."""
    found: dict[int, dict[int, str]] = {}
    staff = 1
    for part in root.findall("part"):
        counts = [(item.text or "").strip() for item in part.iter("staves")]
        staves = max([1, *(int(count) for count in counts if count.isdecimal())])
        for index, measure in enumerate(part.findall("measure")):
            for key in measure.findall("attributes/key") if index else ():
                for number in _staves_of(key, staves):
                    found.setdefault(index, {})[staff + number - 1] = _mei_name(key.findtext("fifths"))
        staff += staves
    if all(len(keys) == staff - 1 and len(set(keys.values())) == 1 for keys in found.values()):
        return {}
    return {str(index): {str(number): name for number, name in keys.items()} for index, keys in found.items()}


def _staves_of(key: _Element, staves: int) -> range:
    number = key.get("number", "")
    return range(int(number), int(number) + 1) if number.isdecimal() else range(1, staves + 1)


def _mei_name(fifths: str | None) -> str:
    """`2s` for two sharps, `1f` for one flat; `0` for none and for an invalid number."""
    try:
        number = int(fifths or 0)
    except ValueError:
        number = 0
    return f"{abs(number)}{'s' if number > 0 else 'f'}" if number else "0"
