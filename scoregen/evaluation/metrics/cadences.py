"""The closes of phrases, and the final tonic.

The figures test a piece for what its plan fixed. A phrase end is a fermata. It is *closed* if all voices sound a
major or minor triad with its third and with the root in the lowest voice, and the outer voices stay on it for a
beat: nineteen of twenty of Bach's phrase ends are closed, and four of nine of his other beats. It is *authentic* if,
in addition, the lowest voice reached the root from the fifth above it, down a fifth or up a fourth, as in three of
five of his. No key is estimated: the piece may have modulated.

A piece is *home* if its last sonority is a triad on the tonic in root position; the third may be missing or
major.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from scoregen.evaluation.metrics.bootstrap import Rate, mean, pooled
from scoregen.evaluation.metrics.frames import FRAMES_A_QUARTER, SILENCE, Frames
from scoregen.score.theory.cadences import DOMINANT
from scoregen.score.theory.chord_kinds import semitones

TRIADS = tuple(frozenset(semitones(kind)) for kind in ("major", "minor"))
"""In semitones above the root."""
THIRDS = frozenset(semitones(kind)[1] for kind in ("major", "minor"))
FROM_DOMINANT = -7 * DOMINANT.degrees[0] % 12
"""The motion of the lowest voice from the dominant's root to the tonic's, in semitones within an octave."""


@dataclass(frozen=True, slots=True)
class Closes:
    """The counts of the phrase ends of one piece, and whether it ends on the tonic."""

    ends: int
    closed: int
    authentic: int
    is_home: bool


def closes(frames: Frames, ends: Collection[int], tonics: Collection[int]) -> Closes:
    """The counts of a piece with phrase ends at these frames; `tonics` are pitch classes to end on."""
    closed = [end for end in ends if is_closed(frames, end)]
    authentic = sum(is_authentic(frames, end) for end in closed)
    return Closes(len(ends), len(closed), authentic, is_home(frames, tonics))


def rates(counts: Sequence[Closes], *, seed: int = 0) -> dict[str, Rate]:
    """The rates of a set of pieces, in percent of phrase ends and of pieces."""
    ends = [c.ends for c in counts]
    return {
        "closed_percent": pooled([c.closed for c in counts], ends, 100.0, seed=seed),
        "authentic_percent": pooled([c.authentic for c in counts], ends, 100.0, seed=seed),
        "home_percent": mean([c.is_home for c in counts], 100.0, seed=seed),
    }


def is_closed(frames: Frames, end: int) -> bool:
    """Whether a phrase that ends at this frame closes on a triad in root position, held for a beat."""
    beat = frames[end : end + FRAMES_A_QUARTER]
    if not len(beat) or (beat[0] == SILENCE).any():
        return False
    stays = bool((beat[:, [0, -1]] == beat[0, [0, -1]]).all())
    above = _above_lowest(beat[0])
    return stays and bool(above & THIRDS) and any(above <= triad for triad in TRIADS)


def is_authentic(frames: Frames, end: int) -> bool:
    """Whether the lowest voice reaches its pitch at this frame from the fifth above it."""
    earlier = frames[:end, -1]
    earlier = earlier[earlier != SILENCE]
    return bool(len(earlier)) and int(frames[end, -1] - earlier[-1]) % 12 == FROM_DOMINANT


def is_home(frames: Frames, tonics: Collection[int]) -> bool:
    """Whether the last frame that is not silent is a triad in root position on one of the tonics."""
    sounding = np.flatnonzero((frames != SILENCE).any(axis=1))
    if not len(sounding) or frames[sounding[-1], -1] == SILENCE:
        return False
    final = frames[sounding[-1]]
    return int(final[-1]) % 12 in tonics and any(_above_lowest(final) <= triad for triad in TRIADS)


def _above_lowest(moment: Frames) -> frozenset[int]:
    """The interval classes of the sounding voices above the last voice."""
    return frozenset(int(pitch - moment[-1]) % 12 for pitch in moment if pitch != SILENCE)
