"""What a score has and a MIDI file cannot hold, by kind and number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from scoregen.score.directions import FiguredBass, Words
from scoregen.score.elements import Measure, Score
from scoregen.score.spanners import Slur
from scoregen.system.wording import counted


def midi_losses(score: Score, *, play_chords: bool) -> str | None:
    """One line that names what is lost; None if nothing is. Chord symbols are not lost if they are played."""
    found = Counter(kind for measure in score.measures for kind in _kinds(measure, play_chords))
    if not found:
        return None
    named = ", ".join(counted(number, kind) for kind, number in found.items())
    advice = "; --play-chords lets chord symbols be heard" if found["chord symbol"] else ""
    return f"MIDI files cannot hold {named}{advice}"


def _kinds(measure: Measure, play_chords: bool) -> Iterator[str]:
    """The kind of everything that is lost."""
    if not play_chords:
        yield from ("chord symbol" for _ in measure.chord_symbols)
    for direction in measure.directions:
        if isinstance(direction.value, FiguredBass):
            yield "figured bass"
        elif isinstance(direction.value, Words):
            yield "text"
    yield from ("slur" for spanner in measure.spanners if isinstance(spanner, Slur))
    for voice in measure.voices:
        for element in voice.elements:
            for note in element.notes:
                yield from ("syllable of a further verse" for _ in note.lyrics[1:])
