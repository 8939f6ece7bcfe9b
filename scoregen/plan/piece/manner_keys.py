"""The keys of a plan that say how a section is written: mood, density, register, articulation, texture.

A mood decides what a section leaves open: the mode, the tempo, the dynamics and the manner, by the table of moods.
"""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import Any

from scoregen.plan.mood.affect import Affect
from scoregen.plan.mood.mood_text import parse_mood
from scoregen.plan.mood.music_table import Traits, traits_of
from scoregen.plan.piece.motif import MotifNote, parse_motif
from scoregen.plan.piece.piece_plan import (
    ARTICULATIONS,
    DENSITIES,
    MOST_SHIFTED,
    REGISTERS,
    TEXTURES,
    SectionPlan,
)
from scoregen.plan.piece.section_chords import chord_in_force, progression_of
from scoregen.plan.piece.toml_table import Table
from scoregen.system.errors import InputError

MANNER_KEYS = ("mood", "density", "register", "articulation", "texture")
SLOWEST_CHANGES = {"still": 2, "calm": 1}
"""The least number of beats between the onsets that a density has."""
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
        owner.fail("mood", f"found a mood of {len(points)} steps; expected one, and a section for each of the others")
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


def fault_of_manner(section: SectionPlan) -> tuple[str, str] | None:
    """The key at fault and what is wrong: a motif that does not fit, or a density under which no chord could change."""
    return _fault_of_motif(section) or _fault_of_density(section)


def _fault_of_density(section: SectionPlan) -> tuple[str, str] | None:
    step = SLOWEST_CHANGES.get(section.density)
    if step is None or not section.chords or not section.fixed:
        return None
    beats = section.time.groups
    for index, chords in progression_of(section).items():
        for onset in chords:
            place = next((number for number in range(len(beats)) if sum(beats[:number], Fraction(0)) == onset), None)
            if place is None or place % min(step, len(beats)):
                return "density", (
                    f"found {section.density!r}, where chords changes within measure {index + 1} of the section;"
                    " change one of them, or say harmony = 'suggested'"
                )
    return None


def _fault_of_motif(section: SectionPlan) -> tuple[str, str] | None:
    if not section.motif:
        return ("motif_at", "found places but no motif; add motif, or omit it") if section.motif_at else None
    try:
        measures = parse_motif(section.motif, section.time)
    except ValueError as error:
        return "motif", str(error)
    places = section.motif_at or (section.silence + 1,)
    for number, place in enumerate(places):
        after = places[number + 1] if number + 1 < len(places) else section.measures + 1
        if not section.silence < place <= after - len(measures):
            return "motif_at" if section.motif_at else "motif", (
                f"found a motif of {len(measures)} measures at measure {place}, which does not fit before measure {after}"
                + (f" or is in the {section.silence} measures of silence" if place <= section.silence else "")
            )
    return _fault_against_chords(section, measures, places)


def _fault_against_chords(
    section: SectionPlan, measures: tuple[tuple[MotifNote, ...], ...], places: tuple[int, ...]
) -> tuple[str, str] | None:
    """A measure of the motif that has no note of the fixed chords under it."""
    if not section.chords or not section.fixed:
        return None
    timeline = progression_of(section)
    for start in places:
        for offset, notes in enumerate(measures):
            onset, fits, names = Fraction(0), False, list[str]()
            for note in notes:
                chord = chord_in_force(timeline, start - 1 + offset, onset)
                if chord is None or chord.tones is None or not chord.fixed or note.step is None:
                    fits = True
                else:
                    alter = 7 * (note.alter)
                    fits = fits or _fifths(section, note) + alter in chord.tones.members
                    names.append(chord.name)
                onset += note.length
            if not fits:
                return "motif", (
                    f"found no note of {', '.join(dict.fromkeys(names))} in measure {start + offset} of the section, where"
                    " the chords are fixed; change one of them, or say harmony = 'suggested'"
                )
    return None


def _fifths(section: SectionPlan, note: MotifNote) -> int:
    """The place on the line of fifths of the degree of a note, without its alteration."""
    scale = sorted(range(section.key.signature.fifths - 1, section.key.signature.fifths + 6), key=lambda each: 7 * each % 12)
    ordered = [*scale[scale.index(section.key.tonic_fifths) :], *scale[: scale.index(section.key.tonic_fifths)]]
    assert note.step is not None
    return ordered[note.step % 7]
