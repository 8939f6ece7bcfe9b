"""Open score, closed score and rehearsal reduction: the same voices on other staves.

In an open score every voice has its own part. In a closed score two voices share a staff, the upper with stems up and
the lower with stems down, and words that all sing are printed once. A reduction repeats the voices in small notes on
two staves at the bottom. The results have no document: they are written as new scores.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, NamedTuple

from scoregen.score.arrangement.sung_texts import BREATHS, with_given_words
from scoregen.score.directions import Direction, Dynamic, FiguredBass
from scoregen.score.edit import with_notes
from scoregen.score.elements import Chord, Clef, Element, Instrument, Measure, Note, Part, Score, Slot, Voice
from scoregen.score.pitch import Pitch
from scoregen.score.spanners import Pedal, Slur, Spanner, Wedge

LayoutChoice = Literal["open", "closed"]
LAYOUTS: tuple[LayoutChoice, ...] = ("open", "closed")


@dataclass(frozen=True, slots=True)
class Line:
    """A voice of a score and the place that it moves to."""

    source: Slot
    target: Slot


class LaidOut(NamedTuple):
    """A score in a new layout, and the new places of its voices."""

    score: Score
    slots: tuple[Slot, ...]


def open_score(score: Score, slots: Sequence[Slot], parts: Sequence[Part]) -> LaidOut:
    """The score with each voice of `slots` in the part at its place in `parts`.

    Voices without words of their own get those of a voice with the same rhythm.
    """
    own = _unused_ids(score, parts)
    lines = [Line(slot, Slot(part.id)) for slot, part in zip(slots, own, strict=True)]
    silent = {line.target for line in lines if not _has_words(score, line.source)}
    done = with_words_of_others(_moved(score, lines, own), silent)
    return LaidOut(done, tuple(line.target for line in lines))


def closed_score(score: Score, staves: Sequence[tuple[Part, Sequence[Slot]]]) -> LaidOut:
    """The score with the voices of each staff, highest first, in its part; equal words are printed once."""
    parts = _unused_ids(score, [part for part, _ in staves])
    lines = [
        Line(slot, Slot(part.id, 1, voice))
        for part, (_, slots) in zip(parts, staves, strict=True)
        for voice, slot in enumerate(slots, start=1)
    ]
    moved = _moved(score, lines, parts)
    first = lines[0].target
    shared = [line.target for line in lines if line.target.voice > 1]
    measures = [_without_doubles(_without_equal_words(_one_breath(row), first), shared) for row in moved.measures]
    return LaidOut(replace(moved, measures=tuple(measures)), tuple(line.target for line in lines))


def with_reduction(score: Score, upper: Sequence[Slot], lower: Sequence[Slot]) -> Score:
    """The score with a part of two staves at the bottom that repeats its voices in cue notes.

    Without lower voices the part has one staff.
    """
    (part,) = _unused_ids(score, [REDUCTION if lower else replace(REDUCTION, clefs=REDUCTION.clefs[:1])])
    measures = []
    for measure in score.measures:
        new = [
            voice
            for staff, slots in ((1, upper), (2, lower))
            for voice in _reduced([measure.voice(slot) for slot in slots], part.id, staff)
        ]
        measures.append(replace(measure, voices=(*measure.voices, *new)))
    return replace(score, parts=(*score.parts, part), measures=tuple(measures))


REDUCTION = Part(
    "Reduction",
    "Rehearsal",
    "Reh.",
    (Clef("G", 2), Clef("F", 4)),
    Instrument("Piano", "keyboard.piano", 1),
)
"""The part of a rehearsal reduction."""


def with_words_of_others(score: Score, slots: Iterable[Slot]) -> Score:
    """The score in which voices without words get those of a voice with the same rhythm."""
    chosen = frozenset(slots)
    origins = {(i, voice.slot): voice.origin for i, m in enumerate(score.measures) for voice in m.voices}

    def marked(index: int, voice: Voice, *, back: bool) -> Voice:
        own = origins[index, voice.slot]
        return replace(voice, origin=own if back else "generated" if voice.slot in chosen else "given")

    def each(measures: Sequence[Measure], *, back: bool) -> tuple[Measure, ...]:
        return tuple(
            replace(measure, voices=tuple(marked(index, voice, back=back) for voice in measure.voices))
            for index, measure in enumerate(measures)
        )

    sung = with_given_words(replace(score, measures=each(score.measures, back=False)))
    return replace(sung, measures=each(sung.measures, back=True))


def _unused_ids(score: Score, parts: Sequence[Part]) -> tuple[Part, ...]:
    """The parts with ids that the score does not have."""
    used = {part.id for part in score.parts}
    named = []
    for part in parts:
        wish, number = part.id, 1
        while wish in used:
            number += 1
            wish = f"{part.id}.{number}"
        used.add(wish)
        named.append(replace(part, id=wish))
    return tuple(named)


def _moved(score: Score, lines: Sequence[Line], parts: Sequence[Part]) -> Score:
    """The score with voices moved to new parts, which stand where the first of the old parts stood."""
    to = {line.source: line.target for line in lines}
    left = {slot.part for slot in score.slots if slot not in to}
    emptied = {line.source.part for line in lines} - left
    rows = [part for part in score.parts if part.id not in emptied]
    place = min(index for index, part in enumerate(score.parts) if part.id in {line.source.part for line in lines})
    before = sum(1 for part in score.parts[:place] if part.id not in emptied)
    measures = tuple(_moved_measure(measure, to, emptied) for measure in score.measures)
    return replace(score, parts=(*rows[:before], *parts, *rows[before:]), measures=measures, document=None)


def _moved_measure(measure: Measure, to: Mapping[Slot, Slot], emptied: set[str]) -> Measure:
    voices = [replace(voice, slot=to.get(voice.slot, voice.slot)) for voice in measure.voices]
    targets = _targets_by_staff(to)
    directions = [new for mark in measure.directions for new in _moved_direction(mark, targets, emptied)]
    spanners = [new for spanner in measure.spanners for new in _moved_spanner(spanner, to, targets, emptied)]
    first = {part: slots[0].part for (part, _), slots in reversed(list(targets.items()))}
    symbols = [
        replace(symbol, part=first[symbol.part], staff=1) if symbol.part in emptied else symbol
        for symbol in measure.chord_symbols
    ]
    return replace(
        measure,
        voices=tuple(sorted(voices, key=lambda voice: list(to.values()).index(voice.slot) if voice.slot in to else -1)),
        directions=tuple(dict.fromkeys(directions)),
        spanners=tuple(dict.fromkeys(spanners)),
        chord_symbols=tuple(symbols),
        own_keys=tuple((part, key) for part, key in measure.own_keys if part not in emptied),
        break_before=None,
    )


_Targets = Mapping[tuple[str, int], list[Slot]]


def _targets_by_staff(to: Mapping[Slot, Slot]) -> _Targets:
    """The new places of the voices of each old staff."""
    found: dict[tuple[str, int], list[Slot]] = {}
    for source, target in to.items():
        found.setdefault((source.part, source.staff), []).append(target)
    return found


def _places(part: str, staff: int, targets: _Targets) -> list[Slot]:
    own = targets.get((part, staff))
    return own or next((slots for (name, _), slots in targets.items() if name == part), [])


def _moved_direction(mark: Direction, targets: _Targets, emptied: set[str]) -> list[Direction]:
    """Dynamics hold for every voice of their staff; words stand above the first, figures under the last."""
    if mark.part not in emptied or mark.part is None:
        return [mark]
    places = _places(mark.part, mark.staff, targets)
    chosen = (
        places
        if isinstance(mark.value, Dynamic)
        else places[-1:]
        if isinstance(mark.value, FiguredBass)
        else places[:1]
    )
    return [replace(mark, part=slot.part, staff=slot.staff) for slot in chosen]


def _moved_spanner(spanner: Spanner, to: Mapping[Slot, Slot], targets: _Targets, emptied: set[str]) -> list[Spanner]:
    if isinstance(spanner, Slur):
        end = to.get(spanner.last_slot, spanner.last_slot)
        start = to.get(spanner.slot, spanner.slot)
        return [replace(spanner, slot=start, end_slot=end if end != start else None)] if start.part == end.part else []
    if spanner.part not in emptied:
        return [spanner]
    places = _places(spanner.part, spanner.staff, targets)
    chosen = places[:1] if isinstance(spanner, Pedal) else places
    return [_at_staff(spanner, slot) for slot in chosen]


def _at_staff(spanner: Wedge | Pedal, slot: Slot) -> Spanner:
    return replace(spanner, part=slot.part, staff=slot.staff)


def _has_words(score: Score, slot: Slot) -> bool:
    voices = (voice for measure in score.measures for voice in measure.voices if voice.slot == slot)
    return any(note.lyrics for voice in voices for element in voice.elements for note in element.notes)


def _without_equal_words(measure: Measure, first: Slot) -> Measure:
    """The measure without the words of voices that sing those of the first at the same onsets.

    Other words of a lower voice on the staff of the first become further verses, so that they do not overlap.
    """
    model = measure.voice(first)
    texts = _texts(model) if model is not None else {}
    verses = {verse for words in texts.values() for verse, _ in words}
    voices = []
    for voice in measure.voices:
        own = _texts(voice)
        if voice.slot == first or not own:
            voices.append(voice)
        elif all(texts.get(onset) == words for onset, words in own.items()):
            voices.append(_changed(voice, lambda note: replace(note, lyrics=())))
        else:
            voices.append(_renumbered(voice, len(verses)) if voice.slot.part == first.part else voice)
    return replace(measure, voices=tuple(voices))


def _texts(voice: Voice) -> dict[Fraction, frozenset[tuple[str, str]]]:
    """Verse and text of the syllables, by onset."""
    found: dict[Fraction, frozenset[tuple[str, str]]] = {}
    now = Fraction(0)
    for element in voice.elements:
        words = frozenset((lyric.verse, lyric.text) for note in element.notes for lyric in note.lyrics)
        if words:
            found[now] = words
        now += element.duration
    return found


def _changed(voice: Voice, change: Callable[[Note], Note]) -> Voice:
    return replace(voice, elements=tuple(with_notes(element, change) for element in voice.elements))


def _renumbered(voice: Voice, above: int) -> Voice:
    """The voice with its verses counted on from those of another."""

    def change(note: Note) -> Note:
        lyrics = [replace(lyric, verse=str(above + _number(lyric.verse))) for lyric in note.lyrics]
        return replace(note, lyrics=tuple(lyrics))

    return _changed(voice, change) if above else voice


def _number(verse: str) -> int:
    return int(verse) if verse.isdigit() else 1


def _one_breath(measure: Measure) -> Measure:
    """The measure with the breath marks of the first voice of each staff alone."""
    voices = [voice if voice.slot.voice == 1 else _changed(voice, _without_breath) for voice in measure.voices]
    return replace(measure, voices=tuple(voices))


def _without_breath(note: Note) -> Note:
    kept = tuple(name for name in note.articulations if name not in BREATHS)
    return note if kept == note.articulations else replace(note, articulations=kept)


def _without_doubles(measure: Measure, lower: Sequence[Slot]) -> Measure:
    """The measure without lower voices that rest where the voice above rests too."""
    silent = {voice.slot for voice in measure.voices if voice.is_silent and voice.elements}
    gone = {slot for slot in lower if slot in silent and Slot(slot.part, slot.staff, 1) in silent}
    return replace(measure, voices=tuple(voice for voice in measure.voices if voice.slot not in gone))


def _reduced(voices: Sequence[Voice | None], part: str, staff: int) -> list[Voice]:
    """The voices of a staff of a reduction: chords where they move together."""
    found = [voice for voice in voices if voice is not None and voice.elements]
    small = [_changed(voice, _cue) for voice in found if not voice.is_silent] or found[:1]
    if len(small) > 1 and len({_rhythm(voice) for voice in small}) == 1:
        rows = zip(*(voice.elements for voice in small), strict=True)
        small = [replace(small[0], elements=tuple(_chord(row) for row in rows))]
    return [
        Voice(Slot(part, staff, number), voice.elements, "generated") for number, voice in enumerate(small, start=1)
    ]


def _cue(note: Note) -> Note:
    return replace(note, cue=True, articulations=(), lyrics=(), velocity=None, staff=None)


def _rhythm(voice: Voice) -> tuple[tuple[object, ...], ...]:
    return tuple((element.value, element.grace, bool(element.notes)) for element in voice.elements)


def _chord(row: Sequence[Element]) -> Element:
    """The notes of some elements as one, each pitch once; a fermata stays on the first."""
    notes = {note.pitch: note for element in row for note in element.notes}
    if not notes:
        return row[0]
    fermata = any(note.fermata for note in notes.values())
    ordered = sorted(notes.values(), key=lambda note: note.pitch.chromatic if isinstance(note.pitch, Pitch) else 0)
    bare = [replace(note, fermata=fermata and index == 0) for index, note in enumerate(ordered)]
    return bare[0] if len(bare) == 1 else Chord(tuple(bare))
