"""What there is to fill in a score: which parts take which roles, which of their measures are blank."""

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
    """A score with blanks, the voice of each role in it, and what each voice may write."""

    score: Score
    slots: tuple[Slot, ...]
    rules: tuple[VoiceRule, ...]
    notices: tuple[str, ...]


def infill_task(
    score: Score,
    ensemble: Ensemble,
    told: Mapping[str, str],
    blank: Sequence[str],
    extend: int,
    style: Style | None = None,
) -> InfillTask:
    """Settle what is blank. InputError where nothing is; RefusedError where it cannot be filled.

    Blank are the parts of roles that the score lacks or leaves empty, the selections of `blank`
    and `extend` measures after the end; if there is none of these, the measures in which a role
    rests from barline to barline while another sings.
    """
    matched = match_roles(score, ensemble, told)
    if not matched:
        example = f"--role {ensemble.roles[0].name}=1"
        raise InputError(f"no part of the score fits a role of {ensemble.name}; say which does, as in {example}")
    notices = [
        f"part {part.name or part.id!r} has no role in {ensemble.name}: it is kept as it is, and not listened to"
        for part in score.parts
        if part.id not in matched.values()
    ]
    selected = _selected(score, matched, blank)
    whole, parts = _with_missing_parts(score, ensemble, matched)
    slots = role_slots(whole, parts)
    for slot, indices in selected:
        whole = blank_voices(whole, [slot], indices)
    empty = [slot for slot in slots if is_silent(whole, slot.part)]
    whole = blank_voices(whole, empty, range(len(whole.measures)))
    whole = _extended(whole, extend, slots) if extend else whole
    if not _has_blanks(whole):
        whole, holes = _with_holes(whole, slots)
        notices += holes
    if not _has_blanks(whole):
        raise InputError("nothing is blank in this score; empty something with --blank, or go on with --extend")
    _refuse_what_cannot_be_filled(whole, slots)
    rules = tuple(voice_rule(role, whole, style) for role in ensemble.roles)
    return InfillTask(whole, slots, rules, tuple(notices))


def _selected(score: Score, matched: Mapping[str, str], blank: Sequence[str]) -> list[tuple[Slot, tuple[int, ...]]]:
    """The voices and measure indices that the user's selections empty."""
    found = []
    for text in blank:
        selection = Selection.parse(text)
        names = selection.names or tuple(role for role in matched)
        parts = [_part_named(score, matched, name) for name in names]
        indices = selection.measures(score)
        found += [(slot, indices) for slot in score.slots if slot.part in parts]
        found += [(Slot(part), indices) for part in parts if part not in {slot.part for slot in score.slots}]
    return found


def _part_named(score: Score, matched: Mapping[str, str], name: str) -> str:
    if name in matched:
        return matched[name]
    for part in score.parts:
        if name.casefold() in (part.id.casefold(), part.name.casefold()) and part.id in matched.values():
            return part.id
    raise InputError(f"--blank: there is no part {name!r} to fill; expected one of: {', '.join(matched)}")


def _with_missing_parts(score: Score, ensemble: Ensemble, matched: Mapping[str, str]) -> tuple[Score, list[str]]:
    """The score with a part for every role, each new one beside its neighbour role; part ids by role."""
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
    """Right after the role above, else right before the next role that has a part."""
    ids = [part.id for part in parts]
    if above:
        return ids.index(above[-1]) + 1
    return next((ids.index(matched[role.name]) for role in roles_below if role.name in matched), 0)


def _free_id(parts: Sequence[Part]) -> str:
    taken = {part.id for part in parts}
    return next(name for number in range(1, len(parts) + 2) if (name := f"P{number}") not in taken)


def _extended(score: Score, count: int, slots: Sequence[Slot]) -> Score:
    """New blank measures; parts without a role rest in them."""
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
    """The score with whole-measure rests made blank where another role sings."""
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
            notices.append(f"{name}: the whole-measure rests of measures {numbers} are taken for holes and filled")
    return score, notices


def _rests_alone(voice: Voice | None) -> bool:
    return voice is None or (len(voice.elements) <= 1 and voice.is_silent)


def _refuse_what_cannot_be_filled(score: Score, slots: Sequence[Slot]) -> None:
    """Encode strictly wherever something is blank: RefusedError names what cannot be written against."""
    blank = [any(voice.is_blank for voice in measure.voices) for measure in score.measures]
    for is_blank, group in groupby(range(len(blank)), key=lambda index: blank[index]):
        indices = list(group)
        if is_blank:
            encode(score.excerpt(indices[0], indices[-1] + 1), slots)


def voice_rule(role: Role, score: Score, style: Style | None = None) -> VoiceRule:
    """What a role may write: its range, spelled within the style's reach of the keys of the piece."""
    fifths = [measure.key.fifths for measure in score.measures]
    reach = (style or load_style()).spelling
    low, high = min(fifths) - reach.flats, max(fifths) + reach.sharps

    def allowed(pitch: Pitch) -> bool:
        in_range = role.lowest.midi_pitch <= pitch.midi_pitch <= role.highest.midi_pitch
        return in_range and low <= pitch.fifths <= high

    return VoiceRule.of(pitch for pitch in vocabulary().pitches if allowed(pitch))
