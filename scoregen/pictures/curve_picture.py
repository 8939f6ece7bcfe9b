"""The learning curve as a plot: losses, memorisation and learning rate over steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from scoregen.pictures.canvas import figure_bytes, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Lines = Mapping[str, tuple[str, str, str]]
"""By figure: its name in the legend, colour and line style."""
LOSSES: Lines = {
    "train": ("training, with dropout", "0.6", "-"),
    "fit": ("training pieces", "tab:blue", "-"),
    "valid": ("validation pieces", "tab:red", "-"),
    "valid_free": ("validation, nothing given", "tab:red", ":"),
    "valid_melody": ("validation, melody given", "tab:red", "--"),
}
MEMORISATION: Lines = {
    "fit_extractable_8": ("training pieces, extractable", "tab:blue", "-"),
    "valid_extractable_8": ("validation pieces, extractable", "tab:red", "-"),
    "drafts_known_8": ("drafts, found in the training pieces", "tab:blue", "--"),
    "valid_known_8": ("validation pieces, found in the training pieces", "tab:red", "--"),
}


def draw_curve(curve: Sequence[Mapping[str, float]], title: str) -> bytes:
    """A PNG of the figures of a run; missing figures are omitted."""
    has_windows = any(name in curve[-1] for name in MEMORISATION)
    figure = new_figure(8, 8 if has_windows else 6)
    heights = (4, 2, 1) if has_windows else (4, 1)
    losses, *others = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights)
    _draw(losses, curve, LOSSES)
    best = min(curve, key=lambda figures: figures["valid"])
    losses.axvline(best["step"], color="tab:green", linewidth=1, label=f"best: {best['valid']:.3f} at {best['step']}")
    losses.set_ylabel("loss (nats per choice)")
    losses.set_title(title)
    losses.legend()
    if has_windows:
        windows = others[0]
        _draw(windows, curve, MEMORISATION)
        windows.axvline(best["step"], color="tab:green", linewidth=1)
        windows.set_ylabel("windows of 8, %")
        windows.set_ylim(0, max(1.0, windows.get_ylim()[1]))
        windows.legend(fontsize=7)
    rates = others[-1]
    rates.plot(
        *([figures[name] for figures in curve] for name in ("step", "learning_rate")),
        marker=_mark(curve),
        color="tab:purple",
    )
    rates.set_ylabel("learning rate")
    rates.set_ylim(bottom=0)
    rates.set_xlabel("steps (batches)")
    for axes in (losses, *others):
        axes.grid(alpha=0.3)
    return figure_bytes(figure, "png")


def _draw(axes: Axes, curve: Sequence[Mapping[str, float]], lines: Lines) -> None:
    steps = [figures["step"] for figures in curve]
    for name, (label, colour, stroke) in lines.items():
        if all(name in figures for figures in curve):
            values = [figures[name] for figures in curve]
            axes.plot(steps, values, stroke, marker=_mark(curve), color=colour, label=label)


def _mark(curve: Sequence[Mapping[str, float]]) -> str:
    """A marker for single validations, if there are few."""
    return "." if len(curve) < 30 else ""
