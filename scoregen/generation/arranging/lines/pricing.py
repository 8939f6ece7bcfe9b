"""The prices of castings: of one player's strand, of two players together, and of going from cell to cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import NamedTuple

from scoregen.generation.arranging.lines import costs
from scoregen.generation.arranging.lines.cells import Sound, Source
from scoregen.generation.arranging.lines.importance import Importance
from scoregen.generation.arranging.lines.players import FOLDED, Player
from scoregen.generation.arranging.lines.strands import WHOLE

NOBODY = -1
"""In place of a strand: the player rests."""
MANY_PLAYERS = 6
"""With more players than this, order of height is asked of melody and bass only."""


class Option(NamedTuple):
    """A strand by index and its transposition in semitones; `whole` takes the chords of its voice too."""

    strand: int
    shift: int = 0
    whole: bool = False


RESTS = Option(NOBODY)
Casting = tuple[Option, ...]
"""One option for each player."""


@dataclass(frozen=True)
class Task:
    """The players, highest first, the source, and the rules of this casting.

    `sung` are the strands that sing. `leader` and `basses` are the indices of the players who should have the melody
    and the bass. `complete` is false if another part takes what these players leave. `reserved` maps a player to the
    only strands that he may have.
    """

    source: Source
    importance: Importance
    players: tuple[Player, ...]
    sung: frozenset[int] = frozenset()
    leader: int = 0
    basses: tuple[int, ...] = ()
    complete: bool = True
    reserved: dict[int, frozenset[int]] = field(default_factory=dict)


class Prices:
    """The prices of a task, with those of pairs remembered within a cell."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.source, self.importance, self.players = task.source, task.importance, task.players
        self.wholes = _whole_strands(task.source)
        self._pairs: dict[tuple[int, Option, Option], costs.Together] = {}
        self._switches: dict[tuple[int, Option, Option], float] = {}
        self._pitches: dict[tuple[int, int, Option], tuple[int, ...] | None] = {}
        self._cell = -1
        vital = (task.leader, *task.basses)
        self.order = (*dict.fromkeys(vital), *(at for at in range(len(task.players)) if at not in vital))

    def enter(self, cell: int) -> None:
        """Forget what holds for the cell before."""
        self._cell = cell
        self._pairs.clear()
        self._switches.clear()
        self._pitches.clear()

    def pitches(self, cell: int, player: int, option: Option) -> tuple[int, ...] | None:
        """The pitches that a player sounds, note by note; None if they are not all in his range or his reach."""
        key = (cell, player, option)
        if key not in self._pitches:
            who, row = self.players[player], self._row(cell, option)
            found: tuple[int, ...] | None = tuple(who.moved(note.pitch, option.shift) for note in row)
            if found is not None and not who.can_play(found):
                found = None
            if option.whole and found is not None and not self._can_stop(who, row, option):
                found = None
            self._pitches[key] = found
        return self._pitches[key]

    def _row(self, cell: int, option: Option) -> tuple[Sound, ...]:
        if option.strand == NOBODY:
            return ()
        return self.source.sounds[cell][option.strand]

    def _layers(self, option: Option) -> tuple[int, ...]:
        return self.wholes[option.strand] if option.whole else (option.strand,)

    def _can_stop(self, who: Player, row: Sequence[Sound], option: Option) -> bool:
        """Whether all chords of a voice lie in the range and the reach of a player."""
        cell = self._cell
        rows = [self.source.sounds[cell][layer] for layer in self._layers(option)]
        for note in row:
            chord = [other.pitch + option.shift for own in rows for other in own if other.start == note.start]
            if not who.can_play(chord) or not who.can_strike(chord):
                return False
        return True

    def own(self, cell: int, player: int, option: Option) -> float:
        """The price of an option for one player."""
        if option.strand == NOBODY:
            return self._place(cell, player, option) if self.importance.active[cell] else 0.0
        who, row = self.players[player], self._row(cell, option)
        pitches = self.pitches(cell, player, option) or ()
        time = sum(note.end - note.start for note in row) or 1
        discomfort = sum(
            (1 + who.discomfort(pitch) / 3) * (note.end - note.start)
            for note, pitch in zip(row, pitches, strict=True)
            if who.discomfort(pitch)
        )
        low, high = who.comfortable
        mean = sum(pitches) / max(len(pitches), 1)
        outside = costs.HIGH_MELODY if player == self.task.leader else costs.UNCOMFORTABLE
        price = outside * discomfort / time + 0.02 * abs(mean - (low + high) / 2)
        moved = costs.MELODY_MOVED if player == self.task.leader else costs.OCTAVE_MOVED
        price += costs.FOLDED_NOTES if option.shift == FOLDED else moved * abs(option.shift) / 12
        if who.role.is_sung and self.task.sung and option.strand not in self.task.sung:
            price += costs.UNSUNG
        price += self._place(cell, player, option)
        return price + (self._stops(cell, option) if option.whole else 0.0)

    def _stops(self, cell: int, option: Option) -> float:
        """The price of double stops; chords of three notes and more cost most, since no bow holds them."""
        rows = [self.source.sounds[cell][layer] for layer in self._layers(option)]
        most = (
            max(sum(note.start == first.start for row in rows for note in row) for first in rows[0]) if rows[0] else 1
        )
        return costs.DOUBLE_STOP * (most - 1) + costs.TRIPLE_STOP * max(most - 2, 0)

    def _place(self, cell: int, player: int, option: Option) -> float:
        """The price of the leading and the lowest player without the melody and the bass."""
        price = 0.0
        if player == self.task.leader:
            price += costs.MELODY_ELSEWHERE * (1 - self.importance.melody[cell].get(option.strand, 0.0))
        if player in self.task.basses and len(self.importance.active[cell]) > 1:
            price += costs.BASS_ELSEWHERE * (1 - self.importance.bass[cell].get(option.strand, 0.0))
        return price

    def with_others(self, cell: int, state: Casting, option: Option) -> float:
        """The price of an option beside those of the players above, less the worth of what it adds."""
        if option.strand == NOBODY or not self._row(cell, option):
            return costs.RESTING if self.task.complete and self.importance.active[cell] else 0.0
        player = self.order[len(state)]
        had = {layer for other in state if other.strand != NOBODY for layer in self._layers(other)}
        price = -sum(self.worth(cell, layer) for layer in self._layers(option) if layer not in had)
        for number, other in enumerate(state):
            if other.strand != NOBODY:
                one, two = (self.order[number], other), (player, option)
                price += self._of_two(cell, *(one, two) if one[0] < player else (two, one))
        return price

    def _of_two(self, cell: int, upper: tuple[int, Option], lower: tuple[int, Option]) -> float:
        """The price of two players together, the higher one first."""
        (above, one), (below, two) = upper, lower
        if two.strand in self._layers(one) or one.strand in self._layers(two):
            return self._double(cell, below, one, two)
        sound = self._pair(cell, above, one, below, two)
        price = self._crossing(below, above) * sound.crossed
        return price + 0.3 * sound.unison + costs.PARALLEL * sound.parallels

    def _crossing(self, lower: int, upper: int) -> float:
        """The price of a player above one who stands higher in the ensemble."""
        own = costs.OVER_MELODY if upper == self.task.leader else 0.0
        own = max(own, costs.UNDER_BASS if lower in self.task.basses else 0.0)
        return max(own, costs.CROSSING if len(self.players) <= MANY_PLAYERS else 0.0)

    def worth(self, cell: int, strand: int) -> float:
        """What is lost if nobody has a strand."""
        worth = self.importance
        own = costs.MELODY_LOST * worth.melody[cell].get(strand, 0) + costs.BASS_LOST * worth.bass[cell].get(strand, 0)
        if self.task.complete:
            lost = costs.DOUBLE_LOST if strand in worth.doubles[cell] else costs.LINE_LOST
            own += lost * worth.active[cell].get(strand, 0)
        return own

    def _double(self, cell: int, player: int, above: Option, option: Option) -> float:
        """The price of a strand that two players have; a line that is alone stays alone."""
        if len(self.importance.active[cell]) < costs.FULL:
            return costs.ALONE
        if above.shift == option.shift:
            return costs.BASS_UNISON if player in self.task.basses else costs.UNISON_DOUBLE
        if player in self.task.basses and option.shift < above.shift:
            return costs.BASS_DOUBLE
        return costs.OCTAVE_DOUBLE + (0 if option.shift < above.shift else 1)

    def _pair(self, cell: int, upper: int, above: Option, lower: int, option: Option) -> costs.Together:
        key = (upper * 100 + lower, above, option)
        if key not in self._pairs:
            ups, lows = self.pitches(cell, upper, above) or (), self.pitches(cell, lower, option) or ()
            self._pairs[key] = costs.together(self._row(cell, above), self._row(cell, option), ups, lows)
        return self._pairs[key]

    def lacking(self, cell: int, state: Casting) -> float:
        """The price of the pitch classes that nobody plays."""
        if not self.task.complete:
            return 0.0
        covered = {layer for option in state if option.strand != NOBODY for layer in self._layers(option)}
        sounding = {note.pitch % 12 for strand in covered for note in self.source.sounds[cell][strand]}
        lost = (share for each, share in self.importance.classes[cell].items() if each not in sounding)
        return costs.CLASS_LOST * sum(lost)

    def switches(self, cell: int, before: Casting, after: Casting) -> float:
        """The price of other strands and octaves."""
        price = 0.0
        for player, (old, new) in enumerate(zip(before, after, strict=True)):
            if old != new:
                key = (player, old, new)
                if key not in self._switches:
                    self._switches[key] = self._switch(cell, player, old, new)
                price += self._switches[key]
        return price

    def parallels(self, cell: int, before: Casting, after: Casting) -> float:
        """The price of parallels between one casting and the next."""
        if before == after and not self._has_inversion(before):
            return 0.0
        pairs = combinations(range(len(after)), 2)
        return costs.PARALLEL * sum(self._joins_in_parallel(cell, pair, before, after) for pair in pairs)

    def _has_inversion(self, state: Casting) -> bool:
        shifts = {option.shift for option in state if option.strand != NOBODY}
        return len(shifts) > 1

    def _switch(self, cell: int, player: int, old: Option, new: Option) -> float:
        """The price of another strand or octave for one player."""
        source = self.source
        held = source.held[cell]
        if old.strand in held or new.strand in held:
            return 1e6
        last = self._last(cell - 1, player, old)
        first = self._first(cell, player, new)
        if old[:2] == new[:2] or (last is None and first is None and old.strand != new.strand):
            return 0.0
        tie = costs.CUT_TIE * ((old.strand in source.tied[cell]) + (new.strand in source.tied[cell]))
        leap = max(0, abs(first - last) - costs.FREE_LEAP) * costs.LEAP if first and last else 0.0
        other_octave = old.strand == new.strand
        if last is None or first is None or source.cells[cell].begins_phrase:
            moves = other_octave and player == self.task.leader
            return tie + (costs.OTHER_OCTAVE if moves else costs.AT_PHRASE * (1 + other_octave))
        if other_octave:
            return tie + self._octave_change(cell, player, old, new)
        return tie + leap + costs.OTHER_STRAND

    def _octave_change(self, cell: int, player: int, old: Option, new: Option) -> float:
        """The price of another octave inside a phrase: little where a leap of a lower line is only inverted."""
        last, first = self._last(cell - 1, player, old), self._first(cell, player, new)
        assert last is not None and first is not None
        source = abs(self._row(cell, new)[0].pitch - self._row(cell - 1, old)[-1].pitch)
        leap = abs(first - last)
        if player != self.task.leader and leap <= max(source, costs.FIFTH):
            return costs.INVERTED
        price = costs.MELODY_BROKEN if player == self.task.leader else costs.OTHER_OCTAVE
        price += costs.SEVENTH_OR_NINTH * (leap in (10, 11, 13, 14))
        return price + max(0, leap - costs.FREE_LEAP) * costs.LEAP

    def _last(self, cell: int, player: int, option: Option) -> int | None:
        """The pitch with which a player ends a cell; None if he rests there."""
        row = self._row(cell, option)
        end = max((note.end for sounds in self.source.sounds[cell] for note in sounds), default=0)
        if not row or row[-1].end < end:
            return None
        return self.players[player].moved(row[-1].pitch, option.shift)

    def _first(self, cell: int, player: int, option: Option) -> int | None:
        row = self._row(cell, option)
        start = min((note.start for sounds in self.source.sounds[cell] for note in sounds), default=0)
        if not row or row[0].start > start:
            return None
        return self.players[player].moved(row[0].pitch, option.shift)

    def _joins_in_parallel(self, cell: int, pair: tuple[int, int], before: Casting, after: Casting) -> bool:
        """Whether two players go into a cell in parallels that the source has not."""
        sides = []
        for at, state, edge in ((cell - 1, before, -1), (cell, after, 0)):
            rows = [self._row(at, state[player]) for player in pair]
            if not (rows[0] and rows[1]):
                return False
            one, two = rows[0][edge].pitch, rows[1][edge].pitch
            upper, lower = pair
            moved = (
                self.players[upper].moved(one, state[upper].shift),
                self.players[lower].moved(two, state[lower].shift),
            )
            sides.append((*moved, one, two))
        options = [(before[player].strand, after[player].strand) for player in pair]
        if options[0] == options[1]:
            return False
        same = all(old == new for old, new in options)
        start, end = sides
        if same:
            return costs.new_parallel(start, end)
        return costs.is_parallel(start[0], start[1], end[0], end[1])


def _whole_strands(source: Source) -> dict[int, tuple[int, ...]]:
    """By the index of a leading layer the indices of all layers of its voice, for voices with chords."""
    layers: dict[object, list[int]] = {}
    for index, strand in enumerate(source.strands):
        layers.setdefault(strand.slot, []).append(index)
    return {own[0]: tuple(own) for own in layers.values() if len(own) > 1 and source.strands[own[0]].layer != WHOLE}
