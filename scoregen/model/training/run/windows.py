"""The lengths of the windows by which memorisation is measured (`model.training.memorisation`)."""

from __future__ import annotations

WINDOWS = (4, 8, 12)
"""Slices, or changes of sonority."""
