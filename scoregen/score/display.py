"""How a score shows itself in a notebook.

Notebooks ask a value for its picture, and the domain may not know the engraver, which stands on a
floor above. So the package lends one when it is imported; without one a score shows its repr.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scoregen.score.elements import Score

Engraver = Callable[["Score"], str | None]
"""A score as one SVG document; None where it cannot be engraved."""

_lent: list[Engraver] = []


def lend_engraver(engraver: Engraver) -> None:
    """Let scores show themselves with this engraver from now on."""
    _lent[:] = [engraver]


def picture(score: Score) -> str | None:
    """The score as SVG, None while no engraver is lent."""
    return _lent[0](score) if _lent else None
