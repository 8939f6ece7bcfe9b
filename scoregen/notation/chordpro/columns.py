"""Reads songs whose chords stand on lines of their own, over the words; each chord belongs to the word under it."""

from __future__ import annotations

import re

from scoregen.notation.chordpro.directives import read_row
from scoregen.notation.chordpro.grids import bare, is_bar_row, is_chord, read_bars
from scoregen.notation.chordpro.song import Cell, Row, Section, Song

_SECTION = re.compile(
    r"[\[(<]?\s*((?:pre[- ]?|post[- ]?)?"
    r"(?:verse|chorus|bridge|intro|outro|refrain|interlude|instrumental|solo|coda|ending|tag|strophe|vers|couplet"
    r"|estribillo|estrofa)(?:\s*\d+)?)\s*[\])>]?\s*:?\s*(?:x\s*\d+)?\s*",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"(title|artist|composer|key|tempo|bpm|time|capo)\s*:?\s+(.+)|(title|artist|key|tempo|time):(.+)", re.IGNORECASE
)
_NAMES = {"bpm": "tempo"}
_MOST_OF_LINE = 0.7
"""The share of words that must be chords for a line of chords."""


def is_chord_line(line: str) -> bool:
    """Whether a line has chords and hardly anything else."""
    words = [word for word in map(bare, line.split()) if word]
    chords = sum(is_chord(word) for word in words)
    return bool(chords) and chords >= _MOST_OF_LINE * len(words)


def read_columns(lines: list[str]) -> Song:
    """The song of lines of chords and lines of words."""
    song = Song(sections=[Section()])
    rows = iter([*lines, None])
    line = next(rows)
    while line is not None:
        following = next(rows)
        stripped = line.strip()
        if not stripped:
            if song.sections[-1].rows:
                song.sections.append(Section())
        elif heading := _SECTION.fullmatch(stripped):
            label = heading[1].strip()
            song.sections.append(Section(re.sub(r"[\s\d]+$", "", label).lower(), label.capitalize()))
        elif is_bar_row(line):
            song.sections[-1].rows.append(Row(bars=read_bars(line)))
        elif is_chord_line(line):
            words = following if following is not None and _is_text(following) else None
            song.sections[-1].rows.append(_row(line.expandtabs(), (words or "").expandtabs()))
            following = next(rows) if words is not None else following
        else:
            _add_other(stripped, song)
        line = following
    song.sections = [section for section in song.sections if section.rows]
    return song


def _is_text(line: str) -> bool:
    return (
        bool(line.strip()) and not is_chord_line(line) and not is_bar_row(line) and not _SECTION.fullmatch(line.strip())
    )


def _add_other(line: str, song: Song) -> None:
    """A field, the title, which is the first line of all, or words without chords."""
    found = _FIELD.fullmatch(line)
    has_music = any(section.rows for section in song.sections)
    if found and not has_music:
        name = (found[1] or found[3]).lower()
        song.fields.setdefault(_NAMES.get(name, name), []).append((found[2] or found[4]).strip())
    elif not has_music and "title" not in song.fields:
        song.fields["title"] = [line]
    elif "[" in line:
        song.sections[-1].rows.append(read_row(line))
    else:
        song.sections[-1].rows.append(Row((Cell("", line),)))


def _row(chords: str, words: str) -> Row:
    """The cells of a line of chords and the line of words under it; a chord inside a word divides it."""
    found = [(place.start(), bare(place[0])) for place in re.finditer(r"\S+", chords)]
    found = [(start, chord) for start, chord in found if is_chord(chord)]
    starts = [start for start, _ in found]
    cells = []
    for index, (start, chord) in enumerate(found):
        begin = 0 if index == 0 else start
        end = starts[index + 1] if index + 1 < len(starts) else max(len(words), start)
        cells.append(Cell(chord, " ".join(words[begin:end].split())))
    return Row(tuple(cells))
