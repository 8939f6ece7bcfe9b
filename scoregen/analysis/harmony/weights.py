"""The weights of the harmonic analysis, and the numerals that it knows: `grammars/harmony/weights.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from scoregen.analysis.harmony.features import Function
from scoregen.system.resources import folder


@dataclass(frozen=True, slots=True)
class HarmonyWeights:
    """`targets` leads from a mode, fifths from the tonic to the root and a quality to the ways to read it.

    A feature without a weight counts nothing.
    """

    targets: Mapping[tuple[str, int, str], tuple[int | None, ...]]
    weights: Mapping[str, float]

    def readings(self, mode: str, offset: int, quality: str) -> tuple[Function, ...]:
        """What a chord can be in a key."""
        return tuple(Function(offset, quality, target) for target in self.targets.get((mode, offset, quality), ()))


@cache
def harmony_weights() -> HarmonyWeights:
    """The weights that ship, read once."""
    table = json.loads((folder("grammars") / "harmony" / "weights.json").read_text(encoding="utf-8"))
    targets = {
        (mode, offset, quality): tuple(found)
        for mode, rows in table["numerals"].items()
        for offset, quality, found in rows
    }
    return HarmonyWeights(targets, table["weights"])
