"""Stem directions: away from the other voice of the staff, else towards the middle line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scoregen.score.elements import Clef, Element, Measure, Rest, Voice
from scoregen.score.pitch import STEPS, Interval, Pitch, Unpitched

_STEMLESS = ("whole", "breve", "long", "maxima")


def shared_direction(voice: Voice, measure: Measure) -> str | None:
    """Up or down if another voice sounds on the same staff; None for a single voice."""
    sounding = sorted(
        other.slot.voice
        for other in measure.voices
        if other.slot[:2] == voice.slot[:2] and not other.is_silent and not other.is_blank
    )
    if len(sounding) < 2 or voice.slot.voice not in sounding:
        return None
    return "up" if sounding.index(voice.slot.voice) % 2 == 0 else "down"


def stems(
    elements: Sequence[Element], groups: Sequence[Sequence[int]], clef: Clef, transposition: Interval
) -> Mapping[int, str]:
    """The stem direction of every element with a stem, for a voice alone on its staff."""
    middle = clef.middle
    together = {index: group for group in groups for index in group}
    found: dict[int, str] = {}
    for index, element in enumerate(elements):
        if not has_stem(element):
            continue
        places = [_place(elements[other], transposition, middle) for other in together.get(index, (index,))]
        found[index] = "up" if element.grace or sum(max(places, key=lambda pair: abs(sum(pair)))) < 0 else "down"
    return found


def has_stem(element: Element) -> bool:
    return not isinstance(element, Rest) and element.value.type not in _STEMLESS


def _place(element: Element, transposition: Interval, middle: int) -> tuple[int, int]:
    """The distance of the lowest and the highest note from the middle line, in steps."""
    places = [_diatonic(note.pitch, transposition) - middle for note in element.notes]
    return min(places), max(places)


def _diatonic(pitch: Pitch | Unpitched, transposition: Interval) -> int:
    if isinstance(pitch, Unpitched):
        return 7 * pitch.octave + STEPS.index(pitch.step)
    return pitch.diatonic - transposition.steps
