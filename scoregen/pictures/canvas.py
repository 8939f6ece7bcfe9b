"""Figures without pyplot or windows, and their bytes, which are reproducible."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KINDS = ("svg", "png", "pdf")
_DATE: dict[str, dict[str, Any]] = {"svg": {"Date": None}, "png": {}, "pdf": {"CreationDate": None}}


def new_figure(width: float, height: float) -> Figure:
    """An empty figure; width and height in inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=120, layout="constrained")


def figure_bytes(figure: Figure, kind: str) -> bytes:
    """The figure as svg, png or pdf."""
    import matplotlib

    buffer = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "scoregen", "svg.fonttype": "path"}):
        figure.savefig(buffer, format=kind, metadata=_DATE[kind])
    return buffer.getvalue()
