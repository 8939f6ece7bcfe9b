"""The infill task: what the network reads of a page, and the measures that are blank."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from scoregen.analysis.harmony.tune_keys import asked_keys, tune_keys
from scoregen.generation.page import is_empty
from scoregen.generation.ranges import range_notices
from scoregen.generation.reading import reading_of, reading_slot
from scoregen.generation.seating import Seating, seat, unseen_roles
from scoregen.generation.stand_ins import comfortable, reading_interval, stand_ins
from scoregen.generation.understanding import (
    Understanding,
    page_notices,
    seated_voices,
    signature_notices,
    understanding_of,
)
from scoregen.generation.voice_rules import scales, voice_rule
from scoregen.notation.graft.transposition import transposed
from scoregen.score.edit import (
    Selection,
    blank_voices,
    extended,
    free_part_id,
    has_blanks,
    place_for,
    with_full_rests_blank,
    with_parts,
    with_rests,
)
from scoregen.score.elements import Score, Slot
from scoregen.score.ensemble import Ensemble, Role, named_parts
from scoregen.score.keys import Key
from scoregen.score.pitch import UNISON, Interval
from scoregen.styles.style import Style, load_style
from scoregen.system.errors import InputError
from scoregen.tokens.constraints.state import VoiceRule
from scoregen.tokens.encode import encode


@dataclass(frozen=True, slots=True)
class InfillTask:
    """A page with blanks, and what the network reads of it.

    `page` is the score that is written. `score` is what the network reads: a voice for each role of the network, in
    the keys found, at `interval` from the page. It has the voices of the page at the same slots, and voices for roles
    that are left out of the page. `slots` are its slots by role, `page_slots` those that the page has, `rules` the
    constraints by role, `singers` the roles of the ensemble that these are for (None for a role that it has not),
    `keys` the key of each measure of the page, and `scales` the notes of each measure's church mode in `score`.
    """

    score: Score
    slots: tuple[Slot, ...]
    rules: tuple[VoiceRule, ...]
    notices: tuple[str, ...]
    page: Score
    page_slots: tuple[Slot, ...]
    keys: tuple[Key, ...]
    understanding: Understanding
    singers: tuple[Role | None, ...]
    interval: Interval = UNISON
    scales: tuple[frozenset[int] | None, ...] = ()


def infill_task(
    score: Score,
    ensemble: Ensemble,
    assignments: Mapping[str, str],
    blank: Sequence[str],
    extend: int,
    style: Style | None = None,
    *,
    key: Key | tuple[Key, ...] | None = None,
    add: Collection[str] = (),
    parts: Collection[str] = (),
    players: Ensemble | None = None,
) -> InfillTask:
    """Mark what is blank. InputError if nothing is; RefusedError if it cannot be filled.

    Blank are the empty voices of the page, the selections of `blank`, and `extend` measures after the end. If there
    are none of these, or if the page has one voice, the roles that it lacks are added as parts, or those of `add`
    alone. `parts` are the only roles that are written, if it names any. If nothing is blank then, the full measures in
    which a role rests while another sings are blank. `key` is the key of the first measure, or the keys of all; without
    it the keys are found. `players` are the roles that the network writes, if these are not those of the ensemble.
    """
    singers = stand_ins(ensemble, players or ensemble)
    seating = _read_as(seat(score, ensemble, assignments), score, ensemble, singers)
    check_roles(ensemble, add, "--add")
    check_roles(ensemble, parts, "--parts")
    given = wanted_roles(seating.lines, parts)
    score = with_rests(score, [line.slot for name, line in seating.lines.items() if name not in given])
    empty = [seating.lines[name] for name in given if is_empty(score, seating.lines[name])]
    chosen = _roles_to_add(ensemble, seating, parts or add, is_to_fill=bool(empty or blank or extend))
    whole, added = _with_new_parts(score, ensemble, seating, chosen)
    slots = {name: reading_slot(score, line) for name, line in seating.lines.items()} | added
    for slot, indices in _selections(score, seating, blank, given):
        whole = blank_voices(whole, [slot], indices)
    whole = blank_voices(whole, [line.slot for line in empty], range(len(whole.measures)))
    names = [role.name for role in ensemble.roles if role.name in slots]
    page_slots, wanted = tuple(slots[name] for name in names), wanted_roles(names, parts)
    whole = extended(whole, extend, [slots[name] for name in wanted]) if extend else whole
    check_written(whole, {name: [slots[name]] for name in wanted} if parts else {})
    holes: list[str] = []
    if not (has_blanks(whole) or parts):
        plain = [line.slot for line in seating.lines.values() if line.is_plain]
        whole, holes = with_full_rests_blank(whole, plain, page_slots)
    if not has_blanks(whole):
        raise InputError(_nothing_blank(seating))
    return _task(whole, score, ensemble, players or ensemble, seating, slots, style or load_style(), key, holes)


def _read_as(seating: Seating, score: Score, ensemble: Ensemble, singers: Mapping[str, Role]) -> Seating:
    """The seating at the interval at which the voices of the network sing the ensemble."""
    if all(role is singers.get(role.name) for role in ensemble.roles):
        return seating
    ranges = seating.ranges(ensemble)
    pairs = [(ranges[name], player) for name, player in singers.items()]
    return replace(seating, interval=reading_interval(score, pairs))


def _task(
    page: Score,
    given: Score,
    ensemble: Ensemble,
    players: Ensemble,
    seating: Seating,
    slots: Mapping[str, Slot],
    style: Style,
    key: Key | tuple[Key, ...] | None,
    holes: Sequence[str],
) -> InfillTask:
    """The task of a page whose blanks are marked; `slots` are those of the roles on the page, by name."""
    unseen = unseen_roles(ensemble, seating, slots)
    lines = [slots[role.name] for role in ensemble.roles if role.name in slots]
    read = reading_of(page, seating, slots)
    keys = tune_keys(read, lines) if key is None else asked_keys(page, key)
    ranges = seating.ranges(ensemble)
    sung = {player.name: name for name, player in stand_ins(ensemble, players).items()}
    singers = tuple(
        None
        if role.name not in sung
        else ranges[role.name]
        if players is ensemble
        else comfortable(ranges[sung[role.name]])
        for role in players.roles
    )
    by_player = {player: slots[name] for player, name in sung.items() if name in slots}
    reading, all_slots = _as_read(read, players, singers, seating.interval, by_player, keys)
    _check_blanks(reading, all_slots)
    rules = tuple(
        voice_rule(own or player, reading, style, seating.interval if own else UNISON)
        for player, own in zip(players.roles, singers, strict=True)
    )
    notices = (
        *page_notices(given, ensemble, players, seating, unseen),
        *signature_notices(page, keys, asked=key is not None),
        *range_notices(given, ensemble, seating),
        *holes,
    )
    ignored = [page.part_name(part.id) for part in seating.kept] + [line.name for line in seating.unseated]
    understanding = understanding_of(page, seated_voices(ensemble, seating, slots), ignored, keys)
    free = scales(reading, [Key.of(measure.key) for measure in reading.measures])
    return InfillTask(
        reading, all_slots, rules, notices, page, tuple(lines), keys, understanding, singers, seating.interval, free
    )


def _roles_to_add(ensemble: Ensemble, seating: Seating, add: Collection[str], *, is_to_fill: bool) -> list[str]:
    """The roles that get a new part: those of `add`, else all others if the page has one voice or nothing to fill."""
    names = [role.name for role in ensemble.roles]
    every = not add and (len(seating.lines) == 1 or not (is_to_fill or seating.own_order))
    return [name for name in names if name not in seating.lines and (every or name in add)]


def check_roles(ensemble: Ensemble, asked: Collection[str], option: str) -> None:
    """InputError if a role that an option asks for does not exist."""
    names = [role.name for role in ensemble.roles]
    wrong = next((name for name in asked if name not in names), None)
    if wrong is not None:
        raise InputError(
            f"{option}: {ensemble.name} has no role {wrong!r} to add; expected one of: {', '.join(names)}; or an"
            " instrument, such as flute"
        )


def wanted_roles(names: Iterable[str], parts: Collection[str]) -> list[str]:
    """The roles that may be written: those of `--parts`, all if it names none."""
    return [name for name in names if not parts or name in parts]


def check_written(page: Score, slots: Mapping[str, Collection[Slot]]) -> None:
    """InputError if a role of `--parts` has nothing blank; `slots` are the voices of these roles."""
    blank = {voice.slot for measure in page.measures for voice in measure.voices if voice.is_blank}
    kept = next((name for name, own in slots.items() if blank.isdisjoint(own)), None)
    if kept is not None:
        raise InputError(f"--parts: {kept} has notes already, which are kept; --blank {kept} replaces them")


def _nothing_blank(seating: Seating) -> str:
    others = f"; left as they are: {', '.join(line.name for line in seating.unseated)}" if seating.unseated else ""
    return f"the score has no blanks{others}; select some with --blank, or append measures with --extend"


def _selections(
    score: Score, seating: Seating, blank: Sequence[str], wanted: Sequence[str]
) -> list[tuple[Slot, tuple[int, ...]]]:
    """The voices and measure indices of the user's selections; `wanted` are the roles that may be written."""
    rows = []
    for text in blank:
        selection = Selection.parse(text)
        indices = selection.measures(score)
        for name in selection.names or wanted:
            rows += [(slot, indices) for slot in _slots_named(score, seating, name, wanted)]
    return rows


def _slots_named(score: Score, seating: Seating, name: str, wanted: Sequence[str]) -> list[Slot]:
    """The voices of a role, or of a part by its id or name. InputError if there is none, or if it cannot be emptied."""
    lines = {role: seating.lines[role] for role in wanted}
    found = [line for role, line in lines.items() if role == name.casefold()]
    if not found:
        ids = [part.id for part in score.parts if name.casefold() in (part.id.casefold(), part.name.casefold())]
        found = [line for line in lines.values() if line.slot.part in ids]
    if not found:
        raise InputError(f"--blank: there is no part {name!r} to fill; expected one of: {', '.join(lines)}")
    both = next((line for line in found if not line.is_plain), None)
    if both is not None:
        raise InputError(
            f"--blank {name}: the voices of {both.name} share the chords of one staff; expected a voice of its own for"
            " each (`scoregen render FILE --layout open` parts them)"
        )
    whole = {slot for line in found for slot in score.slots if slot.part == line.slot.part}
    alone = len([line for line in seating.lines.values() if line.slot.part == found[0].slot.part]) == 1
    return sorted(whole | {line.slot for line in found}) if alone else [line.slot for line in found]


def _with_new_parts(
    score: Score, ensemble: Ensemble, seating: Seating, names: Collection[str]
) -> tuple[Score, dict[str, Slot]]:
    """The score with a part for each of some roles, next to the adjacent role, and their slots by role."""
    part_ids = {name: line.slot.part for name, line in seating.lines.items()}
    sung = list(part_ids.values())
    alone = {part: name for name, part in part_ids.items() if names and sung.count(part) == 1}
    parts = named_parts(score, ensemble, alone)
    added: dict[str, Slot] = {}
    above: list[str] = []
    for index, role in enumerate(ensemble.roles):
        if role.name in names:
            new = role.part(free_part_id(parts), ensemble.group)
            below = [part_ids[other.name] for other in ensemble.roles[index:] if other.name in part_ids]
            parts.insert(place_for(parts, above, below), new)
            added[role.name] = Slot(new.id)
            above.append(new.id)
        elif role.name in part_ids:
            above.append(part_ids[role.name])
    return with_parts(score, parts), added


def _as_read(
    read: Score,
    players: Ensemble,
    singers: Sequence[Role | None],
    interval: Interval,
    slots: Mapping[str, Slot],
    keys: Sequence[Key],
) -> tuple[Score, tuple[Slot, ...]]:
    """What the network reads, in the found keys and at an interval, and the slots of all players.

    `slots` are those of the players on the page; the others get parts that the page does not have.
    """
    parts = list(read.parts)
    every = dict(slots)
    for player, singer in zip(players.roles, singers, strict=True):
        if player.name not in every:
            parts.append((singer or player).part(free_part_id(parts), players.group))
            every[player.name] = Slot(parts[-1].id)
    keyed = (replace(m, key=key.signature) for m, key in zip(read.measures, keys, strict=True))
    score = with_parts(replace(read, measures=tuple(keyed)), parts)
    return transposed(score, interval), tuple(every[role.name] for role in players.roles)


def _check_blanks(score: Score, slots: Sequence[Slot]) -> None:
    """Encode the measures with blanks without snapping; RefusedError names given music that cannot be encoded."""
    blank = [any(voice.is_blank for voice in measure.voices) for measure in score.measures]
    for is_blank, group in groupby(range(len(blank)), key=lambda index: blank[index]):
        indices = list(group)
        if is_blank:
            encode(score.excerpt(indices[0], indices[-1] + 1), slots)
