"""The grammars of forms (`grammars/forms`): what sections a form has, and by which phrases they go.

A form has productions, one of which is drawn by its weight. A section of it is a theme, drawn by its weight too, and a
theme is a row of phrases with their cadences.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from scoregen.plan.mood.affect import NEUTRAL, Affect
from scoregen.plan.piece.piece_plan import CADENCES, OPEN
from scoregen.system.errors import InputError
from scoregen.system.resources import folder

_OTHER_FILES = ("themes", "harmony", "small")
CLOSES = {"perfect authentic": "authentic", "imperfect authentic": "authentic", "Phrygian half": "half"}
"""The cadences of plans by those of the analysis, where the names differ."""


@dataclass(frozen=True, slots=True)
class Theme:
    """The phrases of a section: their shares, how each closes, and those that open with the motif (1.5: in the middle
    of the first)."""

    name: str
    shares: tuple[int, ...]
    cadences: tuple[str, ...]
    motif: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class FormSection:
    """A section of a form: its name, theme, and relation of keys; how much more intense it is than the others, and by
    how much its mood differs."""

    name: str
    theme: Theme
    relation: str = "home"
    intensity: float = 0.0
    mood: Affect = NEUTRAL


@dataclass(frozen=True, slots=True)
class Form:
    """A form that was drawn: its sections, the order in which they come, and the measures it usually has.

    `same_harmony`: all sections have the chords of the first; `motif_part` has the motif, the highest part if "".
    """

    name: str
    sections: tuple[FormSection, ...]
    order: tuple[int, ...]
    measures: int
    same_harmony: bool = False
    motif_part: str = ""


@lru_cache(maxsize=1)
def form_names() -> tuple[str, ...]:
    """The names of the forms."""
    names = (path.stem for path in (folder("grammars") / "forms").glob("*.toml"))
    return tuple(sorted(name for name in names if name not in _OTHER_FILES))


def is_form(name: str) -> bool:
    """Whether a text names a form; letters such as AABA do too, as a row of sections of equal length."""
    return name.strip().lower() in form_names() and not name.isupper()


def draw_form(name: str, chance: random.Random) -> Form:
    """One of the productions of a form, with its themes. InputError for a form that is unknown."""
    key = name.strip().lower()
    if key not in form_names():
        raise InputError(
            f"found the form {name!r}; expected one of: {', '.join(form_names())}; or, for a length in measures,"
            " letters from A on, such as AAB"
        )
    table = _table(key)
    rule = _weighted(table["production"], chance)
    sections: list[FormSection] = []
    for row in rule["section"]:
        like = next((each for each in sections if each.name == row.get("like")), None)
        theme = like.theme if like else draw_theme(chance, row.get("themes"))
        mood = Affect(row.get("valence", 0.0), row.get("arousal", 0.0), row.get("tension", 0.0))
        sections.append(FormSection(row["name"], theme, row.get("key", "home"), row.get("intensity", 0.0), mood))
    names = [section.name for section in sections]
    order = tuple(names.index(word) for word in rule["form"].split())
    return Form(
        key, tuple(sections), order, table["measures"], bool(rule.get("same_harmony")), rule.get("motif_part", "")
    )


def draw_theme(chance: random.Random, weights: Mapping[str, float] | None = None) -> Theme:
    """A theme by its weight, with the cadences that are open in it drawn."""
    rows = {row["name"]: row for row in _table("themes")["theme"]}
    shares = weights or {name: row["weight"] for name, row in rows.items()}
    row = rows[chance.choices(list(shares), list(shares.values()))[0]]
    cadences = tuple(_cadence(each, chance) for each in row["cadences"])
    return Theme(row["name"], tuple(row["phrases"]), cadences, tuple(map(float, row["motif"])))


def _cadence(choice: str | Mapping[str, float], chance: random.Random) -> str:
    """A cadence: named, by weights, or, for `odd` and `even` phrases, as often as counted."""
    if isinstance(choice, str) and choice in CADENCES:
        return choice
    shares: dict[str, float] = {}
    for name, share in (_table("harmony")["closes"][choice] if isinstance(choice, str) else choice).items():
        cadence = CLOSES.get(name, name if name in CADENCES else OPEN)
        shares[cadence] = shares.get(cadence, 0.0) + share
    return chance.choices(list(shares), list(shares.values()))[0]


def key_shares(mode: str) -> Mapping[str, float]:
    """How much of the time pieces in a mode are in each key: `+1 major` is the major key a fifth above."""
    shares: Mapping[str, float] = _table("harmony")["keys"][mode]
    return shares


def successions(mode: str) -> Mapping[str, Mapping[str, float]]:
    """The chords that follow each chord in a mode, with their shares; those after `>` begin phrases."""
    rows: Mapping[str, Mapping[str, float]] = _table("harmony")[mode]
    return rows


def _weighted(rows: Sequence[Mapping[str, Any]], chance: random.Random) -> Mapping[str, Any]:
    return chance.choices(rows, [row.get("weight", 1) for row in rows])[0]


@lru_cache(maxsize=32)
def _table(name: str) -> Mapping[str, Any]:
    with (folder("grammars") / "forms" / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)
