"""Reads ChordPro (version 6, chordpro.org): directives in braces, chords in brackets, sections and grids."""

from __future__ import annotations

import re

from scoregen.notation.chordpro.grids import is_bar_row, read_bars
from scoregen.notation.chordpro.song import Cell, Row, Section, Song

_DIRECTIVE = re.compile(r"\{\s*([A-Za-z_]+)(?:-[\w!]+)?\s*(?::|\s)?\s*(.*?)\s*\}\s*")
_CHORD = re.compile(r"\[([^\[\]]*)\]")
_SHORT = {
    **{"t": "title", "st": "subtitle", "su": "subtitle", "c": "comment", "ci": "comment_italic", "cb": "comment_box"},
    **{"soc": "start_of_chorus", "eoc": "end_of_chorus", "sov": "start_of_verse", "eov": "end_of_verse"},
    **{"sob": "start_of_bridge", "eob": "end_of_bridge", "sot": "start_of_tab", "eot": "end_of_tab"},
    **{"sog": "start_of_grid", "eog": "end_of_grid", "ns": "new_song", "highlight": "comment"},
}
FIELDS = frozenset(
    (
        *("title", "subtitle", "artist", "composer", "lyricist", "copyright", "album", "year", "key", "time", "tempo"),
        *("capo", "transpose", "sorttitle", "duration", "arranger"),
    )
)
_AT_ONCE = ("key", "time", "tempo")
"""Fields that may change inside a song."""
_COMMENTS = ("comment", "comment_italic", "comment_box")
_FOREIGN = ("abc", "ly", "svg", "textblock", "tab", "musicxml", "strum")
_LABEL = re.compile(r'label\s*=\s*"([^"]*)"')
_PLAIN_LABEL = re.compile(r"(?:[\w-]+\s*=\s*\"[^\"]*\"\s*)+")
_DIAGRAMS = ("define", "chord")


def read_directives(lines: list[str]) -> Song:
    """The song of the lines of a ChordPro file."""
    song = Song(sections=[Section()])
    pending: dict[str, str] = {}
    comment: list[str] = []
    foreign = ""
    for line in lines:
        found = _DIRECTIVE.fullmatch(line.strip())
        if foreign:
            foreign = "" if found and _name(found) == f"end_of_{foreign}" else foreign
        elif line.lstrip().startswith("#"):
            continue
        elif found:
            foreign = _apply(_name(found), found[2], song, pending, comment)
        elif line.strip():
            row = read_row(line, is_grid=song.sections[-1].kind == "grid")
            row.fields, row.comment = dict(pending), "; ".join(comment)
            pending.clear()
            comment.clear()
            song.sections[-1].rows.append(row)
        elif song.sections[-1].rows and not song.sections[-1].kind:
            song.sections.append(Section())
    song.closing = "; ".join(comment)
    song.sections = [section for section in song.sections if section.rows or section.kind == "recall"]
    return song


def _name(found: re.Match[str]) -> str:
    name = found[1].lower()
    return _SHORT.get(name, name)


def _apply(name: str, value: str, song: Song, pending: dict[str, str], comment: list[str]) -> str:
    """What a directive says; the name of a section in another notation, which is passed over, else nothing."""
    if name == "meta":
        name, _, value = value.partition(" ")
    if name in FIELDS:
        song.fields.setdefault(name, []).append(value)
        if name in _AT_ONCE:
            pending[name] = value
    elif name in _COMMENTS:
        comment.append(value)
    elif name.startswith("start_of_"):
        return _start(name.removeprefix("start_of_"), value, song)
    elif name.startswith("end_of_"):
        song.sections.append(Section())
    elif name == "chorus":
        song.sections += [Section("recall", _label(value)), Section()]
    elif name in _DIAGRAMS:
        song.left["chord diagram"] += 1
    elif not name.startswith("x_"):
        song.left["layout directive"] += 1
    return ""


def _start(kind: str, value: str, song: Song) -> str:
    if kind in _FOREIGN:
        song.left[f"section in another notation ({kind})"] += 1
        return kind
    song.sections.append(
        Section(kind, _label(value) or ("" if kind == "grid" else kind.replace("_", " ").capitalize()))
    )
    return ""


def _label(value: str) -> str:
    """The label of a section: that of its attribute, or the value, which for grids may be their shape."""
    found = _LABEL.search(value)
    if found:
        return found[1]
    return "" if _PLAIN_LABEL.fullmatch(value) or re.fullmatch(r"[\dx+]*", value) else value


def read_row(line: str, *, is_grid: bool = False) -> Row:
    """A line of words with chords in brackets, or of bars."""
    plain = _CHORD.sub(lambda found: f" {found[1]} " if not found[1].startswith("*") else " ", line)
    if is_bar_row(plain, is_grid=is_grid):
        return Row(bars=read_bars(plain))
    cells: list[Cell] = []
    pieces = _CHORD.split(line.rstrip())
    if pieces[0].strip():
        cells.append(Cell("", pieces[0]))
    for chord, words in zip(pieces[1::2], pieces[2::2], strict=True):
        if chord.startswith("*"):  # an annotation
            words, chord = f"{chord[1:]} {words}", ""
        cells.append(Cell(chord.strip(), words))
    return Row(tuple(_joined(cells)))


def _joined(cells: list[Cell]) -> list[Cell]:
    """The cells with words that have no chord put beside those before or after them; a word over two has a hyphen."""
    found: list[Cell] = []
    for cell in cells:
        if not cell.chord and found:
            found[-1] = Cell(found[-1].chord, found[-1].words + cell.words)
        elif found and not found[-1].chord:
            found[-1] = Cell(cell.chord, found[-1].words + cell.words)
        else:
            found.append(cell)
    following = (*(cell.words for cell in found[1:]), "")
    return [
        Cell(cell.chord, " ".join(cell.words.split()) + _hyphen(cell.words, words))
        for cell, words in zip(found, following, strict=True)
    ]


def _hyphen(words: str, following: str) -> str:
    """A hyphen if a chord is written inside a word."""
    return "-" if words[-1:].isalpha() and following[:1].isalpha() else ""
