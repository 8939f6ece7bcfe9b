"""The frames of measures: where barlines stand, the metre, the key that is written and the one that spells."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.notation.midi.measures.spelling import pitch_class_weights, spelling_key
from scoregen.notation.midi.measures.timed_notes import TimedNote
from scoregen.notation.musicxml.tree import MAX_MEASURES
from scoregen.score.keys import Key, KeySignature
from scoregen.score.metre import TimeSignature

_C_MAJOR = Key(0, "major")


@dataclass(frozen=True, slots=True)
class Column:
    """The frame of a measure: onset and end in quarters; `start` is its position in the full metre.

    `key` is the signature that is written, and `spelling` the key by which its notes are spelled.
    """

    onset: Fraction
    end: Fraction
    time: TimeSignature
    key: KeySignature
    number: str
    spelling: Key = _C_MAJOR

    @property
    def duration(self) -> Fraction:
        return self.end - self.onset

    @property
    def start(self) -> Fraction:
        return self.time.duration - self.duration if self.number == "0" else Fraction(0)


def measure_columns(
    times: Mapping[Fraction, TimeSignature], keys: Mapping[Fraction, KeySignature], end: Fraction
) -> tuple[Column, ...]:
    """The measures up to `end`. A new signature begins a measure; a short first measure is an anacrusis.

    Raises ValueError for more measures than are read.
    """
    changes = sorted({Fraction(0): TimeSignature((4,), 4), **times}.items())
    spans: list[tuple[Fraction, Fraction, TimeSignature]] = []
    for index, (onset, time) in enumerate(changes):
        limit = changes[index + 1][0] if index + 1 < len(changes) else max(end, onset + time.duration)
        last = index + 1 == len(changes)
        while onset < limit and (onset < end or not spans):
            if len(spans) == MAX_MEASURES:
                raise ValueError(f"the music has more than {MAX_MEASURES} measures")
            stop = onset + time.duration
            spans.append((onset, stop if last else min(stop, limit), time))
            onset = stop
    return tuple(_number_measures(_with_anacrusis(spans), keys))


def _with_anacrusis(
    spans: list[tuple[Fraction, Fraction, TimeSignature]],
) -> list[tuple[Fraction, Fraction, TimeSignature]]:
    """Give a first measure that is shorter than the second's signature that signature."""
    if len(spans) > 1 and spans[0][1] - spans[0][0] < spans[1][2].duration:
        spans[0] = (spans[0][0], spans[0][1], spans[1][2])
    return spans


def _number_measures(
    spans: list[tuple[Fraction, Fraction, TimeSignature]], keys: Mapping[Fraction, KeySignature]
) -> Iterator[Column]:
    short = len(spans) > 1 and spans[0][1] - spans[0][0] < spans[0][2].duration
    starts = sorted(keys)
    for index, (onset, end, time) in enumerate(spans):
        known = bisect_right(starts, onset)
        key = keys[starts[known - 1]] if known else KeySignature(0)
        yield Column(onset, end, time, key, str(index if short else index + 1))


def with_spelling(
    columns: Sequence[Column], keys: Mapping[Fraction, KeySignature], notes: Sequence[TimedNote]
) -> tuple[Column, ...]:
    """The columns with the key that spells the notes of their key signature's region."""
    starts = sorted({Fraction(0), *keys})
    regions: list[list[tuple[int, Fraction]]] = [[] for _ in starts]
    for note in notes:
        if not note.drum:
            regions[bisect_right(starts, note.onset) - 1].append((note.pitch, note.end - note.onset))
    found = [
        spelling_key(keys.get(start, None), pitch_class_weights(region))
        for start, region in zip(starts, regions, strict=True)
    ]
    return tuple(replace(column, spelling=found[bisect_right(starts, column.onset) - 1]) for column in columns)


def column_at(place: Fraction, columns: Sequence[Column]) -> int:
    """The index of the measure at a place; the end of the score belongs to the last."""
    return max(bisect_right(columns, place, key=lambda column: column.onset) - 1, 0)
