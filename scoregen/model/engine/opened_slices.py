"""The slices of a finished piece, opened in blocks: what the network knows before the first voice of each.

A short piece is one block, in which all slices share the keys and values of the whole piece. In a longer one each slice
has those of the WINDOW slices before it, and a block has few slices, so that memory does not grow with the square of
the piece. T slices, V voices, R slices of a block, C slices that they attend to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from scoregen.model.engine.incremental_features import IncrementalFeatures
from scoregen.model.engine.other_voices import voice_codes
from scoregen.model.engine.protocol import Array, Engine
from scoregen.model.engine.reading import encode_frames, read_backbone
from scoregen.model.features.alphabet import alphabet
from scoregen.model.features.conditioning import NEVER, WINDOW, Example
from scoregen.model.features.history_features import Buckets, matches
from scoregen.model.features.inputs import Floats, Ints, PieceArrays

SLICES_AT_ONCE = 64
"""The slices of a block of a piece that is longer than the window."""


@dataclass(slots=True)
class OpenedSlices:
    """A block of slices as inputs of the steps. `past` are the slices that each of them attends to, and `matches` the
    lengths of the matches with them."""

    number: Ints  # [R]
    past: Ints  # [R, C]
    matches: Buckets  # [V + 1, R, C]
    state: Array  # [R, s]
    scores: Array  # [R, H, C]
    trust: Array  # [R, H, C]
    agreement: Floats  # [R, C]
    strands: Array  # [R, V, strand]
    roles: Array  # [V, e]
    pairs: Array  # [V + 1, s]


@dataclass(frozen=True, slots=True)
class _Backbone:
    """[1, T, ...] the context of each slice, the code of the one before it and its place; [1, H, T, h] keys, values."""

    context: Array
    previous: Array
    around: Floats
    keys: Array
    values: Array


def opened_slices(engine: Engine, example: Example, number: Ints) -> Iterator[OpenedSlices]:
    """The slices `number` of a piece, in blocks."""
    piece = example.piece
    roles, pairs = voice_codes(engine, piece.voices)
    backbone = _read_backbone(engine, example, roles)
    memories = _Memories(engine, piece, roles)
    for block in _blocks(number, piece.length):
        past, table = _short_past(piece, block) if piece.length <= WINDOW else memories.window(block)
        state, scores, trust = _open(engine, piece, backbone, block, past, table)
        agreement = np.zeros(past.shape, dtype=np.float32)
        yield OpenedSlices(block, past, table, state, scores, trust, agreement, memories.strands(block), roles, pairs)


def _blocks(number: Ints, length: int) -> Sequence[Ints]:
    return [number] if length <= WINDOW else np.split(number, range(SLICES_AT_ONCE, len(number), SLICES_AT_ONCE))


def _read_backbone(engine: Engine, example: Example, roles: Array) -> _Backbone:
    """Run the backbone over every slice."""
    piece, config = example.piece, engine.config
    points, encoded = encode_frames(engine, piece, example.given, example.style)
    frame = np.searchsorted(points, piece.point, side="right") - 1
    history = piece.pitch_history if config.use_pitch_history else np.zeros_like(piece.pitch_history)
    around = np.concatenate([piece.metric[piece.point], history, encoded[frame]], 1)
    slices = piece.events, piece.sounding, piece.inner.astype(np.int64), piece.key[piece.point]
    hidden = engine.zeros(config.layers, 1, config.backbone)
    context, previous = (engine.zeros(1, piece.length, config.backbone) for _ in range(2))
    keys, values = (engine.zeros(1, config.heads, piece.length, config.backbone // config.heads) for _ in range(2))
    for numbers, outputs in read_backbone(engine, slices, roles, around, hidden):
        context[:, numbers], _, previous[:, numbers], keys[:, :, numbers], before = outputs
        later = np.flatnonzero(numbers)
        values[:, :, numbers[later] - 1] = before[:, :, later]
    return _Backbone(context, previous, around[None], keys, values)


def _short_past(piece: PieceArrays, number: Ints) -> tuple[Ints, Buckets]:
    """[R, T] every slice for each of the slices, and the matches with them."""
    position = piece.position[piece.point]
    table = matches(piece.events, piece.sounding, piece.time_shift, position, piece.inner)
    return np.broadcast_to(np.arange(piece.length), (len(number), piece.length)), table[:, number]


def _open(
    engine: Engine, piece: PieceArrays, backbone: _Backbone, number: Ints, past: Ints, table: Buckets
) -> tuple[Array, ...]:
    """State, scores and trust of the slices `number`; in a long piece each is a piece of its own for the step."""
    position, measure_steps = piece.position[piece.point], piece.measure_steps[piece.point]
    own = (backbone.context[:, number], backbone.previous[:, number], backbone.around[:, number])
    if piece.length <= WINDOW:
        memory = (backbone.keys, backbone.values, position[None, number], position[None])
        return engine.run("open_slices", *own, *memory, measure_steps[None, number], table[None])
    keys, values = _by_row(backbone.keys, past), _by_row(backbone.values, past)
    positions = np.where(past < 0, NEVER, position[past])
    own = tuple(each[0][:, None] for each in own)
    at = (position[number, None], positions, measure_steps[number, None])
    return engine.run("open_slices", *own, keys, values, *at, table.transpose(1, 0, 2)[:, :, None])


def _by_row(cache: Array, past: Ints) -> Array:
    """[R, H, C, h] the entries of a cache [1, H, T, h] at the slices [R, C]."""
    return cache[0][:, past].swapaxes(0, 1)


class _Memories:
    """What is updated slice by slice: the memories of the voices, and the matches of long pieces.

    The blocks are asked for in the order of the piece.
    """

    def __init__(self, engine: Engine, piece: PieceArrays, roles: Array) -> None:
        voices = piece.events.shape[1]
        self._engine, self._piece, self._roles = engine, piece, roles
        self._key, self._metric = piece.key[piece.point], piece.metric[piece.point]
        self._position, self._inner = piece.position[piece.point], piece.inner.astype(np.int64)
        self._strands = engine.zeros(1, voices, engine.config.strand)
        self._read = 0
        self._features = IncrementalFeatures(1, voices, alphabet(engine.config.alphabet))

    def window(self, number: Ints) -> tuple[Ints, Buckets]:
        """[R, C] the slices in the window before each slice, negative where there are none, and the matches."""
        piece, features = self._piece, self._features
        tables = np.zeros((piece.events.shape[1] + 1, len(number), WINDOW), dtype=np.uint8)
        for row, at in enumerate(number.tolist()):
            while features.length < at:
                self._append(features.length)
            features.enter(self._position[at : at + 1])
            width = features.matches.shape[2]
            tables[:, row, :width] = features.matches[0]
            self._append(at, entered=True)
        last = number[:, None] - 1
        return last - (last - np.arange(WINDOW)) % WINDOW, tables

    def strands(self, number: Ints) -> Array:
        """[R, V, strand] the memory of each voice before each slice."""
        result = self._engine.zeros(len(number), *self._strands.shape[1:])
        for row, at in enumerate(number.tolist()):
            while self._read < at:
                self._read_slice(self._read)
                self._read += 1
            result[row] = self._strands[0]
        return result

    def _append(self, at: int, *, entered: bool = False) -> None:
        piece, one = self._piece, slice(at, at + 1)
        if not entered:
            self._features.enter(self._position[one])
        self._features.append(piece.events[one], piece.sounding[one], piece.time_shift[one], self._inner[one])

    def _read_slice(self, at: int) -> None:
        if not self._engine.config.strand:
            return
        piece, one = self._piece, slice(at, at + 1)
        (self._strands,) = self._engine.run(
            "read_strands",
            piece.events[one],
            piece.sounding[one],
            self._inner[one],
            self._key[one],
            self._roles,
            piece.before[one],
            piece.age[one],
            self._metric[one],
            self._strands,
        )
