"""Histograms of the features of a piece, by which sets of pieces are compared.

Each feature is counted on frames of 16ths, in which a repeated note counts as held:

- *pitch*: pitch classes above the tonic of the key signature, each voice in each frame;
- *register*: MIDI pitches of notes;
- *interval*: melodic intervals of all voices in semitones, wider ones as an octave;
- *duration*: durations of notes in quarters, longer ones as a whole note;
- *onset*: the position of events in the measure by 16ths, modulo a whole note;
- *chord*: the sonority of each beat, as a chord with its inversion, or as no chord;
- *texture*: the number of voices that move at an event;
- *motion*: the motion of the outer voices at an event at which one of them moves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from scoregen.evaluation.metrics.frames import FRAMES_A_QUARTER, SILENCE, Frames, Whole, events, melodies, steps
from scoregen.evaluation.metrics.pieces import EvaluatedPiece
from scoregen.score.theory.chord_kinds import semitones

LOWEST, HIGHEST = 33, 88
WIDEST = 12
LONGEST = 16
MOST_VOICES = 8
DEGREES = ("1", "b2", "2", "b3", "3", "4", "b5", "5", "b6", "6", "b7", "7")
MOTIONS = ("parallel", "similar", "contrary", "oblique")
NAMES = {
    "major": "major",
    "minor": "minor",
    "diminished": "diminished",
    "augmented": "augmented",
    "7": "dominant",
    "maj7": "major-seventh",
    "min7": "minor-seventh",
    "half-dim 7": "half-diminished",
    "dim 7": "diminished-seventh",
}
"""The kinds of chord by their names in the figures, in the order in which a sonority is matched."""
KINDS = {name: semitones(kind) for name, kind in NAMES.items()}
FIGURES = {3: ("", " 6", " 6/4"), 4: ("", " 6/5", " 4/3", " 4/2")}
"""Figured bass by the member in the bass, from the root up, for triads and seventh chords."""
INCOMPLETE, OTHER = "two notes or fewer", "no chord"

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature with the names of its bins; `step` is their distance in `unit` if they have an order."""

    title: str
    bins: tuple[str, ...]
    count: Callable[[EvaluatedPiece], Counts]
    step: float | None = None
    unit: str = ""


def _chord_names() -> tuple[str, ...]:
    names = [f"{kind}{figure}" for kind, members in KINDS.items() for figure in FIGURES[len(members)]]
    symmetric = {f"augmented{figure}" for figure in FIGURES[3][1:]} | {f"dim 7{figure}" for figure in FIGURES[4][1:]}
    return (*(name for name in names if name not in symmetric), INCOMPLETE, OTHER)


CHORDS = _chord_names()


def histograms(feature: Feature, pieces: Sequence[EvaluatedPiece]) -> Counts:
    """[pieces, bins] the counts of each piece."""
    return np.stack([feature.count(piece) for piece in pieces])


@cache
def chord_name(above_bass: frozenset[int]) -> str:
    """The chord of pitch classes above the lowest note, which is 0; a seventh chord may lack its fifth."""
    if len(above_bass) < 3:
        return INCOMPLETE
    for kind, members in KINDS.items():
        for place, member in enumerate(members):
            above = [(other - member) % 12 for other in members]
            if above_bass == set(above) or (len(above) == 4 and place != 2 and above_bass == {*above[:2], above[3]}):
                name = f"{kind}{FIGURES[len(members)][place]}"
                return name if name in CHORDS else kind
    return OTHER


def _pitch(piece: EvaluatedPiece) -> Counts:
    pitches = piece.frames[piece.frames != SILENCE].astype(np.int64)
    return np.bincount((pitches - piece.tonic) % 12, minlength=12)


def _register(piece: EvaluatedPiece) -> Counts:
    return _count(melodies(piece.frames)[1], LOWEST, HIGHEST)


def _interval(piece: EvaluatedPiece) -> Counts:
    voice, pitches, _ = melodies(piece.frames)
    _, moves = steps(voice, pitches)
    return _count(moves[moves != 0], -WIDEST, WIDEST)


def _duration(piece: EvaluatedPiece) -> Counts:
    return _count(melodies(piece.frames)[2], 1, LONGEST)


def _onset(piece: EvaluatedPiece) -> Counts:
    starts = np.array(piece.measures)
    onsets = events(piece.frames)
    measures = np.searchsorted(starts, onsets, side="right") - 1
    return np.bincount((onsets - starts[measures]) % LONGEST, minlength=LONGEST)


def _chord(piece: EvaluatedPiece) -> Counts:
    names = [chord_name(above) for beat in piece.frames[::FRAMES_A_QUARTER] if (above := _above_lowest(beat))]
    return np.bincount(np.array([CHORDS.index(name) for name in names], np.int64), minlength=len(CHORDS))


def _texture(piece: EvaluatedPiece) -> Counts:
    movers = (_moments(piece.frames)[1:] != _moments(piece.frames)[:-1]).sum(1)
    return _count(movers, 1, MOST_VOICES)


def _motion(piece: EvaluatedPiece) -> Counts:
    outer = _moments(piece.frames)[:, [0, -1]].astype(np.int64)
    sounds = (outer != SILENCE).all(1)
    steps = np.diff(outer, axis=0)[sounds[1:] & sounds[:-1]]
    steps = steps[steps.any(1)]
    both = steps.all(1)
    kinds = np.where(~both, 3, np.where(steps[:, 0] == steps[:, 1], 0, np.where(steps.prod(1) > 0, 1, 2)))
    return np.bincount(kinds, minlength=len(MOTIONS))


def _moments(frames: Frames) -> Frames:
    return frames[events(frames)]


def _above_lowest(beat: NDArray[np.int16]) -> frozenset[int]:
    pitches = [pitch for pitch in beat.tolist() if pitch != SILENCE]
    return frozenset((pitch - min(pitches)) % 12 for pitch in pitches) if pitches else frozenset()


def _count(values: Whole, low: int, high: int) -> Counts:
    """The number of occurrences of each whole number from low to high; values outside count at the nearer end."""
    return np.bincount(np.clip(values, low, high) - low, minlength=high - low + 1)


def _numbers(low: int, high: int) -> tuple[str, ...]:
    return tuple(str(number) for number in range(low, high + 1))


FEATURES: Mapping[str, Feature] = MappingProxyType(
    {
        "pitch": Feature("pitch classes above the tonic", DEGREES, _pitch),
        "register": Feature("pitches (MIDI)", _numbers(LOWEST, HIGHEST), _register, 1.0, "semitones"),
        "interval": Feature("melodic intervals", _numbers(-WIDEST, WIDEST), _interval, 1.0, "semitones"),
        "duration": Feature("durations (16ths)", _numbers(1, LONGEST), _duration, 1 / FRAMES_A_QUARTER, "quarters"),
        "onset": Feature("onsets in the measure (16ths)", _numbers(0, LONGEST - 1), _onset),
        "chord": Feature("chords of beats", CHORDS, _chord),
        "texture": Feature("voices that move at once", _numbers(1, MOST_VOICES), _texture, 1.0, "voices"),
        "motion": Feature("motion of the outer voices", MOTIONS, _motion),
    }
)
