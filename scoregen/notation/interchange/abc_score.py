"""Reads an ABC tune as a score: voices become parts, measures side by side, notes their values and ties."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from scoregen.notation.interchange.abc_fields import StaffGroup, tempo_of
from scoregen.notation.interchange.abc_marks import Marks, attach, attach_sign, attach_texts, is_of_a_note
from scoregen.notation.interchange.abc_notes import AbcLine, Ties, elements_of, values_of
from scoregen.notation.interchange.abc_tune import AbcMeasure, AbcTune, AbcVoice, Event
from scoregen.notation.interchange.abc_voices import read_tune
from scoregen.notation.musicxml.document import decode_text, read_bytes
from scoregen.notation.musicxml.tree import MAX_MEASURES, MAX_NOTES, MAX_PART_MEASURES, MAX_PARTS
from scoregen.notation.second_readers.abc import abc_contents
from scoregen.notation.second_readers.contents import losses, score_contents, with_losses
from scoregen.score.elements import Barline, Element, Measure, Metadata, Part, Rest, Score, Slot, Voice
from scoregen.score.pitch import Interval, Pitch
from scoregen.system.errors import Place, ReadError, RefusedError
from scoregen.system.wording import measures_named

_BARS = {"||": "light-light", "|]": "light-heavy", "[|": "heavy-light"}
_STEPS = (0, 1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 6)


def read_abc(path: Path) -> Score:
    """Read an ABC file with one tune. Raises ReadError, or RefusedError for several tunes."""
    text, place = decode_text(read_bytes(path)), Place(str(path))
    count = len(re.findall(r"^X:", text, re.MULTILINE))
    if count > 1:
        raise RefusedError(f"the file has {count} pieces; save each in its own file", place)
    try:
        tune = read_tune(text)
    except (ValueError, ZeroDivisionError, OverflowError) as error:
        raise ReadError(f"this cannot be read as ABC ({error}); is the file damaged?", place) from None
    voices = {name: voice for name, voice in tune.voices.items() if any(_events(voice))}
    if not any(event.pitches for voice in voices.values() for event in _events(voice)):
        raise ReadError("this cannot be read as ABC (it has no notes); is the file damaged?", place)
    if len(voices) > MAX_PARTS:
        raise ReadError(f"the tune has {len(voices)} voices; at most {MAX_PARTS} are read", place)
    _check_size(tune, voices, place)
    score = _score(tune, voices)
    file = replace(abc_contents(text, tune.unread), places=_places(tune, score))
    return with_losses(score, losses(file, score_contents(score)), path.name)


def _places(tune: AbcTune, score: Score) -> Mapping[str, str]:
    """By kind, where the tune has what the score lacks."""
    numbers = [measure.number for measure in score.measures]
    found = {kind: sorted(index for index in own if index < len(numbers)) for kind, own in tune.places.items()}
    return {kind: measures_named(numbers, own) for kind, own in found.items() if own}


def _check_size(tune: AbcTune, voices: Mapping[str, AbcVoice], place: Place) -> None:
    """The limits of MusicXML. ReadError for a tune beyond them."""
    layers = sum(max(len(measure.layers) for measure in voice.measures) for voice in voices.values())
    measures = max(len(voice.measures) for voice in voices.values())
    for what, found, limit in (
        ("measures", measures, MAX_MEASURES),
        ("measures in all its voices", measures * layers, MAX_PART_MEASURES),
        ("notes", tune.heads, MAX_NOTES),
    ):
        if found > limit:
            raise ReadError(f"the tune has {found} {what}; at most {limit} are read", place)


def _events(voice: AbcVoice) -> Iterator[Event]:
    return (event for measure in voice.measures for layer in measure.layers for event in layer)


def _score(tune: AbcTune, voices: Mapping[str, AbcVoice]) -> Score:
    groups = _groups(tune, voices)
    parts = tuple(_part(number, group, voices, alone=len(groups) == 1) for number, group in enumerate(groups, start=1))
    lines = [line for part, group in zip(parts, groups, strict=True) for line in _lines(part, group, voices)]
    marks, ties = Marks([], [], {}, {}, {}), dict[Slot, set[Pitch]]()
    length = max(len(voice.measures) for voice in voices.values())
    while length > 1 and not any(_measure_of(line, length - 1) for line in lines):
        length -= 1
    rows = [_row(tune, lines, index, (marks, ties)) for index in range(length)]
    measures = _numbered([replace(row, spanners=tuple(marks.spanners.get(i, ()))) for i, row in enumerate(rows)])
    return Score(parts, tuple(_with_endings(measures, lines)), _metadata(tune))


def _groups(tune: AbcTune, voices: Mapping[str, AbcVoice]) -> list[StaffGroup]:
    """The parts that the directive names and that have music, then all other voices."""
    named = [
        replace(group, staves=staves)
        for group in tune.groups
        if (staves := tuple(own for staff in group.staves if (own := tuple(name for name in staff if name in voices))))
    ]
    known = {name for group in named for staff in group.staves for name in staff}
    others = [name for name in voices if name not in known]
    bracket = "bracket" if len(others) > 1 and not named else None
    return [*named, *(StaffGroup(((name,),), bracket) for name in others)]


def _part(number: int, group: StaffGroup, voices: Mapping[str, AbcVoice], *, alone: bool) -> Part:
    first = [voices[staff[0]].properties for staff in group.staves]
    names = [voices[name].properties.name for staff in group.staves for name in staff]
    name = " and ".join(dict.fromkeys(filter(None, names))) or ("" if alone else f"Voice {group.staves[0][0]}")
    clefs = tuple(properties.clef for properties in first)
    interval = _interval(first[0].transpose)
    return Part(f"P{number}", name, first[0].short_name, clefs, transposition=interval, group=group.group)


def _interval(semitones: int) -> Interval:
    octaves, rest = divmod(abs(semitones), 12)
    interval = Interval(7 * octaves + _STEPS[rest], abs(semitones))
    return interval if semitones >= 0 else -interval


def _lines(part: Part, group: StaffGroup, voices: Mapping[str, AbcVoice]) -> Iterator[AbcLine]:
    """The lines of a part: every layer of every voice has a number on its staff."""
    for staff, names in enumerate(group.staves, start=1):
        number = 0
        for voice in (voices[name] for name in names):
            for layer in range(max(len(measure.layers) for measure in voice.measures)):
                number += 1
                yield AbcLine(Slot(part.id, staff, number), voice, layer, part.transposition)


def _measure_of(line: AbcLine, index: int) -> AbcMeasure | None:
    """The measure of a line if it has any event."""
    if index >= len(line.voice.measures):
        return None
    measure = line.voice.measures[index]
    return measure if line.layer < len(measure.layers) and measure.layers[line.layer] else None


def _row(tune: AbcTune, lines: Sequence[AbcLine], index: int, state: tuple[Marks, Ties]) -> Measure:
    """One measure of all lines; `state` goes on to the next."""
    marks, _ = state
    found = [line.voice.measures[index] for line in lines if index < len(line.voice.measures)]
    first = next((line for line in lines if index < len(line.voice.measures)), lines[0])
    duration = max((measure.duration for measure in found), default=Fraction(0)) or found[0].time.duration
    marks.directions, marks.symbols = [], []
    voices = tuple(
        _voice(tune, line, measure, (index, duration), state)
        for line in lines
        if (measure := _measure_of(line, index)) is not None or line.slot.voice == 1
    )
    key = found[0].key.transposed(first.interval)
    sounding = {
        line.slot.part: line.voice.measures[index].key.transposed(line.interval)
        for line in lines
        if index < len(line.voice.measures)
    }
    bar = next((measure.bar for measure in found if measure.bar), "")
    tempos = [replace(tempo, onset=onset) for measure in found for onset, tempo in measure.tempos]
    if index == 0:
        given = (tempo_of(text, tune.unit_length) for text in tune.fields.get("Q", []))
        tempos = [*(tempo for tempo in given if tempo is not None), *tempos]
    return Measure(
        str(index + 1),
        duration,
        found[0].time,
        key,
        voices,
        barline=_barline(bar),
        repeat_start=any(measure.repeat_start for measure in found),
        endings=next((measure.ending for measure in found if measure.ending), ()),
        tempos=tuple(tempos),
        phrase_ends=_phrase_ends(voices),
        own_keys=tuple((part, own) for part, own in sounding.items() if own != key),
        directions=tuple(marks.directions),
        chord_symbols=tuple(marks.symbols),
    )


def _phrase_ends(voices: Sequence[Voice]) -> tuple[Fraction, ...]:
    """The onsets with a fermata."""
    found = set()
    for voice in voices:
        onset = Fraction(0)
        for element in voice.elements:
            if element.fermata:
                found.add(onset)
            onset += element.duration
    return tuple(sorted(found))


def _voice(
    tune: AbcTune,
    line: AbcLine,
    measure: AbcMeasure | None,
    place: tuple[int, Fraction],
    state: tuple[Marks, Ties],
) -> Voice:
    """A line in one measure, filled up with rests; `place` is the index and the duration of the measure."""
    (index, duration), (marks, ties) = place, state
    if measure is None:
        return Voice(line.slot, tuple(Rest(value) for value in values_of(duration)))
    onset, elements = Fraction(0), list[Element]()
    for event in measure.layers[line.layer]:
        attach(event, line.slot, (index, onset), marks, tune)
        elements.extend(elements_of(event, line, ties))
        onset += event.duration
    if line.layer == 0:
        _attach_end(measure, line.slot, (index, onset), marks, tune)
    gap = duration - onset
    return Voice(line.slot, (*elements, *(Rest(value, visible=False) for value in values_of(gap))))


def _attach_end(measure: AbcMeasure, slot: Slot, place: tuple[int, Fraction], marks: Marks, tune: AbcTune) -> None:
    """What stands at the end of a measure; signs that only a note can have are left out."""
    attach_texts(measure.texts, slot, place, marks, tune)
    for sign in measure.marks:
        attach_sign(sign, slot, place, marks, tune)
        if is_of_a_note(sign):
            tune.leave_out("sign without a note", place[0])


def _barline(bar: str) -> Barline:
    if ":|" in bar or bar.startswith("::"):
        return Barline("light-heavy", 2)
    return Barline(next((style for sign, style in _BARS.items() if sign in bar), "regular"))


def _numbered(rows: Sequence[Measure]) -> list[Measure]:
    """The measures with numbers: 0 and implicit for an anacrusis."""
    short = len(rows) > 1 and rows[0].is_short
    found = [replace(row, number=str(index if short else index + 1)) for index, row in enumerate(rows)]
    if short:
        found[0] = replace(found[0], implicit=True)
    return found


def _with_endings(rows: Sequence[Measure], lines: Sequence[AbcLine]) -> Iterator[Measure]:
    """Each ending lasts up to a repeat sign, a double bar or the next ending; without them it is one measure."""
    current: tuple[int, ...] = ()
    for index, row in enumerate(rows):
        if row.endings:
            current = row.endings
            closed = any(_closes(later) or later.endings for later in (row, *rows[index + 1 :]))
            closed = closed if _closes(row) else any(_closes(later) or later.endings for later in rows[index + 1 :])
        elif row.repeat_start:
            current = ()
        yield replace(row, endings=current)
        if current and (_closes(row) or not closed):
            current = ()


def _closes(row: Measure) -> bool:
    return row.barline.repeat_times > 0 or row.barline.style in ("light-light", "light-heavy", "heavy-light")


def _metadata(tune: AbcTune) -> Metadata:
    titles = [title for title in tune.fields.get("T", []) if title]
    others = [
        (f"abc-{name}", "; ".join(values))
        for name, values in tune.fields.items()
        if name not in ("T", "C", "Q") and any(values)
    ]
    others += [("abc-subtitle", title) for title in titles[1:]]
    composer = "; ".join(filter(None, tune.fields.get("C", []))) or None
    return Metadata(title=titles[0] if titles else None, composer=composer, miscellaneous=tuple(others))
