"""A report as a self-contained HTML page or as a PDF: facts, tables, plots."""

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
"""Inches, landscape."""
MARGIN = 0.04
"""Margin on each side, as a fraction of the page."""
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
_DISTINCT = "Figures whose intervals do not overlap"
_REPRODUCE = "Command that reproduces the figures:"


@dataclass(frozen=True, slots=True)
class ReportSection:
    """The text above the tables: facts, the command that reproduces the figures, and the distinct figures."""

    title: str
    facts: Sequence[str]
    command: str
    distinct: Sequence[str]


def html_page(section: ReportSection, tables: Sequence[Table], pictures: Sequence[Figure]) -> bytes:
    """The page with its plots in columns; the last plot has a row of its own."""
    title, kinds = escape(section.title), [*[""] * (len(pictures) - 1), ' class="long"']
    parts = [
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>",
        *(f"<p>{escape(fact)}</p>" for fact in section.facts),
        f"<p>{_REPRODUCE}</p>\n<pre>{escape(section.command)}</pre>",
        f"<h2>{_DISTINCT}</h2>",
        "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in section.distinct or ("none",)) + "</ul>",
        *map(_html_table, tables),
        '<div class="pictures">',
        *(f"<figure{kind}>{_inline(picture)}</figure>" for picture, kind in zip(pictures, kinds, strict=True)),
        "</div>\n</body>\n</html>\n",
    ]
    return "\n".join(parts).encode()


def pdf_pages(section: ReportSection, tables: Sequence[Table], pictures: Sequence[Figure]) -> bytes:
    """The same as pages of one size: text in columns, then the plots."""
    from matplotlib.backends.backend_pdf import PdfPages

    first, *others = [_lines(table) for table in tables]
    facts = [line for fact in section.facts for line in textwrap.wrap(fact, LINE_LETTERS)]
    pages = [
        [*facts, *textwrap.wrap(f"{_REPRODUCE} {section.command}", LINE_LETTERS, break_on_hyphens=False), "", *first],
        [f"{_DISTINCT}:", *(section.distinct or ("none",)), *(line for rows in others for line in ("", *rows))],
    ]
    buffer = io.BytesIO()
    with PdfPages(buffer, metadata={"Title": section.title, "CreationDate": None}) as pdf:
        for page in pages:
            figure = new_figure(*A4)
            figure.set_layout_engine("none")
            figure.text(MARGIN, 1 - MARGIN, section.title, fontsize=16, va="top")
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
    """The plot as SVG, without the header of a separate file."""
    svg = figure_bytes(picture, "svg").decode()
    return svg[svg.index("<svg") :]


def _lines(table: Table) -> list[str]:
    """A table as lines of text in columns."""
    head, rows = table
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in (head, *rows)]
