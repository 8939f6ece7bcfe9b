"""Comparison of two sets of pieces: histograms of features, and curves of self-similarity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scoregen.pictures.canvas import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = ("#edae49", "#4a7fa7")
"""The colours of the pieces and of the corpus."""
MOST_TICKS = 16
COLUMNS = 2


@dataclass(frozen=True, slots=True)
class Panel:
    """The shares of two sets in the bins of a feature, and their Jensen-Shannon divergence in bits."""

    title: str
    bins: Sequence[str]
    asked: Sequence[float]
    reference: Sequence[float]
    bits: float


def draw_panels(panels: Sequence[Panel], names: tuple[str, str], columns: int = COLUMNS) -> Figure:
    """One panel per feature, two bars per bin; empty bins at both ends are omitted."""
    rows = -(-len(panels) // columns)
    figure = new_figure(5 * columns, 2.3 * rows)
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, panel in zip(grid, panels, strict=False):
        used = [index for index, pair in enumerate(zip(panel.asked, panel.reference, strict=True)) if any(pair)]
        low, high = (used[0], used[-1] + 1) if used else (0, 1)
        places = range(low, high)
        for shares, name, colour, side in zip((panel.asked, panel.reference), names, COLOURS, (-0.2, 0.2), strict=True):
            axes.bar([place + side for place in places], shares[low:high], 0.4, color=colour, label=name)
        has_names = len(max(panel.bins, key=len)) > 4
        step = 1 if has_names else -(-(high - low) // MOST_TICKS)
        rotation = 90 if has_names and len(places) > 6 else 0
        axes.set_xticks(list(places)[::step], list(panel.bins[low:high])[::step], rotation=rotation, fontsize=6.5)
        axes.set_title(f"{panel.title} (JS {panel.bits:.4f} bits)", fontsize=9, loc="left")
        axes.tick_params(axis="y", labelsize=7)
        axes.spines[["top", "right"]].set_visible(False)
    for axes in grid[len(panels) :]:
        axes.set_visible(False)
    grid[0].legend(fontsize=7, frameon=False)
    for axes in grid[::columns]:
        axes.set_ylabel("share", fontsize=8)
    return figure


def draw_curves(asked: Sequence[float], reference: Sequence[float], names: tuple[str, str]) -> Figure:
    """Mean self-similarity by distance; the curve ends where no piece is long enough."""
    figure = new_figure(10, 3)
    axes = figure.subplots()
    for curve, name, colour in zip((asked, reference), names, COLOURS, strict=True):
        values = [value for value in curve if value > 0]
        axes.plot(range(1, len(values) + 1), values, color=colour, label=name, marker=".")
    axes.set_xlabel("distance in quarters", fontsize=8)
    axes.set_ylabel("cosine of pitch classes", fontsize=8)
    axes.set_title("self-similarity", fontsize=9, loc="left")
    axes.set_xticks(range(0, len(asked) + 1, 4))
    axes.tick_params(labelsize=7)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=7, frameon=False)
    return figure
