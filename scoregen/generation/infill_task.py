"""The infill task: the assignment of parts to roles, and the measures that are blank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from scoregen.score.edit import Selection, append_measures, blank_voices, insert_voices, is_silent, with_parts
from scoregen.score.elements import Part, Rest, Score, Slot, Voice
from scoregen.score.ensemble import Ensemble, Role, match_roles, role_slots
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue
from scoregen.styles.style import Style, load_style
from scoregen.system.errors import InputError
from scoregen.tokens.constraints.state import VoiceRule
from scoregen.tokens.encode import encode
from scoregen.tokens.vocabulary import vocabulary


@dataclass(frozen=True, slots=True)
class InfillTask:
    """A score with blanks, the slot of each role, and the rule of each voice."""

    score: Score
    slots: tuple[Slot, ...]
    rules: tuple[VoiceRule, ...]
    notices: tuple[str, ...]


def infill_task(
    score: Score,
    ensemble: Ensemble,
    assignments: Mapping[str, str],
    blank: Sequence[str],
    extend: int,
    style: Style | None = None,
) -> InfillTask:
    """Mark what is blank. InputError if nothing is; RefusedError if it cannot be filled.

    Blank are the parts of roles that the score lacks or leaves empty, the selections of `blank`, and `extend`
    measures after the end. If there are none of these, the full measures in which a role rests while another
    sings are blank.
    """
    matched = match_roles(score, ensemble, assignments)
    if not matched:
        example = f"--role {ensemble.roles[0].name}=1"
        raise InputError(f"no part of the score matches a role of {ensemble.name}; assign one, as in {example}")
    notices = [
        f"part {part.name or part.id!r} has no role in {ensemble.name}: it is kept unchanged and ignored"
        for part in score.parts
        if part.id not in matched.values()
    ]
    selections = _selections(score, matched, blank)
    whole, parts = _with_missing_parts(score, ensemble, matched)
    slots = role_slots(whole, parts)
    for slot, indices in selections:
        whole = blank_voices(whole, [slot], indices)
    empty = [slot for slot in slots if is_silent(whole, slot.part)]
    whole = blank_voices(whole, empty, range(len(whole.measures)))
    whole = _extend(whole, extend, slots) if extend else whole
    if not _has_blanks(whole):
        whole, holes = _with_holes(whole, slots)
        notices += holes
    if not _has_blanks(whole):
        raise InputError("the score has no blanks; select some with --blank, or append measures with --extend")
    _check_blanks(whole, slots)
    rules = tuple(voice_rule(role, whole, style) for role in ensemble.roles)
    return InfillTask(whole, slots, rules, tuple(notices))


def _selections(score: Score, matched: Mapping[str, str], blank: Sequence[str]) -> list[tuple[Slot, tuple[int, ...]]]:
    """The voices and measure indices of the user's selections."""
    rows = []
    for text in blank:
        selection = Selection.parse(text)
        names = selection.names or tuple(role for role in matched)
        parts = [_part_named(score, matched, name) for name in names]
        indices = selection.measures(score)
        rows += [(slot, indices) for slot in score.slots if slot.part in parts]
        rows += [(Slot(part), indices) for part in parts if part not in {slot.part for slot in score.slots}]
    return rows


def _part_named(score: Score, matched: Mapping[str, str], name: str) -> str:
    if name in matched:
        return matched[name]
    for part in score.parts:
        if name.casefold() in (part.id.casefold(), part.name.casefold()) and part.id in matched.values():
            return part.id
    raise InputError(f"--blank: there is no part {name!r} to fill; expected one of: {', '.join(matched)}")


def _with_missing_parts(score: Score, ensemble: Ensemble, matched: Mapping[str, str]) -> tuple[Score, list[str]]:
    """The score with a part for every role, each new one next to the adjacent role, and the part ids by role."""
    parts = list(score.parts)
    by_role: list[str] = []
    for index, role in enumerate(ensemble.roles):
        if role.name in matched:
            by_role.append(matched[role.name])
            continue
        new = role.part(_free_id(parts), ensemble.group)
        parts.insert(_place_for(parts, by_role, ensemble.roles[index:], matched), new)
        by_role.append(new.id)
    return with_parts(score, parts), by_role


def _place_for(
    parts: Sequence[Part], above: Sequence[str], roles_below: Sequence[Role], matched: Mapping[str, str]
) -> int:
    """The index after the part of the role above, else before the part of the next role that has one."""
    ids = [part.id for part in parts]
    if above:
        return ids.index(above[-1]) + 1
    return next((ids.index(matched[role.name]) for role in roles_below if role.name in matched), 0)


def _free_id(parts: Sequence[Part]) -> str:
    used = {part.id for part in parts}
    return next(name for number in range(1, len(parts) + 2) if (name := f"P{number}") not in used)


def _extend(score: Score, count: int, slots: Sequence[Slot]) -> Score:
    """The score with new blank measures, in which parts without a role rest."""
    if not 1 <= count <= 400:
        raise InputError(f"--extend {count}: expected 1 to 400 measures")
    longer = append_measures(score, count, slots)
    others = {slot.part: slot for slot in reversed(score.slots) if slot.part not in {slot.part for slot in slots}}
    rests = [
        (index, Voice(slot, (Rest(NoteValue.of(longer.measures[index].duration)),), "generated"))
        for index in range(len(score.measures), len(longer.measures))
        for slot in others.values()
    ]
    return insert_voices(longer, rests)


def _has_blanks(score: Score) -> bool:
    return any(voice.is_blank for measure in score.measures for voice in measure.voices)


def _with_holes(score: Score, slots: Sequence[Slot]) -> tuple[Score, list[str]]:
    """The score with whole-measure rests blank where another role sings, and the notices."""
    notices = []
    for slot in slots:
        indices = [
            index
            for index, measure in enumerate(score.measures)
            if not measure.is_short
            and _rests_alone(measure.voice(slot))
            and not all(is_silent(score, other.part, [index]) for other in slots)
        ]
        if indices:
            score = blank_voices(score, [slot], indices)
            name = score.part(slot.part).name or slot.part
            numbers = ", ".join(score.measures[index].number for index in indices)
            notices.append(f"{name}: the whole-measure rests of measures {numbers} count as blanks and are filled")
    return score, notices


def _rests_alone(voice: Voice | None) -> bool:
    return voice is None or (len(voice.elements) <= 1 and voice.is_silent)


def _check_blanks(score: Score, slots: Sequence[Slot]) -> None:
    """Encode the measures with blanks without snapping; RefusedError names given music that cannot be encoded."""
    blank = [any(voice.is_blank for voice in measure.voices) for measure in score.measures]
    for is_blank, group in groupby(range(len(blank)), key=lambda index: blank[index]):
        indices = list(group)
        if is_blank:
            encode(score.excerpt(indices[0], indices[-1] + 1), slots)


def voice_rule(role: Role, score: Score, style: Style | None = None) -> VoiceRule:
    """The rule of a role: the pitches of its range, spelled within the style's reach of the keys of the piece."""
    fifths = [measure.key.fifths for measure in score.measures]
    reach = (style or load_style()).spelling
    low, high = min(fifths) - reach.flats, max(fifths) + reach.sharps

    def is_allowed(pitch: Pitch) -> bool:
        in_range = role.lowest.midi_pitch <= pitch.midi_pitch <= role.highest.midi_pitch
        return in_range and low <= pitch.fifths <= high

    return VoiceRule.of(pitch for pitch in vocabulary().pitches if is_allowed(pitch))
