"""The instruments of `grammars/instruments.toml`, and the instrument of a part."""

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
    """An instrument: its range at sounding pitch, and the reach of a hand or bow.

    `span` is the widest interval of a hand in semitones, 0 if hands do not limit simultaneous notes.
    `strings` are the open strings of a bowed instrument, lowest first; `stretch` is the most semitones
    along the strings between the stopped notes of a double stop. `chordal` instruments play chords: keyboards,
    guitars, harps.
    """

    name: str
    aliases: tuple[str, ...]
    sounds: tuple[str, ...]
    lowest: Pitch
    highest: Pitch
    span: int = 0
    strings: tuple[Pitch, ...] = ()
    stretch: int = 0
    chordal: bool = False


def instrument_of(part: Part) -> Playable | None:
    """The instrument of a part, by its name, else by its sound; None if neither is in the table."""
    name = plain_name(part.name)
    sound = part.instrument.sound if part.instrument is not None else None
    by_name = next((instrument for instrument in instruments() if name in instrument.aliases), None)
    return by_name or next((instrument for instrument in instruments() if sound in instrument.sounds), None)


def plain_name(name: str) -> str:
    """A part's name in lower case without its number: `Violin I`, `Violin 2` and `violin (solo)` are all `violin`."""
    words = re.sub(r"\s+in\s+[a-h](\s?[b♭#♯]|-flat| flat)?$", "", name.lower().strip()).split()
    while len(words) > 1 and _NUMERAL.match(words[-1]):
        words.pop()
    return " ".join(words).rstrip(".:0123456789 ")


@cache
def instruments() -> tuple[Playable, ...]:
    """All instruments of the table."""
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
        chordal=table.get("chordal", "span" in table),
    )
