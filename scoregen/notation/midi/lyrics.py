"""The words of a MIDI file: lyric events, or the text events of a karaoke file, as syllables under notes.

An event ends with a space or a line break at the end of a word, or with a hyphen inside one (MIDI Manufacturers
Association, RP-017). In a file whose events have no spaces at all, only a hyphen continues a word.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from scoregen.score.elements import SYLLABICS, Lyric, Score
from scoregen.score.timeline import measure_onsets

NEAR = Fraction(1, 4)
"""How far, in quarters, a syllable may be from its note."""
_LINE_STARTS = ("/", "\\")
_CONTROL = "@"


@dataclass(frozen=True, slots=True)
class TextEvent:
    """A text at an onset, in quarters; `karaoke` if it comes from a text event, not a lyric event."""

    onset: Fraction
    text: str
    karaoke: bool = False


def sung_words(events: Sequence[TextEvent]) -> list[TextEvent]:
    """The events that are words: the lyric events, else the texts if they begin lines as karaoke files do."""
    lyrics = [event for event in events if not event.karaoke]
    if lyrics:
        return lyrics
    is_karaoke = any(event.text.startswith(_LINE_STARTS) for event in events)
    return [event for event in events if is_karaoke and not event.text.startswith(_CONTROL)]


def syllables(events: Sequence[TextEvent]) -> list[tuple[Fraction, Lyric]]:
    """The syllables with their onsets; events without a letter, such as line breaks, are none."""
    spaced = any(event.text != event.text.strip() or event.text.startswith(_LINE_STARTS) for event in events)
    texts = [(event.onset, event.text.lstrip("/\\"), _begins_word(event.text)) for event in events]
    found = [(onset, text, begins) for onset, text, begins in texts if text.strip(" \r\n\t-")]
    joined = [
        _goes_on(text, spaced=spaced) and not begins
        for (_, text, _), (_, _, begins) in pairwise([*found, (Fraction(0), "", True)])
    ]
    continues = [False, *joined]
    return [
        (onset, Lyric(_printable(text), SYLLABICS[before, after]))
        for (onset, text, _), before, after in zip(found, continues, joined, strict=False)
    ]


def place_syllables(
    words: Iterable[tuple[Fraction, Lyric]], onsets: Sequence[Fraction]
) -> tuple[Mapping[Fraction, Lyric], int]:
    """The syllables by the onset of their note, and the number of those that have none within `NEAR`."""
    placed: dict[Fraction, Lyric] = {}
    lost = 0
    for place, lyric in words:
        near = min(_neighbours(place, onsets), key=lambda onset: abs(onset - place), default=None)
        if near is None or abs(near - place) > NEAR or near in placed:
            lost += 1
        else:
            placed[near] = lyric
    return placed, lost


def lyric_texts(score: Score, part_id: str) -> Iterator[tuple[Fraction, str]]:
    """The first syllable of each note of a part with its onset, as the text of a lyric event."""
    for start, measure in zip(measure_onsets(score), score.measures, strict=True):
        for voice in measure.voices:
            if voice.slot.part != part_id:
                continue
            onset = start
            for element in voice.elements:
                lyric = next((note.lyrics[0] for note in element.notes if note.lyrics and note.lyrics[0].text), None)
                if lyric is not None:
                    yield onset, lyric.text + ("-" if lyric.syllabic in ("begin", "middle") else " ")
                onset += element.duration


def _neighbours(place: Fraction, onsets: Sequence[Fraction]) -> Iterator[Fraction]:
    index = bisect_left(onsets, place)
    yield from onsets[max(index - 1, 0) : index + 1]


def _begins_word(text: str) -> bool:
    return text[:1].isspace() or text.startswith(_LINE_STARTS)


def _goes_on(text: str, *, spaced: bool) -> bool:
    """Whether the word goes on after an event."""
    if text.rstrip().endswith("-"):
        return True
    return spaced and bool(text) and not text[-1].isspace()


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text).strip().rstrip("-").strip()
