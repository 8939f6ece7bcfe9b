"""A report on one page of HTML that needs nothing else, or as a PDF: facts, tables, pictures."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from scoregen.pictures.figures import figure_bytes, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Table = tuple[tuple[str, ...], list[tuple[str, ...]]]

A4 = (11.69, 8.27)
"""Inches, on its side."""
LINE_LETTERS = 150

_STYLE = """
body { font-family: system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; margin: 1.5rem 0; font-size: 0.85rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 0.25rem 0.9rem 0.25rem 0; border-bottom: 1px solid #ddd; white-space: nowrap; }
.wide { overflow-x: auto; }
p, li { font-size: 0.9rem; line-height: 1.4; }
svg { max-width: 100%; height: auto; }
"""
_APART = "Figures whose intervals lie apart"


def html_page(
    title: str, facts: Sequence[str], apart: Sequence[str], tables: Sequence[Table], pictures: Sequence[Figure]
) -> bytes:
    """The page, its pictures inside it."""
    parts = [
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>',
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{escape(title)}</h1>",
        *(f"<p>{escape(fact)}</p>" for fact in facts),
        f"<h2>{_APART}</h2>",
        "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in apart or ("none",)) + "</ul>",
        *map(_html_table, tables),
        *(_inline(figure_bytes(picture, "svg").decode()) for picture in pictures),
        "</body>\n</html>\n",
    ]
    return "\n".join(parts).encode()


def pdf_pages(
    title: str, facts: Sequence[str], apart: Sequence[str], tables: Sequence[Table], pictures: Sequence[Figure]
) -> bytes:
    """The same as pages: text in columns, then the pictures."""
    from matplotlib.backends.backend_pdf import PdfPages

    first, *others = [_lines(table) for table in tables]
    told = [line for fact in facts for line in textwrap.wrap(fact, LINE_LETTERS)]
    pages = [
        [*told, "", *first],
        [f"{_APART}:", *(apart or ("none",)), *(line for rows in others for line in ("", *rows))],
    ]
    buffer = io.BytesIO()
    with PdfPages(buffer, metadata={"Title": title, "CreationDate": None}) as pdf:
        for page in pages:
            figure = new_figure(*A4)
            figure.set_layout_engine("none")
            figure.text(0.05, 0.95, title, fontsize=14, va="top")
            figure.text(0.05, 0.89, "\n".join(page), fontsize=7.5, family="monospace", va="top", linespacing=1.35)
            pdf.savefig(figure)
        for picture in pictures:
            pdf.savefig(picture)
    return buffer.getvalue()


def _html_table(table: Table) -> str:
    head, rows = table
    cells = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>\n" for row in rows)
    return f'<div class="wide"><table>\n<tr>{cells}</tr>\n{body}</table></div>'


def _inline(svg: str) -> str:
    """Without what only a file of its own needs."""
    return svg[svg.index("<svg") :]


def _lines(table: Table) -> list[str]:
    """A table as lines of text in columns."""
    head, rows = table
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in (head, *rows)]
