"""From a piano roll on a grid of 16ths to the arrays that the network reads.

No feature looks ahead. The metre is unknown, so the position is encoded modulo three and four quarters, and
relative to the last long sonority, which in a chorale ends a phrase.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from scoregen.benchmarks.jsb16.alphabet import CHROMATIC, LONGEST_IN_16THS
from scoregen.model.features.alphabet import FIRST_PITCH, GRID, HOLD, REST
from scoregen.model.features.auxiliary_targets import NO_KEY, harmony_targets
from scoregen.model.features.history_features import ages, estimate_keys, matches, pitch_history, relative_to_key
from scoregen.model.features.inputs import Floats, Ints, PieceArrays, pitches_around
from scoregen.model.features.voice_features import voice_features
from scoregen.system.errors import RefusedError

STEPS = GRID // 4
"""Grid steps in a 16th."""
_LONG = 6  # 16ths: a sonority that ends a phrase
ROLL_FEATURES = 16 + 12 + 3 + 1 + 1 + 8 + 3


def roll_piece(frames: Sequence[Sequence[int]]) -> PieceArrays:
    """The arrays of a roll of [frames, voices] MIDI pitches, -1 for rests; a slice begins when any voice changes.

    RefusedError for a pitch or a duration beyond the alphabet.
    """
    roll = np.array(frames)
    low, high = int(CHROMATIC.midi[0]), int(CHROMATIC.midi[-1])
    if ((roll >= 0) & ((roll < low) | (roll > high))).any():
        raise RefusedError(f"found MIDI pitches {roll[roll >= 0].min()} to {roll.max()}; expected {low} to {high}")
    starts = np.flatnonzero(np.append(True, (roll[1:] != roll[:-1]).any(1)))
    lengths = np.diff(np.append(starts, len(roll)))
    if lengths.max() > LONGEST_IN_16THS:
        raise RefusedError(f"nothing changes for {lengths.max()} 16ths; expected at most {LONGEST_IN_16THS}")
    events = _events(roll[starts])
    before, sounding = pitches_around(events, CHROMATIC)
    position = starts * STEPS
    shares = pitch_history(sounding, position, CHROMATIC)
    key = estimate_keys(shares, CHROMATIC.no_key)
    has_key = key != CHROMATIC.no_key
    time_shift = lengths + LONGEST_IN_16THS * (np.arange(len(starts)) == len(starts) - 1)
    everywhere = np.arange(len(starts))
    return PieceArrays(
        events=events,
        before=before,
        sounding=sounding,
        age=ages(events, position),
        pitch_history=relative_to_key(shares, np.where(has_key, key, 0)),
        choices=events[..., None],
        inner=np.zeros((*events.shape, 0), dtype=np.int64),
        voices=voice_features(events.shape[1]),
        time_shift=time_shift,
        matches=matches(events, sounding, time_shift, position),
        labels=harmony_targets(sounding, position, len(roll) * STEPS, np.where(has_key, key, NO_KEY), None, CHROMATIC),
        measure=starts // 16,
        point=everywhere,
        position=position,
        metric=_metric(starts, lengths),
        key=key,
        is_beat=np.zeros(len(starts), dtype=bool),
        last_slice=everywhere,
        is_slice=np.ones(len(starts), dtype=bool),
        measure_steps=np.full(len(starts), 4 * GRID),
    )


def transpose_roll(piece: PieceArrays, semitones: int) -> PieceArrays | None:
    """The piece transposed by this number of semitones, or None if a pitch leaves the alphabet."""
    silence = CHROMATIC.silence
    attacks = piece.events >= FIRST_PITCH
    pitches = piece.events[attacks] - FIRST_PITCH + semitones
    if pitches.min() < 0 or pitches.max() >= silence:
        return None

    def moved(pitches: Ints) -> Ints:
        return np.where(pitches == silence, silence, pitches + semitones)

    events = np.where(attacks, piece.events + semitones, piece.events)
    return replace(
        piece,
        events=events,
        choices=events[..., None],
        before=moved(piece.before),
        sounding=moved(piece.sounding),
        key=np.where(piece.key == CHROMATIC.no_key, CHROMATIC.no_key, (piece.key + 7 * semitones) % 12),
    )


def _events(rows: Ints) -> Ints:
    """[T, V] the event of each voice in each slice: hold, rest or attack."""
    same = np.vstack([np.zeros((1, rows.shape[1]), dtype=bool), rows[1:] == rows[:-1]])
    attack = FIRST_PITCH + rows - int(CHROMATIC.midi[0])
    return np.where(same, HOLD, np.where(rows < 0, REST, attack))


def _metric(starts: Ints, lengths: Ints) -> Floats:
    """[T, ROLL_FEATURES] the position in the piece and in its phrase, from the past alone."""
    count = len(starts)
    long = np.maximum.accumulate(np.where(lengths >= _LONG, np.arange(count), -1))
    last = np.append(-1, long[:-1])
    since = np.where(last >= 0, starts - starts[last] - lengths[last], 0)
    phrase = np.concatenate([np.eye(8)[since // 2 % 8] * (last >= 0)[:, None], _nearness(since)], axis=1)
    place = [np.eye(16)[starts % 16], np.eye(12)[starts % 12], _nearness(starts)]
    flags = [(starts == 0)[:, None], (last >= 0)[:, None]]
    result: Floats = np.concatenate([*place, *flags, phrase], axis=1).astype(np.float32)
    return result


def _nearness(sixteenths: Ints) -> Floats:
    scale = np.array([4.0, 16.0, 64.0])
    result: Floats = np.exp(-sixteenths[:, None] / scale).astype(np.float32)
    return result
