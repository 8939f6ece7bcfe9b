"""The spines of a Humdrum file in time: notes, rests, words, barlines and signatures.

The syntax is that of Huron, The Humdrum Toolkit: Reference Manual, 1994. Spines that split and join are the layers of
their staff, numbered from the left at every barline; inside a measure a layer keeps its number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import groupby

from scoregen.score.pitch import UNISON, Interval, Pitch
from scoregen.system.errors import ReadError

_PITCH = re.compile(r"([a-gA-G])\1*")
_RECIP = re.compile(r"(\d+)(?:%(\d+))?(\.*)")
_TREMOLO = re.compile(r"@+\d*@*")
_TRANSPOSITION = re.compile(r"\*Trd(-?\d+)c(-?\d+)$")
_NUMBER = re.compile(r"\d+")
_RECORD = re.compile(r"^!!!(\w+)(?:@+\w+)?:[ \t]*(.*\S)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class KernNote:
    """A note at sounding pitch. `tie` is `[`, `_`, `]` or empty."""

    pitch: Pitch
    tie: str = ""


@dataclass(frozen=True, slots=True)
class KernEvent:
    """Notes of one stem, or a rest without notes, of one layer of a staff; a grace note lasts 0 quarters.

    `syllables` are those of each verse, with their hyphens; empty where a verse has none.
    """

    column: int
    layer: int
    onset: Fraction
    length: Fraction
    notes: tuple[KernNote, ...] = ()
    grace: bool = False
    hidden: bool = False
    fermata: bool = False
    syllables: tuple[str, ...] = ()


@dataclass(slots=True)
class KernMeasure:
    """The events between two barlines; onsets count from its start. `barline` is the token that closes it.

    `is_even`: wherever several staves or layers go on together, their notes before end together.
    """

    number: str = ""
    start: Fraction = Fraction(0)
    events: list[KernEvent] = field(default_factory=list)
    signatures: dict[str, str] = field(default_factory=dict)
    barline: str = ""
    is_even: bool = True


@dataclass(slots=True)
class KernFile:
    """The measures of a file, and the interpretations before its first notes, if any, of each **kern column."""

    measures: list[KernMeasure] = field(default_factory=list)
    headings: dict[int, list[str]] = field(default_factory=dict)


@dataclass(slots=True)
class _Spine:
    kind: str
    column: int
    layer: int = 0
    end: Fraction = Fraction(0)
    transposition: Interval = UNISON


class KernParser:
    """Reads the lines of a file in order; `read_kern_file` is its use."""

    def __init__(self) -> None:
        self.file = KernFile()
        self.spines: list[_Spine] = []
        self.now = Fraction(0)
        self.measure = KernMeasure("0")
        self.signatures: dict[str, str] = {}
        self.barlines: list[str] = []  # the barline after the last notes, until the next notes
        self.number = ""

    def line(self, number: int, text: str) -> None:
        """Read one line. ReadError if its tokens do not fit the spines."""
        tokens = text.split("\t")
        if not text or text.startswith("!"):
            return
        if text.startswith("**"):
            self.spines = [_Spine(token, column) for column, token in enumerate(tokens)]
        elif len(tokens) != len(self.spines):
            raise ReadError(f"line {number} has {len(tokens)} tokens for {len(self.spines)} spines")
        elif text.startswith("*"):
            self._interpret(tokens)
        elif tokens[0].startswith("="):
            self._barline(tokens[0])
        else:
            self._data(tokens)

    def close(self) -> KernFile:
        """The file, after the last line."""
        self._barline("")
        self.now = max((event.onset + event.length for event in self.measure.events), default=Fraction(0))
        self.now += self.measure.start
        if self.barlines:
            self._close_measure()
        return self.file

    def _interpret(self, tokens: Sequence[str]) -> None:
        pairs = list(zip(self.spines, tokens, strict=True))
        for spine, token in pairs:
            if spine.kind == "**kern":
                self._note_interpretation(spine, token)
        exchanged = [index for index, token in enumerate(tokens) if token == "*x"]
        for first, second in zip(exchanged[::2], exchanged[1::2], strict=False):
            pairs[first], pairs[second] = pairs[second], pairs[first]
        self.spines = [spine for pair in self._joined(pairs) for spine in self._after(*pair)]

    def _note_interpretation(self, spine: _Spine, token: str) -> None:
        if not self.file.measures and not self.measure.events:
            self.file.headings.setdefault(spine.column, []).append(token)
        if found := _TRANSPOSITION.match(token):
            spine.transposition = Interval(int(found[1]), int(found[2]))
        for kind, start in (("time", "*M"), ("key", "*k["), ("symbol", "*met(")):
            if token.startswith(start) and not (kind == "time" and not token[2:3].isdigit()):
                self._set_signature(kind, token.removeprefix(start).rstrip("])"))

    def _set_signature(self, kind: str, value: str) -> None:
        """A signature holds from the next note on; a new metre ends the symbol of the last one."""
        if kind == "time" and self.signatures.get("time") != value:
            self.signatures.pop("symbol", None)
        self.signatures[kind] = value
        if not self.measure.events:
            self.measure.signatures = dict(self.signatures)  # before the first notes; otherwise from the next measure

    def _joined(self, pairs: Sequence[tuple[_Spine, str]]) -> Iterator[tuple[_Spine, str]]:
        """The spines after adjacent `*v` of one column became one, with its lowest layer."""
        for (joins, _), group in groupby(pairs, key=lambda pair: (pair[1] == "*v", pair[0].column)):
            members = list(group)
            if not joins:
                yield from members
                continue
            first = members[0][0]
            first.end = max(spine.end for spine, _ in members)
            first.layer = min(spine.layer for spine, _ in members)
            yield first, "*"

    def _after(self, spine: _Spine, token: str) -> Iterator[_Spine]:
        """What becomes of a spine by its own token."""
        if token == "*-":
            return
        if token.startswith("**"):
            spine.kind = token
        yield spine
        if token == "*^":
            used = {each.layer for each in self.spines if each.column == spine.column}
            layer = next(number for number in range(len(self.spines) + 1) if number not in used)
            other = _Spine(spine.kind, spine.column, layer, spine.end, spine.transposition)
            self.spines.append(other)  # so that a second split on the line takes another layer
            yield other
        elif token == "*+":
            yield _Spine("**", -1, 0, spine.end)

    def _barline(self, token: str) -> None:
        """A barline stands where the next notes begin, which its spines do not tell; layers are numbered again."""
        if self.measure.events and not self.barlines:
            self.barlines.append(token)
            counts: dict[int, int] = {}
            for spine in self.spines:
                spine.layer = counts.get(spine.column, 0)
                counts[spine.column] = spine.layer + 1
        number = _NUMBER.search(token)
        if number:
            self.number = number[0]
            if not self.measure.events:
                self.measure.number = self.number

    def _data(self, tokens: Sequence[str]) -> None:
        """One line of notes: it stands where the last notes of its spines end."""
        pairs = list(zip(self.spines, tokens, strict=True))
        here = [spine for spine, token in pairs if spine.kind == "**kern" and token != "."]
        self.now = max((spine.end for spine in here), default=self.now)
        self.measure.is_even &= len({spine.end for spine in here}) < 2
        if self.barlines and here:
            self._close_measure()
        for index, (spine, token) in enumerate(pairs):
            if spine.kind == "**kern" and token != ".":
                event = self._event(spine, token, self._syllables(index, tokens))
                spine.end = self.now + event.length
                self.file.headings.setdefault(spine.column, [])
                self.measure.events.append(event)

    def _close_measure(self) -> None:
        """Begin a measure here; what sounds on is cut and tied."""
        closed, length = self.measure, self.now - self.measure.start
        closed.barline = self.barlines.pop()
        self.measure = KernMeasure(self.number, self.now, [], dict(self.signatures))
        self.number = ""
        closed.is_even &= all(event.onset < length or event.grace for event in closed.events)
        closed.events, going_on = _cut(closed.events, length)
        self.measure.events += going_on
        self.file.measures.append(closed)

    def _syllables(self, index: int, tokens: Sequence[str]) -> tuple[str, ...]:
        """The syllables to the right of a note, before the next staff."""
        found: list[str] = []
        for spine, token in zip(self.spines[index + 1 :], tokens[index + 1 :], strict=True):
            if spine.kind == "**kern":
                break
            if spine.kind == "**text":
                found.append(token if token != "." else "")
        return tuple(found) if any(found) else ()

    def _event(self, spine: _Spine, token: str, syllables: tuple[str, ...]) -> KernEvent:
        items = [_TREMOLO.sub("", item) for item in token.split(" ")]
        lengths = [length for item in items if (length := _length(item)) is not None]
        grace = any("q" in item for item in items)
        notes = tuple(_note(item, spine.transposition) for item in items if "r" not in item and _PITCH.search(item))
        return KernEvent(
            spine.column,
            spine.layer,
            self.now - self.measure.start,
            Fraction(0) if grace else lengths[0] if lengths else Fraction(0),
            notes,
            grace,
            "yy" in token,
            ";" in token and ";y" not in token,
            syllables,
        )


def reference_records(text: str) -> dict[str, str]:
    """What a file says of itself: the first record of each code (`OTL` for the title), in whatever language."""
    return dict(reversed(_RECORD.findall(text)))


def read_kern_file(text: str) -> KernFile:
    """The spines of a file in time. ReadError with the number of a line whose tokens do not fit."""
    parser = KernParser()
    for number, line in enumerate(text.split("\n"), start=1):
        parser.line(number, line.rstrip("\r"))
    return parser.close()


def _length(item: str) -> Fraction | None:
    """The length in quarters; None without one."""
    found = _RECIP.search(item)
    if found is None:
        return None
    digits, numerator, dots = found.groups()
    length = Fraction(4 << len(digits)) if not digits.strip("0") else Fraction(4, int(digits))
    return length * int(numerator or 1) * (2 - Fraction(1, 1 << len(dots)))


def _note(item: str, transposition: Interval) -> KernNote:
    letters = _PITCH.search(item)
    assert letters is not None
    octave = 3 + len(letters[0]) if letters[0].islower() else 4 - len(letters[0])
    pitch = Pitch(letters[1].upper(), item.count("#") - item.count("-"), octave)
    tie = next((sign for sign in "_[]" if sign in item), "")
    return KernNote(pitch.transposed(transposition) if transposition != UNISON else pitch, tie)


def _cut(events: Sequence[KernEvent], length: Fraction) -> tuple[list[KernEvent], list[KernEvent]]:
    """The events of a measure of some length, and what goes on after it from its start."""
    inside, after = [], []
    for event in events:
        beyond = event.onset + event.length - length
        if beyond <= 0:
            inside.append(event)
            continue
        if event.onset >= length:
            after.append(replace(event, onset=event.onset - length))
            continue
        begin, end = ({"": "[", "]": "_"}, {"": "]", "[": "_"})
        inside.append(replace(event, length=event.length - beyond, notes=_tied(event.notes, begin)))
        after.append(replace(event, onset=Fraction(0), length=beyond, notes=_tied(event.notes, end), syllables=()))
    return inside, after


def _tied(notes: Sequence[KernNote], ties: Mapping[str, str]) -> tuple[KernNote, ...]:
    return tuple(replace(note, tie=ties.get(note.tie, note.tie)) for note in notes)
