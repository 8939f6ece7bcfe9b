"""Time signatures, the metrical strength of positions in a measure, and signatures that change inside a measure."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from scoregen.score.keys import KeySignature

if TYPE_CHECKING:
    from scoregen.score.elements import Measure

MAX_QUARTERS = 64
"""The longest measure of a time signature that is parsed from text."""


@dataclass(frozen=True, slots=True)
class TimeSignature:
    """`TimeSignature((3, 2), 8)` is 3+2/8; `symbol` is MusicXML's (common, cut, single-number, ...)."""

    beats: tuple[int, ...]
    beat_type: int
    symbol: str | None = None

    def __str__(self) -> str:
        return f"{'+'.join(map(str, self.beats))}/{self.beat_type}"

    @classmethod
    def parse(cls, text: str) -> TimeSignature:
        """Parse `4/4`, `6/8`, `3+2/8`, `C` (common), `C|` (cut); ValueError for anything else, and for huge ones."""
        if text in ("C", "C|"):
            return cls((4,), 4, "common") if text == "C" else cls((2,), 2, "cut")
        top, _, bottom = text.partition("/")
        try:
            signature = cls(tuple(int(beat) for beat in top.split("+")), int(bottom))
        except ValueError:
            signature = None
        if signature is None or min(signature.beats) < 1 or signature.beat_type not in (1, 2, 4, 8, 16, 32, 64):
            raise ValueError(f"{text!r} is not a time signature; expected one like 4/4, 6/8 or 3+2/8")
        if signature.duration > MAX_QUARTERS:
            raise ValueError(f"{text!r} has measures of more than {MAX_QUARTERS} quarters; expected one like 4/4")
        return signature

    @property
    def duration(self) -> Fraction:
        """The length of a full measure in quarters."""
        return sum(self.beats) * self.unit

    @property
    def unit(self) -> Fraction:
        """The length, in quarters, of the note value of the lower number."""
        return Fraction(4, self.beat_type)

    @property
    def is_compound(self) -> bool:
        return len(self.beats) == 1 and self.beats[0] % 3 == 0 and self.beats[0] > 3

    @property
    def has_compound_beats(self) -> bool:
        """Whether the first beat divides into three, as in 6/8, 3/8 and 3+2/8."""
        return (self.groups[0] / self.unit) % 3 == 0

    @property
    def groups(self) -> tuple[Fraction, ...]:
        """The beats of a measure in quarters: 6/8 gives (3/2, 3/2), 5/8 (3/2, 1), 4/4 (1, 1, 1, 1)."""
        if len(self.beats) > 1:
            return tuple(beat * self.unit for beat in self.beats)
        count = self.beats[0]
        if self.is_compound:
            return (3 * self.unit,) * (count // 3)
        if self.beat_type >= 8 and count > 3:
            return _threes_and_twos(count, self.unit)
        if self.beat_type >= 8:
            return (count * self.unit,)
        return (self.unit,) * count

    @property
    def beat_onsets(self) -> tuple[Fraction, ...]:
        """Where the beats of a full measure begin, in quarters."""
        return _beat_onsets(self)

    def strength(self, position: Fraction) -> int:
        """The metrical strength of a position: 0 for the downbeat, then 1, 2, ... for weaker ones.

        1 is the middle of a measure of four beats (as in 4/4 or 12/8), or any beat of another measure;
        each halving of a beat adds one. A position on no binary level gets 99.
        """
        return _strength(self, position % self.duration)


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


@lru_cache(maxsize=4096)  # notation needs the same few positions many times
def _strength(time: TimeSignature, position: Fraction) -> int:
    if position == 0:
        return 0
    starts = _starts(time.groups)
    quadruple = len(time.groups) == 4 and len(set(time.groups)) == 1
    beat_level = 2 if quadruple else 1
    if position in starts:
        return 1 if quadruple and position == time.duration / 2 else beat_level
    start = max(place for place in starts if place < position)
    group = time.groups[starts.index(start)]
    return min(99, beat_level + _level_inside(position - start, group, time.unit))


@lru_cache(maxsize=256)  # asked for at every note
def _beat_onsets(time: TimeSignature) -> tuple[Fraction, ...]:
    return tuple(_starts(time.groups))


def _threes_and_twos(count: int, unit: Fraction) -> tuple[Fraction, ...]:
    threes = {0: count // 3, 1: count // 3 - 1, 2: count // 3}[count % 3]
    twos = (count - 3 * threes) // 2
    return (3 * unit,) * threes + (2 * unit,) * twos


def _starts(groups: tuple[Fraction, ...]) -> list[Fraction]:
    starts, position = [], Fraction(0)
    for group in groups:
        starts.append(position)
        position += group
    return starts


def _level_inside(offset: Fraction, group: Fraction, unit: Fraction) -> int:
    """Levels below the beat: a compound beat divides into its units first, then into halves."""
    step, level = group, 0
    if group > unit:
        if offset % unit == 0:
            return 1
        step, level = unit, 1
    while level < 12:
        step, level = step / 2, level + 1
        if offset % step == 0:
            return level
    return 99
