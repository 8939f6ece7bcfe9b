"""Seating: which voice of a page takes which role of the ensemble, in the order of the page.

The network writes for the roles of one ensemble. Other choirs (tenors 1 and 2 with baritone and bass, a descant above
a soprano) take its roles in the order of the page, and are read at an interval at which they lie in its ranges. Choirs
that are asked for by name have roles of their own; `generation.stand_ins` tells which voices of the network sing them.
For the network for any ensemble whole parts take the roles (`seated_parts`). It reads the voices of a page as they are,
of a large one the most telling ones (`read_voices`).
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.generation.page import (
    Line,
    is_empty,
    is_instrument,
    is_percussion,
    is_voice_name,
    line_pitches,
    lines_of,
    roles_of_name,
    shares_staff,
)
from scoregen.generation.stand_ins import middle, reading_interval
from scoregen.score.elements import Part, Score, Slot
from scoregen.score.ensemble import (
    Ensemble,
    Role,
    assigned_part,
    choir_staves,
    empty_staves,
    ensemble_advice,
    is_unseen,
    match_roles,
)
from scoregen.score.instruments import instrument_of, plain_name
from scoregen.score.pitch import UNISON, Interval, Pitch
from scoregen.system.errors import InputError

MOST_VOICES = 16
"""The most voices that the network reads at once."""


@dataclass(frozen=True, slots=True)
class Seating:
    """By role name the line that takes it; roles without a line have no voice on the page.

    `kept` are the parts that no role takes. `unseated` are singing lines beyond the roles of the ensemble.
    `interval` is that from the page to what the network reads; `own_order` tells that the choir is not the ensemble.
    """

    lines: Mapping[str, Line]
    kept: tuple[Part, ...] = ()
    unseated: tuple[Line, ...] = ()
    interval: Interval = UNISON
    own_order: bool = False

    def ranges(self, ensemble: Ensemble) -> dict[str, Role]:
        """By role name the role whose range the voice has: its own by name, else the one that it takes."""
        own = {name: line.role for name, line in self.lines.items() if self.own_order and line.role}
        return {role.name: ensemble.role(own.get(role.name) or role.name) for role in ensemble.roles}


def seat(score: Score, ensemble: Ensemble, assignments: Mapping[str, str]) -> Seating:
    """Seat the singing lines of a page. `assignments` maps role names to parts, and comes first.

    InputError for an assignment of a role or part that does not exist, and if no line sings.
    """
    assigned = {role: _assigned_line(score, ensemble, role, which) for role, which in assignments.items()}
    taken = {line.slot.part for line in assigned.values()}
    parts = [part for part in score.parts if part.id not in taken and not is_unseen(score, part)]
    choral = {part for part, _ in choir_staves(score)}
    singing = [part for part in parts if part.id in choral or not is_instrument(part, ensemble)]
    shared = any(shares_staff(score, part) for part in singing)
    lines = [line for part in singing for line in lines_of(score, part, ensemble, shared=shared)]
    lines = _known(score, lines, ensemble) or ([] if assigned else _lone_melody(score, parts))
    free = [role for role in ensemble.roles if role.name not in assigned]
    seated = _seats(score, lines, free, empty=[line for line in lines if is_empty(score, line)])
    if not (seated or assigned):
        raise InputError(no_role(score, ensemble))
    return _seating(score, ensemble, {**assigned, **seated}, lines)


def no_role(score: Score, ensemble: Ensemble) -> str:
    """What to say of a score of which no part has a role."""
    advice = ensemble_advice(score, ensemble) or "name another with --ensemble (`scoregen ensembles` lists them)"
    example = f"--role {ensemble.roles[0].name}=1"
    return f"no part of the score matches a role of {ensemble.name}; {advice}, or assign one, as in {example}"


def _known(score: Score, lines: Sequence[Line], ensemble: Ensemble) -> list[Line]:
    """Beside voices that name their roles, those whose names say that they sing; all if they make up the ensemble."""
    named = any(roles_of_name(part.name, ensemble) for part in score.parts)
    if not named or len(lines) == len(ensemble.roles):
        return list(lines)
    return [line for line in lines if line.role or is_voice_name(score.part(line.slot.part).name)]


def _assigned_line(score: Score, ensemble: Ensemble, role: str, which: str) -> Line:
    part = score.part(assigned_part(score, ensemble, role, which))
    first = next((slot for slot in score.slots if slot.part == part.id), None)
    slot = first or lines_of(score, part, ensemble)[0].slot
    return Line(slot, score.part_name(part.id), part.clefs[0], role)


def _lone_melody(score: Score, parts: Sequence[Part]) -> list[Line]:
    """The melody of a score with a single part of one staff, whatever plays it."""
    if len(parts) != 1 or parts[0].staves > 1 or is_percussion(parts[0]):
        return []
    slot = next(iter(score.slots), None)
    return [Line(slot, parts[0].name or parts[0].id, parts[0].clefs[0])] if slot else []


def _seats(score: Score, lines: Sequence[Line], roles: Sequence[Role], empty: Sequence[Line]) -> dict[str, Line]:
    """The lines by role: by their names if these are different roles in order, else by the order of the page."""
    names = [role.name for role in roles]
    wishes = [line.role for line in lines if line.role is not None]
    ordered = [name for name in names if name in wishes]
    if len(wishes) == len(lines) and len(set(wishes)) == len(wishes) and set(wishes) <= set(names):
        return {line.role: line for line in lines if line.role is not None}
    if len(lines) == 1:
        return _alone(lines[0], roles)
    if (
        wishes
        and len(lines) <= len(roles)
        and ordered == wishes
        and len(between := _between(lines, names)) == len(lines)
    ):
        return between
    chosen = _within(lines, len(roles), empty)
    return _by_range(score, chosen, roles) if not wishes else _in_order(chosen, roles)


def _alone(line: Line, roles: Sequence[Role]) -> dict[str, Line]:
    """A lone line takes its own role, else the first with its clef, else the one with the nearest clef."""
    own = next((role for role in roles if role.name == line.role), None)
    same = next((role for role in roles if role.clef == line.clef), None)
    role = own or same or min(roles, key=lambda role: abs(role.clef.height - line.clef.height), default=None)
    return {role.name: line} if role else {}


def _between(lines: Sequence[Line], names: Sequence[str]) -> dict[str, Line]:
    """Named lines take their roles, and lines without a role the free ones between them as far as there are any."""
    seats: dict[str, Line] = {}
    for index, line in enumerate(lines):
        later = [names.index(other.role) for other in lines[index:] if other.role is not None]
        last = max((names.index(name) for name in seats), default=-1)
        place = names.index(line.role) if line.role is not None else last + 1
        if line.role is not None or place < min(later, default=len(names)):
            seats[names[place]] = line
    return seats


def _within(lines: Sequence[Line], count: int, empty: Sequence[Line]) -> list[Line]:
    """At most `count` lines in the order of the page: the highest given one, empty ones, then other given ones.

    Of both the outer ones come first.
    """
    if len(lines) <= count:
        return list(lines)
    given = _outer_first([line for line in lines if line not in empty])
    chosen = [*given[:1], *_outer_first(empty), *given[1:]][:count]
    return [line for line in lines if line in chosen]


def _outer_first(lines: Sequence[Line]) -> list[Line]:
    return [lines[0], lines[-1], *lines[1:-1]] if len(lines) > 1 else list(lines)


def _in_order(lines: Sequence[Line], roles: Sequence[Role]) -> dict[str, Line]:
    """Lines in the order of the page; if there are fewer than roles, the last line takes the last role."""
    if len(lines) == len(roles) - 1 and len(lines) > 2:
        return {roles[index].name: line for index, line in zip((0, 1, len(roles) - 1), lines, strict=True)}
    return {role.name: line for role, line in zip(roles, lines, strict=False)}


def _by_range(score: Score, lines: Sequence[Line], roles: Sequence[Role]) -> dict[str, Line]:
    """The roles in the order of the page whose ranges have their middles nearest to the lines."""
    heights = [_height(score, line) for line in lines]
    rows = list(lines)
    if any(upper.clef.height + 6 < lower.clef.height for upper, lower in itertools.pairwise(lines)):
        order = sorted(range(len(lines)), key=lambda index: -heights[index])
        heights, rows = [heights[index] for index in order], [lines[index] for index in order]
    middles = [middle(role) for role in roles]

    def distance(chosen: tuple[int, ...]) -> Fraction:
        return sum((abs(height - middles[role]) for height, role in zip(heights, chosen, strict=True)), Fraction(0))

    best = min(itertools.combinations(range(len(roles)), len(rows)), key=distance)
    return {roles[role].name: line for role, line in zip(best, rows, strict=True)}


def _height(score: Score, line: Line) -> Fraction:
    """The mean sounding pitch; for an empty line that of its clef."""
    pitches = line_pitches(score, line.slot)
    return Fraction(sum(pitches), len(pitches)) if pitches else Fraction(line.clef.height)


def _seating(score: Score, ensemble: Ensemble, seats: Mapping[str, Line], lines: Sequence[Line]) -> Seating:
    used = {line.slot.part for line in seats.values()}
    kept = tuple(
        part for part in score.parts if part.id not in used and part.id not in {line.slot.part for line in lines}
    )
    unseated = tuple(line for line in lines if line not in seats.values())
    own_order = bool(unseated) or any(line.role not in (None, name) for name, line in seats.items())
    ordered = {role.name: seats[role.name] for role in ensemble.roles if role.name in seats}
    seating = Seating(ordered, kept, unseated, UNISON, own_order)
    if not own_order:
        return seating
    ranges = seating.ranges(ensemble)
    pairs = [(ranges[name], ensemble.role(name)) for name in seating.lines]
    return replace(seating, interval=reading_interval(score, pairs))


def unseen_roles(ensemble: Ensemble, seating: Seating, added: Collection[str]) -> tuple[Role, ...]:
    """The roles that the network writes and that are left out of the page."""
    return tuple(role for role in ensemble.roles if role.name not in seating.lines and role.name not in added)


def seated_parts(
    score: Score, ensemble: Ensemble, assignments: Mapping[str, str], asked: Collection[str]
) -> dict[str, str]:
    """The parts by role; a role that is `asked` for takes no part with notes unless this is its instrument."""
    found = dict(match_roles(score, ensemble, assignments) if assignments else _melody_or_parts(score, ensemble))
    others = [name for name in asked if name in found and name not in assignments]
    others = [name for name in others if not _may_be(score, found[name], ensemble.role(name))]
    rest = tuple(role for role in ensemble.roles if role.name not in others)
    return dict(match_roles(score, replace(ensemble, roles=rest), assignments)) if others and rest else found


def _melody_or_parts(score: Score, ensemble: Ensemble) -> dict[str, str]:
    """The parts by role. A melody that is alone, in a part of a keyboard with one staff, is no half of a keyboard."""
    matched = match_roles(score, ensemble, {})
    if len(matched) != 1 or len(score.parts) != 1 or score.parts[0].staves > 1:
        return matched
    (name,) = matched
    lines = [role.name for role in ensemble.roles if role.staves == 1]
    return {lines[0]: matched[name]} if ensemble.role(name).staves > 1 and lines and _is_line(score) else matched


def _is_line(score: Score) -> bool:
    """Whether no two notes sound at once in a score of one part."""
    rows = [[voice for voice in measure.voices if not voice.is_silent] for measure in score.measures]
    return all(len(row) <= 1 for row in rows) and not any(
        len(element.notes) > 1 for row in rows for voice in row for element in voice.elements
    )


def _may_be(score: Score, part: str, role: Role) -> bool:
    """Whether a part is that of a role by its name or its instrument, or has a staff to fill."""
    own = score.part(part)
    named = plain_name(own.name) in role.aliases or own.name.casefold() == role.title.casefold()
    return named or bool(empty_staves(score, part)) or (role.type is not None and instrument_of(own) is role.type)


def read_voices(score: Score, slots: Sequence[Slot], roles: Collection[str]) -> tuple[Slot, ...]:
    """At most MOST_VOICES of the voices of a score, in their order; InputError if more of them have blanks.

    After the voices with blanks come those of the parts with roles, then the highest and the lowest one, then those
    with the most notes. Bass and melody tell the harmony; voices that rest a lot, or double others, tell the least.
    """
    if len(slots) <= MOST_VOICES:
        return tuple(slots)
    blank = {voice.slot for measure in score.measures for voice in measure.voices if voice.is_blank}
    if len(blank) > MOST_VOICES:
        raise InputError(f"found {len(blank)} voices with blanks; expected {MOST_VOICES} or fewer; fill them in turns")
    heights = _heights(score)
    sounding = [slot for slot in slots if heights[slot]]
    means = {slot: sum(heights[slot]) / len(heights[slot]) for slot in sounding}
    outer = {max(sounding, key=means.__getitem__), min(sounding, key=means.__getitem__)} if sounding else set()
    first = sorted(
        slots, key=lambda slot: (slot not in blank, slot.part not in roles, slot not in outer, -len(heights[slot]))
    )
    chosen = set(first[:MOST_VOICES])
    return tuple(slot for slot in slots if slot in chosen)


def unread_notice(slots: Sequence[Slot], read: Sequence[Slot]) -> tuple[str, ...]:
    """The notice that some voices are kept, but not read."""
    left = len(slots) - len(read)
    if not left:
        return ()
    return (
        f"the score has {len(slots)} voices, of which the network reads {len(read)}; {left} others are kept, and not"
        " taken into account",
    )


def _heights(score: Score) -> defaultdict[Slot, list[int]]:
    """The MIDI pitches of the notes of each voice."""
    heights: defaultdict[Slot, list[int]] = defaultdict(list)
    for measure in score.measures:
        for voice in measure.voices:
            notes = (note.pitch for element in voice.elements for note in element.notes)
            heights[voice.slot] += [pitch.midi_pitch for pitch in notes if isinstance(pitch, Pitch)]
    return heights
