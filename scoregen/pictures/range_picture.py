"""The ranges of a corpus as a plot: how often each pitch occurs, by family of instruments."""

from __future__ import annotations

from collections.abc import Mapping

from scoregen.pictures.canvas import figure_bytes, new_figure

LOWEST, HIGHEST = 21, 108
_OCTAVES = range(24, 109, 12)


def draw_ranges(ranges: Mapping[str, Mapping[int, int]], title: str, kind: str = "png") -> bytes:
    """A plot as svg, png or pdf: for each family the share of its notes at each MIDI number, C1 to C8 marked."""
    families = sorted(ranges, key=lambda family: -sum(ranges[family].values()))
    figure = new_figure(8, 1.2 + 0.9 * max(1, len(families)))
    rows = figure.subplots(max(1, len(families)), 1, sharex=True, squeeze=False)[:, 0]
    for axes, family in zip(rows, families, strict=False):
        counts = ranges[family]
        total = sum(counts.values())
        places = range(min(LOWEST, *counts), max(HIGHEST, *counts) + 1)
        axes.bar(places, [100 * counts.get(place, 0) / total for place in places], width=1.0, color="tab:blue")
        axes.set_ylabel("%", rotation=0, labelpad=10)
        axes.set_title(f"{family}: {total} notes", loc="left", fontsize=9)
        axes.grid(axis="x", alpha=0.4)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
    rows[-1].set_xticks(list(_OCTAVES), [f"C{number}" for number in range(1, len(_OCTAVES) + 1)])
    figure.suptitle(title, fontsize=11)
    return figure_bytes(figure, kind)
