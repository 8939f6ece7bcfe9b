"""Voice groups: the leading line of each voice, with its name, its role and its group."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scoregen.score.elements import Part, Score, Slot
from scoregen.score.ensemble import Ensemble, Role, choir_staves, joined_hands, load_ensemble
from scoregen.score.instruments import InstrumentType, instrument_named, instrument_of, plain_name

CHOIR = "satb"
MOST_IN_ONE_GROUP = 6
"""The most lines of an ensemble without roles that form one group; larger ensembles keep no order of height."""
_VOCAL_WORDS = {"solo", "soli", "choir", "chorus", "voice", "chor", "coro", "voices", "i", "ii", "iii", "iv"}


@dataclass(frozen=True, slots=True)
class VoiceLine:
    """One line. `size` is 0 for the leading line, else the number of notes of its chords; `rank` is from the top.

    `keyboard` is the id of the right hand's part if its part is one hand of a keyboard.
    """

    slot: Slot
    name: str
    group: int
    place: int  # within the group, from the top
    role: Role | None = None
    instrument: InstrumentType | None = None
    size: int = 0
    rank: int = 0
    keyboard: str = ""

    @property
    def leads(self) -> bool:
        return self.size == 0

    @property
    def player(self) -> str:
        """The id of the part whose player has the line: of a left hand in a part of its own that of the right hand."""
        return self.keyboard or self.slot.part

    @property
    def is_chordal(self) -> bool:
        """Whether it belongs to an instrument of chords, whose lines cross and leap freely."""
        return self.instrument is not None and self.instrument.chordal


def leading_lines(score: Score, slots: Sequence[Slot]) -> list[VoiceLine]:
    """One leading line for each voice, highest first in each group."""
    ensemble = load_ensemble(CHOIR)
    closed = _closed_score(score, slots)
    if closed:
        names = zip(closed, ensemble.roles, strict=True)
        return [
            VoiceLine(slot, role.title.lower(), 0, place, None if instrument_of(score.part(slot.part)) else role)
            for place, (slot, role) in enumerate(names)
        ]
    roles: Mapping[str, Role] = {part.id: role for part in score.parts if (role := role_of(part, ensemble)) is not None}
    if len(slots) == len(score.parts) == len(ensemble.roles):
        roles = _of_a_choir(score.parts, ensemble, roles)
    return list(_grouped(score, slots, roles, ensemble))


def _of_a_choir(parts: Sequence[Part], ensemble: Ensemble, roles: Mapping[str, Role]) -> Mapping[str, Role]:
    """The roles of as many parts as a choir has: the others too, such as a melody over alto, tenor and bass, if those
    that are known have their places and no other part is an instrument."""
    by_place = dict(zip((part.id for part in parts), ensemble.roles, strict=True))
    fits = all(roles.get(part.id, by_place[part.id]) == by_place[part.id] for part in parts)
    return by_place if fits and not any(instrument_of(part) for part in parts if part.id not in roles) else roles


def _grouped(score: Score, slots: Sequence[Slot], roles: Mapping[str, Role], ensemble: Ensemble) -> Iterator[VoiceLine]:
    """Lines with their groups: a new group begins with a higher role, or with another part."""
    is_small = len(slots) <= MOST_IN_ONE_GROUP
    names = Counter(score.part(slot.part).name for slot in {slot.part: slot for slot in slots}.values())
    hands, choral = _hands(score), {part for part, _ in choir_staves(score)}
    group, place, before = 0, -1, None
    for slot in slots:
        part = score.part(slot.part)
        height = ensemble.roles.index(roles[slot.part]) if slot.part in roles else None
        player, played = hands.get(slot.part, (slot.part, None))
        if before is not None and not _stays(before, player, height, is_small):
            group, place = group + 1, -1
        place += 1
        before = player, height
        is_sung = slot.part in roles or slot.part in choral
        instrument = played or (None if is_sung else instrument_of(part))
        is_keyboard = instrument is not None and instrument.span > 0 and part.staves == 2
        name = _name(part, slot, slots, unique=names[part.name] == 1, is_keyboard=is_keyboard)
        role = None if played else roles.get(slot.part)
        yield VoiceLine(slot, name, group, place, role, instrument, keyboard=player if played else "")


def _hands(score: Score) -> Mapping[str, tuple[str, InstrumentType | None]]:
    """By part of a hand the part of the right hand and the keyboard: hands in parts of their own are one player."""
    return {
        part: (own.right, instrument_named(own.instrument))
        for own in joined_hands(score).hands
        for part in (own.right, own.left)
    }


def _stays(before: tuple[str, int | None], part: str, height: int | None, is_small: bool) -> bool:
    """Whether a voice belongs to the group of the one above it."""
    above, above_height = before
    if above == part:
        return True
    if above_height is None or height is None:
        return is_small and above_height is height is None
    return above_height <= height


def _name(part: Part, slot: Slot, slots: Sequence[Slot], *, unique: bool, is_keyboard: bool) -> str:
    """The name of a voice: its part, and as much more as distinguishes it from the others."""
    role = role_of(part, load_ensemble(CHOIR))
    name = (part.name.lower() if role is not None else part.name.strip()) or f"part {part.id}"
    name = name if unique or not part.name else f"{name} ({part.id})"
    siblings = [other for other in slots if other.part == slot.part]
    if len({other.staff for other in siblings}) > 1 or is_keyboard:
        hands = {1: "right hand", 2: "left hand"}
        name += f", {hands[slot.staff] if is_keyboard and slot.staff in hands else f'staff {slot.staff}'}"
    if sum(other.staff == slot.staff for other in siblings) > 1:
        name += f", voice {slot.voice}"
    return name


def role_of(part: Part, ensemble: Ensemble) -> Role | None:
    """The role of a part by its sound or its name; a bass clarinet is not a bass."""
    sound = part.instrument.sound if part.instrument is not None else None
    words = [word.strip("().,:;1234567890") for word in plain_name(part.name).replace(".", " ").split()]
    if instrument_of(part) is not None or part.staves != 1:
        return None
    for role in ensemble.roles:
        is_named = bool(words) and words[0] in role.aliases and set(words[1:]) - {""} <= _VOCAL_WORDS
        if is_named or (sound is not None and sound == role.instrument.sound):
            return role
    return None


def _closed_score(score: Score, slots: Sequence[Slot]) -> tuple[Slot, ...]:
    """The four voices of a choir on two staves, two on each; empty for any other layout."""
    staves: dict[tuple[str, int], list[Slot]] = defaultdict(list)
    for slot in slots:
        staves[slot.part, slot.staff].append(slot)
    playing = [instrument_of(score.part(slot.part)) for slot in slots]
    if len(slots) != 4 or [len(own) for own in staves.values()] != [2, 2]:
        return ()
    if any(instrument is not None and not instrument.span for instrument in playing):
        return ()
    rhythmic = all(
        sum(measure.voice(slot) is not None for measure in score.measures) * 2 > len(score.measures) for slot in slots
    )
    return tuple(slots) if rhythmic else ()
