"""What a musician should know about an arrangement, one line each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from scoregen.generation.arranging.accounting import Account, measure_list
from scoregen.generation.arranging.lines.cells import Source
from scoregen.generation.arranging.lines.players import Player
from scoregen.generation.arranging.lines.pricing import NOBODY, Casting
from scoregen.generation.arranging.marks import Marked
from scoregen.score.elements import Score
from scoregen.score.timeline import SoundingNote, pitched_notes

UNCOMFORTABLE = 0.02
"""The share of a part's notes outside its comfortable range from which a notice names them."""


def transfers(source: Source, players: Sequence[Player], castings: Sequence[Casting]) -> Iterator[str]:
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


def notices_of(
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


def awkward_notes(source: Score, done: Score, notes: Mapping[str, Sequence[SoundingNote]]) -> Iterator[str]:
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
