"""The metric features of a place: its position in its phrase, its measure and the piece.

`LAYOUT` names the features in their order, on which trained weights depend. A distance is encoded as three
decaying values (`_nearness`), on the scales of beats, measures and phrases.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache

from scoregen.score.metre import TimeSignature

Values = Mapping[str, tuple[float, ...]]
"""Features by their names in `LAYOUT`."""

MAJOR_MODES = ("major", "ionian", "lydian", "mixolydian")
MINOR_MODES = ("minor", "aeolian", "dorian", "phrygian")
WEAKEST = 6
"""The largest metrical strength; 0 is the downbeat."""

LAYOUT: dict[str, int] = {
    "phrases are known": 1,
    "phrase end": 1,
    "to phrase end": 3,
    "since phrase end": 3,
    "mode": 2,  # major, minor
    "metrical strength": WEAKEST + 1,  # one of them 1
    "place in measure": 2,  # on a circle
    "place in beat": 2,  # on a circle
    "beats left in beat": 1,
    "beat": 1,  # its length in quarters
    "metre": 3,  # beats, length, compound or not
    "short measure": 1,
    "to end of piece": 3,
    "since start of piece": 3,
    "measure": 5,  # the last, the last but one, the first; the last and the last but one of four
}
"""How many values each feature has."""
METRIC_FEATURES = sum(LAYOUT.values())


def span(first: str, last: str) -> slice:
    """The slice of a run of features within the values."""
    names = list(LAYOUT)
    before = sum(LAYOUT[name] for name in names[: names.index(first)])
    return slice(before, sum(LAYOUT[name] for name in names[: names.index(last) + 1]))


PHRASE_FEATURES = span("phrases are known", "since phrase end")
"""The features of phrase ends: all 0 if unknown."""
MODE_FEATURES = span("mode", "mode")
"""The features of the mode: all 0 if unknown."""


def metric_features(values: Values) -> list[float]:
    """The values of all features in the order of `LAYOUT`."""
    return [value for name in LAYOUT for value in values[name]]


def phrase_features(has_phrase_ends: bool, end: float | None, onset: float, since: float, duration: float) -> Values:
    """The features of the place `onset`, in quarters: `end` is the end of its phrase, None after the last one."""
    to_end = (duration if end is None else end) - onset
    return {
        "phrases are known": (float(has_phrase_ends),),
        "phrase end": (float(has_phrase_ends and end is not None and to_end == 0),),
        "to phrase end": _nearness(to_end) if has_phrase_ends else (0.0, 0.0, 0.0),
        "since phrase end": _nearness(since) if has_phrase_ends else (0.0, 0.0, 0.0),
    }


def mode_features(mode: str | None) -> Values:
    return {"mode": (float(mode in MAJOR_MODES), float(mode in MINOR_MODES))}


@lru_cache(maxsize=65536)
def measure_features(time: TimeSignature, place: Fraction, duration: Fraction) -> Values:
    """The features of a place in its metre, and of the measure, which has `duration` quarters."""
    strength = min(time.strength(place), WEAKEST)
    position = place % time.duration
    start = Fraction(0)
    for group in time.groups:
        if position < start + group:
            break
        start += group
    in_beat = float((position - start) / group)
    whole = float(position / time.duration)
    return {
        "metrical strength": tuple(float(strength == level) for level in range(WEAKEST + 1)),
        "place in measure": _on_circle(whole),
        "place in beat": _on_circle(in_beat),
        "beats left in beat": (float((start + group - position) / group),),
        "beat": (float(group),),
        "metre": (len(time.groups) / 4, float(time.duration) / 4, float(time.is_compound)),
        "short measure": (float(duration < time.duration),),
    }


def piece_features(left: float, past: float, index: int, measures_left: int) -> Values:
    """The features of a place `left` quarters before the end and `past` after the start, in the measure `index`."""
    return {
        "to end of piece": _nearness(left),
        "since start of piece": _nearness(past),
        "measure": (
            float(measures_left == 0),
            float(measures_left == 1),
            float(index == 0),
            float(measures_left % 4 == 0),
            float(measures_left % 4 == 1),
        ),
    }


def _nearness(quarters: float) -> tuple[float, float, float]:
    """A distance as three decaying values, on the scales of beats, measures and phrases."""
    return math.exp(-quarters), math.exp(-quarters / 4), math.exp(-quarters / 16)


def _on_circle(share: float) -> tuple[float, float]:
    return math.sin(2 * math.pi * share), math.cos(2 * math.pi * share)
