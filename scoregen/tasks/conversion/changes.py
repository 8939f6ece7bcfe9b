"""What `convert` and `render` change in a score before it is written."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scoregen.notation.editions.concert import at_concert_pitch, at_written_pitch
from scoregen.notation.graft.transposition import transposed
from scoregen.score.elements import Score
from scoregen.score.keys import Key
from scoregen.score.pitch import Interval
from scoregen.system.errors import InputError

_MOST_OCTAVES, _MOST_SEMITONES = 4, 24
_SEMITONES = re.compile(r"[+-]?\d{1,2}")


@dataclass(frozen=True, slots=True)
class Changes:
    """`transpose` is an interval (`-m3`), a number of semitones or a key; `octave` a number of octaves.

    `concert` writes all parts at concert pitch if true, in the transposition of their instruments if false.
    """

    transpose: str | None = None
    octave: int = 0
    concert: bool | None = None

    def apply(self, score: Score) -> Score:
        """The changed score. InputError for a transposition that is not understood."""
        if abs(self.octave) > _MOST_OCTAVES:
            raise InputError(f"--octave {self.octave}: expected -{_MOST_OCTAVES} to {_MOST_OCTAVES}")
        if self.transpose is not None:
            score = transposed(score, transposition(self.transpose, score))
        if self.octave:
            score = transposed(score, Interval(7 * self.octave, 12 * self.octave))
        if self.concert is None:
            return score
        return at_concert_pitch(score) if self.concert else at_written_pitch(score)


def transposition(text: str, score: Score) -> Interval:
    """The interval that a text names for a score: an interval, semitones, or the key in which it is to begin."""
    fifths = score.measures[0].key.fifths if score.measures else 0
    if _SEMITONES.fullmatch(text) and abs(int(text)) <= _MOST_SEMITONES:
        return Interval.nearest(int(text), fifths)
    try:
        return Interval.parse(text)
    except ValueError:
        pass
    try:
        wanted = Key.parse(text).signature.fifths
    except ValueError:
        raise InputError(
            f"--transpose {text}: expected an interval (M2, -m3), a number of semitones (-2), or a key (D major)"
        ) from None
    semitones = (7 * (wanted - fifths) + 6) % 12 - 6
    steps = (7 * semitones - (wanted - fifths)) // 12
    return Interval(steps, semitones)
