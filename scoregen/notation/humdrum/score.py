"""A Humdrum file as a score: notes, rests, ties, words, signatures, barlines, and whether a part is sung.

It keeps what tokens keep, and the words, and takes a small part of the time of a reader that keeps every mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.notation.humdrum.spines import KernEvent, KernFile, KernMeasure
from scoregen.score.elements import (
    SYLLABICS,
    Barline,
    Chord,
    Clef,
    Element,
    Lyric,
    Measure,
    Note,
    Part,
    Rest,
    Score,
    Slot,
    Voice,
)
from scoregen.score.instruments import number_of
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.rhythm import NoteValue

_INSTRUMENTS = {
    "piano": "Piano", "forte": "Pianoforte", "organ": "Organ", "cemba": "Harpsichord", "harp": "Harp",
    "guitr": "Guitar", "vox": "Voice", "feme": "Voice", "canto": "Soprano", "soprn": "Soprano",
    "mezzo": "Mezzo-soprano", "alto": "Alto", "calto": "Alto", "tenor": "Tenor", "barit": "Baritone",
    "bass": "Bass", "violn": "Violin", "viola": "Viola", "violt": "Viola", "cello": "Violoncello",
    "cbass": "Contrabass", "violb": "Contrabass", "flt": "Flute", "oboe": "Oboe", "clars": "Clarinet",
    "fagot": "Bassoon", "cor": "Horn", "clrno": "Trumpet", "tromp": "Trumpet", "tromt": "Trombone",
    "tromb": "Trombone", "timpa": "Timpani",
}  # fmt: skip
"""The names of the instruments that Humdrum abbreviates."""
_CLASSES = {"*ICvox": "Voice", "*ICklav": "Piano"}
_HANDS = {"Piano", "Pianoforte", "Harpsichord", "Harp", "Organ"}
_SYMBOLS = {"c": "common", "C": "common", "c|": "cut", "C|": "cut"}
_CLEF = re.compile(r"\*clef([GFC])(v*|\^*)(\d)")
_ACCIDENTAL = re.compile(r"[a-g]([#n-]+)")
_BRACKETED = re.compile(r"[\[\]]")


@dataclass(frozen=True, slots=True)
class _Staff:
    """Where a column of the file stands in the score."""

    part: str
    staff: int

    def slot(self, layer: int) -> Slot:
        return Slot(self.part, self.staff, 4 * (self.staff - 1) + layer + 1)


def kern_score(file: KernFile) -> Score:
    """The score of the spines of a file."""
    parts, staves = _parts(file)
    pairs = zip(file.measures, [None, *file.measures[:-1]], strict=True)
    return Score(
        parts, tuple(_measure(measure, before, index, staves) for index, (measure, before) in enumerate(pairs))
    )


def _parts(file: KernFile) -> tuple[tuple[Part, ...], dict[int, _Staff]]:
    """The parts, and the staff of each column: those with the same `*part`, the lowest `*staff` first."""
    columns = sorted(file.headings, key=lambda column: (*_numbers(file.headings[column]), -column))
    groups: dict[str, list[int]] = {}
    for column in columns:
        number = _numbers(file.headings[column])[0]
        groups.setdefault(f"P{number}" if number else f"C{column}", []).append(column)
    groups = _with_both_hands(groups, file)
    staves = {
        column: _Staff(part, staff) for part, members in groups.items() for staff, column in enumerate(members, 1)
    }
    sung = {event.column for measure in file.measures for event in measure.events if event.syllables}
    return tuple(_part(part, members, file, bool(sung & {*members})) for part, members in groups.items()), staves


def _with_both_hands(groups: Mapping[str, list[int]], file: KernFile) -> dict[str, list[int]]:
    """The columns of the parts, in which the two hands of a keyboard are one part even if the file has two."""
    joined: dict[str, list[int]] = {}
    for part, members in groups.items():
        before = next(reversed(joined), None)
        hand = members if before is None else joined[before]
        names = {_name(file.headings[column]) for column in (*hand, *members)}
        if before is not None and len(hand) == len(members) == len(names) == 1 and names <= _HANDS:
            joined[before] = [*hand, *members]
        else:
            joined[part] = list(members)
    return joined


def _numbers(heading: Sequence[str]) -> tuple[int, int]:
    """The numbers of part and staff; 0 for those that are not told."""
    found = [re.match(rf"\*{kind}(\d+)", token) for kind in ("part", "staff") for token in [*heading, ""]]
    by_kind = {match[0][1]: int(match[1]) for match in reversed(found) if match}
    return by_kind.get("p", 0), by_kind.get("s", 0)


def _part(part: str, columns: Sequence[int], file: KernFile, sung: bool) -> Part:
    tokens = [token for column in columns for token in file.headings[column]]
    name = _name(tokens) or ("Voice" if sung else "")
    return Part(part, name, clefs=tuple(_clef(file.headings[column]) for column in columns))


def _name(heading: Sequence[str]) -> str:
    """The instrument of a part by its code and the printed number, else by its printed name, else by its class; empty
    without any."""
    codes = [_INSTRUMENTS[token[2:]] for token in heading if token[:2] == "*I" and token[2:] in _INSTRUMENTS]
    texts = [_BRACKETED.sub("", token[3:]) for token in heading if token.startswith('*I"')]
    classes = [_CLASSES[token] for token in heading if token in _CLASSES]
    numbers = [number for text in texts if (number := number_of(text))]
    codes = [f"{codes[0]} {numbers[0]}"] if codes and numbers and codes[0] not in _HANDS else codes
    return next(iter([*codes, *filter(None, texts), *classes]), "")


def _clef(heading: Sequence[str]) -> Clef:
    found = next((match for token in heading if (match := _CLEF.match(token))), None)
    if found is None:
        return Clef()
    octaves = len(found[2]) * (-1 if "v" in found[2] else 1)
    return Clef(found[1], int(found[3]), octaves)


def _measure(measure: KernMeasure, before: KernMeasure | None, index: int, staves: Mapping[int, _Staff]) -> Measure:
    duration = max(event.onset + event.length for event in measure.events)
    voices = [
        Voice(staves[column].slot(layer), tuple(_elements(events, duration)))
        for (column, layer), events in _layers(measure.events).items()
    ]
    time = _time(measure, duration)
    return Measure(
        measure.number or f"X{index}",
        duration or time.duration,
        time,
        _key(measure.signatures.get("key", "")),
        tuple(sorted(voices, key=lambda voice: voice.slot)),
        implicit=not measure.number or measure.number == "0",
        barline=_barline(measure.barline),
        repeat_start=before is not None and "|:" in before.barline,
        phrase_ends=tuple(sorted({event.onset for event in measure.events if event.fermata})),
    )


def _layers(events: Iterable[KernEvent]) -> dict[tuple[int, int], list[KernEvent]]:
    """The events of each layer, without second layers that show nothing."""
    layers: dict[tuple[int, int], list[KernEvent]] = {}
    for event in events:
        layers.setdefault((event.column, event.layer), []).append(event)
    return {
        key: row for key, row in layers.items() if key[1] == 0 or any(event.notes or not event.hidden for event in row)
    }


def _elements(events: Sequence[KernEvent], duration: Fraction) -> Iterator[Element]:
    """The elements of a voice, with rests in its gaps."""
    place = Fraction(0)
    for event in events:
        if event.onset > place:
            yield Rest(NoteValue.of(event.onset - place), visible=False)
        if event.grace or event.length:
            yield from _sounding(event)
        place = event.onset + event.length
    if place < duration:
        yield Rest(NoteValue.of(duration - place), visible=False)


def _sounding(event: KernEvent) -> Iterator[Element]:
    value = NoteValue("eighth") if event.grace else NoteValue.of(event.length)
    lyrics = tuple(_lyrics(event.syllables))
    notes = tuple(
        Note(
            value,
            note.pitch,
            note.tie in ("_", "]"),
            note.tie in ("_", "["),
            grace=event.grace,
            fermata=event.fermata and not index,
            lyrics=lyrics if not index else (),
        )
        for index, note in enumerate(sorted(event.notes, key=lambda note: (note.pitch.chromatic, note.pitch.diatonic)))
    )
    if not notes:
        yield Rest(value, visible=not event.hidden, fermata=event.fermata)
    else:
        yield notes[0] if len(notes) == 1 else Chord(notes)


def _lyrics(syllables: Sequence[str]) -> Iterator[Lyric]:
    """The syllables of a note by verse; hyphens on their sides tell that the word goes on there."""
    for verse, syllable in enumerate(syllables, 1):
        text = syllable.removeprefix("-").removesuffix("-").strip("_ ")
        if text:
            yield Lyric(text, SYLLABICS[syllable.startswith("-"), syllable.endswith("-")], str(verse))


def _time(measure: KernMeasure, duration: Fraction) -> TimeSignature:
    """The metre; one of the length of the measure if the file tells none or one that is not written so."""
    text = measure.signatures.get("time", "")
    try:
        time = TimeSignature.parse(text)
    except ValueError:
        return TimeSignature((max(int(duration * 4 // 4), 1),), 4)
    return replace(time, symbol=_SYMBOLS.get(measure.signatures.get("symbol", "")))


def _key(text: str) -> KeySignature:
    """The key signature of `f#c#`; signs of naturals do not count."""
    signs = _ACCIDENTAL.findall(text)
    return KeySignature(sum(sign.count("#") - sign.count("-") for sign in signs))


def _barline(token: str) -> Barline:
    if ":|" in token:
        return Barline("light-heavy", 2)
    return Barline("light-heavy" if token.startswith("==") else "light-light" if "||" in token else "regular")
