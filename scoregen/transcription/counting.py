"""How the music is counted, as far as the user says it: what else would be found from the notes."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import log

from scoregen.score.metre import TimeSignature
from scoregen.system.errors import InputError

_NEAR = log(1.35)
_SLOWEST, _FASTEST = 20, 400


@dataclass(frozen=True, slots=True)
class Counting:
    """The signature, about how many of its beats a minute has, the quarters before the first downbeat.

    None stands for what is to be found.
    """

    time: TimeSignature | None = None
    per_minute: float | None = None
    anacrusis: Fraction | None = None

    def has_tempo(self, beat: float) -> bool:
        """Whether a beat of some seconds is near the tempo."""
        return self.per_minute is None or abs(log(beat * self.per_minute / 60)) < _NEAR


UNKNOWN = Counting()


def counting_of(time: str | None, tempo: float | None, anacrusis: Fraction | None) -> Counting:
    """What the options say; InputError for what is no signature, tempo or anacrusis."""
    try:
        signature = TimeSignature.parse(time) if time is not None else None
    except ValueError as error:
        raise InputError(f"--time: {error}") from None
    if tempo is not None and not _SLOWEST <= tempo <= _FASTEST:
        raise InputError(f"--tempo {tempo:g}: expected the beats a minute, from {_SLOWEST} to {_FASTEST}")
    if anacrusis is not None and anacrusis < 0:
        raise InputError(f"--anacrusis {anacrusis}: expected a length in quarters, from 0")
    return Counting(signature, tempo, anacrusis)
