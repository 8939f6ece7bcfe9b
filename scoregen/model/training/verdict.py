"""The result of a training run in plain words: whether the network learned, and whether it copies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

HeldOut = Literal["pieces", "measures"]
"""What a run is measured on: whole pieces, or the last measures of one or two pieces."""
CAUTION = (
    "the measures come from the pieces that it was trained on, so that both figures are too good; with three pieces or "
    "more a whole piece is held out"
)

WINDOW = 8
"""Events in the windows that measure memorisation: shorter ones are common, longer ones rare."""
MEMORISED, BY_CHANCE = 1.0, 3.0
"""Percentage points by which drafts or training pieces must exceed validation pieces to count as copying; and how many
more for one measured piece, which has about a hundred windows, half as many for two, and so on."""
DOUBLED = 10.0
"""Percent of the windows of held-out pieces that occur in the others, above which pieces seem to be there twice."""


def verdict(
    before: float | None, figures: Mapping[str, float], held_out: HeldOut = "pieces", pieces: int = 32
) -> tuple[str, ...]:
    """Whether the network learned and whether it copies, one sentence each, by the figures of its best step,
    which were measured on this number of training pieces.

    A third sentence says what limits the figures: that measures are held out in place of pieces, or that the held-out
    pieces repeat others.
    """
    if before is None or "valid" not in figures:
        return ("there was no validation yet, so that nothing can be said about these weights",)
    cautions = [CAUTION] if held_out == "measures" else []
    alike = figures.get(f"valid_known_{WINDOW}", 0.0)
    if alike > DOUBLED:
        cautions.append(
            f"{alike:.1f} % of the passages of what was held out are in the other pieces too: if the folder has pieces "
            "twice, or to the same tune, the figures are too good"
        )
    return (_learning(before, figures["valid"], held_out), _copying(figures, pieces), *cautions)


def _learning(before: float, after: float, held_out: HeldOut) -> str:
    change = f"{held_out} that it was not trained on cost {before:.3f} nats per choice before and {after:.3f} after"
    if after < before:
        return f"it learned: {change} (lower is better)"
    return f"it learned nothing: {change} (lower is better); use more pieces, more steps or another learning rate"


def _copying(figures: Mapping[str, float], pieces: int) -> str:
    """The share of windows that are copied, compared with the share that pieces of one style have in common."""
    drafts, alike = (figures.get(f"{split}_known_{WINDOW}") for split in ("drafts", "valid"))
    trained, held_out = (figures.get(f"{split}_extractable_{WINDOW}", 0.0) for split in ("fit", "valid"))
    kept = f"it continues {trained:.1f} % of the passages of its pieces note for note, and {held_out:.1f} % of others"
    if drafts is not None and alike is not None:
        kept = f"{drafts:.1f} % of the passages of its drafts are in its pieces ({alike:.1f} % for others), and {kept}"
    margin = MEMORISED + BY_CHANCE / max(1, pieces)
    copies = trained > held_out + margin or (drafts or 0.0) > (alike or 0.0) + margin
    passages = f"passages of {WINDOW} events"
    if copies:
        return f"it copies: {kept} ({passages}); use more pieces, fewer steps or more dropout"
    return f"it does not copy: {kept} ({passages})"
