"""The metric features of a place: its position in its phrase, its measure and the piece, and its planned harmony.

`LAYOUT` names the features in their order, on which trained weights depend; new ones are appended, and weights that
were trained without them get zero weights for them. A distance is encoded as three decaying values (`_nearness`), on
the scales of beats, measures and phrases. The harmony is that of a plan (`tokens.events.Harmony`): it is an input, and
a likelihood under a plan is one of the notes given the plan. Its pitch classes are relative to the key signature, by
fifths.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache

from scoregen.score.metre import TimeSignature
from scoregen.tokens.events import Harmony

Values = Mapping[str, tuple[float, ...]]
"""Features by their names in `LAYOUT`."""

MAJOR_MODES = ("major", "ionian", "lydian", "mixolydian")
MINOR_MODES = ("minor", "aeolian", "dorian", "phrygian")
WEAKEST = 6
"""The largest metrical strength; 0 is the downbeat."""

CLASSES = 12
"""Pitch classes, in the order of the line of fifths."""
QUALITIES = (
    *("major", "minor", "diminished", "augmented", "dominant", "minor-seventh", "half-diminished"),
    *("diminished-seventh", "major-seventh"),
)
"""The qualities of planned chords; weights depend on the order."""
_LIKE = {
    "major-minor": "minor",
    "augmented-seventh": "dominant",
    "Italian": "dominant",
    "German": "dominant",
    "French": "dominant",
}
"""Rare qualities and those as which they are read."""

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
    "harmony is known": 1,
    "local key": CLASSES + 2,  # tonic; major, minor
    "chord": CLASSES + len(QUALITIES) + CLASSES + CLASSES,  # root, quality, lowest note, members
    "chord begins": 1,
    "since chord began": 3,
    "to next chord": 3,
    "next chord": CLASSES + len(QUALITIES) + CLASSES + CLASSES,  # all 0 at the end
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
HARMONY_FEATURES = span("harmony is known", "next chord")
"""The features of the planned harmony: all 0 if unknown."""


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
    return {"mode": _modes(mode)}


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


def harmony_features(
    now: Harmony | None, since: float, following: Harmony | None, to_next: float, fifths: int
) -> Values:
    """The features of a place in a plan: its chord, begun `since` quarters ago, and the next one; `fifths` are those of
    the key signature. Without a chord the harmony is unknown."""
    if now is None:
        return {name: (0.0,) * LAYOUT[name] for name in _HARMONY_NAMES}
    return {
        "harmony is known": (1.0,),
        "local key": (*_one_of([now.key.tonic_fifths], fifths), *_modes(now.key.mode)),
        "chord": _chord(now, fifths),
        "chord begins": (float(since == 0),),
        "since chord began": _nearness(since),
        "to next chord": _nearness(to_next),
        "next chord": _chord(following, fifths) if following else (0.0,) * LAYOUT["next chord"],
    }


_HARMONY_NAMES = list(LAYOUT)[list(LAYOUT).index("harmony is known") :]


def quality_of(kind: str) -> str:
    """The quality as which a kind of chord is read."""
    return _LIKE.get(kind, kind)


@lru_cache(maxsize=4096)
def _chord(chord: Harmony, fifths: int) -> tuple[float, ...]:
    quality = quality_of(chord.quality)
    return (
        *_one_of([chord.root], fifths),
        *(float(quality == each) for each in QUALITIES),
        *_one_of([chord.bass], fifths),
        *_one_of(chord.members, fifths),
    )


def _one_of(places: Sequence[int], fifths: int) -> tuple[float, ...]:
    """The pitch classes of positions on the line of fifths."""
    present = {(place - fifths) % CLASSES for place in places}
    return tuple(float(each in present) for each in range(CLASSES))


def _modes(mode: str | None) -> tuple[float, float]:
    return float(mode in MAJOR_MODES), float(mode in MINOR_MODES)


def _nearness(quarters: float) -> tuple[float, float, float]:
    """A distance as three decaying values, on the scales of beats, measures and phrases."""
    return math.exp(-quarters), math.exp(-quarters / 4), math.exp(-quarters / 16)


def _on_circle(share: float) -> tuple[float, float]:
    return math.sin(2 * math.pi * share), math.cos(2 * math.pi * share)
