"""From tokens to the arrays that the network reads.

A piece has two timelines. Its *slices* are scored or sampled. Its *points* are the slices and the beats
together, from which the frames of the context encoder are chosen. The frames show when the given voices move and
where the beats are, and reveal nothing about the blank voices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.alphabet import (
    BARLINE,
    FIRST_PITCH,
    GRID,
    HOLD,
    MOST_ACCIDENTALS,
    NO_CHOICE,
    REST,
    UNSCORED,
    Alphabet,
    alphabet,
    pitch_id,
)
from scoregen.model.features.auxiliary_targets import harmony_targets
from scoregen.model.features.history_features import Buckets, ShortInts, ages, matches, pitch_history, relative_to_key
from scoregen.model.features.outline import PieceOutline
from scoregen.model.features.voice_features import voice_features
from scoregen.score.pitch import Pitch
from scoregen.tokens.events import Event, Header, TokenScore, ascending
from scoregen.tokens.voice_descriptions import VoiceDescription, low_voices

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

SPELLED = alphabet("spelled")
BLANK = SPELLED.blank
ABSENT = SPELLED.absent
SILENCE = SPELLED.silence
MIDI: Ints = np.append(SPELLED.midi, -1)
"""By pitch id, -1 for silence."""
TIME_SHIFT_STEPS: Ints = np.array([int(time_shift * GRID) for time_shift in SPELLED.time_shifts])
"""Grid steps of every time shift except that to the next barline, which has id 0."""
_TIME_SHIFT_IDS = {time_shift: index + 1 for index, time_shift in enumerate(SPELLED.time_shifts)}


@dataclass(frozen=True, slots=True)
class PieceArrays:
    """One piece in arrays. Axes: T slices, V voices, Q points, F metric features."""

    events: Ints  # [T, V] event ids, the alphabet's `blank` for blank voices
    before: Ints  # [T, V] pitch id sounding before the slice (the last one, for a rest), or silence
    sounding: Ints  # [T, V] pitch id sounding after the slice's events, or silence
    age: Ints  # [T, V] how long that pitch has sounded, as a bucket
    pitch_history: Floats  # [T, PITCH_HISTORY] shares of pitch classes before the slice, relative to its key
    choices: ShortInts  # [T, V, K] the choices of each event in their order, NO_CHOICE after the last
    inner: ShortInts  # [T, V, N] the other pitch ids of a chord that sounds after the slice's events, then silence
    voices: Ints  # [V, D] what each voice is (`voice_features`)
    time_shift: Ints  # [T] time shift ids, UNSCORED for those that the alphabet lacks
    matches: Buckets  # [V + 1, T, T] the length of the match between the pasts of two slices
    labels: Ints  # [T, labels] the harmony of the slice: targets only
    measure: Ints  # [T] measure index
    point: Ints  # [T] the point of each slice
    position: Ints  # [Q] grid steps from the start of the piece
    metric: Floats  # [Q, F]
    key: Ints  # [Q] index of the key in the alphabet
    is_beat: Bools  # [Q]
    last_slice: Ints  # [Q] the latest slice at or before a point
    is_slice: Bools  # [Q]
    measure_steps: Ints  # [Q] grid steps in a full measure of the metre

    @property
    def length(self) -> int:
        return len(self.time_shift)


MOST_NOTES = 8
"""The most notes of a chord that the network reads: the outermost ones."""


def piece_arrays(
    tokens: TokenScore,
    outline: PieceOutline | None = None,
    descriptions: Sequence[VoiceDescription] | None = None,
    *,
    whole: bool = True,
) -> PieceArrays:
    """The arrays of a score in tokens.

    `events`, `before` and `sounding` have the outer note of a chord: the lowest of a low voice (`low_voices`), the
    highest of every other one. Without `whole` the tables that compare all slices with each other are left out, which a
    long piece has only for its excerpts.
    """
    outline = outline or PieceOutline.of([measure.header for measure in tokens.measures])
    places = _points(tokens, outline)
    by_place = {place: index for index, place in enumerate(places)}
    slices = [(index, piece.onset) for index, measure in enumerate(tokens.measures) for piece in measure.slices]
    steps = [int((outline.starts[index] + onset) * GRID) for index, onset in places]
    slice_steps = np.array([int((outline.starts[index] + onset) * GRID) for index, onset in slices])
    at_slices = set(slice_steps.tolist())
    events, choices, inner = _event_arrays(tokens, low_voices(len(tokens.slots), descriptions))
    before, sounding = pitches_around(events, SPELLED)
    keys = np.array([outline.key(index) for index, _ in places])
    point = np.array([by_place[place] for place in slices])
    piece = PieceArrays(
        events=events,
        before=before,
        sounding=sounding,
        age=ages(events, slice_steps),
        pitch_history=relative_to_key(pitch_history(sounding, slice_steps, SPELLED), keys[point] - MOST_ACCIDENTALS),
        choices=choices,
        inner=inner,
        voices=voice_features(len(tokens.slots), descriptions),
        time_shift=_time_shifts(slices),
        **no_tables(len(slices), len(tokens.slots)),
        measure=np.array([index for index, _ in slices]),
        point=point,
        position=np.array(steps),
        metric=np.array([outline.metric(*place) for place in places], dtype=np.float32),
        key=keys,
        is_beat=np.array([is_beat(outline.headers[index], onset) for index, onset in places]),
        last_slice=np.searchsorted(slice_steps, np.array(steps), side="right") - 1,
        is_slice=np.array([step in at_slices for step in steps]),
        measure_steps=np.array([int(outline.headers[index].time.duration * GRID) for index, _ in places]),
    )
    ends = np.array([int(end * GRID) for end in outline.phrase_ends]) if outline.has_phrase_ends else None
    return with_tables(piece, int(outline.duration * GRID), ends) if whole else piece


def no_tables(slices: int, voices: int) -> dict[str, Any]:
    """The fields of `with_tables` without a comparison of slices."""
    return {
        "matches": np.zeros((voices + 1, 0, 0), dtype=np.uint8),
        "labels": np.zeros((slices, 0), dtype=np.int64),
    }


def with_tables(piece: PieceArrays, end: int, phrase_ends: Ints | None) -> PieceArrays:
    """The piece with its matches and its harmony labels; `end` and `phrase_ends` are positions."""
    position, keys = piece.position[piece.point], piece.key[piece.point]
    return replace(
        piece,
        matches=matches(piece.events, piece.sounding, piece.time_shift, position, piece.inner),
        labels=harmony_targets(piece.sounding, position, end, keys - MOST_ACCIDENTALS, phrase_ends, SPELLED),
    )


def event_id(event: Event, lowest: bool = False) -> int:
    """The id of one voice's event; a chord is represented by its outer note."""
    if event.kind == "attack":
        return FIRST_PITCH + pitch_id(_outermost_first(event, lowest)[0])
    return {"hold": HOLD, "rest": REST, "absent": ABSENT, "blank": BLANK}[event.kind]


@lru_cache(maxsize=1 << 16)
def choice_ids(event: Event, lowest: bool = False) -> tuple[int, ...]:
    """The choices that write an event; the pitches of a chord from the outer one inwards."""
    if event.kind != "attack":
        return (event_id(event),)
    pitches = _outermost_first(event, lowest)[:MOST_NOTES]
    ids: list[int] = []
    for number, pitch in enumerate(pitches, 1):
        ids += [SPELLED.more] * (number < len(pitches)) + [SPELLED.tied] * (pitch in event.tied)
        ids.append(FIRST_PITCH + pitch_id(pitch))
    return tuple(ids)


def _outermost_first(event: Event, lowest: bool) -> tuple[Pitch, ...]:
    pitches = ascending((*event.pitches, *event.tied))
    return pitches if lowest else pitches[::-1]


def _event_arrays(tokens: TokenScore, low: Sequence[bool]) -> tuple[Ints, ShortInts, ShortInts]:
    """The events [T, V], their choices [T, V, K], and the inner notes of the chords that sound [T, V, N]."""
    rows = [
        [choice_ids(event, is_low) for event, is_low in zip(piece.events, low, strict=True)]
        for measure in tokens.measures
        for piece in measure.slices
    ]
    widest = max((len(ids) for row in rows for ids in row), default=1)
    choices = np.full((len(rows), len(low), widest), NO_CHOICE, dtype=np.int16)
    for row, own in enumerate(rows):
        for voice, ids in enumerate(own):
            choices[row, voice, : len(ids)] = ids
    is_pitch = (choices >= FIRST_PITCH) & (choices < SPELLED.events)
    first = is_pitch.argmax(2)
    events = np.take_along_axis(choices, first[..., None], 2)[..., 0].astype(np.int64)
    return events, choices, _inner_notes(events, choices, is_pitch)


def _inner_notes(events: Ints, choices: ShortInts, is_pitch: Bools) -> ShortInts:
    """[T, V, N] the pitch ids of every note but the outer one that sounds in a voice, filled up with silence."""
    most = max(int(is_pitch.sum(2).max(initial=0)) - 1, 0)
    inner = np.full((*events.shape, most), SILENCE, dtype=np.int16)
    for row, voice in zip(*np.nonzero(is_pitch.sum(2) > 1), strict=True):
        notes = choices[row, voice][is_pitch[row, voice]][1:] - FIRST_PITCH
        inner[row, voice, : len(notes)] = notes
    for row in range(1, len(events) if most else 0):
        inner[row] = np.where((events[row] == HOLD)[:, None], inner[row - 1], inner[row])
    return inner


def is_beat(header: Header, onset: Fraction) -> bool:
    """Whether a place falls on the pulse of the metre's lower number, or starts a measure."""
    return onset == 0 or (header.start + onset) % min(header.time.unit, Fraction(1)) == 0


def _points(tokens: TokenScore, outline: PieceOutline) -> list[tuple[int, Fraction]]:
    """Every slice and every beat, as (measure index, onset)."""
    places: list[tuple[int, Fraction]] = []
    for index, measure in enumerate(tokens.measures):
        header = outline.headers[index]
        onsets = {piece.onset for piece in measure.slices} | {Fraction(0)}
        pulse = min(header.time.unit, Fraction(1))
        beat = -header.start % pulse
        while beat < header.duration:
            onsets.add(beat)
            beat += pulse
        places += [(index, onset) for onset in sorted(onsets)]
    return places


def pitches_around(events: Ints, alphabet: Alphabet) -> tuple[Ints, Ints]:
    """The pitch of each voice before and after every slice. Before a slice, rests are ignored."""
    before, sounding = np.full_like(events, alphabet.silence), np.full_like(events, alphabet.silence)
    last = np.full(events.shape[1], alphabet.silence)
    current = last.copy()
    for index, row in enumerate(events):
        before[index] = last
        attacks = (row >= FIRST_PITCH) & (row < alphabet.events)
        current = np.where(attacks, row - FIRST_PITCH, np.where(row == HOLD, current, alphabet.silence))
        last = np.where(attacks, current, last)
        sounding[index] = current
    return before, sounding


def _time_shifts(slices: Sequence[tuple[int, Fraction]]) -> Ints:
    """[T] the time shifts between slices, given as (measure index, onset)."""
    ids = []
    for (measure, onset), following in zip(slices, [*slices[1:], None], strict=True):
        if following is None or following[0] != measure:
            ids.append(BARLINE)
        else:
            ids.append(_TIME_SHIFT_IDS.get(following[1] - onset, UNSCORED))
    return np.array(ids)
