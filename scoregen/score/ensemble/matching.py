"""The assignment of parts to roles, by names, numbers, instruments, clefs and ranges."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from scoregen.score.elements import Part, Score, Slot
from scoregen.score.ensemble.roles import Ensemble, Role
from scoregen.score.instruments import family_of, instrument_of, number_of, plain_name
from scoregen.score.pitch import Pitch
from scoregen.system.errors import InputError

_ANY_VOICE = "voice"
"""The voice of instruments.toml that every singing part can be."""


def match_roles(score: Score, ensemble: Ensemble, assignments: Mapping[str, str] | None = None) -> dict[str, str]:
    """The assignment of parts to roles, from role name to part id, for the parts that have a role.

    `assignments` maps role names to a part's number (from 1), id or name and has priority. The other
    parts are matched by name and number, then by clef and range, with high parts above low ones. Empty parts that the
    page hides have no role.
    Raises InputError for a role or part that does not exist.
    """
    matched = {role: assigned_part(score, ensemble, role, which) for role, which in (assignments or {}).items()}
    parts = [part for part in score.parts if part.id not in matched.values() and not is_unseen(score, part)]
    matched |= matched_by_name(parts, [role for role in ensemble.roles if role.name not in matched])
    parts = [part for part in parts if part.id not in matched.values()]
    free = [role for role in ensemble.roles if role.name not in matched]
    matched |= _grand_staff(parts, free)
    single = [role for role in free if role.staves == 1]
    playable = [part for part in parts if part.staves == 1 and not _is_percussion(part)]
    if matched:
        playable = [part for part in playable if _may_take(part, single)]
    if single and (not matched or len(playable) == len(single) == len(parts)):
        lone = len(playable) == 1 and not matched
        matched |= _by_clef(playable[0], single) if lone else _by_range(score, playable[: len(single)], single)
    return {role.name: matched[role.name] for role in ensemble.roles if role.name in matched}


def is_unseen(score: Score, part: Part) -> bool:
    """Whether a part has no notes, and no staff that the page shows: no role takes it unless it is assigned."""
    return len(part.hidden) == part.staves and len(_silent_staves(score, part.id)) == part.staves


def empty_staves(score: Score, part: str) -> set[int]:
    """The staves of a part to fill, which have no notes; of a part that the page shows, the hidden ones are none."""
    own, silent = score.part(part), _silent_staves(score, part)
    return silent if is_unseen(score, own) else silent - own.hidden


def _silent_staves(score: Score, part: str) -> set[int]:
    """The numbers of the staves of a part that have no notes: their voices are blank, or rest throughout."""
    voices = [voice for measure in score.measures for voice in measure.voices if voice.slot.part == part]
    sounding = (voice.slot.staff for voice in voices if any(element.notes for element in voice.elements))
    return set(range(1, score.part(part).staves + 1)) - set(sounding)


def matched_by_name(parts: Iterable[Part], roles: Sequence[Role]) -> dict[str, str]:
    """The parts that name a role, or its instrument by their sound, from role name to part id.

    Of parts for roles of one instrument, such as two violins, the number decides, then the order.
    """
    left, found = list(parts), dict[str, str]()
    for numbered in (True, False):
        for role in roles:
            if role.name in found or (numbered and not number_of(role.title)):
                continue
            part = next((part for part in left if _suits(part, role, numbered=numbered)), None)
            if part is not None:
                found[role.name] = part.id
                left.remove(part)
    return found


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


def _suits(part: Part, role: Role, *, numbered: bool) -> bool:
    """Whether a part names a role; if `numbered` with the number of the role, else with any."""
    if numbered and number_of(part.name) != number_of(role.title):
        return False
    return _is_sung_by(part, role) if role.is_sung else _is_played_by(part, role)


def _is_sung_by(part: Part, role: Role) -> bool:
    played = instrument_of(part)
    if part.staves != 1 or (played is not None and played.family != "keyboard"):
        return False
    words = part.name.lower().replace(".", " ").replace("(", " ").split()
    named = (
        any(word.strip("1234567890,:;)") in role.aliases for word in words[:2]) or plain_name(part.name) in role.aliases
    )
    return named or (role.type is not None and role.type.name == _ANY_VOICE and family_of(part) == "voice")


def _is_played_by(part: Part, role: Role) -> bool:
    """Whether the name of a part is one of the role's, or its instrument is that of the role."""
    if part.staves > role.staves and not (role.staves > 1 and part.staves > 1):
        return False
    played = instrument_of(part)
    return plain_name(part.name) in role.aliases or (role.type is not None and played == role.type)


def _may_take(part: Part, roles: Sequence[Role]) -> bool:
    """Whether a part can be one of some roles: an instrument with a name of its own sings none of them."""
    played = instrument_of(part)
    return played is None or played.family == "keyboard" or any(role.family == played.family for role in roles)


def _grand_staff(parts: Sequence[Part], roles: Sequence[Role]) -> dict[str, str]:
    """The only part of several staves for the only role of several staves."""
    large_parts = [part for part in parts if part.staves > 1]
    large_roles = [role for role in roles if role.staves > 1]
    if len(large_parts) == len(large_roles) == 1 and family_of(large_parts[0]) == large_roles[0].family:
        return {large_roles[0].name: large_parts[0].id}
    return {}


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
    heights = [mean_height(score, part) for part in parts]
    middles = [Fraction(role.comfortable[0].midi_pitch + role.comfortable[1].midi_pitch, 2) for role in roles]
    order = sorted(range(len(parts)), key=lambda index: -heights[index])

    def distance(chosen: tuple[int, ...]) -> Fraction:
        return sum((abs(heights[i] - middles[r]) for i, r in zip(order, chosen, strict=True)), Fraction(0))

    best = min(itertools.combinations(range(len(roles)), len(parts)), key=distance)
    return {roles[role].name: parts[index].id for index, role in zip(order, best, strict=True)}


def mean_height(score: Score, part: Part) -> Fraction:
    """The mean sounding pitch; for a silent part that of its clef."""
    pitches = [pitch.midi_pitch for pitch in part_pitches(score, part)]
    return Fraction(sum(pitches), len(pitches)) if pitches else Fraction(part.clefs[0].height)


def part_pitches(score: Score, part: Part) -> list[Pitch]:
    """All pitches of a part."""
    return [
        note.pitch
        for measure in score.measures
        for voice in measure.voices
        if voice.slot.part == part.id
        for element in voice.elements
        for note in element.notes
        if isinstance(note.pitch, Pitch)
    ]
