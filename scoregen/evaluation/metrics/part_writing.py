"""Part-writing: rates of the faults that teachers of harmony mark.

The rates are for comparison with those of a reference, where some faults are normal: Bach also writes parallels
and crosses voices. The figures, on frames of 16ths:

- *parallel fifths and octaves*: motions from one event to the next in which two voices both move. A fifth is
  parallel if the interval itself is kept (a fifth that becomes a twelfth does not count), an octave or unison if
  its interval class is kept, in any direction of the voices (`PROTOCOL` of `score.theory.parallel_motion`). All
  pairs of voices count; the rate is per 100 changes. A piece without either is *clean*.
- *crossing*: frames in which a voice is above the next higher voice, of all frames and adjacent pairs.
- *spacing*: frames in which two adjacent voices, except the lowest pair, are more than an octave apart.
- *leaps*: melodic intervals larger than a fifth, of all melodic intervals, across rests too.
- *chord beats*: quarter beats whose pitch classes are within a major, minor or diminished triad or a seventh
  chord (dominant, major, minor, half diminished, diminished), of all beats that sound.
- *density*: changes in 16 frames.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from scoregen.evaluation.metrics.bootstrap import Rate, mean, pooled
from scoregen.evaluation.metrics.frames import FRAMES_A_QUARTER, SILENCE, Frames, events, melodies, steps
from scoregen.score.theory.chord_kinds import pitch_classes
from scoregen.score.theory.parallel_motion import PROTOCOL
from scoregen.tokens.parallel_motion import parallel_motions

FIFTH, OCTAVE = 7, 12
DENSITY_FRAMES = 16

TRIADS = ("major", "minor", "diminished")
SEVENTHS = ("dominant", "major-seventh", "minor-seventh", "half-diminished", "diminished-seventh")
CHORDS = frozenset(frozenset(pitch_classes(root, kind)) for kind in (*TRIADS, *SEVENTHS) for root in range(12))


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts of one piece: the cases and the possible cases of each rate."""

    changes: int
    fifths: int
    octaves: int
    crossed: int
    wide: int
    leaps: int
    moves: int
    chord_beats: int
    beats: int
    frames: int
    voices: int

    @property
    def is_clean(self) -> bool:
        return self.fifths + self.octaves == 0


def count(frames: Frames) -> Counts:
    """The counts of one piece of two or more voices."""
    fifths, octaves = protocol_parallels(frames)
    leaps, moves = _leaps(frames)
    chord_beats, beats = _chord_beats(frames)
    return Counts(
        changes=len(events(frames)) - 1,
        fifths=fifths,
        octaves=octaves,
        crossed=_crossed(frames),
        wide=_wide(frames),
        leaps=leaps,
        moves=moves,
        chord_beats=chord_beats,
        beats=beats,
        frames=len(frames),
        voices=frames.shape[1],
    )


def rates(counts: Sequence[Counts], *, seed: int = 0) -> dict[str, Rate]:
    """The pooled rates of a set of pieces by name, in the order of the list above."""

    def rate(cases: Sequence[int], possible: Sequence[int], per: float = 100.0) -> Rate:
        return pooled(cases, possible, per, seed=seed)

    changes, frames = [c.changes for c in counts], [c.frames for c in counts]
    neighbours = [c.frames * (c.voices - 1) for c in counts]
    spaced = [c.frames * (c.voices - 2) for c in counts]
    return {
        "fifths_per_100": rate([c.fifths for c in counts], changes),
        "octaves_per_100": rate([c.octaves for c in counts], changes),
        "clean_percent": mean([c.is_clean for c in counts], 100.0, seed=seed),
        "crossing_percent": rate([c.crossed for c in counts], neighbours),
        "spacing_percent": rate([c.wide for c in counts], spaced),
        "leaps_percent": rate([c.leaps for c in counts], [c.moves for c in counts]),
        "chord_beats_percent": rate([c.chord_beats for c in counts], [c.beats for c in counts]),
        "changes_per_16": rate(changes, frames, DENSITY_FRAMES),
    }


def protocol_parallels(frames: Frames) -> tuple[int, int]:
    """The numbers of parallel fifths and of parallel octaves and unisons, as published figures count them."""
    parallels = parallel_motions(frames[events(frames)], PROTOCOL)
    return int(parallels.fifths.sum()), int(parallels.octaves.sum())


@cache
def is_chord(pitch_classes: frozenset[int]) -> bool:
    """Whether the pitch classes are within one triad or seventh chord."""
    return any(pitch_classes <= chord for chord in CHORDS)


def _crossed(frames: Frames) -> int:
    sounds = frames != SILENCE
    return int((sounds[:, :-1] & sounds[:, 1:] & (frames[:, :-1] < frames[:, 1:])).sum())


def _wide(frames: Frames) -> int:
    upper, lower = frames[:, :-2], frames[:, 1:-1]
    return int(((upper != SILENCE) & (lower != SILENCE) & (upper - lower > OCTAVE)).sum())


def _leaps(frames: Frames) -> tuple[int, int]:
    voice, pitches, _ = melodies(frames)
    _, moves = steps(voice, pitches)
    moves = moves[moves != 0]  # the same pitch again after a rest
    return int((abs(moves) > FIFTH).sum()), len(moves)


def _chord_beats(frames: Frames) -> tuple[int, int]:
    beats = [
        frozenset(pitch % OCTAVE for pitch in beat if pitch != SILENCE) for beat in frames[::FRAMES_A_QUARTER].tolist()
    ]
    sounding = [beat for beat in beats if beat]
    return sum(map(is_chord, sounding)), len(sounding)
