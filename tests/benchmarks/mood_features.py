"""Features of a MIDI file from which listeners' valence and arousal are estimated, without a look at the plan.

The estimates are linear in standardised features. Their coefficients were fitted by ridge regression to the ratings of
204 pieces for piano by about 30 listeners each (the labelled set VGMIDI of L. N. Ferreira and J. Whitehead, "Learning
to generate music with sentiment", ISMIR 2019; ten-fold r 0.54 for valence and 0.75 for arousal with these eight).
`LEFT` are single correlations of the same data for features that no row of the table of moods sets.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from statistics import mean, pstdev

from scoregen.notation.midi.tracks import NoteTime, note_times

MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
"""The profiles of C. L. Krumhansl and E. J. Kessler, "Tracing the dynamic changes in perceived tonality", 1982."""
ROUGH = {1: 1.0, 2: 0.7, 6: 0.5, 10: 0.4, 11: 0.8}
"""The dissonance of pairs of pitch classes by their interval."""

VALENCE = {
    "mode": 0.38,
    "tempo": 0.17,
    "rate": 0.08,
    "pitch": 0.20,
    "length": -0.04,
    "velocity": -0.09,
    "dissonance": 0.03,
    "together": -0.12,
}
AROUSAL = {
    "mode": -0.06,
    "tempo": 0.23,
    "rate": 0.52,
    "pitch": -0.14,
    "length": -0.06,
    "velocity": 0.16,
    "dissonance": -0.08,
    "together": 0.04,
}
UNITS = {
    "mode": 0.19,
    "tempo": 0.44,
    "rate": 0.68,
    "pitch": 5.3,
    "length": 0.28,
    "velocity": 22.0,
    "dissonance": 0.07,
    "together": 0.92,
    "clarity": 0.11,
    "irregular": 0.32,
}
"""One standard deviation of each feature."""
LEFT = {
    "valence": {"clarity": 0.35, "irregular": -0.22, "together": -0.17, "dissonance": 0.01, "length": -0.14},
    "arousal": {"clarity": -0.18, "irregular": -0.20, "together": -0.02, "dissonance": -0.06, "length": -0.54},
}


def features(midi: bytes, quarters_per_minute: float) -> dict[str, float]:
    """The features of a file; the tempo is the mean one of the score."""
    notes = note_times(midi)
    chroma = [0.0] * 12
    for note in notes:
        chroma[note.pitch % 12] += note.stop - note.start
    length = max(note.stop for note in notes)
    major, minor = _best(chroma, MAJOR), _best(chroma, MINOR)
    onsets = sorted({round(note.start, 2) for note in notes})
    return {
        "mode": major - minor,
        "clarity": max(major, minor),
        "tempo": math.log2(quarters_per_minute),
        "rate": math.log2(len(onsets) / length),
        "pitch": mean(note.pitch for note in notes),
        "length": mean(note.stop - note.start for note in notes),
        "velocity": mean(note.velocity for note in notes),
        "dissonance": _dissonance(notes, onsets),
        "together": sum(note.stop - note.start for note in notes) / length,
        "irregular": _irregularity(onsets),
    }


def estimate(features: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """The linear estimate up to a constant, in standard deviations of the ratings."""
    return sum(weight * features[name] / UNITS[name] for name, weight in weights.items())


def _best(chroma: Sequence[float], profile: Sequence[float]) -> float:
    """The highest correlation of a distribution of pitch classes with a profile, over all tonics."""
    return max(_correlation([*chroma[tonic:], *chroma[:tonic]], profile) for tonic in range(12))


def _correlation(first: Sequence[float], second: Sequence[float]) -> float:
    a, b = mean(first), mean(second)
    spread = pstdev(first) * pstdev(second)
    return mean((x - a) * (y - b) for x, y in zip(first, second, strict=True)) / spread if spread else 0.0


def _dissonance(notes: Sequence[NoteTime], onsets: Sequence[float]) -> float:
    """The mean roughness of the pairs that sound at onsets."""
    values = []
    for onset in onsets:
        sounding = [note.pitch for note in notes if note.start <= onset + 0.01 < note.stop]
        pairs = [abs(a - b) % 12 for i, a in enumerate(sounding) for b in sounding[:i]]
        values += [mean(ROUGH.get(pair, 0.0) for pair in pairs)] if pairs else []
    return mean(values) if values else 0.0


def _irregularity(onsets: Sequence[float]) -> float:
    """The mean change of the logarithm of the time between onsets."""
    gaps = [b - a for a, b in itertools.pairwise(onsets) if b - a > 0.02]
    changes = [abs(math.log2(b / a)) for a, b in itertools.pairwise(gaps)]
    return mean(changes) if changes else 0.0
