"""The request of an explanation: the voice of each role, the given music, and the options of the sampler."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scoregen.analysis.counterpoint.voice_groups import leading_lines
from scoregen.generation.ensemble_task import described_by_roles
from scoregen.generation.seating import read_voices, seat, seated_parts, unread_notice
from scoregen.generation.stand_ins import stand_ins
from scoregen.generation.voice_rules import chord_rule
from scoregen.model.inspection.choice_record import PieceRecord
from scoregen.plan.chords.given_line import GivenMusic
from scoregen.plan.phrase_ends import phrase_ends, with_phrase_ends
from scoregen.score.edit import Selection
from scoregen.score.elements import Score, Slot
from scoregen.score.ensemble import (
    Ensemble,
    HandReading,
    assigned_part,
    choir_staves,
    joined_hands,
    load_ensemble,
    match_roles,
    recognise_ensemble,
    role_slots,
)
from scoregen.score.pitch import UNISON, Interval
from scoregen.styles.style import Style
from scoregen.system.errors import InputError
from scoregen.tasks.explain.reading import as_written, choir_reading, given_columns
from scoregen.tasks.explain.writing_record import WritingRecord
from scoregen.tokens.constraints.state import VoiceRule
from scoregen.tokens.encode import encode, pitched_slots
from scoregen.tokens.events import TokenScore
from scoregen.tokens.voice_descriptions import VoiceDescription, describe_voices

OPTION = "--given"
CHOIR = "satb"


@dataclass(frozen=True, slots=True)
class ExplainRequest:
    """A score in tokens: the voice of each role, and for each measure and voice whether it was given.

    `rules` are those of the columns of the tokens, and `descriptions` what these are, for a network for any ensemble;
    `names` are those of the voices. `columns` are those of the voices in the tokens, which are at `interval` from the
    page.
    """

    score: Score
    slots: tuple[Slot, ...]
    tokens: TokenScore
    given: tuple[tuple[bool, ...], ...]
    record: WritingRecord
    names: tuple[str, ...]
    notices: tuple[str, ...]
    rules: tuple[VoiceRule, ...]
    descriptions: tuple[VoiceDescription, ...] | None = None
    columns: tuple[int, ...] = ()
    interval: Interval = UNISON

    @property
    def given_columns(self) -> tuple[tuple[bool, ...], ...]:
        """Whether each column of the tokens was given, by measure."""
        return given_columns(self.given, self.columns, len(self.rules)) if self.columns else self.given

    def as_written(self, record: PieceRecord) -> PieceRecord:
        """The record of the tokens, with the voices and pitches of the score."""
        return as_written(record, self.columns, self.interval) if self.columns else record


def explain_request(
    score: Score,
    ensemble: Ensemble,
    role_parts: Mapping[str, str],
    given: Sequence[str],
    record: WritingRecord,
    players: Ensemble | None = None,
) -> ExplainRequest:
    """The request of a choir. InputError for a role without a voice; RefusedError if encoding fails.

    `players` are the roles of the network, if they are not those of the choir. `given` selects the given music
    (`soprano`, `soprano,bass:1-4`). Without it, the `record` of a score that scoregen wrote defines the given music; in
    any other score nothing is given.
    """
    _check_notes(score)
    slots = _slots(score, ensemble, role_parts)
    notices = [
        f"part {part.name or part.id!r} has no role in {ensemble.name}: it is shown but ignored"
        for part in score.parts
        if part.id not in {slot.part for slot in slots}
    ]
    mask = _given_mask(score, slots, ensemble, given, record)
    reading = choir_reading(_with_found_ends(score, slots, mask), slots, ensemble, players or ensemble)
    notices += _stand_in_notice(ensemble, players or ensemble, reading.interval)
    names = tuple(role.name for role in ensemble.roles)
    return ExplainRequest(
        *(score, slots, reading.tokens, mask, record, names, tuple(notices), reading.rules),
        columns=reading.columns,
        interval=reading.interval,
    )


def _stand_in_notice(ensemble: Ensemble, players: Ensemble, interval: Interval) -> list[str]:
    if players == ensemble:
        return []
    pairs = ", ".join(f"{name} as {player.name}" for name, player in stand_ins(ensemble, players).items())
    moved = f", moved by {interval}" if interval != UNISON else ""
    return [f"the network knows {players.name} only: it reads {pairs}{moved}"]


def played_request(
    score: Score,
    ensemble: Ensemble,
    role_parts: Mapping[str, str],
    given: Sequence[str],
    record: WritingRecord,
    style: Style,
) -> ExplainRequest:
    """The request of any other ensemble: all voices of its parts, which may sound chords."""
    _check_notes(score)
    hands = joined_hands(score, is_keyboard=sum(role.staves > 1 for role in ensemble.roles) == 1)
    read, assigned = hands.score, {role: _assigned(hands, ensemble, role, part) for role, part in role_parts.items()}
    matched = seated_parts(read, ensemble, assigned, ())
    roles = {matched[role.name]: role for role in ensemble.roles if role.name in matched}
    if not roles:
        raise InputError(
            f"no part of the score matches a role of {ensemble.name}; name its --ensemble, or parts with --role"
        )
    every = pitched_slots(read)
    slots = read_voices(read, every, set(roles))
    singers = [roles.get(slot.part) for slot in slots]
    descriptions = described_by_roles(describe_voices(read, slots), singers)
    rules = tuple(
        VoiceRule.of(()) if role is None else chord_rule(role, slot.staff, read, each, style)
        for role, slot, each in zip(singers, slots, descriptions, strict=True)
    )
    tokens = encode(read, slots, snap=True)
    own = tuple(map(hands.parted_slot, slots))
    mask = _given_mask(score, own, ensemble, given, record)
    names = tuple(_voice_name(score, slot, own) for slot in own)
    notices = (*hands.notices, *unread_notice(every, slots))
    return ExplainRequest(score, own, tokens, mask, record, names, notices, rules, descriptions)


def _assigned(hands: HandReading, ensemble: Ensemble, role: str, which: str) -> str:
    """The part of the read score that is assigned to a role."""
    return hands.part_id(assigned_part(hands.given, ensemble, role, which))


def _voice_name(score: Score, slot: Slot, slots: Sequence[Slot]) -> str:
    """The name of a part, with the staff and the voice where it has several."""
    part = score.part(slot.part)
    own = [other for other in slots if other.part == slot.part]
    staff = f", staff {slot.staff}" if len({other.staff for other in own}) > 1 else ""
    voice = f", voice {slot.voice}" if sum(other.staff == slot.staff for other in own) > 1 else ""
    return f"{part.name or part.id}{staff}{voice}"


def _check_notes(score: Score) -> None:
    if not any(element.notes for m in score.measures for voice in m.voices for element in voice.elements):
        raise InputError("found no notes; expected a score with notes to explain")


def _given_mask(
    score: Score, slots: Sequence[Slot], ensemble: Ensemble, given: Sequence[str], record: WritingRecord
) -> tuple[tuple[bool, ...], ...]:
    mask = _selection_mask(score, slots, ensemble, given) if given else _provenance_mask(score, slots, record)
    if all(all(row) for row in mask):
        raise InputError("--given: found the whole score; expected some generated music; name fewer parts")
    return mask


def _with_found_ends(score: Score, slots: Sequence[Slot], mask: Sequence[Sequence[bool]]) -> Score:
    """The score with the phrase ends for which new voices are written: those of the voices that are wholly given."""
    given = [slot for index, slot in enumerate(slots) if all(row[index] for row in mask)]
    music = GivenMusic.of(score, given)
    return with_phrase_ends(score, music, phrase_ends(score, music))


def _slots(score: Score, ensemble: Ensemble, role_parts: Mapping[str, str]) -> tuple[Slot, ...]:
    """The voice of each role: one part each, or the four voices of a choir on two staves."""
    matched = match_roles(score, ensemble, role_parts)
    missing = [role.name for role in ensemble.roles if role.name not in matched]
    if not missing:
        return role_slots(score, [matched[role.name] for role in ensemble.roles])
    if _has_lines_of(score, ensemble):
        return tuple(line.slot for line in leading_lines(score, pitched_slots(score)))
    lines = seat(score, ensemble, role_parts).lines if matched or choir_staves(score) else {}
    if set(missing) <= set(lines) and all(line.is_plain and not line.is_new for line in lines.values()):
        return tuple(lines[role.name].slot for role in ensemble.roles)
    if set(missing) <= set(lines) and not all(line.is_plain for line in lines.values()):
        raise InputError(
            f"two voices of {ensemble.name} share the chords of one staff; expected a voice of its own for each"
            " (`scoregen render FILE --layout open` parts them)"
        )
    enough = len(score.parts) >= len(ensemble.roles)
    advice = f"name parts with --role, as in --role {missing[0]}=1, or " if enough else ""
    raise InputError(
        f"found no part for {', '.join(missing)}; expected all roles of {ensemble.name}: {advice}write the missing"
        " parts with scoregen compose"
    )


def _has_lines_of(score: Score, ensemble: Ensemble) -> bool:
    """Whether the lines of a score are those of the ensemble by their names, two on a staff if it has closed score."""
    lines = leading_lines(score, pitched_slots(score))
    return [line.name for line in lines] == [role.title.lower() for role in ensemble.roles]


def usual_ensemble(score: Score) -> str:
    """The ensemble that a score is explained as if nothing names one: the one that its parts are, else a choir of four
    voices."""
    choir = load_ensemble(CHOIR)
    found = recognise_ensemble(joined_hands(score).score)
    if found is None or (not found.is_choir and _has_lines_of(score, choir)):
        return choir.name
    return found.name


def _selection_mask(
    score: Score, slots: Sequence[Slot], ensemble: Ensemble, given: Sequence[str]
) -> tuple[tuple[bool, ...], ...]:
    mask = [[False] * len(slots) for _ in score.measures]
    for text in given:
        selection = Selection.parse(text, OPTION)
        voices = {voice for name in selection.names for voice in _voices_named(score, slots, ensemble, name)}
        for index in selection.measures(score):
            for voice in voices if selection.names else range(len(slots)):
                mask[index][voice] = True
    return tuple(map(tuple, mask))


def _voices_named(score: Score, slots: Sequence[Slot], ensemble: Ensemble, name: str) -> list[int]:
    """The voices of a role or a part."""
    names = [role.name for role in ensemble.roles]
    if name.casefold() in names and len(slots) == len(names):
        return [names.index(name.casefold())]
    voices = [
        voice
        for voice, slot in enumerate(slots)
        if name.casefold() in (slot.part.casefold(), score.part(slot.part).name.casefold())
    ]
    if not voices:
        raise InputError(f"{OPTION}: found no part {name!r}; expected one of: {', '.join(names)}")
    return voices


def _provenance_mask(score: Score, slots: Sequence[Slot], record: WritingRecord) -> tuple[tuple[bool, ...], ...]:
    """The given music by the origin of the voices, else by the provenance of the document."""
    origins = [[voice.origin if (voice := m.voice(slot)) else None for slot in slots] for m in score.measures]
    if any("generated" in row for row in origins):
        return tuple(tuple(origin == "given" for origin in row) for row in origins)
    numbers = [measure.number for measure in score.measures]
    by_part = {part: _indices(runs, numbers) for part, runs in record.given.items()}
    return tuple(tuple(index in by_part.get(slot.part, ()) for slot in slots) for index in range(len(score.measures)))


def _indices(runs: str, numbers: Sequence[str]) -> set[int]:
    """The measures of ranges such as `1-4 7`."""
    indices: set[int] = set()
    for run in runs.split():
        first, dash, last = run.partition("-")
        if first in numbers and (not dash or last in numbers):
            indices.update(range(numbers.index(first), numbers.index(last if dash else first) + 1))
    return indices
