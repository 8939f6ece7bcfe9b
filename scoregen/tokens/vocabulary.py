"""The ids of the token language, as `grammars/tokens.toml` declares them.

The events of a voice (hold, rest, ..., every spelled pitch) are one range of ids, `events`; the tokens that
may follow a slice (the barline, every onset) are another, `onsets`. A mask over either range is therefore a
view of a mask over the whole vocabulary.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from types import MappingProxyType
from typing import Any

from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import FINEST
from scoregen.system.errors import InputError, Place
from scoregen.system.resources import folder

EVENT_WORDS = ("hold", "rest", "absent", "blank", "more", "tied")
HEADER_WORDS = ("measure", "length", "start", "phrase_end")

FILE = "grammars/tokens.toml"
TICKS_OF_NOTATION = math.lcm((1 / FINEST).numerator, 12)
"""The ticks per quarter of the coarsest grid that contains the shortest notes in two and in three."""

Meaning = Pitch | Fraction | int | str | None


@dataclass(frozen=True, slots=True)
class Token:
    """One word of the language: its kind, its value, and its text."""

    kind: str
    value: Meaning
    text: str


@dataclass(frozen=True, slots=True)
class NetworkSubset:
    """The part of the language that the network reads and writes, in the order of its ids.

    events: the words before the pitches; chords: those after them; pitches: by height, then by the line of fifths;
    time_shifts: in quarters, ascending; fifths_reach: the range of scale degrees and melodic steps; most_accidentals:
    of a key signature.
    """

    events: tuple[str, ...]
    chords: tuple[str, ...]
    pitches: tuple[Pitch, ...]
    time_shifts: tuple[Fraction, ...]
    fifths_reach: int
    most_accidentals: int


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every token by id. Pitches are numbered from 0 as well, in the order of their ids.

    `first_pitch` and `barline` are the ids of the first pitch and of the barline after the last one.
    """

    ticks_per_quarter: int
    longest_ticks: int
    tokens: tuple[Token, ...]
    pitches: tuple[Pitch, ...]
    network: NetworkSubset
    _by_meaning: Mapping[tuple[str, Meaning], int] = field(repr=False)
    first_pitch: int = field(init=False)
    barline: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "first_pitch", len(EVENT_WORDS))
        object.__setattr__(self, "barline", self.first_pitch + len(self.pitches))

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def events(self) -> slice:
        """The ids of the events of a voice: `EVENT_WORDS`, then the pitches."""
        return slice(0, self.barline)

    @property
    def onsets(self) -> slice:
        """The ids that may follow a slice: the barline, then the onset of every tick."""
        return slice(self.barline, self.barline + 2 + self.longest_ticks)

    def id(self, kind: str, value: Meaning = None) -> int:
        """The id of a token; KeyError if the language has no such word."""
        return self._by_meaning[kind, value]

    def has(self, kind: str, value: Meaning = None) -> bool:
        return (kind, value) in self._by_meaning

    def pitch_id(self, pitch: Pitch) -> int:
        return self._by_meaning["pitch", pitch]

    def place_id(self, tick: int) -> int:
        """The id of an onset or length in ticks."""
        return self.barline + 1 + tick

    def tick(self, token_id: int) -> int:
        """The inverse of `place_id`."""
        return token_id - self.barline - 1

    def ticks(self, place: Fraction) -> int | None:
        """An onset in quarters as ticks; None if it is not on the grid or beyond its end."""
        ticks, rest = divmod(place * self.ticks_per_quarter, 1)
        return ticks if not rest and 0 <= ticks <= self.longest_ticks else None

    def kind(self, token_id: int) -> str:
        return self.tokens[token_id].kind

    def value(self, token_id: int) -> Any:  # its type depends on the kind of the token
        return self.tokens[token_id].value

    def token_text(self, token_id: int) -> str:
        return self.tokens[token_id].text


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary of `grammars/tokens.toml`."""
    return build(tomllib.loads((folder("grammars") / "tokens.toml").read_text(encoding="utf-8")))


def build(declaration: Mapping[str, Any]) -> Vocabulary:
    """A vocabulary from the tables of a declaration; InputError if they contradict each other."""
    names = declaration["names"]
    ticks = _ticks_per_quarter(declaration["grid"])
    longest = ticks * declaration["grid"]["longest_measure"]
    pitches = _pitches(declaration["pitch"])
    meanings: list[tuple[str, Meaning]] = [(word, None) for word in EVENT_WORDS]
    meanings += [("pitch", pitch) for pitch in pitches]
    meanings += [("barline", None)]
    meanings += [("place", Fraction(tick, ticks)) for tick in range(longest + 1)]
    meanings += [(word, None) for word in HEADER_WORDS]
    meanings += _header_values(declaration)
    tokens = tuple(Token(kind, value, names[kind].format(value)) for kind, value in meanings)
    by_meaning = {meaning: index for index, meaning in enumerate(meanings)}
    if len({token.text for token in tokens}) < len(tokens) or len(by_meaning) < len(tokens):
        raise _error("names", "found two tokens with the same text or meaning; expected each once")
    network = _network(declaration, pitches, ticks, longest)
    return Vocabulary(ticks, longest, tokens, pitches, network, MappingProxyType(by_meaning))


def _ticks_per_quarter(grid: Mapping[str, Any]) -> int:
    """The grid, which must contain all rhythms that can be notated."""
    ticks: int = grid["ticks_per_quarter"]
    if ticks % TICKS_OF_NOTATION:
        raise _error(
            "grid",
            f"found ticks_per_quarter = {ticks}; expected a multiple of {TICKS_OF_NOTATION}, which contains 64ths and"
            " the 32nds of triplets",
        )
    return ticks


def _network(declaration: Mapping[str, Any], pitches: Sequence[Pitch], ticks: int, longest_ticks: int) -> NetworkSubset:
    """The part of the network; its time shifts and keys must be those of the language."""
    table = declaration["network"]
    low, high = table["midi"]
    chosen = sorted(
        (pitch for pitch in pitches if low <= pitch.midi_pitch <= high),
        key=lambda pitch: (pitch.midi_pitch, pitch.fifths),
    )
    shifts = tuple(sorted({shift for row in table["time_shifts"] for shift in _multiples(row)}))
    odd = next((shift for shift in shifts if shift * ticks % 1 or not 0 < shift * ticks <= longest_ticks), None)
    if odd is not None:
        raise _error("network", f"found a time shift of {odd} quarters; expected whole {ticks}ths within a measure")
    flats, sharps = declaration["key"]["fifths"]
    if flats != -sharps:
        raise _error("key", f"found fifths = [{flats}, {sharps}]; expected as many flats as sharps")
    if unknown := {*table["events"], *table["chords"]} - set(EVENT_WORDS):
        raise _error("network", f"found the event {min(unknown)!r}; expected some of {', '.join(EVENT_WORDS)}")
    return NetworkSubset(
        tuple(table["events"]), tuple(table["chords"]), tuple(chosen), shifts, table["fifths_reach"], sharps
    )


def _multiples(row: Mapping[str, str]) -> list[Fraction]:
    step, low, high = (Fraction(row[name]) for name in ("step", "from", "to"))
    return [step * count for count in range(int(low / step), int(high / step) + 1)]


def _error(table: str, message: str) -> InputError:
    return InputError(f"[{table}]: {message}", Place(file=FILE))


def _pitches(table: Mapping[str, Any]) -> tuple[Pitch, ...]:
    (low, high), (flattest, sharpest) = table["octaves"], table["alters"]
    return tuple(
        Pitch(step, alter, octave)
        for octave in range(low, high + 1)
        for step in table["steps"]
        for alter in range(flattest, sharpest + 1)
    )


def _header_values(declaration: Mapping[str, Any]) -> list[tuple[str, Meaning]]:
    (fewest, most), (flats, sharps) = declaration["time"]["beats"], declaration["key"]["fifths"]
    return [
        *(("beats", count) for count in range(fewest, most + 1)),
        *(("beat_type", unit) for unit in declaration["time"]["beat_types"]),
        *(("symbol", symbol) for symbol in declaration["time"]["symbols"]),
        *(("fifths", count) for count in range(flats, sharps + 1)),
        *(("mode", mode) for mode in declaration["key"]["modes"]),
    ]
