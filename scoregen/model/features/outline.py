"""The outline of a piece without its notes, and the metric features of its places."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.alphabet import MOST_ACCIDENTALS
from scoregen.model.features.metric_features import (
    Values,
    harmony_features,
    measure_features,
    metric_features,
    mode_features,
    phrase_features,
    piece_features,
)
from scoregen.tokens.events import Harmony, Header

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PieceOutline:
    """The outline of a piece, without notes: the ends of its measures, its phrases and the piece, and its plan.

    `chords` are the planned chords with their onsets in quarters; None from where on none is planned.
    """

    headers: tuple[Header, ...]
    starts: tuple[Fraction, ...]
    phrase_ends: tuple[Fraction, ...]
    has_phrase_ends: bool
    _ends: tuple[float, ...]
    chords: tuple[tuple[float, Harmony | None], ...] = ()
    _metrics: dict[tuple[int, Fraction], Floats] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, headers: Sequence[Header]) -> PieceOutline:
        return _outline(tuple(headers))

    @property
    def duration(self) -> Fraction:
        return self.starts[-1] + self.headers[-1].duration

    def key(self, index: int) -> int:
        """The key signature of a measure as an index of the alphabet, limited to its range."""
        fifths = self.headers[index].key.fifths
        return MOST_ACCIDENTALS + max(-MOST_ACCIDENTALS, min(MOST_ACCIDENTALS, fifths))

    def metric(self, index: int, onset: Fraction) -> Floats:
        """[F] the metric features of a place: in its measure, its phrase and the piece."""
        features = self._metrics.get((index, onset))
        if features is None:
            features = self._metrics[index, onset] = np.array(self._metric(index, onset), dtype=np.float32)
        return features

    def _metric(self, index: int, onset: Fraction) -> list[float]:
        header = self.headers[index]
        position = float(self.starts[index] + onset)
        phrase = bisect_left(self._ends, position)
        end = self._ends[phrase] if phrase < len(self._ends) else None
        since = position - self._ends[phrase - 1] if phrase else position
        left = len(self.headers) - 1 - index
        return metric_features(
            {
                **phrase_features(self.has_phrase_ends, end, position, since, float(self.duration)),
                **mode_features(header.key.mode),
                **measure_features(header.time, header.start + onset, header.duration),
                **piece_features(float(self.duration) - position, position, index, left),
                **self._harmony(position, header.key.fifths),
            }
        )

    def _harmony(self, position: float, fifths: int) -> Values:
        """The features of the planned chord at a position; a plan begins with its first chord."""
        after = bisect_right(self.chords, position, key=lambda chord: chord[0])
        if not after:
            return harmony_features(None, 0.0, None, 0.0, fifths)
        begun, now = self.chords[after - 1]
        until, following = self.chords[after] if after < len(self.chords) else (float(self.duration), None)
        return harmony_features(now, position - begun, following, until - position, fifths)


@lru_cache(maxsize=4)
def _outline(headers: tuple[Header, ...]) -> PieceOutline:
    """The outline, cached: a piece is filled and measured several times."""
    starts, position = [], Fraction(0)
    for header in headers:
        starts.append(position)
        position += header.duration
    ends = [start + end for start, header in zip(starts, headers, strict=True) for end in header.phrase_ends]
    chords = [
        (float(start + onset), chord)
        for start, header in zip(starts, headers, strict=True)
        for onset, chord in _planned(header)
    ]
    return PieceOutline(headers, tuple(starts), tuple(ends), bool(ends), tuple(map(float, ends)), tuple(chords))


def _planned(header: Header) -> list[tuple[Fraction, Harmony | None]]:
    """The chords of a plan that begin in a measure, in order, and None where the plan has a gap."""
    chords: list[tuple[Fraction, Harmony | None]] = [(chord.onset, chord) for chord in header.harmony]
    return sorted([*chords, *((onset, None) for onset in header.unplanned)], key=itemgetter(0))
