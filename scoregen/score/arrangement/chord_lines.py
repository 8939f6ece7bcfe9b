"""Two voices that are written as chords in one voice: read as two lines, and put back as they were given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scoregen.score.elements import Chord, Element, Measure, Note, Score, Slot, Voice

VOICES_A_STAFF = 4


def is_two_lines(score: Score, slot: Slot) -> bool:
    """Whether a voice is mostly chords of two notes and has none of more."""
    elements = [
        element
        for measure in score.measures
        for voice in measure.voices
        if voice.slot == slot
        for element in voice.elements
        if element.notes and not element.grace
    ]
    chords = [element for element in elements if len(element.notes) == 2]
    return all(len(element.notes) <= 2 for element in elements) and 2 * len(chords) > len(elements)


def lower_line(score: Score, slot: Slot) -> Slot:
    """A voice on the same staff that the score does not use, for the lower notes of a voice with chords."""
    used = {other.voice for other in score.slots if other[:2] == slot[:2]}
    numbers = range(slot.voice + 1, slot.voice + VOICES_A_STAFF + 1)
    return slot._replace(voice=next(number for number in numbers if number not in used))


def with_lower_line(score: Score, slot: Slot, lower: Slot) -> Score:
    """The score with the lower notes of the chords of a voice in another; a single note is sung by both."""
    return replace(score, measures=tuple(_split(measure, slot, lower) for measure in score.measures))


def _split(measure: Measure, slot: Slot, lower: Slot) -> Measure:
    voice = measure.voice(slot)
    if voice is None or voice.is_blank:
        return measure
    upper = replace(voice, elements=tuple(_one_note(element, -1) for element in voice.elements))
    below = Voice(lower, tuple(_without_words(_one_note(element, 0)) for element in voice.elements), voice.origin)
    voices = [upper if other.slot == slot else other for other in measure.voices if other.slot != lower]
    return replace(measure, voices=(*voices, below))


def _one_note(element: Element, index: int) -> Element:
    """One note of a chord, with the words and the fermata of the chord."""
    if not isinstance(element, Chord):
        return element
    first = element.notes[0]
    return replace(element.notes[index], lyrics=first.lyrics, fermata=element.fermata)


def _without_words(element: Element) -> Element:
    return replace(element, lyrics=()) if isinstance(element, Note) else element


def with_given_chords(score: Score, given: Score, lowers: Sequence[Slot]) -> Score:
    """A finished score with the voices of `given` as they were, without the lower lines that were taken from chords."""
    measures = list(score.measures)
    for index, original in enumerate(given.measures):
        own = {voice.slot: voice for voice in original.voices if voice.origin == "given"}
        voices = [own.get(voice.slot, voice) for voice in measures[index].voices if _stays(voice, lowers)]
        measures[index] = replace(measures[index], voices=tuple(voices))
    return replace(score, measures=tuple(measures))


def _stays(voice: Voice, lowers: Sequence[Slot]) -> bool:
    return voice.slot not in lowers or voice.origin == "generated"
