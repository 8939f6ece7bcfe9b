"""The text above and below the music (title, names, rights), written here and not by verovio.

Verovio drops names and the font sizes of credits. The credits are therefore removed from verovio's copy of the
document, empty ones reserve their space, and the text is written into that space.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Literal
from unicodedata import east_asian_width

from scoregen.notation.engraving.fonts import TEXT_FAMILY
from scoregen.notation.musicxml.tree import comment

if TYPE_CHECKING:
    from lxml.etree import _Element

Column = Literal["left", "center", "right", "foot"]

POINT = 25.4 / 72  # millimetres
_LINE = 1.25  # line height in font sizes
_SIZES = {"title": 22.0, "subtitle": 14.0}
_PLAIN_SIZE = 11.0
_TYPE_COLUMNS: dict[str, Column] = {
    "title": "center",
    "subtitle": "center",
    "composer": "right",
    "arranger": "right",
    "lyricist": "left",
    "poet": "left",
    "rights": "foot",
}
# The space that verovio reserves for one line of an encoded header and below the last line, in its units of 1/100 mm
# at 100 percent. A test verifies both.
_SPACER_LINE, _SPACER_END = 356, 180
SPACE = "heading"
"""The comment at which the worker writes the empty credits."""
_ANCHORS = {"left": "start", "center": "middle", "right": "end", "foot": "middle"}


@dataclass(frozen=True, slots=True)
class HeadingLine:
    """One line of a heading; `size` in points."""

    text: str
    column: Column
    size: float = _PLAIN_SIZE
    bold: bool = False
    italic: bool = False

    @property
    def height(self) -> float:
        """Millimetres from this line to the next."""
        return self.size * _LINE * POINT


@dataclass(frozen=True, slots=True)
class Heading:
    lines: tuple[HeadingLine, ...] = ()

    def __bool__(self) -> bool:
        return any(line.column != "foot" for line in self.lines)

    def column(self, name: Column) -> tuple[HeadingLine, ...]:
        return tuple(line for line in self.lines if line.column == name)

    @property
    def height(self) -> float:
        """Millimetres: the middle column, and under it the taller one of the sides."""
        sides = max(_height(self.column("left")), _height(self.column("right")))
        return _height(self.column("center")) + sides


def read_heading(root: _Element) -> Heading:
    """The credits of the first page, or lines made from the metadata if it has none."""
    credits = [line for credit in root.findall("credit") for line in _credit_lines(credit, root)]
    return Heading(tuple(credits) or tuple(_metadata_lines(root)))


def mark_space(root: _Element, heading: Heading) -> None:
    """Replace the document's credits by a comment, at which lines of empty credits are written.

    The page layout is removed too: verovio uses it only to place credits.
    """
    for element in (*root.findall("credit"), *root.findall("defaults/page-layout")):
        element.getparent().remove(element)  # type: ignore[union-attr]  # neither is the root
    part_list = root.find("part-list")
    if part_list is not None and heading:
        part_list.addprevious(comment(SPACE))


def space_lines(heading: Heading, scale: int) -> int:
    """The number of lines of empty credits that reserve the height of the heading."""
    units = heading.height * 100 * 100 / scale
    return max(1, math.ceil((units - _SPACER_END) / _SPACER_LINE)) if heading else 0


def heading_svg(heading: Heading, page: tuple[float, float], margin: float) -> str:
    """The heading in millimetres of the page: the middle column, and the side columns below it."""
    below = margin + _height(heading.column("center"))
    return (
        '<g class="heading">'
        + _column_svg(heading.column("center"), margin, page[0], margin)
        + _column_svg(heading.column("left"), below, page[0], margin)
        + _column_svg(heading.column("right"), below, page[0], margin)
        + "</g>"
    )


def footing_svg(heading: Heading, index: int, count: int, page: tuple[float, float], margin: float) -> str:
    """The rights below the first page, the page number below the others."""
    lines = heading.column("foot") if index == 0 else (HeadingLine(str(index + 1), "foot", 10),)
    if not lines or (index == 0 and count < 1):
        return ""
    top = page[1] - margin * 0.4 - _height(lines)
    return f'<g class="footing">{_column_svg(lines, top, page[0], margin)}</g>'


def _credit_lines(credit: _Element, root: _Element) -> list[HeadingLine]:
    """The lines of one credit; several <credit-words> are joined."""
    words = [word for word in credit.findall("credit-words") if word.text and word.text.strip()]
    kind = (credit.findtext("credit-type") or "").strip().lower()
    if not words or credit.get("page", "1") != "1" or kind == "page number":
        return []
    first = words[0]
    column = _credit_column(first, kind, root)
    size = _number(first.get("font-size")) or _SIZES.get(kind, _PLAIN_SIZE)
    size = 8.0 if column == "foot" else min(max(size, 6.0), 40.0)
    text = " ".join(word.text or "" for word in words)
    bold, italic = first.get("font-weight") == "bold", first.get("font-style") == "italic"
    return [
        HeadingLine(" ".join(line.split()), column, size, bold, italic) for line in text.splitlines() if line.strip()
    ]


def _credit_column(words: _Element, kind: str, root: _Element) -> Column:
    """The foot of the page for rights and low credits, else the column by justification, type or position."""
    layout = root.find("defaults/page-layout")
    width = _number(layout.findtext("page-width")) if layout is not None else None
    height = _number(layout.findtext("page-height")) if layout is not None else None
    x, y = _number(words.get("default-x")), _number(words.get("default-y"))
    if kind == "rights" or (y is not None and height and y < height / 4):
        return "foot"
    named = words.get("justify") or words.get("halign")
    if named in ("left", "center", "right"):
        return named  # type: ignore[return-value]  # one of the three columns
    if kind in _TYPE_COLUMNS:
        return _TYPE_COLUMNS[kind]
    if x is None or not width:
        return "center"
    return "left" if x < width / 3 else "right" if x > 2 * width / 3 else "center"


def _metadata_lines(root: _Element) -> list[HeadingLine]:
    movement = (root.findtext("movement-title") or "").strip()
    title = (root.findtext("work/work-title") or "").strip() or movement
    found = [("title", title), ("subtitle", movement if movement != title else "")]
    for creator in root.findall("identification/creator"):
        found.append((creator.get("type", "composer").lower(), creator.text or ""))
    found += [("rights", rights.text or "") for rights in root.findall("identification/rights")]
    return [_metadata_line(kind, " ".join(text.split())) for kind, text in found if text.strip()]


def _metadata_line(kind: str, text: str) -> HeadingLine:
    column = _TYPE_COLUMNS.get(kind, "right")
    known = kind in _TYPE_COLUMNS and kind != "arranger"
    size = 8.0 if column == "foot" else _SIZES.get(kind, _PLAIN_SIZE)
    return HeadingLine(text if known else f"{kind}: {text}", column, size)


def _height(lines: Sequence[HeadingLine]) -> float:
    return sum(line.height for line in lines)


def _column_svg(lines: Sequence[HeadingLine], top: float, width: float, margin: float) -> str:
    """Lines one below the other; a line too long for the page gets a smaller font."""
    found = []
    for line in lines:
        baseline = top + 0.8 * line.size * POINT
        x = {"start": margin, "middle": width / 2, "end": width - margin}[_ANCHORS[line.column]]
        room = (width - 2 * margin) / (1 if line.column in ("center", "foot") else 2)
        size = min(line.size * POINT, room / (0.48 * _letters(line.text)))
        style = (' font-weight="bold"' if line.bold else "") + (' font-style="italic"' if line.italic else "")
        found.append(
            f'<text x="{x:.2f}" y="{baseline:.2f}" font-family="{TEXT_FAMILY}" font-size="{size:.3f}"'
            f' text-anchor="{_ANCHORS[line.column]}"{style}>{escape(line.text, quote=False)}</text>'
        )
        top += line.height
    return "".join(found)


def _letters(text: str) -> int:
    """The width of a text in letters; Chinese, Japanese and Korean characters are as wide as two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
