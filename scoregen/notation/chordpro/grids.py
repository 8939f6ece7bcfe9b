"""Rows of bars: `| C . G . | Am / F / | % |`, as ChordPro's grids and as people type them."""

from __future__ import annotations

import re

from scoregen.notation.chordpro.song import GridBar
from scoregen.score.theory.chord_text import is_no_chord, read_chord_symbol

_BAR = re.compile(r"(\|\|?[:.]?|:\|:?|\|\d+|:\|\d*)")
_HOLDS = frozenset((".", "/", "-", "%", "%%", "x", "n.c."))


def bare(text: str) -> str:
    """A chord without the parentheses around it; those inside a chord stay: `(Am)` is Am, `Gm(maj7)` itself."""
    text = text.lstrip("(")
    while text.endswith(")") and text.count(")") > text.count("("):
        text = text[:-1]
    return text


def is_chord(text: str) -> bool:
    """Whether a word is a chord, or says that there is none."""
    return is_no_chord(text) or read_chord_symbol(text) is not None


def is_bar_row(line: str, *, is_grid: bool = False) -> bool:
    """Whether a line has barlines, and nothing but chords and signs of repetition between them."""
    if "|" not in line:
        return False
    inside = line[line.index("|") : line.rindex("|") + 1]
    words = [word for piece in _BAR.split(inside)[::2] for word in piece.split()]
    return bool(words) and (is_grid or all(word.lower() in _HOLDS or _is_cell(word) for word in words))


def _is_cell(word: str) -> bool:
    return all(is_chord(chord) for chord in word.split("~"))


def read_bars(line: str) -> tuple[GridBar, ...]:
    """The bars of a row; what stands before the first barline, or after the last, is a text."""
    first, last = line.index("|"), line.rindex("|") + 1
    if line[first - 1 : first] == ":":
        first -= 1
    while last < len(line) and line[last] in ":.1234567890":
        last += 1
    pieces = _BAR.split(line[first:last])
    bars: list[GridBar] = []
    for opening, inside, closing in zip(pieces[1::2], pieces[2::2], [*pieces[3::2], ""], strict=True):
        words = inside.split()
        if words:
            bars += _bars(words, bars, opens=opening.endswith(":"), closes=closing.startswith(":"))
    margin = " ".join(f"{line[:first]} {line[last:]}".split())
    if bars and margin:
        bars[0] = GridBar(bars[0].cells, bars[0].opens, bars[0].closes, margin)
    return tuple(bars)


def _bars(words: list[str], before: list[GridBar], *, opens: bool, closes: bool) -> list[GridBar]:
    """The measure of some cells, or the one or two measures that a sign repeats."""
    if words in (["%"], ["%%"]) and len(before) >= len(words[0]):
        repeated = before[-len(words[0]) :]
        last = len(repeated) - 1
        return [
            GridBar(bar.cells, opens and index == 0, closes and index == last) for index, bar in enumerate(repeated)
        ]
    cells: list[str] = []
    for word in words:
        cells += [chord if chord.lower() not in _HOLDS or is_no_chord(chord) else "" for chord in word.split("~")]
    return [GridBar(tuple(cells), opens, closes)]
