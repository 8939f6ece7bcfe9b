"""What the network reads of a page: a voice of its own for every singing line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from scoregen.generation.page import Line, free_voice, read_voice
from scoregen.generation.seating import Seating
from scoregen.score.elements import Measure, Score, Slot


def reading_slot(score: Score, line: Line) -> Slot:
    """The slot at which a line is read: its own, or a free one for the lower notes of the chords of another voice."""
    if line.layer != "lower" or line.shared is not None:
        return line.slot
    return line.slot._replace(voice=free_voice(score, line.slot.part, line.slot.staff))


def reading_of(page: Score, seating: Seating, slots: Mapping[str, Slot]) -> Score:
    """The page with the notes of every line in its own voice, one note at a time, without the document."""
    split = [(line, slots[name]) for name, line in seating.lines.items() if not line.is_plain]
    if not split:
        return replace(page, document=None)
    return replace(page, document=None, measures=tuple(_measure(measure, split) for measure in page.measures))


def _measure(measure: Measure, split: list[tuple[Line, Slot]]) -> Measure:
    """A measure whose given voices are split; blank ones stay."""
    blank = {voice.slot for voice in measure.voices if voice.is_blank}
    read = [read_voice(measure, line, slot) for line, slot in split if slot not in blank]
    new = {voice.slot: voice for voice in read if voice is not None}
    kept = [voice for voice in measure.voices if voice.slot not in new]
    return replace(measure, voices=(*kept, *new.values()))
