"""The mode of a piece: major, minor or a church mode, by its final and its notes.

The final is the root of the last chord. The third above it decides between the modes
of major and those of minor, the seventh, fourth, sixth and second between the modes of one kind. A raised seventh in
the modes of minor is a leading note of cadences and does not count. A piece is in a church mode only if nearly all
its notes are of the mode.
"""

from __future__ import annotations

from collections.abc import Mapping

from scoregen.score.keys import Key

PURE = 0.97
"""The least share of the time that the notes of a mode fill."""
CLEAR = 4.0
"""How many times longer than the other form of a degree its form in the mode must sound."""
_LEAST_CENTRE = {"dorian": 0.5}
_LEADING = 5
_SCALES = {
    "major": (0, 2, 4, -1, 1, 3, 5),
    "lydian": (0, 2, 4, 6, 1, 3, 5),
    "mixolydian": (0, 2, 4, -1, 1, 3, -2),
    "minor": (0, 2, -3, -1, 1, -4, -2),
    "dorian": (0, 2, -3, -1, 1, 3, -2),
    "phrygian": (0, -5, -3, -1, 1, -4, -2),
}
"""The degrees on the line of fifths from the final."""
_TELLING = {"lydian": (6, -1), "mixolydian": (-2, _LEADING), "dorian": (3, -4), "phrygian": (-5, 2)}
"""For each church mode the form of the degree that tells it from major or minor, and the other form."""


def church_mode(final: int, weights: Mapping[int, float]) -> Key | None:
    """The church mode of a piece; None if it is in major or minor, or if its notes do not decide.

    `final` is a position on the line of fifths; `weights` is the time that each position sounds.
    """
    relative = {place - final: weight for place, weight in weights.items()}
    kinds = ("lydian", "mixolydian") if relative.get(4, 0.0) > relative.get(-3, 0.0) else ("dorian", "phrygian")
    for mode in kinds:
        own, other = (relative.get(place, 0.0) for place in _TELLING[mode])
        if own > 0 and own >= CLEAR * other and _share(mode, relative) >= PURE:
            return Key(final, mode)
    return None


def _share(mode: str, relative: Mapping[int, float]) -> float:
    """The share of the time in which notes of a mode sound; the leading note counts in the modes of minor."""
    scale = {*_SCALES[mode], *((_LEADING, 4) if mode in ("dorian", "phrygian") else ())}
    total = sum(relative.values())
    return sum(weight for place, weight in relative.items() if place in scale) / total if total else 0.0


def is_centre(key: Key, weights: Mapping[int, float]) -> bool:
    """Whether the final of a church mode has the weight of the tonic of the major key with the same notes, or nearly.

    The weights are those of roots. In dorian half of that weight is enough: no major piece begins and ends on its ii.
    """
    least = _LEAST_CENTRE.get(key.mode, 1.0)
    return weights.get(key.tonic_fifths, 0.0) >= least * weights.get(key.signature.fifths, 0.0)
