"""Beams by metre: the notes of a voice under one beam, and the value of each beam level."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from scoregen.score.elements import Element, Rest
from scoregen.score.metre import TimeSignature

FLAGS = {
    name: count
    for count, name in enumerate(("eighth", "16th", "32nd", "64th", "128th", "256th", "512th", "1024th"), start=1)
}

BeamValues = tuple[str, ...]
"""The values of one note's beams, the outermost first: `("begin", "forward hook")`."""


def beam_groups(elements: Sequence[Element], time: TimeSignature, start: Fraction) -> tuple[tuple[int, ...], ...]:
    """Indices of the elements under each beam; every group has two notes or more."""
    groups: list[list[int]] = [[]]
    last_window: object = None
    position = start
    for index, element in enumerate(elements):
        if element.grace:
            continue
        window = _window(position, time, _has_short_notes(elements)) if _is_beamed(element) else None
        if window is None or window != last_window:
            groups.append([])
        if window is not None:
            groups[-1].append(index)
        last_window = window
        position += element.duration
    timed = [tuple(group) for group in groups if len(group) > 1]
    return (*timed, *_grace_groups(elements))


def beam_values(
    elements: Sequence[Element], groups: Iterable[Sequence[int]], start: Fraction
) -> Mapping[int, BeamValues]:
    """The values of every beamed element, by its index."""
    places: list[Fraction] = []
    position = start
    for element in elements:
        places.append(position)
        position += element.duration
    values: dict[int, BeamValues] = {}
    for group in groups:
        flags = [FLAGS[elements[index].value.type] for index in group]
        for order, index in enumerate(group):
            tail = _points_back(places[index], elements[index])
            values[index] = tuple(_beam_value(flags, order, level, tail) for level in range(1, flags[order] + 1))
    return values


def _is_beamed(element: Element) -> bool:
    return not isinstance(element, Rest) and element.value.type in FLAGS


def _has_short_notes(elements: Sequence[Element]) -> bool:
    return any(FLAGS.get(element.value.type, 0) > 1 for element in elements if not element.grace)


def _window(position: Fraction, time: TimeSignature, short_notes: bool) -> tuple[int, Fraction]:
    """The span of the metre that a beam may not leave: a beat, at most a half note long."""
    cycle, place = divmod(position, time.duration)
    begin = Fraction(0)
    for group in time.groups:
        if place < begin + group:
            break
        begin += group
    wide = group > 2 or (group == 2 and short_notes)
    step = min(time.unit, Fraction(1)) if wide else group
    return int(cycle), begin + (place - begin) // step * step


def _grace_groups(elements: Sequence[Element]) -> list[tuple[int, ...]]:
    """Consecutive grace notes under one beam."""
    groups: list[list[int]] = [[]]
    for index, element in enumerate(elements):
        if not (element.grace and _is_beamed(element)):
            groups.append([])
        else:
            groups[-1].append(index)
    return [tuple(group) for group in groups if len(group) > 1]


def _beam_value(flags: Sequence[int], order: int, level: int, points_back: bool) -> str:
    before = order > 0 and flags[order - 1] >= level
    after = order + 1 < len(flags) and flags[order + 1] >= level
    if before or after:
        return "continue" if before and after else "end" if before else "begin"
    at_edge = order in (0, len(flags) - 1)
    return "backward hook" if (order > 0 if at_edge else points_back) else "forward hook"


def _points_back(position: Fraction, element: Element) -> bool:
    """Whether a hook points to the note before: the onset is not a multiple of twice the duration."""
    return element.duration > 0 and position % (2 * element.duration) != 0
