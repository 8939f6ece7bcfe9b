"""The learning curve as a picture: losses above, the learning rate below, one axis of steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scoregen.pictures.figures import figure_bytes, new_figure

LINES = {
    "train": ("training, with dropout", "0.6", "-"),
    "fit": ("training pieces", "tab:blue", "-"),
    "valid": ("validation pieces", "tab:red", "-"),
    "valid_free": ("validation, nothing given", "tab:red", ":"),
    "valid_melody": ("validation, melody given", "tab:red", "--"),
}
"""Figure, its name in the legend, colour and stroke."""


def draw_curve(curve: Sequence[Mapping[str, float]], title: str) -> bytes:
    """A PNG of the figures of a run; those that it lacks are left out."""
    figure = new_figure(8, 6)
    losses, rates = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
    steps = [figures["step"] for figures in curve]
    mark = "." if len(curve) < 30 else ""
    for name, (label, colour, stroke) in LINES.items():
        if all(name in figures for figures in curve):
            losses.plot(steps, [figures[name] for figures in curve], stroke, marker=mark, color=colour, label=label)
    best = min(curve, key=lambda figures: figures["valid"])
    losses.axvline(best["step"], color="tab:green", linewidth=1, label=f"best: {best['valid']:.3f} at {best['step']}")
    losses.set_ylabel("loss (nats a choice)")
    losses.set_title(title)
    losses.legend()
    rates.plot(steps, [figures["learning_rate"] for figures in curve], marker=mark, color="tab:purple")
    rates.set_ylabel("learning rate")
    rates.set_ylim(bottom=0)
    rates.set_xlabel("steps (batches)")
    for axes in (losses, rates):
        axes.grid(alpha=0.3)
    return figure_bytes(figure, "png")
