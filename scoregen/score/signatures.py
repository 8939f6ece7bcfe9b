"""Key and time signatures that change inside a measure, and the signatures in force at a place."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature

if TYPE_CHECKING:
    from scoregen.score.elements import Measure


@dataclass(frozen=True, slots=True)
class SignatureChange:
    """A key signature at sounding pitch, a time signature or both, at an onset inside a measure; None: no change."""

    onset: Fraction
    key: KeySignature | None = None
    time: TimeSignature | None = None


def last_key(measure: Measure) -> KeySignature:
    """The key signature at the end of a measure."""
    return next((change.key for change in reversed(measure.changes) if change.key is not None), measure.key)


def last_time(measure: Measure) -> TimeSignature:
    """The time signature at the end of a measure."""
    return next((change.time for change in reversed(measure.changes) if change.time is not None), measure.time)


def keys_inside(measure: Measure) -> tuple[tuple[Fraction, KeySignature], ...]:
    """The key signatures that begin inside a measure, with their onsets."""
    return tuple((change.onset, change.key) for change in measure.changes if change.key is not None)
