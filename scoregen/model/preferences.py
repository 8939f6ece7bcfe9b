"""What voice leading costs: prices in nats that are taken off a pitch's score before it is drawn.

They lean, they do not forbid: the aim is the rate of the chorales, not none. A lower temperature
takes away no parallels (each voice is chosen for itself, and the likeliest of each may well go along
with another), it only empties the music.

Every price hangs on one thing that is known before the choice, mostly a pitch or a pitch class; so each
is a row of a table over all events, and what a choice costs is the sum of a few rows.

R rows, K voices of the slice that are set already, V voices, P pitches, E events.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from scoregen.model.config import SamplingOptions
from scoregen.model.features import MIDI, SILENCE, SPELLED, Ints
from scoregen.model.lexicon import FIRST_PITCH, HOLD
from scoregen.model.turn import Turn

Prices = NDArray[np.float32]

PRICES = {
    "direct": 0.35,  # the outer voices leap the same way into an octave or fifth: it stands out as a parallel does
    "unequal": 0.35,  # a diminished fifth goes on to a perfect one with the bass: half a parallel
    "overlap": 0.15,  # a voice passes where its neighbour has just been: the ear takes one for the other
    "augmented": 0.75,  # an augmented second or fourth in one voice: hard to sing
    "wide": 1.0,  # a leap of more than an octave: harder
    "seventh": 0.35,  # a leap of a seventh: it wants a reason
    "unclosed": 2.0,  # a phrase that ends on no triad in root position: nineteen in twenty of Bach's do
}
"""Nats for each; parallels and crossings are priced by `SamplingOptions`."""

_NO_CLASS = 12
_OVER_A_ROOT = (0, 3, 4, 7)
"""Semitones over the root in major and minor triads."""
_HIGHEST = 1000  # MIDI, for a voice that has no neighbour above


@dataclass(frozen=True, slots=True)
class _Rows:
    """Where the rows of each kind begin in the table [rows, E]. Holding and resting are free everywhere."""

    table: Prices
    melodic: int  # by the voice's last pitch
    above: int  # by the pitch of a higher voice: crossing it
    below: int  # by the pitch of a lower voice
    over: int  # by what the voice above has just sounded: overlapping it
    under: int  # by what the voice below has just sounded
    parallel: int  # by the pitch class that keeps the interval, _NO_CLASS for none
    unequal: int  # by the pitch class that makes a perfect fifth


def priced(turn: Turn, options: SamplingOptions) -> Prices:
    """[R, E] what each event costs."""
    rows = _rows(options.voice_leading, options.crossing)
    every = np.arange(len(turn.voice))
    framed = np.full((len(every), turn.was.shape[1] + 2), SILENCE)
    framed[:, 1:-1] = turn.was
    chosen = [
        rows.melodic + turn.before[:, None],
        rows.over + framed[every, turn.voice][:, None],
        rows.under + framed[every, turn.voice + 2][:, None],
    ]
    if not turn.others.shape[1]:
        total: Prices = rows.table[np.concatenate(chosen, 1)].sum(1)
        return total
    pairs = _Pairs.of(turn)
    chosen += [
        np.where(pairs.is_above, rows.above, rows.below) + turn.now,
        rows.parallel + pairs.parallel(),
        rows.unequal + pairs.unequal(turn),
    ]
    total = rows.table[np.concatenate(chosen, 1)].sum(1)
    return _with_unclosed(_with_direct(total, turn, pairs), turn)


@dataclass(frozen=True, slots=True)
class _Pairs:
    """The voices set already, as the voice whose turn it is meets them: MIDI pitches [R, K], `own` [R, 1]."""

    own: Ints
    was: Ints
    now: Ints
    apart: Ints  # semitones modulo twelve between the two before
    moves: NDArray[np.bool_]  # whether the other voice goes anywhere, both sounding
    is_above: NDArray[np.bool_]

    @classmethod
    def of(cls, turn: Turn) -> _Pairs:
        every = np.arange(len(turn.voice))[:, None]
        before = turn.was[every, turn.others]
        silent = (before == SILENCE) | (turn.now == SILENCE)
        own = MIDI[turn.was[every, turn.voice[:, None]]]
        was, now = MIDI[before], MIDI[turn.now]
        moves = ~silent & (own >= 0) & ((was - now) % 12 != 0)
        return cls(own, was, now, (own - was) % 12, moves, turn.others < turn.voice[:, None])

    def parallel(self) -> Ints:
        """[R, K] the pitch class that would keep a fifth, octave or unison in motion."""
        fifth = np.where(self.own > self.was, 7, 5)
        kept = self.moves & ((self.apart == 0) | (self.apart == fifth))
        return np.where(kept, (self.now + self.apart) % 12, _NO_CLASS)

    def unequal(self, turn: Turn) -> Ints:
        """[R, K] the pitch class that would make a diminished fifth with the lowest voice a perfect one."""
        lowest = turn.was.shape[1] - 1
        with_lowest = (turn.others == lowest) | (turn.voice == lowest)[:, None]
        fifth = np.where(self.is_above, 5, 7)
        return np.where(self.moves & with_lowest & (self.apart == 6), (self.now + fifth) % 12, _NO_CLASS)


def _with_direct(total: Prices, turn: Turn, pairs: _Pairs) -> Prices:
    """And what it costs if the outer voices go the same way into an octave or fifth, the upper one by leap."""
    lowest = turn.was.shape[1] - 1
    outer = (turn.others + turn.voice[:, None] == lowest) & ((turn.others == 0) | (turn.others == lowest))
    rows, places = np.nonzero(outer & pairs.moves)
    if not len(rows):
        return total
    now, went = pairs.now[rows, places][:, None], (pairs.now - pairs.was)[rows, places][:, None]
    is_above = pairs.is_above[rows, places][:, None]
    step = SPELLED.midi - pairs.own[rows]
    leap = np.where(is_above, went, step)
    interval = np.where(is_above, now - SPELLED.midi, SPELLED.midi - now) % 12
    direct = (step * went > 0) & (np.abs(leap) > 2) & ((interval == 0) | (interval == 7))
    total[rows, FIRST_PITCH:] += PRICES["direct"] * direct
    return total


def _with_unclosed(total: Prices, turn: Turn) -> Prices:
    """And what it costs if the voice and the lowest make no triad in root position where a phrase ends."""
    if not turn.closes.any():
        return total
    lowest = turn.was.shape[1] - 1
    own = turn.was[np.arange(len(turn.voice)), turn.voice]
    with_lowest = (turn.others == lowest) | ((turn.voice == lowest)[:, None] & (turn.others == 0))
    for row, place in zip(*np.nonzero(with_lowest & turn.closes[:, None] & (turn.now != SILENCE)), strict=True):
        there = MIDI[turn.now[row, place]]
        above = there - SPELLED.midi if turn.voice[row] == lowest else SPELLED.midi - there
        outside = PRICES["unclosed"] * ~np.isin(above % 12, _OVER_A_ROOT)
        total[row, FIRST_PITCH:] += outside
        total[row, HOLD] += outside[own[row]] if own[row] != SILENCE else 0
    return total


@lru_cache(maxsize=8)
def _rows(voice_leading: float, crossing: float) -> _Rows:
    midi, classes = SPELLED.midi, np.arange(_NO_CLASS + 1)[:, None] == SPELLED.midi % 12
    ceiling = np.append(midi, _HIGHEST)[:, None]
    floor = np.append(midi, -1)[:, None]
    parts = [
        _melodic(),
        crossing * (midi > ceiling),
        crossing * (midi < floor),
        PRICES["overlap"] * (midi > ceiling),
        PRICES["overlap"] * (midi < floor),
        voice_leading * classes,
        PRICES["unequal"] * classes,
    ]
    table = np.pad(np.concatenate(parts), ((0, 0), (FIRST_PITCH, 0))).astype(np.float32)
    starts = np.cumsum([0, *(len(part) for part in parts[:-1])])
    return _Rows(table, *starts.tolist())


def _melodic() -> NDArray[np.float64]:
    """[P + 1, P] what going from one pitch to another costs a voice by itself."""
    steps = SPELLED.midi[None] - SPELLED.midi[:, None]
    wider = np.sign(steps) * (SPELLED.fifths[None] - SPELLED.fifths[:, None])
    table = PRICES["augmented"] * ((wider >= 6) & (np.abs(steps) > 1)) + PRICES["wide"] * (np.abs(steps) > 12)
    return np.pad(table + PRICES["seventh"] * np.isin(np.abs(steps), (10, 11)), ((0, 1), (0, 0)))
