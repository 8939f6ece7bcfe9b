"""A report on one page of HTML that needs nothing else, or as a PDF: facts, tables, pictures."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from scoregen.pictures.canvas import figure_bytes, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Table = tuple[tuple[str, ...], list[tuple[str, ...]]]

A4 = (11.69, 8.27)
"""Inches, on its side."""
MARGIN = 0.04
"""Of a page, on each side."""
LINE_LETTERS = 138

_STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #222; --line: #ddd; --code: #f3f3f3; }
body { font-family: system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem;
  color: var(--ink); background: var(--paper); }
h1, h2 { line-height: 1.2; overflow-wrap: anywhere; }
table { border-collapse: collapse; margin: 1.5rem 0; font-size: 0.85rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 0.25rem 0.9rem 0.25rem 0; border-bottom: 1px solid var(--line);
  white-space: nowrap; vertical-align: bottom; }
th:first-child, td:first-child { position: sticky; left: 0; background: var(--paper); }
.wide { overflow-x: auto; }
p, li { font-size: 0.9rem; line-height: 1.4; overflow-wrap: anywhere; }
pre { padding: 0.6rem 0.8rem; background: var(--code); white-space: pre-wrap; overflow-wrap: anywhere; }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 0.5rem; }
.pictures figure { margin: 0; }
.pictures .long { grid-column: 1 / -1; overflow-x: auto; }
.long svg { min-width: 38rem; }
svg { display: block; width: 100%; height: auto; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #212121; --ink: #ddd; --line: #444; --code: #2f2f2f; }
  svg { filter: invert(0.9) hue-rotate(180deg) brightness(1.3); }
}
@media (max-width: 40rem) {
  th, td { padding-right: 0.5rem; }
  table { font-size: 0.75rem; }
  th, td:first-child { white-space: normal; }
  td:first-child { min-width: 7rem; }
}
"""
_APART = "Figures whose intervals lie apart"
_AGAIN = "The same figures again:"


@dataclass(frozen=True, slots=True)
class ReportSection:
    """What stands above the tables: facts, the command that gives the figures again, figures that lie apart."""

    title: str
    facts: Sequence[str]
    command: str
    apart: Sequence[str]


def html_page(told: ReportSection, tables: Sequence[Table], pictures: Sequence[Figure]) -> bytes:
    """The page, its pictures inside it, as many side by side as there is room for; the last has a row for itself."""
    title, kinds = escape(told.title), [*[""] * (len(pictures) - 1), ' class="long"']
    parts = [
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>",
        *(f"<p>{escape(fact)}</p>" for fact in told.facts),
        f"<p>{_AGAIN}</p>\n<pre>{escape(told.command)}</pre>",
        f"<h2>{_APART}</h2>",
        "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in told.apart or ("none",)) + "</ul>",
        *map(_html_table, tables),
        '<div class="pictures">',
        *(f"<figure{kind}>{_inline(picture)}</figure>" for picture, kind in zip(pictures, kinds, strict=True)),
        "</div>\n</body>\n</html>\n",
    ]
    return "\n".join(parts).encode()


def pdf_pages(told: ReportSection, tables: Sequence[Table], pictures: Sequence[Figure]) -> bytes:
    """The same as pages of one size: text in columns, then the pictures."""
    from matplotlib.backends.backend_pdf import PdfPages

    first, *others = [_lines(table) for table in tables]
    said = [line for fact in told.facts for line in textwrap.wrap(fact, LINE_LETTERS)]
    pages = [
        [*said, *textwrap.wrap(f"{_AGAIN} {told.command}", LINE_LETTERS, break_on_hyphens=False), "", *first],
        [f"{_APART}:", *(told.apart or ("none",)), *(line for rows in others for line in ("", *rows))],
    ]
    buffer = io.BytesIO()
    with PdfPages(buffer, metadata={"Title": told.title, "CreationDate": None}) as pdf:
        for page in pages:
            figure = new_figure(*A4)
            figure.set_layout_engine("none")
            figure.text(MARGIN, 1 - MARGIN, told.title, fontsize=16, va="top")
            figure.text(MARGIN, 0.9, "\n".join(page), fontsize=9, family="monospace", va="top", linespacing=1.35)
            pdf.savefig(figure)
        for picture in pictures:
            picture.set_size_inches(*A4)
            picture.set_layout_engine("constrained", rect=(MARGIN, MARGIN, 1 - 2 * MARGIN, 1 - 2 * MARGIN))
            pdf.savefig(picture)
    return buffer.getvalue()


def _html_table(table: Table) -> str:
    head, rows = table
    cells = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>\n" for row in rows)
    return f'<div class="wide"><table>\n<tr>{cells}</tr>\n{body}</table></div>'


def _inline(picture: Figure) -> str:
    """As SVG, without what only a file of its own needs."""
    svg = figure_bytes(picture, "svg").decode()
    return svg[svg.index("<svg") :]


def _lines(table: Table) -> list[str]:
    """A table as lines of text in columns."""
    head, rows = table
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in (head, *rows)]
