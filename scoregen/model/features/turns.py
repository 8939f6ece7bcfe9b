"""The turns of a slice: every choice of every voice, in the order in which they are made.

A voice that holds, rests or attacks one note has one turn in a slice; a chord has one for each choice that writes it.
Absent voices have none. T slices, V voices, S turns, K choices of an event, O other voices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.alphabet import FIRST_PITCH, HOLD, NO_CHOICE, Alphabet
from scoregen.model.features.conditioning import Example

Ints = NDArray[np.int64]

ALL_OTHERS = 5
"""Up to this number of voices a voice is compared with all others; in larger ensembles with the outermost and
the adjacent ones."""


VOICE, INDEX, CHOICE, PITCH, REFERENCE, CHORD = range(6)
"""Rows of the stacked turns of a batch."""


@dataclass(frozen=True, slots=True)
class Turns:
    """The turns of every slice of a piece, filled up at the end.

    count: [T]; voice, index, choice: [T, S] the voice, the number of the choice within its event, and its id;
    pitch: [T, S] the pitch id that the choice writes or goes on, or silence; reference: [T, S] the pitch id from which
    melodic steps count: the last one of the voice, within a chord the one written before; chord: [T, S] the pitch id
    written before in the same chord, or silence.
    """

    count: Ints
    voice: Ints
    index: Ints
    choice: Ints
    pitch: Ints
    reference: Ints
    chord: Ints


def turns(example: Example, alphabet: Alphabet) -> Turns:
    """The turns of an example."""
    piece, order = example.piece, example.order
    counts = (piece.choices != NO_CHOICE).sum(2)
    counts[piece.events == alphabet.absent] = 0
    by_rank = np.take_along_axis(counts, order, 1)
    total = by_rank.sum(1)
    row = np.repeat(np.arange(len(total)), total)
    voice = np.repeat(order.reshape(-1), by_rank.reshape(-1))
    first = np.repeat((np.cumsum(by_rank, 1) - by_rank).reshape(-1), by_rank.reshape(-1))
    place = np.arange(len(row)) - np.repeat(np.cumsum(total) - total, total)
    index = place - first
    choice = piece.choices[row, voice, index].astype(np.int64)
    is_pitch = (choice >= FIRST_PITCH) & (choice < alphabet.events)
    held = np.where(choice == HOLD, piece.sounding[row, voice], alphabet.silence)
    pitch = np.where(is_pitch, choice - FIRST_PITCH, held)
    chord = _pitch_before(np.where(is_pitch, choice - FIRST_PITCH, alphabet.silence), index, alphabet.silence)
    reference = np.where(chord == alphabet.silence, piece.before[row, voice], chord)
    size = (len(total), int(total.max(initial=1)))
    tables = [_table(size, row, place, each) for each in (voice, index, choice, pitch, reference, chord)]
    return Turns(total, *tables)


def _pitch_before(pitch: Ints, index: Ints, silence: int) -> Ints:
    """[turns] the last pitch of the same event before each turn, or silence; `pitch` is silence where there is none."""
    number = np.arange(len(pitch))
    last = np.maximum.accumulate(np.where(pitch != silence, number, -1))
    before = np.append(-1, last[:-1])[: len(pitch)]
    return np.where(before >= number - index, pitch[np.maximum(before, 0)], silence)


def _table(size: tuple[int, int], row: Ints, place: Ints, values: Ints) -> Ints:
    table = np.zeros(size, dtype=np.int64)
    table[row, place] = values
    return table


def compared_voices(present: NDArray[np.bool_]) -> Ints:
    """[T, V, O] the other voices with which each voice is compared, V for none; `present` [T, V].

    Voices are in score order. In larger ensembles these are the outermost ones and the nearest above and below.
    """
    length, voices = present.shape
    everyone = np.arange(voices)
    if voices <= ALL_OTHERS:
        others = np.array([other for voice in everyone for other in everyone if other != voice], dtype=np.int64)
        others = others.reshape(voices, voices - 1)
        table = np.broadcast_to(others, (length, *others.shape))
        return np.where(np.take_along_axis(present[:, None, :], table, 2), table, voices)
    first = np.where(present, everyone, voices).min(1, keepdims=True).repeat(voices, 1)
    last = np.where(present, everyone, -1).max(1, keepdims=True).repeat(voices, 1)
    above = np.maximum.accumulate(np.where(present, everyone, -1), axis=1)
    above = np.concatenate([np.full((length, 1), -1), above[:, :-1]], 1)
    below = np.minimum.accumulate(np.where(present, everyone, voices)[:, ::-1], axis=1)[:, ::-1]
    below = np.concatenate([below[:, 1:], np.full((length, 1), voices)], 1)
    table = np.stack([above, below, first, last], 2)
    known = (table >= 0) & (table < voices) & (table != everyone[None, :, None])
    known[..., 2] &= table[..., 2] != above
    known[..., 3] &= table[..., 3] != below
    result: Ints = np.where(known, table, voices)
    return result
