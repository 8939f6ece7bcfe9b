"""Reads a song of words and chords as a lead sheet: a staff without a tune, with the chords above and the words below.

Such files say nothing of rhythm: every chord has a measure, and in rows of bars every bar is one. A verse without
chords has those of the verse before it with as many lines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

from scoregen.notation.chordpro.columns import is_chord_line, read_columns
from scoregen.notation.chordpro.directives import read_directives
from scoregen.notation.chordpro.grids import bare
from scoregen.notation.chordpro.song import Cell, GridBar, Row, Section, Song
from scoregen.notation.interchange.abc_fields import chord_symbol
from scoregen.notation.musicxml.document import decode_text, read_bytes
from scoregen.notation.musicxml.tree import MAX_MEASURES
from scoregen.score.chord_symbols import ChordSymbol
from scoregen.score.directions import Direction, RehearsalMark, Words
from scoregen.score.elements import Barline, Measure, Metadata, Part, Rest, Score, Slot, Tempo, Voice
from scoregen.score.keys import Key, KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.rhythm import NoteValue
from scoregen.score.theory.numerals import read_numeral
from scoregen.system.errors import Place, ReadError, RefusedError
from scoregen.system.wording import counted

PART = "P1"
_NEW_SONG = re.compile(r"\{\s*(?:new_song|ns)\b[^}]*\}", re.IGNORECASE)
_MOST_NAMED = 3
_BY_HAND = ("capo", "transpose")
_UNKEPT = ("album", "arranger", "duration", "sorttitle", "year")
"""Fields for which a score has no place."""
_TEMPO = re.compile(r"\d+(?:\.\d+)?")


@dataclass(slots=True)
class _Sheet:
    """The measures so far, the signatures in force, and chords that are not understood."""

    time: TimeSignature
    key: KeySignature
    measures: list[Measure] = field(default_factory=list)
    tempo: Tempo | None = None
    unread: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)


def read_song(path: Path) -> Score:
    """Read a file of words and chords. ReadError for one without chords, RefusedError for several songs."""
    text, place = decode_text(read_bytes(path)), Place(str(path))
    count = len(_NEW_SONG.findall(text)) + 1
    if count > 1 and all(part.strip() for part in _NEW_SONG.split(text)):
        raise RefusedError(f"the file has {count} pieces; save each in its own file", place)
    lines = [line.rstrip() for line in text.splitlines()]
    song = read_columns(lines) if _has_chord_lines(lines) else read_directives(lines)
    _borrow_chords(song)
    if not any(row.chords or row.bars for section in song.sections for row in section.rows):
        raise ReadError("found no chords; expected words with chords, as in [Am]word, or chords over words", place)
    sheet = _sheet(song)
    if len(sheet.measures) > MAX_MEASURES:
        raise ReadError(f"the song has {len(sheet.measures)} measures; at most {MAX_MEASURES} are read", place)
    part = Part(PART, "Voice")
    notices = tuple(f"{path.name}: {notice}" for notice in _notices(song, sheet))
    return Score((part,), tuple(sheet.measures), _metadata(song), notices=notices)


def _has_chord_lines(lines: Sequence[str]) -> bool:
    """Whether chords stand on lines of their own rather than in brackets."""
    words = [line for line in lines if not line.lstrip().startswith(("{", "#"))]
    bracketed = sum(bool(re.search(r"\[[A-G][^\]]*\]", line)) for line in words)
    return sum(map(is_chord_line, words)) > bracketed


def _borrow_chords(song: Song) -> None:
    """Repeat the chorus where it is recalled, and give verses without chords those of an equally long one before."""
    known: list[Section] = []
    for index, section in enumerate(song.sections):
        if section.kind == "recall":
            chorus = next((other for other in reversed(known) if other.kind == "chorus"), None)
            rows = list(chorus.rows) if chorus is not None else []
            section = song.sections[index] = Section("chorus", section.label or "Chorus", rows)
        chords = any(row.chords or row.bars for row in section.rows)
        alike = [other for other in reversed(known) if len(other.rows) == len(section.rows)]
        model = next((other for other in alike if other.kind == section.kind), alike[0] if alike else None)
        if chords:
            known.append(section)
        elif model is not None and not any(row.bars for row in model.rows):
            for own, other in zip(section.rows, model.rows, strict=True):
                own.cells = _with_words(own, other)


def _with_words(row: Row, model: Row) -> tuple[Cell, ...]:
    """The chords of a row with the words of another, divided in the same proportion."""
    words = " ".join(cell.words for cell in row.cells).split()
    weights = [max(len(cell.words.split()), 1) for cell in model.cells] or [1]
    ends = [round(len(words) * sum(weights[: index + 1]) / sum(weights)) for index in range(len(weights))]
    starts = [0, *ends[:-1]]
    chords = [cell.chord for cell in model.cells] or [""]
    return tuple(Cell(chord, " ".join(words[a:b])) for chord, a, b in zip(chords, starts, ends, strict=True))


def _sheet(song: Song) -> _Sheet:
    sheet = _Sheet(TimeSignature((4,), 4), KeySignature(0))
    for name, values in song.fields.items():
        _set_field(sheet, name, values[0])
    for section in song.sections:
        first = len(sheet.measures)
        for row in section.rows:
            _add_row(sheet, row)
        if section.label and first < len(sheet.measures):
            mark = Direction(Fraction(0), RehearsalMark(section.label))
            _replace(sheet, first, directions=(mark, *sheet.measures[first].directions))
    if sheet.measures and song.closing:
        _comment(sheet, -1, song.closing)
    if sheet.measures:
        _replace(sheet, -1, barline=replace(sheet.measures[-1].barline, style="light-heavy"))
    return sheet


def _set_field(sheet: _Sheet, name: str, value: str) -> None:
    """Set the metre, the key or the tempo; what is not understood is counted."""
    try:
        if name == "time":
            sheet.time = TimeSignature.parse(value.replace(" ", ""))
        elif name == "key":
            sheet.key = Key.parse(value).signature
        elif name == "tempo":
            sheet.tempo = _tempo(value, sheet.time)
    except ValueError:
        sheet.wrong[f"{name} {value!r}"] += 1


def _tempo(value: str, time: TimeSignature) -> Tempo:
    found = _TEMPO.search(value)
    if found is None or not 0 < float(found[0]) < 1000:
        raise ValueError(value)
    beat = NoteValue("quarter", 1 if time.is_compound else 0)
    return Tempo(Fraction(0), beat, Fraction(found[0]))


def _add_row(sheet: _Sheet, row: Row) -> None:
    for name, value in row.fields.items():
        _set_field(sheet, name, value)
    first = len(sheet.measures)
    for bar in row.bars:
        _add_bar(sheet, bar)
    for cell in row.cells:
        onset_symbols = _symbols(sheet, [cell.chord])
        _add_measure(sheet, onset_symbols, cell.words)
    if row.comment and first < len(sheet.measures):
        _comment(sheet, first, row.comment)
    if first and first < len(sheet.measures) and row.cells:
        _replace(sheet, first, break_before="system")


def _comment(sheet: _Sheet, index: int, text: str) -> None:
    comment = Direction(Fraction(0), Words(text, italic=True), PART, placement="above")
    _replace(sheet, index, directions=(comment, *sheet.measures[index].directions))


def _add_bar(sheet: _Sheet, bar: GridBar) -> None:
    _add_measure(sheet, _symbols(sheet, bar.cells), "")
    _replace(sheet, -1, repeat_start=bar.opens)
    if bar.closes:
        _replace(sheet, -1, barline=Barline("light-heavy", 2))
    if bar.text:
        text = Direction(Fraction(0), Words(bar.text), PART, placement="above")
        _replace(sheet, -1, directions=(text,))


def _symbols(sheet: _Sheet, cells: Sequence[str]) -> tuple[ChordSymbol, ...]:
    """The chord symbols of a measure that is divided into equal cells."""
    found = []
    for index, text in enumerate(cells):
        symbol = _symbol(sheet, bare(text)) if text else None
        if symbol is not None:
            onset = sheet.time.duration * index / len(cells)
            found.append(replace(symbol, onset=onset, part=PART))
    return tuple(found)


def _symbol(sheet: _Sheet, text: str) -> ChordSymbol | None:
    plain = text.replace(" ", "").rstrip("*")
    symbol = chord_symbol(plain, Fraction(0), PART) or read_numeral(plain, Key.of(sheet.key))
    symbol = symbol or chord_symbol(plain[:1].upper() + plain[1:], Fraction(0), PART)
    if symbol is None:
        sheet.unread[text] += 1
    return symbol


def _add_measure(sheet: _Sheet, symbols: tuple[ChordSymbol, ...], words: str) -> None:
    """A measure of rest with chords and words."""
    voice = Voice(Slot(PART), (Rest(NoteValue.of(sheet.time.duration)),))
    text = (Direction(Fraction(0), Words(words, sung=True), PART, placement="below"),) if words else ()
    tempos = (sheet.tempo,) if sheet.tempo is not None else ()
    sheet.tempo = None
    sheet.measures.append(
        Measure(
            str(len(sheet.measures) + 1),
            sheet.time.duration,
            sheet.time,
            sheet.key,
            (voice,),
            tempos=tempos,
            directions=text,
            chord_symbols=symbols,
        )
    )


def _replace(sheet: _Sheet, index: int, **values: object) -> None:
    sheet.measures[index] = replace(sheet.measures[index], **values)  # type: ignore[arg-type]


def _metadata(song: Song) -> Metadata:
    fields = song.fields
    first: Mapping[str, str | None] = {name: "; ".join(values) or None for name, values in fields.items()}
    subtitle = first.get("subtitle")
    return Metadata(
        title=first.get("title"),
        movement=subtitle,
        composer=first.get("composer") or first.get("artist"),
        lyricist=first.get("lyricist"),
        rights=first.get("copyright"),
    )


def _notices(song: Song, sheet: _Sheet) -> Iterator[str]:
    """What was decided and what is not kept, one line each."""
    yield "a song of words and chords has no rhythm; every chord has a measure" + (
        "" if not any(row.bars for s in song.sections for row in s.rows) else ", and so has every bar of a grid"
    )
    if sheet.unread:
        names = [repr(name) for name in sheet.unread]
        named = ", ".join(names[:_MOST_NAMED])
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        yield f"{counted(sheet.unread.total(), 'chord')} not understood and left out: {named}{more}"
    if sheet.wrong:
        yield f"not understood: {', '.join(sheet.wrong)}"
    for name in _BY_HAND:
        if song.fields.get(name):
            yield f"{name} {song.fields[name][0]}: the chords are kept as written; --transpose moves them"
    unkept = [name for name in _UNKEPT if name in song.fields]
    unkept += ["artist"] if {"artist", "composer"} <= song.fields.keys() else []
    if unkept:
        yield f"{', '.join(unkept)} not kept"
    if song.left:
        yield f"{', '.join(counted(count, kind) for kind, count in song.left.items())} not kept"
