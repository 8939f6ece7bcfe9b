"""Moods in words or numbers: `tender, then uneasy`, or `valence 0.2 0.8, arousal -0.3`, as points of a curve."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from scoregen.plan.mood.affect import Affect, total
from scoregen.plan.mood.story import STRONGER, WEAKER
from scoregen.plan.mood.word_list import LANGUAGES, NEGATED, Entry, WordList, load_words
from scoregen.system.errors import InputError

AXES = ("valence", "arousal", "tension")
MOST_POINTS = 24
_SEPARATORS = re.compile(r"\s*(?:,|;|->|→|\bthen\b|\bdann\b|\bdanach\b|\bfinally\b|\bschließlich\b)\s*", re.IGNORECASE)
_NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)"
_AXIS = re.compile(rf"({'|'.join(AXES)})\s*[:=]?\s*((?:{_NUMBER}|[\s,;>])*)", re.IGNORECASE)
_FILLERS = frozenset(("a", "an", "the", "and", "und", "of", "in", "is", "becoming", "growing", "mood", "music", "wird"))
_EXAMPLE = "such as 'tender, then uneasy' or 'valence 0.5, arousal -0.3'"


def parse_mood(text: str) -> tuple[Affect, ...]:
    """The points of a mood over time, one at least. InputError for unknown words, with near ones, and wrong numbers."""
    if re.search(rf"({'|'.join(AXES)})\s*[:=]?\s*[-+.\d]", text, re.IGNORECASE):
        return _numbers(text)
    points = [_point(each) for each in _SEPARATORS.split(text) if each.strip()]
    if not points:
        raise InputError(f"found no mood; expected words or numbers, {_EXAMPLE}")
    return _limited(points)


def resampled(points: Sequence[Affect], count: int) -> tuple[Affect, ...]:
    """The curve at `count` places, evenly from its first to its last point, linear between points."""
    last = len(points) - 1
    places = [number * last / max(count - 1, 1) for number in range(count)]
    return tuple(_between(points, place) for place in places)


def _between(points: Sequence[Affect], place: float) -> Affect:
    low = min(int(place), len(points) - 1)
    high, share = min(low + 1, len(points) - 1), place - low
    return points[low].times(1 - share) + points[high].times(share)


def _numbers(text: str) -> tuple[Affect, ...]:
    """The curves of the axes that are named; an axis with fewer points is stretched, one without is 0."""
    rest = _AXIS.sub(" ", text).strip(" ,;")
    if rest:
        raise InputError(
            f"found {rest!r} beside numbers; expected valence, arousal and tension with numbers, {_EXAMPLE}"
        )
    curves: dict[str, list[Affect]] = {}
    for name, values in _AXIS.findall(text):
        axis = name.lower()
        if axis in curves:
            raise InputError(f"{axis}: found it twice; give the points of its curve in a row, as in '{axis} 0.2 0.8'")
        curves[axis] = [_on_axis(axis, float(value)) for value in re.findall(_NUMBER, values)]
        if not curves[axis]:
            raise InputError(f"{axis}: found no number; expected one from -1 to 1, {_EXAMPLE}")
    count = max(map(len, curves.values()))
    rows = [resampled(points, count) for points in curves.values()]
    return _limited([total(column) for column in zip(*rows, strict=True)])


def _on_axis(axis: str, value: float) -> Affect:
    if not -1 <= value <= 1:
        raise InputError(f"{axis}: found {value:g}; expected a number from -1 to 1")
    return Affect(**{axis: value})


def _limited(points: Sequence[Affect]) -> tuple[Affect, ...]:
    if len(points) > MOST_POINTS:
        raise InputError(f"found a mood of {len(points)} steps; expected at most {MOST_POINTS}")
    return tuple(points)


def _point(text: str) -> Affect:
    """The mean of the words of a step."""
    if found_number := re.search(_NUMBER, text):
        raise InputError(f"found {found_number[0]} beside words; numbers need the name of an axis, {_EXAMPLE}")
    words = re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", text.lower())
    if axis := next((word for word in words if word in AXES), None):
        raise InputError(f"{axis}: found no number; expected one from -1 to 1, {_EXAMPLE}")
    lists = [load_words(language) for language in LANGUAGES]
    found, factor = list[Affect](), 1.0
    for word in words:
        if (change := _change(word, lists)) is not None:
            factor *= change
        elif entry := _entry(word, lists):
            found.append(entry.affect.times(factor))
            factor = 1.0
        elif word not in _FILLERS:
            raise _unknown(word, lists)
    if not found:
        raise InputError(f"found {text.strip()!r}, which names no mood; expected words or numbers, {_EXAMPLE}")
    return total(found).times(1 / len(found)).clipped


def _change(word: str, lists: Sequence[WordList]) -> float | None:
    """The factor of a word that negates, strengthens or weakens the next one."""
    for known in lists:
        for words, factor in (
            (known.negations, NEGATED),
            (known.strengthening, STRONGER),
            (known.weakening, WEAKER),
        ):
            if word in words:
                return factor
    return None


def _entry(word: str, lists: Sequence[WordList]) -> Entry | None:
    return next((entry for known in lists if (entry := known.find(word))), None)


def _unknown(word: str, lists: Sequence[WordList]) -> InputError:
    near = difflib.get_close_matches(word, [each for known in lists for each in known.entries], 3, 0.7)
    advice = f"did you mean {' or '.join(near)}?" if near else "expected a word such as calm, joyful, uneasy or sad"
    return InputError(f"the mood word {word!r} is unknown; {advice}")
