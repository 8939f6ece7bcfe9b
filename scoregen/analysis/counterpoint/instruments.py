"""What instruments can play: `grammars/instruments.toml`, and which of them a part is written for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from scoregen.score.elements import Part
from scoregen.score.pitch import Pitch
from scoregen.system.resources import folder

_NUMERAL = re.compile(r"^(\d+\.?|[ivx]+\.?|[ab]|solo|\(.*\))$")


@dataclass(frozen=True, slots=True)
class Playable:
    """An instrument: its range at sounding pitch, and what a hand or a bow can reach.

    `span` is the most semitones that a hand covers, 0 where hands do not limit what sounds together.
    `strings` are the open strings of a bowed instrument, lowest first; `stretch` is the most semitones
    along the strings between the stopped notes of a double stop.
    """

    name: str
    aliases: tuple[str, ...]
    sounds: tuple[str, ...]
    lowest: Pitch
    highest: Pitch
    span: int = 0
    strings: tuple[Pitch, ...] = ()
    stretch: int = 0


def instrument_of(part: Part) -> Playable | None:
    """The instrument that a part names, by its name first, then by its sound; None if it names none that is known."""
    name = plain_name(part.name)
    sound = part.instrument.sound if part.instrument is not None else None
    named = next((known for known in instruments() if name in known.aliases), None)
    return named or next((known for known in instruments() if sound in known.sounds), None)


def plain_name(name: str) -> str:
    """A part's name in lower case without its number: `Violin I`, `Violin 2` and `violin (solo)` are all `violin`."""
    words = re.sub(r"\s+in\s+[a-h](\s?[b♭#♯]|-flat| flat)?$", "", name.lower().strip()).split()
    while len(words) > 1 and _NUMERAL.match(words[-1]):
        words.pop()
    return " ".join(words).rstrip(".:0123456789 ")


@cache
def instruments() -> tuple[Playable, ...]:
    """Every instrument that is known."""
    text = (folder("grammars") / "instruments.toml").read_text(encoding="utf-8")
    return tuple(_playable(table) for table in tomllib.loads(text)["instruments"])


def _playable(table: Mapping[str, Any]) -> Playable:
    return Playable(
        name=table["name"],
        aliases=(table["name"], *table["aliases"]),
        sounds=tuple(table["sounds"]),
        lowest=Pitch.parse(table["lowest"]),
        highest=Pitch.parse(table["highest"]),
        span=table.get("span", 0),
        strings=tuple(Pitch.parse(string) for string in table.get("strings", ())),
        stretch=table.get("stretch", 0),
    )
