"""The assignment of parts to roles, by names, clefs and ranges."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from fractions import Fraction

from scoregen.score.elements import Part, Score, Slot
from scoregen.score.ensemble.roles import Ensemble, Role
from scoregen.score.pitch import Pitch
from scoregen.system.errors import InputError


def match_roles(score: Score, ensemble: Ensemble, assignments: Mapping[str, str] | None = None) -> dict[str, str]:
    """The assignment of parts to roles, from role name to part id, for the parts that have a role.

    `assignments` maps role names to a part's number (from 1), id or name and has priority. The other
    parts are matched by name, then by clef and range, with high parts above low ones.
    Raises InputError for a role or part that does not exist.
    """
    matched = {role: assigned_part(score, ensemble, role, which) for role, which in (assignments or {}).items()}
    parts = [part for part in score.parts if part.id not in matched.values()]
    for role in ensemble.roles:
        if role.name not in matched:
            named = next((part for part in parts if _has_name(part, role)), None)
            if named is not None:
                matched[role.name] = named.id
                parts.remove(named)
    free = [role for role in ensemble.roles if role.name not in matched]
    singable = [part for part in parts if part.staves == 1 and not _is_percussion(part)]
    if not matched or len(singable) == len(free) == len(parts):
        lone = len(singable) == 1 and not matched
        matched |= _by_clef(singable[0], free) if lone else _by_range(score, singable[: len(free)], free)
    return {role.name: matched[role.name] for role in ensemble.roles if role.name in matched}


def role_slots(score: Score, part_ids: Sequence[str]) -> tuple[Slot, ...]:
    """The first voice of each part, which is the voice of its role."""
    first: dict[str, Slot] = {}
    for slot in score.slots:
        first.setdefault(slot.part, slot)
    return tuple(first.get(part, Slot(part)) for part in part_ids)


def assigned_part(score: Score, ensemble: Ensemble, role: str, which: str) -> str:
    """The id of the part that `which` names by number, id or name; InputError if role or part does not exist."""
    names = [candidate.name for candidate in ensemble.roles]
    if role not in names:
        raise InputError(f"{ensemble.name} has no role {role!r}; expected one of: {', '.join(names)}")
    if which.isdigit() and 1 <= int(which) <= len(score.parts):
        return score.parts[int(which) - 1].id
    for part in score.parts:
        if which in (part.id, part.name):
            return part.id
    listing = ", ".join(f"{number} ({part.name})" for number, part in enumerate(score.parts, 1))
    raise InputError(f"there is no part {which!r} for {role}; expected one of: {listing}")


def _has_name(part: Part, role: Role) -> bool:
    words = part.name.lower().replace(".", " ").replace("(", " ").split()
    return part.staves == 1 and any(word.strip("1234567890,:;)") in role.aliases for word in words[:2])


def _is_percussion(part: Part) -> bool:
    return part.clefs[0].sign == "percussion" or (part.instrument is not None and part.instrument.percussion)


def _by_clef(part: Part, roles: Sequence[Role]) -> dict[str, str]:
    """The first role with the part's clef, else the role with the nearest clef."""
    clef = part.clefs[0]
    same = [role for role in roles if role.clef == clef]
    role = same[0] if same else min(roles, key=lambda role: abs(role.clef.height - clef.height))
    return {role.name: part.id}


def _by_range(score: Score, parts: Sequence[Part], roles: Sequence[Role]) -> dict[str, str]:
    """The assignment of parts to roles, in order of height, that is closest to the middles of their ranges."""
    heights = [_height(score, part) for part in parts]
    middles = [Fraction(role.comfortable[0].midi_pitch + role.comfortable[1].midi_pitch, 2) for role in roles]
    order = sorted(range(len(parts)), key=lambda index: -heights[index])

    def distance(chosen: tuple[int, ...]) -> Fraction:
        return sum((abs(heights[i] - middles[r]) for i, r in zip(order, chosen, strict=True)), Fraction(0))

    best = min(itertools.combinations(range(len(roles)), len(parts)), key=distance)
    return {roles[role].name: parts[index].id for index, role in zip(order, best, strict=True)}


def _height(score: Score, part: Part) -> Fraction:
    """The mean sounding pitch; for a silent part that of its clef."""
    pitches = [
        note.pitch.midi_pitch
        for measure in score.measures
        for voice in measure.voices
        if voice.slot.part == part.id
        for element in voice.elements
        for note in element.notes
        if isinstance(note.pitch, Pitch)
    ]
    if pitches:
        return Fraction(sum(pitches), len(pitches))
    return Fraction(part.clefs[0].height)
