"""The barlines of music of several voices: what speaks for them beside the line of its highest notes.

The beats are tracked before, so that the places of the attacks are known up to a factor; which value a beat has and
where measures begin is found as in a line, with the odds of the beat network, the bass, the harmony and the number of
notes as further cues. E attacks.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoregen.transcription.beats.attacks import Attacks
from scoregen.transcription.beats.network import BeatOdds
from scoregen.transcription.counting import Counting
from scoregen.transcription.metrical.barring import Rated, best_barring
from scoregen.transcription.metrical.cues import Line
from scoregen.transcription.metrical.habits import LineModel
from scoregen.transcription.performed import PerformedNote

Floats = NDArray[np.float64]

_SURE = 4.0
"""Logits of beats beyond this count alike."""
_STANDARD = (8, 9, 11, 12, 13, 15, 16)
"""Features of attacks: number of notes, bass, loudness, the longest and the lowest note's length, new harmony."""
_BASS_STEP = 17
_LEAP = 5 / 12


class Texture(NamedTuple):
    """The highest notes of attacks at different places, further cues of them, and which attacks [E] they are.

    `measure` is the length of the tracked measures, in quarters of the line.
    """

    line: Line
    cues: Floats
    kept: NDArray[np.bool_]
    measure: Fraction


def texture_of(
    notes: Sequence[PerformedNote],
    attacks: Attacks,
    odds: BeatOdds,
    quarters: Floats,
    seconds: float,
    measure: Fraction,
) -> Texture:
    """What is known of attacks that are at `quarters` [E] of so many seconds, in tracked measures of a length."""
    kept = np.append(True, np.diff(quarters) > 1e-6)
    pitches, ends = np.zeros(len(attacks.times), dtype=np.int64), np.zeros(len(attacks.times))
    for note, member in zip(notes, attacks.members, strict=True):
        pitches[member] = max(pitches[member], note.pitch)
        ends[member] = max(ends[member], note.end)
    times = attacks.times[kept]
    steps = np.append(np.diff(times), 1.0).clip(1e-3)
    line = Line(quarters[kept], pitches[kept], ((ends[kept] - times) / steps).clip(0, 1), seconds)
    return Texture(line, _cues(attacks, odds)[kept], kept, measure)


def texture_barring(texture: Texture, model: LineModel, counting: Counting) -> Rated:
    """The barring for which most speaks."""
    return best_barring(texture.line, model.habits, model.textures, counting, texture.cues, texture.measure)


def _cues(attacks: Attacks, odds: BeatOdds) -> Floats:
    features = attacks.features[:, _STANDARD]
    features = (features - features.mean(0)) / (features.std(0) + 0.1)
    leaps = np.abs(attacks.features[:, _BASS_STEP]) > _LEAP
    logits = [np.clip(own, -_SURE, _SURE) for own in (odds.beats, odds.downbeats)]
    return np.column_stack([features, leaps, *logits]).astype(np.float64)
