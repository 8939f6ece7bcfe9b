"""The weights and the numerals of the harmonic analysis: `grammars/harmony/weights.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from scoregen.analysis.harmony.features import Function
from scoregen.system.resources import folder


@dataclass(frozen=True, slots=True)
class HarmonyWeights:
    """`targets`: the possible targets by mode, fifths from the tonic to the root, and quality.

    A feature without a weight has the weight 0.
    """

    targets: Mapping[tuple[str, int, str], tuple[int | None, ...]]
    weights: Mapping[str, float]

    def readings(self, mode: str, offset: int, quality: str) -> tuple[Function, ...]:
        """The possible functions of a chord in a key."""
        return tuple(Function(offset, quality, target) for target in self.targets.get((mode, offset, quality), ()))


@cache
def harmony_weights() -> HarmonyWeights:
    """The shipped weights, read once."""
    table = json.loads((folder("grammars") / "harmony" / "weights.json").read_text(encoding="utf-8"))
    targets = {
        (mode, offset, quality): tuple(degrees)
        for mode, rows in table["numerals"].items()
        for offset, quality, degrees in rows
    }
    return HarmonyWeights(targets, table["weights"])
