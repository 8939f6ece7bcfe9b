"""What the planner reads: the steps of a piece, their metric features, and the given voices and chords.

S steps, V voices, I inputs. Pitch classes are relative to the key signature, by fifths.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.metric_features import CLASSES, HARMONY_FEATURES
from scoregen.model.features.outline import PieceOutline
from scoregen.model.harmony.labels import ATTRIBUTES, KEY, ROOT, UNKNOWN
from scoregen.plan.harmonic_plan import Step, plan_steps
from scoregen.score.pitch import Pitch
from scoregen.tokens.encode import voice_events
from scoregen.tokens.events import Header, TokenScore

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

PLACE_FEATURES = HARMONY_FEATURES.start
"""The metric features of a place that precede those of a plan."""
SILENT = -1
Outer = Literal["of choirs", "highest", "lowest"]
_Change = tuple[Fraction, tuple[Pitch, ...], bool]
_VOICE = CLASSES + 2
_MIDDLE, _OCTAVE = 67, 12
PLANNER_INPUTS = PLACE_FEATURES + 2 * _VOICE + CLASSES + 2 + sum(ATTRIBUTES.values()) + 2


@dataclass(frozen=True, slots=True)
class PlannerPiece:
    """A piece at its steps. A blank or silent voice has the pitch class SILENT."""

    steps: tuple[Step, ...]
    headers: tuple[Header, ...]
    place: Floats  # [S, PLACE_FEATURES]
    classes: Ints  # [S, V] what sounds where the step begins
    attacks: Bools  # [S, V] whether it is attacked there
    height: Ints  # [S, V] its MIDI pitch, 0 in silence
    inside: Bools  # [S, V, 12] all pitch classes of the step
    is_given: Bools  # [S, V] false for blank voices

    @property
    def signatures(self) -> list[int]:
        """[S] the key signature in fifths."""
        return [self.headers[step.measure].key.fifths for step in self.steps]

    @property
    def ends(self) -> Bools:
        """[S] whether a phrase ends with the note that begins in the step."""
        closing = {(index, end) for index, header in enumerate(self.headers) for end in header.phrase_ends}
        return np.array(
            [
                any(step.measure == index and step.onset <= end < step.onset + step.duration for index, end in closing)
                for step in self.steps
            ],
            dtype=np.bool_,
        )


def planner_piece(tokens: TokenScore, outer: Outer = "of choirs") -> PlannerPiece:
    """A piece, whole or with blanks, at its steps; `outer` is the note that stands for a chord in a voice.

    In a choir it is the lowest of the last voice, and the highest of every other one.
    """
    headers = tuple(measure.header for measure in tokens.measures)
    steps, outline = plan_steps(headers), PieceOutline.of(headers)
    place = np.array([outline.metric(step.measure, step.onset)[:PLACE_FEATURES] for step in steps], dtype=np.float32)
    shape = len(steps), len(tokens.slots)
    piece = PlannerPiece(
        steps,
        headers,
        place,
        np.full(shape, SILENT),
        np.zeros(shape, dtype=np.bool_),
        np.zeros(shape, dtype=np.int64),
        np.zeros((*shape, CLASSES), dtype=np.bool_),
        np.zeros(shape, dtype=np.bool_),
    )
    for voice in range(len(tokens.slots)):
        is_low = outer == "lowest" or (outer == "of choirs" and voice == len(tokens.slots) - 1)
        _read_voice(piece, voice, _line(tokens, voice, outline), 0 if is_low else -1)
    return piece


def _line(tokens: TokenScore, voice: int, outline: PieceOutline) -> list[_Change]:
    """The changes of a voice in order: an onset in the piece, what sounds from there, and whether it is blank."""
    return [
        (start + onset, event.sounding, event.kind == "blank")
        for start, measure in zip(outline.starts, tokens.measures, strict=True)
        for onset, event in sorted(voice_events(measure, voice).items())
        if event.kind != "hold"
    ]


def _read_voice(piece: PlannerPiece, voice: int, line: Sequence[_Change], which: int) -> None:
    onsets = [float(onset) for onset, _, _ in line]
    starts = [float(step.position) for step in piece.steps]
    ends = [*starts[1:], math.inf]
    for row, (start, end, fifths) in enumerate(zip(starts, ends, piece.signatures, strict=True)):
        first = bisect_right(onsets, start) - 1
        after = bisect_left(onsets, end)
        for place in range(max(first, 0), after):
            onset, (_, pitches, is_blank) = onsets[place], line[place]
            piece.is_given[row, voice] = not is_blank
            for pitch in pitches:
                piece.inside[row, voice, (pitch.fifths - fifths) % CLASSES] = True
            if place == first and pitches:
                pitch = pitches[which]
                piece.classes[row, voice] = (pitch.fifths - fifths) % CLASSES
                piece.height[row, voice] = pitch.midi_pitch
                piece.attacks[row, voice] = onset == start


def planner_inputs(piece: PlannerPiece, given: Bools, fixed: Ints) -> Floats:
    """[S, I] the inputs with the voices `given` [S, V] and the known attributes of chords `fixed` [S, 4]."""
    voices = given.shape[1]
    known: Bools = np.asarray(given.any(1))
    highest = np.where(known, given.argmax(1), 0)
    sounding = (piece.inside & given[:, :, None]).any(1)
    top = np.where(known, piece.height[np.arange(len(given)), highest], 0)
    blocks = [
        piece.place,
        _voice(piece, highest, known),
        _voice(piece, np.full(len(given), voices - 1), np.asarray(given[:, voices - 1])),
        sounding,
        (np.where(top > 0, (top - _MIDDLE) / _OCTAVE, 0))[:, None],
        (given.mean(1))[:, None],
        *(_one_hot(fixed[:, index], size) for index, size in enumerate(ATTRIBUTES.values())),
        (fixed[:, [KEY, ROOT]] != UNKNOWN),
    ]
    return np.concatenate([np.asarray(block, dtype=np.float32) for block in blocks], axis=1)


def _voice(piece: PlannerPiece, voice: Ints, known: Bools) -> Floats:
    rows = np.arange(len(voice))
    classes = np.where(known, piece.classes[rows, voice], SILENT)
    attacked = piece.attacks[rows, voice] & known
    return np.column_stack([_one_hot(classes, CLASSES), attacked, known]).astype(np.float32)


def _one_hot(values: Ints, size: int) -> Floats:
    return np.asarray(values[:, None] == np.arange(size), dtype=np.float32)


def given_classes(piece: PlannerPiece, given: Bools) -> Ints:
    """[S, V] the pitch classes of given voices where each step begins, SILENT for others."""
    return np.where(given, piece.classes, SILENT)
