"""Passages of a score that occur in a corpus: one row for all voices and for each melody, passages as bars.

A bar spans the measures of a passage; its height is the length of the passage. The colour and the two horizontal
lines show how many works of the corpus share a passage of this length with the others. The strip below shows the
similarity of the nearest passage where no identical passage exists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scoregen.pictures.canvas import figure_bytes, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LABEL_MEASURES = 4
"""Approximate width of a label in measures."""
LABELLED = 3
"""Number of bars in a row with a label of their source: the longest."""
COLOURS = (("#d1495b", "fewer than 1 work in 20"), ("#edae49", "fewer than half"), ("#7fb2d6", "half or more"))
"""Colours by the share of works with as long a passage."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A passage between two positions in measures from 0, with the name of its source as label."""

    begins: float
    ends: float
    events: int
    similarity: float
    label: str


@dataclass(frozen=True, slots=True)
class Row:
    """`shared`: longest first; `similar`: the nearest; `usual`, `rare`: lengths of half and 1 in 20 works."""

    title: str
    unit: str
    shared: Sequence[Bar]
    similar: Sequence[Bar]
    usual: float | None
    rare: float | None


def draw_passages(rows: Sequence[Row], measures: Sequence[str], title: str, kind: str) -> bytes:
    """The plot as svg, png or pdf."""
    width = min(30.0, max(9.0, 0.35 * len(measures)))
    figure = new_figure(width, 1.2 + 1.7 * len(rows) + 0.8)
    figure.suptitle(title)
    columns = figure.subplots(len(rows), 1, sharex=True, squeeze=False)[:, 0]
    for axes, row in zip(columns, rows, strict=True):
        _draw_row(axes, row)
    step = max(1, len(measures) // 40)
    last = columns[-1]
    last.set_xlim(0, len(measures))
    last.set_xticks([index + 0.5 for index in range(0, len(measures), step)], measures[::step], fontsize=7)
    last.tick_params(axis="x", length=0)
    last.set_xlabel("measure")
    _legend(figure)
    return figure_bytes(figure, kind)


def _draw_row(axes: Axes, row: Row) -> None:
    highest = max([6.0, *(float(bar.events) for bar in row.shared), 1.1 * (row.rare or 0.0)])
    for bar in reversed(row.shared):
        colour = COLOURS[_rank(bar.events, row)][0]
        axes.bar(bar.begins, bar.events, bar.ends - bar.begins, align="edge", color=colour, edgecolor="white")
    strip = 0.14 * highest
    for bar in row.similar:
        width = bar.ends - bar.begins
        axes.bar(bar.begins, -strip, width, align="edge", color=str(1 - 0.85 * bar.similarity), edgecolor="white")
    for level, stroke in ((row.usual, "--"), (row.rare, ":")):
        if level is not None:
            axes.axhline(level, color="0.3", linewidth=0.9, linestyle=stroke)
    for bar in _apart(row.shared):
        axes.annotate(
            bar.label,
            (bar.begins, bar.events),
            xytext=(2, 2),
            textcoords="offset points",
            fontsize=6.5,
            clip_on=False,
        )
    axes.set_ylim(-strip, 1.3 * highest)
    axes.set_yticks([tick for tick in axes.get_yticks() if 0 <= tick <= 1.3 * highest and tick == int(tick)])
    axes.set_ylabel(row.unit, fontsize=8)
    axes.set_title(row.title, loc="left", fontsize=9)
    axes.tick_params(labelsize=7)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(axis="x", length=0)


def _rank(events: int, row: Row) -> int:
    """The index of a passage in COLOURS; the last one if there is no reference."""
    if row.rare is None or row.usual is None:
        return 2
    return 0 if events > row.rare else 1 if events > row.usual else 2


def _apart(bars: Sequence[Bar]) -> list[Bar]:
    """The longest bars whose labels do not overlap."""
    labelled: list[Bar] = []
    for number, bar in enumerate(bars):
        hidden = any(other.begins <= bar.begins < other.ends for other in bars[:number])
        near = any(abs(bar.begins - other.begins) < LABEL_MEASURES for other in labelled)
        if len(labelled) < LABELLED and not hidden and not near:
            labelled.append(bar)
    return labelled


def _legend(figure: Figure) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Patch | Line2D] = [Patch(color=colour, label=label) for colour, label in COLOURS]
    handles.append(Line2D([], [], color="0.3", linestyle="--", label="half of the works"))
    handles.append(Line2D([], [], color="0.3", linestyle=":", label="1 work in 20"))
    handles.append(Patch(color="0.4", label="nearest passage (darker: more similar)"))
    figure.legend(handles=handles, fontsize=7, ncols=3, loc="outside lower center", frameon=False)
