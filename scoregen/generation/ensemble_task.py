"""The infill task for a network that knows voices by their descriptions: any ensemble, several staves, chords.

Given parts are read with all of their voices. A part with blanks is written on each of its staves by one voice, which
may sound chords; further voices that it has in those measures give way.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from scoregen.analysis.harmony.tune_keys import asked_keys, tune_keys
from scoregen.generation.infill_task import InfillTask, check_roles, check_written, wanted_roles
from scoregen.generation.seating import no_role, read_voices, seated_parts, unread_notice
from scoregen.generation.understanding import (
    Understanding,
    UnderstoodVoice,
    signature_notices,
    understanding_of,
    unseen_notices,
)
from scoregen.generation.voice_rules import chord_rule
from scoregen.score.edit import (
    Selection,
    blank_voices,
    extended,
    free_part_id,
    has_blanks,
    place_for,
    with_parts,
    with_rests,
)
from scoregen.score.elements import Part, Score, Slot
from scoregen.score.ensemble import Ensemble, Role, empty_staves, is_unseen
from scoregen.score.instruments import family_of
from scoregen.score.keys import Key
from scoregen.score.timeline import pitched_notes
from scoregen.styles.style import Style
from scoregen.system.errors import InputError
from scoregen.tokens.constraints.state import VoiceRule
from scoregen.tokens.encode import pitched_slots
from scoregen.tokens.voice_descriptions import VoiceDescription, describe_voices

_NO_STAVES: Mapping[str, tuple[str, int]] = {}


def ensemble_task(
    score: Score,
    ensemble: Ensemble,
    assignments: Mapping[str, str],
    blank: Sequence[str],
    extend: int,
    style: Style,
    *,
    key: Key | tuple[Key, ...] | None = None,
    add: Collection[str] = (),
    wanted: Collection[str] = (),
    staves: Mapping[str, tuple[str, int]] = _NO_STAVES,
) -> InfillTask:
    """Mark what is blank, as `infill_task` does for a choir. InputError if nothing is.

    `wanted` are the only roles that are written, if it names any. `staves` are the part and the staff of each staff
    with a name of its own, such as a hand, by this name in lower case.
    """
    matched = seated_parts(score, ensemble, assignments, {*add, *wanted})
    if not matched:
        raise InputError(no_role(score, ensemble))
    has_empty = any(empty_staves(score, part) for part in matched.values())
    is_to_fill = bool(blank or extend) or (has_empty and not _is_chord_sheet(score))
    check_roles(ensemble, add, "--add")
    check_roles(ensemble, wanted, "--parts")
    new = _to_add(ensemble, matched, wanted or add, is_to_fill=is_to_fill)
    page, parts = _with_new_parts(score, ensemble, matched, new)
    written = {name: parts[name] for name in wanted_roles(parts, wanted)}
    kept = {part for name, part in parts.items() if name not in written}
    page = with_rests(page, [slot for slot in page.slots if slot.part in kept])
    page = _with_empty_staves(page, ensemble, written)
    page = _with_selections(page, ensemble, written, blank, staves)
    page = extended(page, extend, _main_slots(page, ensemble, written)) if extend else page
    check_written(page, {name: _main_slots(page, ensemble, {name: written[name]}) for name in wanted})
    if not has_blanks(page):
        raise InputError(_nothing_blank(ensemble, matched, add))
    return _task(page, score, ensemble, parts, style, key)


def _nothing_blank(ensemble: Ensemble, matched: Mapping[str, str], add: Collection[str]) -> str:
    has = [name for name in add if name in matched]
    lacking = [role.name for role in ensemble.roles if role.name not in matched]
    if has and lacking:
        return (
            f"--add: the page has {', '.join(has)} already, with notes, and nothing is blank; name the parts to write"
            f" beside it, as in --add {','.join([*has, *lacking])}"
        )
    return "the score has no blanks; select some with --blank, or append measures with --extend"


def _is_chord_sheet(score: Score) -> bool:
    """Whether a page has chord symbols and no notes: all roles are to be written."""
    return any(measure.chord_symbols for measure in score.measures) and not pitched_notes(score)


def voice_descriptions(task: InfillTask) -> tuple[VoiceDescription, ...]:
    """What the voices of a task are. A part that does not tell its instrument is played by that of its role."""
    return described_by_roles(describe_voices(task.score, task.slots), task.singers)


def described_by_roles(
    descriptions: Sequence[VoiceDescription], roles: Sequence[Role | None]
) -> tuple[VoiceDescription, ...]:
    """The descriptions, with family and range of their roles where the instrument is not known."""
    return tuple(_by_role(each, role) for each, role in zip(descriptions, roles, strict=True))


def _by_role(each: VoiceDescription, role: Role | None) -> VoiceDescription:
    if role is None or each.family != "other":
        return each
    if role.family == "voice":
        return replace(each, family="voice", sung=True)
    lowest, highest = role.range_on(each.staff + 1)
    return replace(each, family=role.family, lowest=lowest.midi_pitch, highest=highest.midi_pitch)


def without_phrase_ends(score: Score) -> Score:
    """The score without its planned phrase ends, which a choir marks by fermatas."""
    return replace(score, measures=tuple(replace(measure, phrase_ends=()) for measure in score.measures))


def _task(
    page: Score,
    given: Score,
    ensemble: Ensemble,
    parts: Mapping[str, str],
    style: Style,
    key: Key | tuple[Key, ...] | None,
) -> InfillTask:
    every = pitched_slots(page)
    slots = read_voices(page, every, set(parts.values()))
    heard = {slot.part for slot in slots}
    keys = _keys(page, given) if key is None else asked_keys(page, key)
    read = replace(page, measures=tuple(replace(m, key=k.signature) for m, k in zip(page.measures, keys, strict=True)))
    roles = {parts[role.name]: role for role in ensemble.roles if role.name in parts}
    described = describe_voices(read, slots)
    rules = tuple(
        _rule(roles.get(slot.part), slot, read, each, style) for slot, each in zip(slots, described, strict=True)
    )
    ignored = tuple(part for part in page.parts if part.id not in roles)
    notices = (
        *(
            f"part {part.name or part.id!r} has no role in {ensemble.name}: it is kept, and read as it is"
            for part in ignored
            if part.id in heard and not is_unseen(given, part)
        ),
        *unseen_notices(given, [part for part in given.parts if part.id not in roles]),
        *unread_notice(every, slots),
        *signature_notices(page, keys, asked=key is not None),
    )
    understanding = _understanding(page, given, ensemble, parts, ignored, keys)
    singers = tuple(roles.get(slot.part) for slot in slots)
    return InfillTask(read, slots, rules, notices, page, slots, keys, understanding, singers)


def _rule(role: Role | None, slot: Slot, score: Score, each: VoiceDescription, style: Style) -> VoiceRule:
    """The rule of a voice; one without a role is never written."""
    return VoiceRule.of(()) if role is None else chord_rule(role, slot.staff, score, each, style)


def _keys(page: Score, given: Score) -> tuple[Key, ...]:
    """The keys of the given voices; those of the signatures if nothing is given."""
    if any(element.notes for m in given.measures for voice in m.voices for element in voice.elements):
        return tune_keys(page, pitched_slots(given))
    return tuple(Key.of(measure.key) for measure in page.measures)


def _to_add(ensemble: Ensemble, matched: Mapping[str, str], add: Collection[str], *, is_to_fill: bool) -> list[Role]:
    """The roles that get a new part: those of `add`, or all that the page lacks if it has no blanks."""
    every = not (is_to_fill or add)
    return [role for role in ensemble.roles if role.name not in matched and (every or role.name in add)]


def _with_new_parts(
    score: Score, ensemble: Ensemble, matched: Mapping[str, str], roles: Sequence[Role]
) -> tuple[Score, dict[str, str]]:
    """The score with a part for each of some roles in the order of the ensemble, and all parts by role."""
    parts, by_role = list(score.parts), dict(matched)
    fifths = score.measures[0].key.fifths if score.measures else 0
    for role in roles:
        new = role.part(free_part_id(parts), ensemble.group, fifths)
        parts.insert(_place(parts, ensemble, by_role, role), new)
        by_role[role.name] = new.id
    return with_parts(score, parts), by_role


def _place(parts: Sequence[Part], ensemble: Ensemble, by_role: Mapping[str, str], role: Role) -> int:
    """The index after the part of the nearest role above, else before that of the nearest below.

    Parts without a role that follow a part above and are of its family stay beside it.
    """
    names = [each.name for each in ensemble.roles]
    at = names.index(role.name)
    above = [by_role[name] for name in names[:at] if name in by_role]
    below = [by_role[name] for name in names[at:] if name in by_role]
    place = place_for(parts, above, below)
    family = family_of(parts[place - 1]) if above else None
    while (
        above and place < len(parts) and parts[place].id not in by_role.values() and family_of(parts[place]) == family
    ):
        place += 1
    return place


def _with_empty_staves(page: Score, ensemble: Ensemble, parts: Mapping[str, str]) -> Score:
    """The page with the staves of roles that have no note blank: those of new parts, a left hand under a right one.

    The rests of a staff that is blank elsewhere stay.
    """
    blank = {voice.slot[:2] for measure in page.measures for voice in measure.voices if voice.is_blank}
    empty = {part: empty_staves(page, part) for part in parts.values()}
    slots = [
        slot for slot in _main_slots(page, ensemble, parts) if slot.staff in empty[slot.part] and slot[:2] not in blank
    ]
    return blank_voices(page, slots, range(len(page.measures)))


def _with_selections(
    page: Score,
    ensemble: Ensemble,
    parts: Mapping[str, str],
    blank: Sequence[str],
    named: Mapping[str, tuple[str, int]],
) -> Score:
    """The page with the selections of `--blank` blank: of each part one voice on every staff, and no other.

    `parts` are those that may be written, by role; `named` are single staves by name.
    """
    every = _main_slots(page, ensemble, parts)
    for text in blank:
        selection = Selection.parse(text)
        chosen = {staff for name in selection.names for staff in _staves_named(page, parts, name, named)}
        chosen = chosen or {slot[:2] for slot in every}
        indices = set(selection.measures(page))
        slots = [slot for slot in every if slot[:2] in chosen]
        page = blank_voices(page, slots, indices)
        others = {slot for slot in page.slots if slot[:2] in chosen and slot not in slots}
        page = _without(page, others, indices)
    return page


def _without(page: Score, slots: Collection[Slot], indices: Collection[int]) -> Score:
    measures = [
        replace(measure, voices=tuple(voice for voice in measure.voices if voice.slot not in slots))
        if index in indices
        else measure
        for index, measure in enumerate(page.measures)
    ]
    return replace(page, measures=tuple(measures))


def _staves_named(
    page: Score, parts: Mapping[str, str], name: str, named: Mapping[str, tuple[str, int]]
) -> list[tuple[str, int]]:
    """The staves of a role or a part, or the one staff with this name; InputError if there is none."""
    wanted = name.casefold()
    found = [part for role, part in parts.items() if role == wanted]
    if not found and wanted in named and named[wanted][0] in parts.values():
        return [named[wanted]]
    found += [part for part in parts.values() if wanted in (part.casefold(), page.part(part).name.casefold())]
    if not found:
        raise InputError(f"--blank: there is no part {name!r} to fill; expected one of: {', '.join(parts)}")
    return [(found[0], staff) for staff in range(1, page.part(found[0]).staves + 1)]


def _main_slots(page: Score, ensemble: Ensemble, parts: Mapping[str, str]) -> list[Slot]:
    """For each staff of each part with a role the voice that is written."""
    slots = []
    for role in ensemble.roles:
        if role.name in parts:
            part = page.part(parts[role.name])
            slots += [_first_voice(page, part.id, staff) for staff in range(1, part.staves + 1)]
    return slots


def _first_voice(page: Score, part: str, staff: int) -> Slot:
    return next((slot for slot in page.slots if slot.part == part and slot.staff == staff), Slot(part, staff))


def _understanding(
    page: Score,
    given: Score,
    ensemble: Ensemble,
    parts: Mapping[str, str],
    ignored: Sequence[Part],
    keys: Sequence[Key],
) -> Understanding:
    names = {part.id: given.part_name(part.id) for part in given.parts}
    voices = [
        UnderstoodVoice(name, names.get(parts[name]), name, [slot for slot in page.slots if slot.part == parts[name]])
        for name in (role.name for role in ensemble.roles)
        if name in parts
    ]
    return understanding_of(page, voices, [names[part.id] for part in ignored], keys)
