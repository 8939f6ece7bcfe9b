"""The arrangement of a score for an ensemble."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.generation.arranging.accounting import Account, account
from scoregen.generation.arranging.choral.setting import choral_score
from scoregen.generation.arranging.fitting import uncomfortable_notes
from scoregen.generation.arranging.keyboard.reduction import reduce
from scoregen.generation.arranging.lines.casting import cast
from scoregen.generation.arranging.lines.cells import Source, source_of
from scoregen.generation.arranging.lines.importance import importance_of
from scoregen.generation.arranging.lines.players import Player
from scoregen.generation.arranging.lines.pricing import Task
from scoregen.generation.arranging.lines.strands import Strand, strands_of
from scoregen.generation.arranging.lines.writing import Stretch, Written, whole_rest, with_whole_ties, write_voices
from scoregen.generation.arranging.marks import Marked, moved_marks, moved_symbols
from scoregen.generation.arranging.report import awkward_notes, notices_of, transfers
from scoregen.score.arrangement.layout import with_words_of_others
from scoregen.score.elements import Measure, Part, Score, Slot, Voice
from scoregen.score.ensemble import Ensemble, joined_hands
from scoregen.score.instruments import family_of
from scoregen.score.timeline import pitched_notes
from scoregen.system.errors import InputError


@dataclass(frozen=True)
class Arranged:
    """A new score, what became of every note of the source, and what a musician should know, one line each.

    `silent` are the names of parts that have nothing to play; `for_singers` tells that an accompaniment was set in
    the rhythm of its melody; `uncomfortable` is the share of notes outside comfortable ranges.
    """

    score: Score
    account: Account
    notices: tuple[str, ...]
    silent: tuple[str, ...]
    for_singers: bool
    uncomfortable: float


def arranged(score: Score, ensemble: Ensemble, keep: Collection[str] = ()) -> Arranged:
    """Redistribute the notes of a score among the roles of an ensemble.

    The parts with an id in `keep` stay above the new ones, as they are. InputError if the score has no pitched note.
    """
    reading = joined_hands(replace(score, document=None), apart=keep)
    given = reading.score
    kept = [part for part in given.parts if part.id in keep]
    music = _without_parts(given, keep)
    strands = strands_of(music)
    if not strands:
        raise InputError("the score has no pitched note to arrange; expected a score with notes")
    parts = _parts(ensemble, kept)
    players = tuple(Player.of(role, part.id) for role, part in zip(ensemble.roles, parts, strict=True))
    writer = _Arranger(music, players, strands)
    written, notices = writer.write()
    marks = moved_marks(writer.score, parts, written.voices, written.stretches)
    done = _assembled(given, kept, parts, written, marks)
    sung = [Slot(player.part) for player in players if player.role.is_sung]
    done = with_words_of_others(done, [slot for slot in sung if not _has_words(done, slot)])
    balance = account(given, done)
    silent = tuple(part.name for part in parts if not _sounds(done, part.id))
    awkward = uncomfortable_notes(done, players)
    notices = (
        *reading.notices,
        *notices,
        *notices_of(given, done, balance, marks, players, silent),
        *awkward_notes(given, done, awkward),
    )
    share = sum(map(len, awkward.values())) / max(len(pitched_notes(done)), 1)
    return Arranged(done, balance, notices, silent, writer.for_singers, share)


class _Arranger:
    """The steps of an arrangement: lines for players of single notes, then a reduction for those at keyboards."""

    def __init__(self, score: Score, players: tuple[Player, ...], strands: Sequence[Strand]) -> None:
        self.score, self.players, self.strands = score, players, strands
        self.single = tuple(player for player in players if player.role.staves == 1)
        self.keyboards = tuple(player for player in players if player.role.staves > 1)
        self.singing = {part.id for part in score.parts if family_of(part) == "voice"}
        self.for_singers = False

    def write(self) -> tuple[Written, tuple[str, ...]]:
        """The voices of all players, and notices about how they came about."""
        notices: list[str] = []
        if self.single and all(player.role.is_sung for player in self.players) and self._needs_choral():
            self.score, notice = choral_score(self.score, self.single, self._sung_slots())
            self.strands = strands_of(self.score)
            self.singing = {part.id for part in self.score.parts}
            notices.append(notice)
            self.for_singers = True
        results = []
        if self.single:
            written, lines = self._lines()
            results.append(written)
            notices += lines
        slots = self.score.slots
        if self.single and self.keyboards:
            slots = tuple(slot for slot in slots if slot.part not in self.singing) or slots
        given = self._given_keyboards()
        for number, player in enumerate(self.keyboards):
            results.append(_as_given(self.score, given[number], player) if given else reduce(self.score, player, slots))
        return _together(results, len(self.score.measures)), tuple(notices)

    def _given_keyboards(self) -> list[Part]:
        """The keyboard parts of the source that the keyboards of the ensemble can have as they are; else none."""
        parts = [part for part in self.score.parts if part.staves > 1 and family_of(part) == "keyboard"]
        same = [part.staves for part in parts] == [player.role.staves for player in self.keyboards]
        return parts if same and self.single and len(self.score.parts) - len(parts) <= len(self.single) else []

    def _sung_slots(self) -> tuple[Slot, ...]:
        return tuple(dict.fromkeys(strand.slot for strand in self.strands if strand.slot.part in self.singing))

    def _needs_choral(self) -> bool:
        """Whether singers would get instrumental lines: then the harmony is set in the rhythm of the melody."""
        return len(self._sung_slots()) < 2 and not _is_singable(self.score, self.strands)

    def _lines(self) -> tuple[Written, list[str]]:
        source = source_of(self.score, self.strands)
        sung = frozenset(i for i, strand in enumerate(self.strands) if strand.slot.part in self.singing)
        task = self._task(source, sung)
        castings = cast(task)
        return write_voices(source, self.single, castings), list(transfers(source, self.single, castings))

    def _task(self, source: Source, sung: frozenset[int]) -> Task:
        singers = [at for at, player in enumerate(self.single) if player.role.is_sung]
        reserved: dict[int, frozenset[int]] = {}
        mixed = singers and len(singers) < len(self.players)
        if mixed and sung:
            reserved = dict.fromkeys(singers, sung)
            others = frozenset(range(len(source.strands))) - sung
            reserved |= {at: others for at in range(len(self.single)) if at not in singers and len(singers) >= 1}
        leader = singers[0] if mixed and not sung else 0 if not (mixed and sung) else singers[0]
        basses = _basses(self.single) if not self.keyboards else ()
        importance = importance_of(source, sung if sung else ())
        return Task(source, importance, self.single, sung, leader, basses, not self.keyboards, reserved)


def _as_given(score: Score, part: Part, player: Player) -> Written:
    """A part of the source for a player who can have it as it is."""
    voices = [
        tuple(
            replace(voice, slot=voice.slot._replace(part=player.part))
            for voice in measure.voices
            if voice.slot.part == part.id
        )
        for measure in score.measures
    ]
    stretches = [
        Stretch(index, Fraction(0), measure.duration, voice.slot, voice.slot._replace(part=player.part))
        for index, measure in enumerate(score.measures)
        for voice in measure.voices
        if voice.slot.part == part.id
    ]
    return Written(tuple(voices), tuple(stretches))


def _basses(players: Sequence[Player]) -> tuple[int, ...]:
    """The player with the lowest range."""
    order = sorted(range(len(players)), key=lambda at: sum(players[at].comfortable))
    return (order[0],) if len(players) > 1 else ()


def _is_singable(score: Score, strands: Sequence[Strand]) -> bool:
    """Whether nearly all notes are eighths or longer, and no voice has chords."""
    if any(strand.layer > 0 for strand in strands):
        return False
    slots = {strand.slot for strand in strands}
    values = [
        element.duration
        for measure in score.measures
        for voice in measure.voices
        if voice.slot in slots
        for element in voice.elements
        if element.notes and not element.grace
    ]
    return sum(value >= Fraction(1, 2) for value in values) >= 0.95 * len(values)


def _without_parts(score: Score, gone: Collection[str]) -> Score:
    if not gone:
        return score
    measures = tuple(
        replace(measure, voices=tuple(voice for voice in measure.voices if voice.slot.part not in gone))
        for measure in score.measures
    )
    return replace(score, parts=tuple(part for part in score.parts if part.id not in gone), measures=measures)


def _parts(ensemble: Ensemble, kept: Sequence[Part]) -> tuple[Part, ...]:
    """New parts for all roles, with ids that no kept part has."""
    used = {part.id for part in kept}
    parts = []
    for number, role in enumerate(ensemble.roles, start=1):
        name = f"P{number}"
        while name in used:
            name += "a"
        used.add(name)
        parts.append(role.part(name, ensemble.group))
    return tuple(parts)


def _together(results: Sequence[Written], count: int) -> Written:
    voices = tuple(tuple(voice for result in results for voice in result.voices[index]) for index in range(count))
    stretches = tuple(stretch for result in results for stretch in result.stretches)
    return Written(voices, stretches)


def _assembled(score: Score, kept: Sequence[Part], parts: Sequence[Part], written: Written, marks: Marked) -> Score:
    """The new score: kept parts above the new ones, and what holds for all parts as it was."""
    ids = {part.id for part in kept}
    measures = []
    for index, measure in enumerate(score.measures):
        own = [voice for voice in measure.voices if voice.slot.part in ids]
        directions = [mark for mark in measure.directions if mark.part in ids]
        spanners = [spanner for spanner in measure.spanners if spanner.part in ids]
        new = moved_symbols(measure, (parts or kept)[0].id)
        measures.append(
            replace(
                new,
                voices=(*own, *_complete(measure, parts, written.voices[index])),
                directions=(*directions, *marks.directions[index]),
                spanners=(*spanners, *marks.spanners[index]),
                own_keys=tuple(entry for entry in measure.own_keys if entry[0] in ids),
                break_before=None,
            )
        )
    done = replace(score, parts=(*kept, *parts), measures=tuple(measures), notices=())
    return with_whole_ties(done)


def _complete(measure: Measure, parts: Sequence[Part], voices: Sequence[Voice]) -> Iterator[Voice]:
    """The voices, and rests on staves that have none."""
    staves = {(voice.slot.part, voice.slot.staff) for voice in voices}
    yield from voices
    for part in parts:
        for staff in range(1, part.staves + 1):
            if (part.id, staff) not in staves:
                yield Voice(Slot(part.id, staff), whole_rest(measure))


def _has_words(score: Score, slot: Slot) -> bool:
    voices = (measure.voice(slot) for measure in score.measures)
    return any(note.lyrics for voice in voices if voice for element in voice.elements for note in element.notes)


def _sounds(score: Score, part: str) -> bool:
    return any(
        element.notes
        for measure in score.measures
        for voice in measure.voices
        if voice.slot.part == part
        for element in voice.elements
    )
