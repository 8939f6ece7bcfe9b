"""The arrangement of a score for an ensemble."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.arranging.accounting import Account, account, measure_list
from scoregen.arranging.casting import cast
from scoregen.arranging.cells import Source, source_of
from scoregen.arranging.choral import choral_score
from scoregen.arranging.fitting import uncomfortable_notes
from scoregen.arranging.importance import importance_of
from scoregen.arranging.keyboard import reduce
from scoregen.arranging.marks import Marked, moved_marks, moved_symbols
from scoregen.arranging.players import Player
from scoregen.arranging.pricing import NOBODY, Casting, Task
from scoregen.arranging.strands import Strand, strands_of
from scoregen.arranging.writing import Stretch, Written, whole_rest, with_whole_ties, write_voices
from scoregen.score.arrangement.layout import with_words_of_others
from scoregen.score.elements import Measure, Part, Score, Slot, Voice
from scoregen.score.ensemble import Ensemble
from scoregen.score.instruments import family_of
from scoregen.score.timeline import SoundingNote, pitched_notes
from scoregen.system.errors import InputError

UNCOMFORTABLE = 0.02
"""The share of a part's notes outside its comfortable range from which a notice names them."""


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
    given = replace(score, document=None)
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
    notices = (*notices, *_notices(given, done, balance, marks, players, silent), *_awkward(given, done, awkward))
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
            slots = tuple(slot for slot in slots if slot.part not in self.singing)
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
        return write_voices(source, self.single, castings), list(_transfers(source, self.single, castings))

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


def _transfers(source: Source, players: Sequence[Player], castings: Sequence[Casting]) -> Iterator[str]:
    """One line for each player and octave in which he plays a voice."""
    for index, player in enumerate(players):
        places: dict[int, list[int]] = {}
        for cell, state in zip(source.cells, castings, strict=True):
            option = state[index]
            if option.strand != NOBODY and option.shift and abs(option.shift) < 60:
                places.setdefault(option.shift, []).append(cell.measure)
        for shift, measures in sorted(places.items()):
            yield f"{player.role.title}: {_octaves(shift // 12)} its source in " + measure_list(source.score, measures)


def _octaves(count: int) -> str:
    many = "an octave" if abs(count) == 1 else f"{abs(count)} octaves"
    return f"{many} {'above' if count > 0 else 'below'}"


def _notices(
    source: Score, done: Score, balance: Account, marks: Marked, players: Sequence[Player], silent: Sequence[str]
) -> Iterator[str]:
    total = len(balance.notes)
    counts = balance.counts()
    yield (
        f"of {total} notes {counts['kept']} are kept, {counts['moved']} sound in another octave, {counts['merged']} are"
        f" merged with notes of the same name, {counts['left out']} are left out"
    )
    for part, notes in balance.left_out().items():
        name = source.part(part).name or f"part {part}"
        places = measure_list(source, (note.measure_index for note in notes))
        yield f"{name}: {_many(len(notes), 'note')} left out in {places}"
    if balance.graces:
        yield f"{_many(balance.graces, 'grace note')} left out"
    if balance.unpitched:
        yield f"{_many(balance.unpitched, 'percussion note')} left out: the ensemble has no percussion"
    syllables = _syllables(source) if not any(player.role.is_sung for player in players) else 0
    kept = _syllables(done)
    if syllables and not kept:
        yield f"{_many(syllables, 'syllable')} left out: no part of the ensemble sings"
    yield from _lost_marks(source, marks.left_out)
    for name in silent:
        yield f"{name}: rests throughout; the source has no note for it"


def _awkward(source: Score, done: Score, notes: Mapping[str, Sequence[SoundingNote]]) -> Iterator[str]:
    """One line for each part with more than a few notes outside its comfortable range."""
    totals = Counter(done.part(note.slot.part).name for note in pitched_notes(done))
    for title, own in notes.items():
        if len(own) >= UNCOMFORTABLE * totals[title]:
            places = measure_list(source, (note.measure_index for note in own))
            yield f"{title}: {_many(len(own), 'note')} outside the comfortable range in {places}"


def _lost_marks(source: Score, left_out: Mapping[str, Sequence[int]]) -> Iterator[str]:
    for kind, places in left_out.items():
        count = f"{len(places)} times " if len(places) > 1 else ""
        yield f"{count}{kind} left out in {measure_list(source, places)}"


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _syllables(score: Score) -> int:
    return sum(
        len(note.lyrics) > 0
        for measure in score.measures
        for voice in measure.voices
        for element in voice.elements
        for note in element.notes
    )
