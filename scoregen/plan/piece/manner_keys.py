"""The keys of a plan that say how a section is written: mood, density, register, articulation, texture.

A mood decides what a section leaves open: the mode, the tempo, the dynamics and the manner, by the table of moods.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from scoregen.plan.mood.affect import Affect
from scoregen.plan.mood.mood_text import parse_mood
from scoregen.plan.mood.music_table import Traits, traits_of
from scoregen.plan.piece.piece_plan import (
    ARTICULATIONS,
    DENSITIES,
    MOST_SHIFTED,
    REGISTERS,
    TEXTURES,
)
from scoregen.plan.piece.toml_table import Table
from scoregen.system.errors import InputError

MANNER_KEYS = ("mood", "density", "register", "articulation", "texture")
HOME = {"major": "C major", "minor": "a minor"}
"""The key that a mood chooses if the plan names none."""


def with_mood(table: Table, piece: Table) -> Table:
    """The table with what its mood, or that of the piece, decides: the keys that neither of them has."""
    mood = mood_of_table(table, piece)
    if mood is None:
        return table
    open_keys = {
        key: value
        for key, value in _values(traits_of(mood)).items()
        if key not in table.values and key not in piece.values
    }
    if {"seconds", "measures"} <= set(table.values):
        open_keys.pop("tempo", None)
    if table.values.get("chords") and table.values.get("harmony") != "suggested":
        open_keys.pop("density", None)  # chords may change more often than a still section has onsets
    return replace(table, values={**open_keys, **table.values})


def _values(traits: Traits) -> dict[str, Any]:
    return {
        "key": HOME[traits.mode],
        "tempo": int(traits.tempo),
        "dynamics": traits.mark,
        "density": traits.density,
        "register": traits.register,
        "articulation": traits.articulation,
        "texture": traits.texture,
    }


def mood_of_table(table: Table, piece: Table) -> Affect | None:
    """The mood of a section, else that of the piece; None without one."""
    owner = table if "mood" in table.values else piece
    text = owner.text("mood").strip()
    if not text:
        return None
    try:
        points = parse_mood(text)
    except InputError as error:
        owner.fail("mood", error.message)
    if len(points) > 1:
        owner.fail(
            "mood",
            f"found a mood of {len(points)} steps; expected one; give the others sections, or cues, of their own",
        )
    return points[0]


def manner_of(table: Table, piece: Table) -> dict[str, Any]:
    """The fields of a section plan that the keys set."""
    return {
        "mood": mood_of_table(table, piece),
        "density": _word(table, piece, "density", DENSITIES),
        "register": _register(table if "register" in table.values else piece),
        "articulation": _word(table, piece, "articulation", ARTICULATIONS),
        "texture": _texture(table if "texture" in table.values else piece),
    }


def _word(table: Table, piece: Table, key: str, known: tuple[str, ...]) -> str:
    owner = table if key in table.values else piece
    word = owner.text(key).strip().lower()
    if word and word not in known:
        owner.fail(key, f"found {word!r}; expected one of: {', '.join(known)}")
    return word


def _register(table: Table) -> int:
    value = table.values.get("register", 0)
    if isinstance(value, str):
        if value.strip().lower() not in REGISTERS:
            table.fail("register", f"found {value!r}; expected {', '.join(REGISTERS)} or semitones")
        return REGISTERS[value.strip().lower()]
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MOST_SHIFTED:
        table.fail("register", f"found {value!r}; expected semitones from -{MOST_SHIFTED} to {MOST_SHIFTED}")
    return value


def _texture(table: Table) -> str:
    text = " ".join(table.text("texture").lower().split())
    if text and text not in TEXTURES and not re.fullmatch(r"[\w. -]+(?:, ?[\w. -]+)*", text):
        table.fail("texture", f"found {text!r}; expected {', '.join(TEXTURES)}, or parts such as 'violin1, cello'")
    return text
