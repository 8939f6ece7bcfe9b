"""Counts the contents of an ABC file: the second reader of ABC, without notation.

The syntax is that of Walshaw, The ABC Music Standard 2.1, 2011, chapters 3 to 5 and 7.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import accumulate

from scoregen.notation.second_readers.abc_line import Line, alteration, read_item
from scoregen.notation.second_readers.contents import Contents
from scoregen.score.directions import DYNAMIC_MARKS

_FIELD_LINE = re.compile(r"([A-Za-z+]):(?![|:])\s*(.*)")
_CHORD_SYMBOL = re.compile(
    r'"[A-G][#b♯♭]?(?:[^a-z"/\s][^"/\s]*|(?:m|maj|min|dim|aug|sus|add)[^"/a-z\s]*)?(?:/[A-G][#b]?)?"'
)
_ITEM = re.compile(
    r'"(?P<text>[^"]*)"|[!+](?P<sign>[^!+\s|]{1,30})[!+]|\[(?P<field>[A-Za-z]):(?P<value>[^\]]*)\]'
    r"|\{(?P<grace>[^}]*)\}|(?P<bar>:*\|[|:\]]*|\[\||:{2,})|\[(?P<chord>(?!\d)[^\]|]*)\](?P<factor>[\d/]*)"
    r"|\((?P<tuplet>\d[\d:]*)|(?P<note>[\^_=]*/?[A-Ga-g][,']*)(?P<length>[\d/]*)|(?P<rest>[zxZX])(?P<rests>[\d/]*)"
    r"|(?P<tie>-)|(?P<broken>>+|<+)|(?P<overlay>&)|\[\d[\d,.\-]*|[ys.~H-Yh-w]|."
)
_HAIRPINS = ("crescendo(", "<(", "diminuendo(", ">(")
_SYLLABLE = re.compile(r"(?:\\-|[^\s\-_*|])+")
_KEY = re.compile(r"([A-G])([#b]?)\s*([a-zA-Z]{0,3})")
_ACCIDENTAL = re.compile(r"(?:^|\s)([\^_=]+)([a-gA-G])(?=\s|$)")
_MOVE = re.compile(r"\b(octave|transpose|t)=([+-]?\d{1,2})\b")
_FIFTHS = "FCGDAEB"
_MODES = {"mix": -1, "dor": -2, "min": -3, "m": -3, "aeo": -3, "phr": -4, "loc": -5, "lyd": 1}
_COMPOUND = (6, 9, 12)


@dataclass(slots=True)
class _Count:
    """The tune while it is counted."""

    numbers: Counter[str] = field(default_factory=Counter)
    lines: dict[str, Line] = field(default_factory=dict)
    current: str = ""
    in_body: bool = False
    key: Mapping[str, Fraction] = field(default_factory=dict)
    metre: tuple[int, int] | None = (4, 4)
    unit: Fraction | None = None

    def line(self, name: str | None = None) -> Line:
        name = name or self.current or next(iter(self.lines), "1")
        if name not in self.lines:
            self.lines[name] = Line(self.key, Fraction(4), Fraction(0), False)
            self._settle(self.lines[name])
        return self.lines[name]

    def _settle(self, line: Line) -> None:
        """Metre and unit length as the header has them."""
        count, unit = self.metre or (4, 4)
        line.metre, line.compound = Fraction(4 * count, unit), count in _COMPOUND
        line.unit = self.unit or (Fraction(1, 4) if line.metre < 3 else Fraction(1, 2))

    def open_body(self) -> None:
        self.in_body = True
        for line in self.lines.values() or [self.line()]:
            line.key = self.key
            self._settle(line)


def abc_contents(text: str, unread: Mapping[str, int]) -> Contents:
    """The contents of a file with one tune; `unread` are the kinds that its reader names itself."""
    count = _Count()
    for line in (re.sub(r"(?<!\\)%.*", "", line) for line in text.split("\n")):
        if found := _FIELD_LINE.match(line):
            _read_field(count, found[1], found[2].strip())
        elif count.in_body:
            _read_music(count, line)
    for voice in count.lines.values():
        voice.close()
    rows = max((len(voice.lengths) for voice in count.lines.values()), default=0)
    longest = [
        max(voice.lengths[row] for voice in count.lines.values() if row < len(voice.lengths)) for row in range(rows)
    ]
    starts = list(accumulate(longest, initial=Fraction(0)))
    notes = Counter((starts[row] + onset, pitch) for voice in count.lines.values() for row, onset, pitch in voice.notes)
    return Contents(notes, count.numbers, unread)


def _read_field(count: _Count, name: str, value: str) -> None:
    if name == "w":
        count.numbers["syllable"] += len(_SYLLABLE.findall(value)) if count.in_body else 0
    elif name == "V":
        label, _, rest = value.partition(" ")
        _move(count.line(label), rest)
        count.current = label if count.in_body else count.current
    elif name == "K":
        _read_key(count, value)
    elif name in "ML":
        _read_lengths(count, name, value)
    elif name == "s" and count.in_body:
        _count_signs(count, value)


def _move(line: Line, text: str) -> None:
    """Octaves and semitones by which the notes sound elsewhere."""
    for name, value in _MOVE.findall(text):
        if name == "octave":
            line.octave = int(value)
        else:
            line.semitones = int(value)


def _read_key(count: _Count, value: str) -> None:
    key = _key(value)
    if not count.in_body:
        count.key = key or {}
        count.open_body()
        lines = list(count.lines.values())
    else:
        lines = [count.line()]
    for line in lines:
        line.key = key if key is not None else line.key
        _move(line, value)


def _key(text: str) -> Mapping[str, Fraction] | None:
    """The alteration of each letter; None for a field without a key."""
    if not re.match(r"[A-G]|HP|Hp|none|exp|[\^_=]", text):
        return None
    own = {letter.upper(): alteration(signs) for signs, letter in _ACCIDENTAL.findall(text)}
    found = _KEY.match(text)
    if text[:2] in ("HP", "Hp"):
        return {"F": Fraction(1), "C": Fraction(1)}
    if found is None or found[3].lower() == "exp":
        return own
    place = _FIFTHS.index(found[1]) - 1 + {"#": 7, "b": -7, "": 0}[found[2]] + _MODES.get(found[3].lower(), 0)
    place = min(max(place, -7), 7)
    order = _FIFTHS[:place] if place >= 0 else _FIFTHS[::-1][:-place]
    return {letter: Fraction(1 if place > 0 else -1) for letter in order} | own


def _read_lengths(count: _Count, name: str, value: str) -> None:
    """A metre or a unit length: of the whole tune in its header, else of one voice."""
    if name == "M":
        found = {"C": "4/4", "C|": "2/2"}.get(value, value).replace("(", "").replace(")", "").replace(" ", "")
        match = re.fullmatch(r"(\d{1,9}(?:\+\d{1,9})*)/(\d{1,9})", found)
        if match is None or not int(match[2]):
            return
        metre = (sum(map(int, match[1].split("+"))), int(match[2]))
        if not count.in_body:
            count.metre = metre
        for line in [count.line()] if count.in_body else []:
            line.metre, line.compound = Fraction(4 * metre[0], metre[1]), metre[0] in _COMPOUND
        return
    match = re.fullmatch(r"(\d{1,3})(?:/(\d{1,3}))?", value)
    if match is None or not int(match[1]) or (match[2] is not None and not int(match[2])):
        return
    unit = Fraction(4 * int(match[1]), int(match[2] or 1))
    if count.in_body:
        count.line().unit = unit
    else:
        count.unit = unit


def _count_signs(count: _Count, text: str) -> None:
    """Count decorations and texts."""
    for found in _ITEM.finditer(text):
        if found["text"] is not None:
            count.numbers["chord symbol"] += _CHORD_SYMBOL.fullmatch(found[0]) is not None
        elif found["sign"] is not None:
            count.numbers["hairpin"] += found["sign"] in _HAIRPINS
            count.numbers["dynamic"] += found["sign"] in DYNAMIC_MARKS


def _read_music(count: _Count, code: str) -> None:
    for found in _ITEM.finditer(code):
        kind = found.lastgroup
        if found["field"]:
            _read_field(count, found["field"], found["value"].strip())
        elif found["text"] is not None or found["sign"] is not None:
            _count_signs(count, found[0])
        elif found[0] == "(":
            count.numbers["slur"] += 1
        elif kind is not None:
            read_item(count.line(), found)
