"""What the network for choirs reads of a choir: its voices in the columns of the network, at an interval.

The network sings four roles. The voices of another choir of two to four voices are read as the roles that stand in for
theirs when they are composed (`generation.stand_ins`); columns that none sings are absent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scoregen.generation.stand_ins import comfortable, reading_interval, stand_ins
from scoregen.generation.voice_rules import voice_rule
from scoregen.model.inspection.choice_record import Ban, ChoiceRecord, Option, PieceRecord
from scoregen.notation.graft.transposition import transposed
from scoregen.score.edit import free_part_id
from scoregen.score.elements import Part, Score, Slot
from scoregen.score.ensemble import Ensemble
from scoregen.score.pitch import UNISON, Interval
from scoregen.tokens.constraints.state import VoiceRule
from scoregen.tokens.encode import encode
from scoregen.tokens.events import TokenScore


@dataclass(frozen=True, slots=True)
class ChoirReading:
    """The tokens that the network reads, the column of each voice of the choir, and the rules of the columns.

    `interval` is that from the page to the tokens.
    """

    tokens: TokenScore
    columns: tuple[int, ...]
    rules: tuple[VoiceRule, ...]
    interval: Interval = UNISON


def choir_reading(score: Score, slots: Sequence[Slot], ensemble: Ensemble, players: Ensemble) -> ChoirReading:
    """The reading of a score whose voices, by role of the ensemble, are at `slots`; `players` are the network's roles.

    RefusedError if encoding fails.
    """
    if players == ensemble:
        rules = tuple(voice_rule(role, score) for role in players.roles)
        return ChoirReading(encode(score, slots, snap=True), tuple(range(len(slots))), rules)
    singers = stand_ins(ensemble, players)
    own = {player.name: ensemble.role(name) for name, player in singers.items()}
    interval = reading_interval(score, [(ensemble.role(name), player) for name, player in singers.items()])
    names = [player.name for player in players.roles]
    columns = tuple(names.index(singers[role.name].name) for role in ensemble.roles)
    read = transposed(replace(score, document=None), interval)
    silent = Part(free_part_id(read.parts))
    read = replace(read, parts=(*read.parts, silent))
    places = dict(zip(columns, slots, strict=True))
    every = [places.get(column, Slot(silent.id, 1, column + 1)) for column in range(len(names))]
    rules = tuple(
        voice_rule(comfortable(own[player.name]), read, interval=interval)
        if player.name in own
        else voice_rule(player, read)
        for player in players.roles
    )
    return ChoirReading(encode(read, every, snap=True), columns, rules, interval)


def given_columns(given: Sequence[Sequence[bool]], columns: Sequence[int], count: int) -> tuple[tuple[bool, ...], ...]:
    """Whether each column was given, by measure; absent ones count as given, since nothing is chosen for them."""
    return tuple(
        tuple(row[columns.index(column)] if column in columns else True for column in range(count)) for row in given
    )


def as_written(record: PieceRecord, columns: Sequence[int], interval: Interval) -> PieceRecord:
    """The record with the voices and the pitches of the page in place of those that the network read."""
    if list(columns) == list(range(len(columns))) and interval == UNISON:
        return record
    choices = tuple(_choice(choice, columns, -interval) for choice in record.choices)
    notes = tuple(replace(note, voice=columns.index(note.voice)) for note in record.given_notes)
    return replace(record, choices=choices, given_notes=notes)


def _choice(choice: ChoiceRecord, columns: Sequence[int], interval: Interval) -> ChoiceRecord:
    return replace(
        choice,
        voice=columns.index(choice.voice),
        after=tuple(columns.index(voice) for voice in choice.after if voice in columns),
        options=tuple(_option(option, interval) for option in choice.options),
        bans=tuple(_ban(ban, interval) for ban in choice.bans),
    )


def _ban(ban: Ban, interval: Interval) -> Ban:
    return replace(ban, likeliest=tuple(_option(option, interval) for option in ban.likeliest))


def _option(option: Option, interval: Interval) -> Option:
    return option if option.pitch is None else replace(option, pitch=option.pitch.transposed(interval))
