"""The notes that singers begin, and the syllables on them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.score.elements import Chord, Element, Lyric, Note, Rest, Voice


@dataclass(frozen=True, slots=True)
class Struck:
    """A note or chord of a voice that is struck, not tied over: its place in the voice, and its time."""

    index: int
    onset: Fraction
    end: Fraction
    note: Note


def struck_notes(voice: Voice) -> list[Struck]:
    found: list[Struck] = []
    now = Fraction(0)
    for index, element in enumerate(voice.elements):
        end = now + element.duration
        if element.notes and not element.grace:
            if element.notes[0].tied_from_previous and found and found[-1].end == now:
                found[-1] = replace(found[-1], end=end)
            elif not element.notes[0].tied_from_previous:
                found.append(Struck(index, now, end, element.notes[0]))
        now = end
    return found


def syllable_onsets(voice: Voice) -> list[Fraction]:
    """Where the voice of a measure begins a note with a syllable, in quarters from the start of the measure."""
    return [struck.onset for struck in struck_notes(voice) if struck.note.lyrics]


def has_words(voice: Voice) -> bool:
    return any(note.lyrics for element in voice.elements for note in element.notes)


def relabelled(element: Element, lyrics: tuple[Lyric, ...]) -> Element:
    """An element with these syllables alone; a rest has none."""
    if isinstance(element, Rest):
        return element
    first, *others = element.notes
    sung = replace(first, lyrics=lyrics)
    return Chord((sung, *others)) if isinstance(element, Chord) else sung
