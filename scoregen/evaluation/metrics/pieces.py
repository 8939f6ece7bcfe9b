"""A piece for evaluation: its frames, and the notation that the figures need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scoregen.evaluation.metrics.frames import Frames, frame_of, frames_from_lists, phrase_end_frames, score_frames
from scoregen.score.elements import Score, Slot
from scoregen.score.keys import Key
from scoregen.score.timeline import measure_onsets


@dataclass(frozen=True, slots=True)
class EvaluatedPiece:
    """measures: the frame at which each measure begins; phrase_ends: those of the fermatas; tonic: a pitch class."""

    name: str
    frames: Frames
    measures: tuple[int, ...]
    phrase_ends: tuple[int, ...]
    tonic: int

    @property
    def voices(self) -> int:
        return int(self.frames.shape[1])


def score_piece(name: str, score: Score, slots: Sequence[Slot]) -> EvaluatedPiece:
    """The voices of a score in those slots, the highest first."""
    starts = tuple(frame_of(onset) for onset in measure_onsets(score))
    tonic = Key.of(score.measures[0].key).triad[0]
    return EvaluatedPiece(name, score_frames(score, slots), starts, phrase_end_frames(score), tonic)


def to_json(piece: EvaluatedPiece) -> dict[str, Any]:
    """The piece as plain values, for a cache."""
    return {
        "name": piece.name,
        "frames": piece.frames.tolist(),
        "measures": list(piece.measures),
        "phrase_ends": list(piece.phrase_ends),
        "tonic": piece.tonic,
    }


def from_json(row: Mapping[str, Any]) -> EvaluatedPiece:
    """The inverse of `to_json`."""
    return EvaluatedPiece(
        row["name"], frames_from_lists(row["frames"]), tuple(row["measures"]), tuple(row["phrase_ends"]), row["tonic"]
    )
