"""How a score is displayed in a notebook.

A notebook asks a value for its picture, but this room may not import the engraver, which is in a higher
room. The package therefore sets the engraver when it is imported; without one a score shows its repr.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scoregen.score.elements import Score

Engraver = Callable[["Score"], str | None]
"""A score as one SVG document; None if it cannot be engraved."""

_engravers: list[Engraver] = []  # none or one


def set_engraver(engraver: Engraver) -> None:
    """Display scores with this engraver from now on."""
    _engravers[:] = [engraver]


def html_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table for notebooks; cells are plain text."""
    lines = [f"<tr>{_cells(row, 'td')}</tr>" for row in rows]
    return f"<table><thead><tr>{_cells(head, 'th')}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _cells(row: Sequence[object], tag: str) -> str:
    return "".join(f'<{tag} style="text-align:left">{escape(str(cell))}</{tag}>' for cell in row)


def picture(score: Score) -> str | None:
    """The score as SVG; None if no engraver is set."""
    return _engravers[0](score) if _engravers else None
