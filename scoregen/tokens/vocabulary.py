"""The ids of the token language, as `grammars/tokens.toml` declares them.

What a voice may do (hold, rest, ..., every spelled pitch) is one stretch of ids, `events`; what
may follow a slice (the barline, every onset) is another, `onsets`. A mask over either stretch is
then a view of a mask over the whole vocabulary.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from types import MappingProxyType
from typing import Any

from scoregen.score.pitch import Pitch
from scoregen.system.errors import ReadError
from scoregen.system.resources import folder

EVENT_WORDS = ("hold", "rest", "absent", "blank", "more", "tied")
HEADER_WORDS = ("measure", "length", "start", "phrase_end")

Meaning = Pitch | Fraction | int | str | None


@dataclass(frozen=True, slots=True)
class Token:
    """One word of the language: its kind, what it stands for, and its text."""

    kind: str
    value: Meaning
    text: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every token by id. Pitches are numbered from 0 as well, in the order of their ids."""

    ticks_per_quarter: int
    longest_ticks: int
    tokens: tuple[Token, ...]
    pitches: tuple[Pitch, ...]
    _by_text: Mapping[str, int] = field(repr=False)
    _by_meaning: Mapping[tuple[str, Meaning], int] = field(repr=False)

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def events(self) -> slice:
        """The ids of all that a voice may do; the first are `EVENT_WORDS`, then the pitches."""
        return slice(0, self.barline)

    @property
    def onsets(self) -> slice:
        """The ids of what may follow a slice: the barline, then the onset of every tick."""
        return slice(self.barline, self.barline + 2 + self.longest_ticks)

    @property
    def first_pitch(self) -> int:
        return len(EVENT_WORDS)

    @property
    def barline(self) -> int:
        return self.first_pitch + len(self.pitches)

    def id(self, kind: str, value: Meaning = None) -> int:
        """The id of a token; KeyError where the language has no such word."""
        return self._by_meaning[kind, value]

    def has(self, kind: str, value: Meaning = None) -> bool:
        return (kind, value) in self._by_meaning

    def pitch_id(self, pitch: Pitch) -> int:
        return self._by_meaning["pitch", pitch]

    def place_id(self, tick: int) -> int:
        """The id of an onset or length that is given in ticks."""
        return self.barline + 1 + tick

    def tick(self, token_id: int) -> int:
        """The inverse of `place_id`."""
        return token_id - self.barline - 1

    def ticks(self, place: Fraction) -> int | None:
        """An onset in quarters in whole ticks, None where the grid has no such place."""
        ticks, rest = divmod(place * self.ticks_per_quarter, 1)
        return ticks if not rest and 0 <= ticks <= self.longest_ticks else None

    def kind(self, token_id: int) -> str:
        return self.tokens[token_id].kind

    def value(self, token_id: int) -> Any:  # the kind of the token tells which type it is
        return self.tokens[token_id].value

    def token_text(self, token_id: int) -> str:
        return self.tokens[token_id].text

    def text(self, ids: tuple[int, ...]) -> str:
        """The flat text of a row of tokens, parted by spaces."""
        return " ".join(self.tokens[token_id].text for token_id in ids)

    def parse(self, text: str) -> tuple[int, ...]:
        """The inverse of `text`; ReadError at the first word that is not in the vocabulary."""
        return tuple(self._word(index, word) for index, word in enumerate(text.split()))

    def _word(self, index: int, word: str) -> int:
        found = self._by_text.get(word)
        if found is None:
            raise ReadError(f"token {index + 1} is {word!r}, which is no word of the token language")
        return found


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary of `grammars/tokens.toml`."""
    return build(tomllib.loads((folder("grammars") / "tokens.toml").read_text(encoding="utf-8")))


def build(declaration: Mapping[str, Any]) -> Vocabulary:
    """A vocabulary from the tables of a declaration."""
    names = declaration["names"]
    ticks = declaration["grid"]["ticks_per_quarter"]
    longest = ticks * declaration["grid"]["longest_measure"]
    pitches = _pitches(declaration["pitch"])
    meanings: list[tuple[str, Meaning]] = [(word, None) for word in EVENT_WORDS]
    meanings += [("pitch", pitch) for pitch in pitches]
    meanings += [("barline", None)]
    meanings += [("place", Fraction(tick, ticks)) for tick in range(longest + 1)]
    meanings += [(word, None) for word in HEADER_WORDS]
    meanings += _header_values(declaration)
    tokens = tuple(Token(kind, value, names[kind].format(value)) for kind, value in meanings)
    by_text = {token.text: index for index, token in enumerate(tokens)}
    by_meaning = {meaning: index for index, meaning in enumerate(meanings)}
    if len(by_text) < len(tokens) or len(by_meaning) < len(tokens):
        raise ValueError("grammars/tokens.toml gives two tokens the same text or meaning")
    return Vocabulary(ticks, longest, tokens, pitches, MappingProxyType(by_text), MappingProxyType(by_meaning))


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
