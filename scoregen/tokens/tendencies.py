"""Tendencies of a piece in tokens: sevenths and leading notes that do not resolve, and cross relations, by slice.

A seventh belongs to a seventh chord that sounds complete or without its fifth; a leading note to a dominant seventh, to
a diminished triad or seventh, or to a major triad whose third is the leading note of the key signature or sharper.
`scoregen check` finds the same faults in a full analysis of a score; this is the fast count for ranking drafts.

T slices, V voices.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from scoregen.score.theory.chord_kinds import semitones
from scoregen.tokens.events import TokenScore
from scoregen.tokens.sonorities import SILENT, Sonorities, whole_ticks
from scoregen.tokens.successions import sets_over_lowest

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SEVENTH_CHORDS = ("dominant", "minor-seventh", "half-diminished", "major-seventh")
LEADING = 5
"""The place of the leading note of a major key on the line of fifths over the tonic; sharper notes are chromatic."""
FALLING, TO_FIFTH = (-1, -2), (-3, -4)
"""The semitones of a seventh that resolves, and of an inner leading note that falls to the fifth of the tonic."""
DISSONANT = (1, 2, 10, 11)
"""The semitones over the lowest voice, within an octave, of seconds and sevenths."""
STEP = 2
"""The most semitones of a step."""
SUSPENDED = (*DISSONANT, 5)
"""The semitones over the lowest voice, within an octave, of a note that is suspended: seconds, the fourth, sevenths."""
TO_TONIC = (1, 4, 5)
"""The semitones from a leading note to the root or third of its tonic."""
_IS_HOME = np.isin(np.arange(12), TO_TONIC)
NONE = -1
NO_FIFTHS = -100


@dataclass(frozen=True, slots=True, eq=False)
class Tendencies:
    """By sonority over the lowest voice as bits, in semitones over that voice: the seventh of a seventh chord, the
    leading note of a dominant, and whether that is the third of a triad, which is a leading note only in some keys."""

    seventh: Ints
    leading: Ints
    is_triad: Bools


@dataclass(frozen=True, slots=True)
class Unresolved:
    """[T] the number of faults at each slice: sevenths that leap or stay, leading notes, doubled leading notes, cross
    relations."""

    sevenths: Ints
    leading_notes: Ints
    doubled: Ints
    relations: Ints


@cache
def tendencies() -> Tendencies:
    """The tables of all sonorities."""
    seventh, leading = np.full(4096, NONE), np.full(4096, NONE)
    is_triad = np.zeros(4096, dtype=np.bool_)
    for kind in ("major", "diminished", *SEVENTH_CHORDS):
        members = semitones(kind)
        note = 0 if kind in ("diminished", "half-diminished") else members[1] if kind in ("major", "dominant") else None
        for chord in (members,) if len(members) == 3 else (members, (members[0], members[1], members[3])):
            for low in chord:
                bits = sum(1 << (member - low) % 12 for member in chord)
                seventh[bits] = (members[3] - low) % 12 if len(members) == 4 else NONE
                leading[bits] = NONE if note is None else (note - low) % 12
                is_triad[bits] = kind == "major"
    return Tendencies(seventh, leading, is_triad)


def unresolved(tokens: TokenScore, piece: Sonorities, new: Bools) -> Unresolved:
    """The faults of the voices `new` [T, V], where `piece` are the sonorities of the tokens."""
    pitches, fifths = piece.pitches, spelled(tokens)
    key = np.array([measure.header.key.fifths for measure in tokens.measures])[piece.measure]
    table, sets = tendencies(), sets_over_lowest(pitches)
    degree = (pitches - pitches[:, -1:]) % 12
    step = np.append(np.diff(pitches, axis=0), np.zeros_like(pitches[:1]), 0)
    stops = np.append((pitches[1:] == SILENT) | (pitches[:-1] == SILENT), np.ones_like(pitches[:1], dtype=np.bool_), 0)
    went = step[:, -1:] % 12
    ends = {tick for tick, _ in phrase_ends(tokens)}
    closes = np.array([onset in ends for onset in piece.onset.tolist()])
    free = ~stops & new & ~closes[:, None]
    seventh = free & (table.seventh[sets][:, None] == degree)
    astray = seventh & np.where(step == 0, went != 0, ~_is_either(step, FALLING))
    sharp = ~table.is_triad[sets][:, None] | (fifths - key[:, None] >= LEADING)
    leading = (table.leading[sets][:, None] == degree) & sharp & (pitches != SILENT)
    home = free & leading & _IS_HOME[(went - degree) % 12]
    inner = np.zeros(pitches.shape[1], dtype=np.bool_)
    inner[1:-1] = True
    leaves = home & ~((step == 1) | (inner & _is_either(step, TO_FIFTH)))
    doubled = (leading.sum(1) > 1) & new.any(1)
    starts = doubled & ~np.append(False, doubled[:-1])
    return Unresolved(astray.sum(1), leaves.sum(1), starts.astype(np.int64), _relations(pitches, fifths, new))


def suspensions(piece: Sonorities) -> Bools:
    """[T] whether an upper voice holds its pitch while another moves, as a second, fourth or seventh over the lowest
    voice, and then falls by step."""
    pitches = piece.pitches
    found = np.zeros(len(pitches), dtype=np.bool_)
    if len(pitches) < 2:
        return found
    moved = (pitches[1:] != pitches[:-1]).any(1)
    over = np.isin((pitches[1:, :-1] - pitches[1:, -1:]) % 12, SUSPENDED) & (pitches[1:, -1:] != SILENT)
    held = (pitches[1:, :-1] == pitches[:-1, :-1]) & (pitches[1:, :-1] != SILENT)
    falls = np.isin(_following(pitches[:, :-1])[1:] - pitches[1:, :-1], FALLING)
    found[1:] = moved & (over & held & falls).any(1)
    return found


def _following(pitches: Ints) -> Ints:
    """[T, V] the pitch to which each voice goes from the one that it sounds; the same one at the end."""
    result = pitches.copy()
    for row in range(len(pitches) - 2, -1, -1):
        after = pitches[row + 1]
        result[row] = np.where(after == pitches[row], result[row + 1], after)
    return result


def spelled(tokens: TokenScore) -> Ints:
    """[T, V] the place of each sounding pitch on the line of fifths, NO_FIFTHS for silence."""
    sounding = [NO_FIFTHS] * len(tokens.slots)
    rows = []
    outer = [-1] * (len(tokens.slots) - 1) + [0]
    for measure in tokens.measures:
        for piece in measure.slices:
            sounding = [
                before
                if event.kind == "hold"
                else event.sounding[which].fifths
                if event.kind == "attack"
                else NO_FIFTHS
                for event, before, which in zip(piece.events, sounding, outer, strict=True)
            ]
            rows.append(sounding)
    return np.array(rows)


def _relations(pitches: Ints, fifths: Ints, new: Bools) -> Ints:
    """[T] the pitches that have another alteration than another voice has there or had in the slice before."""
    moves = (pitches[1:] != pitches[:-1]) & (pitches[1:] != SILENT)
    here, own = fifths[1:, :, None], fifths[:-1, :, None]
    clashes = [_clash(here, there) & (own != there) for there in (fifths[:-1, None], fifths[1:, None])]
    pairs = moves[:, :, None] & (clashes[0] | clashes[1]) & (new[1:, :, None] | new[1:, None])
    pairs[:, np.eye(pitches.shape[1], dtype=np.bool_)] = False  # no voice clashes with itself
    return np.append(0, pairs.sum((1, 2)))


def _is_either(steps: Ints, pair: tuple[int, int]) -> Bools:
    return np.asarray((steps == pair[0]) | (steps == pair[1]))


def _clash(one: Ints, other: Ints) -> Bools:
    """Whether two pitches have the same letter and another alteration."""
    both = (one != NO_FIFTHS) & (other != NO_FIFTHS)
    clashes: Bools = both & (one != other) & ((one - other) % 7 == 0)
    return clashes


def phrase_ends(tokens: TokenScore) -> list[tuple[int, int]]:
    """The tick and the measure index of the end of every phrase."""
    ends, start = [], 0
    for index, measure in enumerate(tokens.measures):
        ends += [(start + whole_ticks(end), index) for end in sorted(measure.header.phrase_ends)]
        start += whole_ticks(measure.header.duration)
    return ends
