"""A piece as frames: the pitch of each voice at every 16th, without a distinction of held and repeated notes.

All figures of this room use frames, because every source of chorales supplies them: a score with its metre as
well as a table of MIDI pitches without one. An **event** is a frame at which any voice changes; the first frame is
an event, but not a change.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from scoregen.score.elements import Score, Slot
from scoregen.score.timeline import measure_onsets, sounding_notes
from scoregen.system.errors import InputError
from scoregen.tokens.events import TokenScore
from scoregen.tokens.sonorities import Sonorities, score_sonorities, sonorities
from scoregen.tokens.vocabulary import vocabulary

Frames = NDArray[np.int16]
"""[frame, voice]: MIDI pitches, the highest voice first; SILENCE for a rest."""

Whole = NDArray[np.int64]

SILENCE = -1
FRAMES_A_QUARTER = 4


def score_frames(score: Score, slots: Sequence[Slot]) -> Frames:
    """The pitches of the slots of a score at the beginning of every 16th; of a chord only the outer note counts."""
    return sonority_frames(score_sonorities(score, slots, sounding_notes(score)))


def token_frames(tokens: TokenScore) -> Frames:
    """The pitches of the voices of a score in tokens at the beginning of every 16th."""
    return sonority_frames(sonorities(tokens))


def sonority_frames(piece: Sonorities) -> Frames:
    """The sonorities of a piece at the beginning of every 16th."""
    ticks = np.arange(0, piece.end, vocabulary().ticks_per_quarter // FRAMES_A_QUARTER)
    frames: Frames = piece.pitches[np.searchsorted(piece.onset, ticks, side="right") - 1].astype(np.int16)
    return frames


def frames_from_lists(rows: Sequence[Sequence[int]]) -> Frames:
    """The frames of a piece of the JSB16 files: a list of lists of MIDI pitches, -1 for a rest."""
    frames = np.array(rows, np.int16)
    if frames.ndim != 2 or not len(frames):
        raise InputError(f"found shape {frames.shape}; expected a list of frames with the same number of pitches")
    return frames


def frame_sonorities(frames: Frames) -> Sonorities:
    """The sonorities of frames, one frame per tick, all in one measure, because frames have no measures."""
    onset = np.arange(len(frames))
    return Sonorities(frames.astype(np.int64), onset, np.zeros_like(onset), len(frames))


def phrase_end_frames(score: Score) -> tuple[int, ...]:
    """The frames at which a fermata begins, in order."""
    places = zip(measure_onsets(score), score.measures, strict=True)
    return tuple(sorted({frame_of(start + end) for start, measure in places for end in measure.phrase_ends}))


def events(frames: Frames) -> Whole:
    """The indices of the frames at which any voice changes, with the first frame."""
    changed = (frames[1:] != frames[:-1]).any(axis=1)
    return np.flatnonzero(np.concatenate([[True], changed]))


def durations(indices: Whole, frame_count: int) -> Whole:
    """The duration of each event in frames, until the next event or the end of the piece."""
    return np.diff(np.append(indices, frame_count))


def melodies(frames: Frames) -> tuple[Whole, Whole, Whole]:
    """The melodies of all voices, one voice after the other: the voice, the pitch and the frames of each note.

    Rests are left out.
    """
    begins = np.concatenate([np.ones_like(frames[:1], np.bool_), frames[1:] != frames[:-1]])
    voice, onset = np.nonzero(begins.T)
    pitches = frames[onset, voice].astype(np.int64)
    lengths = durations(voice * len(frames) + onset, frames.size)  # of all voices end to end
    sounds = pitches != SILENCE
    return voice[sounds], pitches[sounds], lengths[sounds]


def steps(voice: Whole, pitches: Whole) -> tuple[Whole, Whole]:
    """The steps of melodies, from each note to the next of its voice: the voice, and the interval in semitones."""
    same = voice[1:] == voice[:-1]
    return voice[1:][same], np.diff(pitches)[same]


def frame_of(position: Fraction) -> int:
    """The first frame that begins at or after a position in quarters."""
    return math.ceil(FRAMES_A_QUARTER * position)
