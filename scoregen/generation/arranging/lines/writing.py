"""The voices of an arrangement: the elements of the strands that each player has, in his octave.

Elements are copied, not written anew, so that note values, ties, tuplets and articulations stay. Rests that only fill
the layer of a chord are joined. A tie that loses its other note goes (`with_whole_ties`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby

from scoregen.generation.arranging.lines.cells import Cell, Source
from scoregen.generation.arranging.lines.players import Player
from scoregen.generation.arranging.lines.pricing import NOBODY, Casting, Option
from scoregen.generation.arranging.lines.strands import strand_elements
from scoregen.score.edit import with_notes
from scoregen.score.elements import Element, Measure, Note, Rest, Score, Slot, Voice
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue, notate
from scoregen.score.timeline import measure_onsets


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a player has in a part of a measure: a voice of the source, from `start` to `end` in quarters there."""

    measure: int
    start: Fraction
    end: Fraction
    source: Slot
    target: Slot


@dataclass(frozen=True)
class Written:
    """By measure the new voices, and all stretches with the voices of the source that they come from."""

    voices: tuple[tuple[Voice, ...], ...]
    stretches: tuple[Stretch, ...]


def write_voices(source: Source, players: Sequence[Player], castings: Sequence[Casting]) -> Written:
    """The voices of all players, one for each measure."""
    by_measure: list[list[Voice]] = [[] for _ in source.score.measures]
    stretches: list[Stretch] = []
    for index, player in enumerate(players):
        options = [state[index] for state in castings]
        rows = _player_rows(source, player, options, stretches)
        for measure, elements in enumerate(rows):
            by_measure[measure].append(Voice(Slot(player.part), elements))
    return Written(tuple(map(tuple, by_measure)), tuple(stretches))


def _player_rows(
    source: Source, player: Player, options: Sequence[Option], stretches: list[Stretch]
) -> list[tuple[Element, ...]]:
    rows: list[tuple[Element, ...]] = []
    cells = zip(source.cells, options, strict=True)
    for index, own in groupby(cells, key=lambda entry: entry[0].measure):
        measure = source.score.measures[index]
        elements: list[Element] = []
        for option, run in groupby(own, key=lambda entry: entry[1]):
            parts = [cell for cell, _ in run]
            elements += _stretch(source, player, option, parts)
            if option.strand != NOBODY:
                slot = source.strands[option.strand].slot
                stretches.append(Stretch(index, parts[0].start, parts[-1].end, slot, Slot(player.part)))
        rows.append(with_joined_rests(elements, measure, source.score.has_anacrusis and index == 0))
    return rows


def _stretch(source: Source, player: Player, option: Option, cells: Sequence[Cell]) -> list[Element]:
    """The elements of an option from the start of the first cell to the end of the last."""
    start, end = cells[0].start, cells[-1].end
    if option.strand == NOBODY:
        return silence(end - start)
    strand = source.strands[option.strand]
    strand = strand.whole if option.whole else strand
    measure = source.score.measures[cells[0].measure]
    elements = strand_elements(measure, strand)
    change = _mover(player, option.shift)
    found: list[Element] = []
    now = Fraction(0)
    for element in elements:
        after = now + element.duration
        low, high = max(now, start), min(after, end)
        if isinstance(element, Rest):
            found += [element] if start <= now and after <= end else silence(high - low)
        elif start <= now < end or now == end == measure.duration:
            found.append(with_notes(element, change))
        now = after
    return found or silence(end - start)


def _mover(player: Player, shift: int) -> Callable[[Note], Note]:
    """The change of a note that puts it into the octave of the player, without what only singers need."""

    def change(note: Note) -> Note:
        if not isinstance(note.pitch, Pitch):
            return note
        octaves = (player.moved(note.pitch.midi_pitch, shift) - note.pitch.midi_pitch) // 12
        lyrics = note.lyrics if player.role.is_sung else ()
        return replace(note, pitch=in_octave(note.pitch, octaves), lyrics=lyrics, staff=None)

    return change


def in_octave(pitch: Pitch, octaves: int) -> Pitch:
    """The pitch some octaves higher, or lower if negative."""
    return replace(pitch, octave=pitch.octave + octaves)


def silence(length: Fraction) -> list[Element]:
    """Rests of a length, the longest first."""
    rests: list[Element] = []
    while length > 0:
        value = NoteValue.plain(length) or _largest(length)
        rests.append(Rest(value))
        length -= value.duration
    return rests


def whole_rest(measure: Measure) -> tuple[Element, ...]:
    """A measure of rest."""
    return (Rest(NoteValue.of(measure.duration)),)


def _largest(length: Fraction) -> NoteValue:
    whole = NoteValue("whole")
    while whole.duration > length:
        found = NoteValue.plain(whole.duration / 2)
        if found is None:
            return NoteValue.of(length)
        whole = found
    return whole


def with_joined_rests(elements: Sequence[Element], measure: Measure, late: bool = False) -> tuple[Element, ...]:
    """The elements with neighbouring rests joined as the metre has it; a silent measure is one rest."""
    if not any(element.notes for element in elements):
        return whole_rest(measure)
    start = measure.time.duration - measure.duration if late else Fraction(0)
    found: list[Element] = []
    now = Fraction(0)
    for silent, run in groupby(elements, key=lambda element: isinstance(element, Rest)):
        own = list(run)
        length = sum((element.duration for element in own), Fraction(0))
        found += _joined(own, now, now + length, measure, start) if silent and len(own) > 1 else own
        now += length
    return tuple(found)


def _joined(
    rests: Sequence[Element], low: Fraction, high: Fraction, measure: Measure, start: Fraction
) -> Sequence[Element]:
    """Rests from one place of a measure to another; as they were if they are part of a tuplet."""
    if any(rest.value.is_tuplet or (isinstance(rest, Rest) and rest.fermata) for rest in rests):
        return rests
    cuts = [cut for cut in (low, high, measure.duration) if cut > 0]
    cuts = sorted(set(cuts))
    at = 1 if low > 0 else 0
    try:
        values = notate(cuts, measure.duration, measure.time, start, rests=range(len(cuts)))
    except ValueError:
        return rests
    return [Rest(value) for value in values[at]]


def with_whole_ties(score: Score) -> Score:
    """The score with the ties that have both notes, in one voice of a part or in two."""
    starts, stops = set[_Tie](), set[_Tie]()
    for onset, measure in zip(measure_onsets(score), score.measures, strict=True):
        for voice in measure.voices:
            now = onset
            for element in voice.elements:
                end = now + element.duration
                starts |= {(voice.slot.part, end, note.pitch) for note in element.notes if note.tied_to_next}
                stops |= {(voice.slot.part, now, note.pitch) for note in element.notes if note.tied_from_previous}
                now = end
    both = starts & stops
    measures = [
        replace(measure, voices=tuple(_with_ties(voice, onset, both) for voice in measure.voices))
        for onset, measure in zip(measure_onsets(score), score.measures, strict=True)
    ]
    return replace(score, measures=tuple(measures))


_Tie = tuple[str, Fraction, object]
"""A part, a time, and the pitch that is tied over it."""


def _with_ties(voice: Voice, now: Fraction, both: set[_Tie]) -> Voice:
    elements = []
    for element in voice.elements:
        end = now + element.duration
        elements.append(with_notes(element, _tied(voice.slot.part, now, end, both)))
        now = end
    return replace(voice, elements=tuple(elements))


def _tied(part: str, start: Fraction, end: Fraction, both: set[_Tie]) -> Callable[[Note], Note]:
    def change(note: Note) -> Note:
        onward = note.tied_to_next and (part, end, note.pitch) in both
        back = note.tied_from_previous and (part, start, note.pitch) in both
        if (onward, back) == (note.tied_to_next, note.tied_from_previous):
            return note
        return replace(note, tied_to_next=onward, tied_from_previous=back)

    return change
