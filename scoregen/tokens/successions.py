"""Successions of sonorities in a corpus: how often one follows another, by place in the phrase and degree of the bass.

A sonority is the set of intervals over the lowest voice, as bits. An *outcome* is the motion of the bass in semitones
within an octave, and the sonority that follows. Everything is relative to the bass or to the key signature, so that a
transposed succession is the same one. The table holds counts of single steps, in no order, not the music.

The chance of an outcome is the mean of three n-gram models with the smoothing of Witten and Bell (1991), which look
at the degree of the bass, at the sonority before last, and at the nearness of the end of the phrase.

T slices, V voices, K outcomes, N rows of the table.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from scoregen.score.metre import TimeSignature
from scoregen.system.errors import ReadError
from scoregen.tokens.events import Header, TokenScore
from scoregen.tokens.sonorities import SILENT, Sonorities, sonorities, whole_ticks
from scoregen.tokens.vocabulary import vocabulary

Ints = NDArray[np.int64]
Chances = NDArray[np.float64]

AT_END, LAST_BEAT, NEAR_END, FAR = 3, 2, 1, 0
"""The nearness of the end of the phrase: there, within a quarter, within two, further."""
FIELDS = ("on_beat", "nearness", "degree", "motion_before", "before_last", "last", "motion", "sonority")
CHAINS = (
    ("on_beat", "last", "degree"),
    ("on_beat", "last", "motion_before", "before_last"),
    ("on_beat", "nearness", "degree", "last"),
)
"""The contexts of the three models, from the first that counts to the last."""
UNKNOWN = 4096
"""In place of the sonority before the first."""
_MAGIC = b"scoregen successions 1\n"
_SIZES = (2, AT_END + 1, 12, 12, UNKNOWN + 1, UNKNOWN + 1, 12, UNKNOWN)
"""The number of values of each field."""
_COLUMN = {name: index for index, name in enumerate(FIELDS)}

KEPT_CONTEXTS = 8192
"""The contexts whose chances are kept at most; a long piece meets many more."""


@dataclass(frozen=True, slots=True)
class Places:
    """By tick from the start of a piece: whether a beat begins, and the nearness of the end of the phrase; by measure,
    the tonic of the key signature's major key as a pitch class."""

    on_beat: Ints
    nearness: Ints
    tonic: Ints


@dataclass(frozen=True, slots=True, eq=False)
class _Context:
    """The rows of the table with a context, and the chances [K] after it."""

    rows: Ints
    chances: Chances


@dataclass(frozen=True, slots=True, eq=False)
class SuccessionTable:
    """rows: [N, 8] the fields of each succession (FIELDS); counts: [N]; outcomes: [K, 2] motion and sonority."""

    rows: Ints
    counts: Ints | Chances
    outcomes: Ints
    _outcome: Ints  # [N] the outcome of each row
    _places: dict[tuple[int, int], int] = field(repr=False)  # the index of each outcome
    _chances: dict[tuple[int, ...], Chances] = field(repr=False)
    _contexts: dict[tuple[int, ...], _Context] = field(repr=False)

    @classmethod
    def of(cls, pieces: Iterable[TokenScore]) -> SuccessionTable:
        """The successions of a corpus."""
        found = [piece_successions(sonorities(tokens), places(headers(tokens)))[0] for tokens in pieces]
        if not found:
            return cls.of_rows(np.zeros((0, len(FIELDS)), dtype=np.int64), np.zeros(0, dtype=np.int64))
        return cls.of_rows(*np.unique(np.concatenate(found), axis=0, return_counts=True))

    @classmethod
    def of_rows(cls, rows: Ints, counts: Ints | Chances) -> SuccessionTable:
        outcomes, outcome = np.unique(rows[:, -2:], axis=0, return_inverse=True)
        places = {(motion, sonority): index for index, (motion, sonority) in enumerate(outcomes.tolist())}
        return cls(rows, counts, outcomes, outcome.reshape(-1), places, {}, {})

    def chances(self, context: Sequence[int]) -> Chances:
        """[K] the probability of each outcome; `context` are the fields without the last two."""
        key = tuple(context)
        found = self._chances.get(key)
        if found is None:
            if len(self._chances) >= KEPT_CONTEXTS:
                self._chances.clear()
            mixed = np.stack([self._chain(number, key) for number in range(len(CHAINS))])
            found = self._chances[key] = mixed.mean(0)
        return found

    def nats(self, rows: Ints) -> Chances:
        """[T] -log p of the successions of a piece (`piece_successions`); an unknown outcome gets the least chance."""
        least = 1 / (len(self.outcomes) + 1) / max(1, self.counts.sum())
        chances = [
            self.chances(row[:-2])[place] if (place := self._places.get((row[-2], row[-1]))) is not None else least
            for row in rows.tolist()
        ]
        nats: Chances = -np.log(np.maximum(chances, least))
        return nats

    def _chain(self, number: int, context: tuple[int, ...]) -> Chances:
        return self._model(number, tuple(context[_COLUMN[name]] for name in CHAINS[number])).chances

    def _model(self, number: int, prefix: tuple[int, ...]) -> _Context:
        """A context of one of the models; with no rows it is as the one before its last field."""
        key = (number, *prefix)
        found = self._contexts.get(key)
        if found is None:
            if len(self._contexts) >= KEPT_CONTEXTS:
                self._contexts.clear()
            found = self._contexts[key] = (
                self._extended(number, prefix)
                if prefix
                else self._smoothed(
                    np.arange(len(self.rows)), np.full(len(self.outcomes), 1 / max(1, len(self.outcomes)))
                )
            )
        return found

    def _extended(self, number: int, prefix: tuple[int, ...]) -> _Context:
        shorter = self._model(number, prefix[:-1])
        column = _COLUMN[CHAINS[number][len(prefix) - 1]]
        return self._smoothed(shorter.rows[self.rows[shorter.rows, column] == prefix[-1]], shorter.chances)

    def _smoothed(self, rows: Ints, chances: Chances) -> _Context:
        if not len(rows):
            return _Context(rows, chances)
        counts = np.bincount(self._outcome[rows], self.counts[rows], len(self.outcomes))
        kinds = np.count_nonzero(counts)
        return _Context(rows, (counts + kinds * chances) / (counts.sum() + kinds))

    def merged(self, other: SuccessionTable, times: float) -> SuccessionTable:
        """This table with the counts of another one, multiplied."""
        rows, places = np.unique(np.concatenate([self.rows, other.rows]), axis=0, return_inverse=True)
        counts = np.concatenate([self.counts, other.counts * times])
        return SuccessionTable.of_rows(rows, np.bincount(places.reshape(-1), counts, len(rows)))

    def to_bytes(self) -> bytes:
        """The content of a file, with counts of 65535 at most."""
        header = json.dumps({"rows": len(self.rows)}).encode()
        return _MAGIC + header + b"\n" + self.rows.astype("<u2").tobytes() + self._whole_counts.tobytes()

    @property
    def _whole_counts(self) -> NDArray[np.uint16]:
        return np.clip(np.rint(self.counts), 1, 2**16 - 1).astype("<u2")

    @classmethod
    def from_bytes(cls, data: bytes) -> SuccessionTable:
        """The inverse of `to_bytes`; ReadError if the data is no such table."""
        if not data.startswith(_MAGIC):
            raise ReadError("found no table of successions")
        header, _, body = data.removeprefix(_MAGIC).partition(b"\n")
        count = int(json.loads(header)["rows"])
        if count < 0:
            raise ReadError(f"found {count} successions")
        values = np.frombuffer(body, "<u2").astype(np.int64)
        if len(values) != count * (len(FIELDS) + 1):
            raise ReadError(f"found {len(values)} numbers in a table of {count} successions")
        rows, counts = values[: len(values) - count].reshape(count, len(FIELDS)), values[len(values) - count :]
        if (rows >= np.array(_SIZES)).any() or (counts < 1).any():
            raise ReadError("found a succession that does not exist")
        return cls.of_rows(rows, counts)


def places(measures: Sequence[Header]) -> Places:
    """The places of a piece."""
    per_quarter = vocabulary().ticks_per_quarter
    ends: list[int] = []
    beats: list[int] = []
    start = 0
    for header in measures:
        ends += [start + whole_ticks(end) for end in header.phrase_ends]
        beats += [start + tick for tick in _beats(header.time, header.start, header.duration)]
        start += whole_ticks(header.duration)
    on_beat = np.zeros(start + 1, dtype=np.int64)
    on_beat[beats] = 1
    nearness = np.zeros_like(on_beat)
    for end in ends:
        nearness[max(0, end - 2 * per_quarter) : end] = NEAR_END
    for end in ends:
        nearness[max(0, end - per_quarter) : end] = LAST_BEAT
    nearness[ends] = AT_END
    return Places(on_beat, nearness, np.array([7 * header.key.fifths % 12 for header in measures]))


def piece_successions(piece: Sonorities, where: Places) -> tuple[Ints, Ints]:
    """[T, 8] the successions of a piece, and [T] the index of the slice that each reaches; none where the lowest voice
    rests."""
    rows: list[tuple[int, ...]] = []
    last, before_last = (UNKNOWN, 0), (UNKNOWN, 0)
    reached: list[int] = []
    sets, basses = sets_over_lowest(piece.pitches).tolist(), (piece.pitches[:, -1] % 12).tolist()
    for index, (onset, measure) in enumerate(zip(piece.onset.tolist(), piece.measure.tolist(), strict=True)):
        here = sets[index], basses[index]
        if not here[0]:
            continue
        if last[0] != UNKNOWN:
            place = (int(where.on_beat[onset]), int(where.nearness[onset]))
            reached.append(index)
            rows.append(
                (*place, *context_of(last, before_last, int(where.tonic[measure])), (here[1] - last[1]) % 12, here[0])
            )
        if here != last:
            last, before_last = here, last
    return np.array(rows, dtype=np.int64).reshape(-1, len(FIELDS)), np.array(reached, dtype=np.int64)


def context_of(last: tuple[int, int], before_last: tuple[int, int], tonic: int) -> tuple[int, int, int, int]:
    """Degree, motion before, sonority before last and last sonority, from two sonorities with their bass."""
    motion = 0 if before_last[0] == UNKNOWN else (last[1] - before_last[1]) % 12
    return (last[1] - tonic) % 12, motion, before_last[0], last[0]


def sets_over_lowest(pitches: Ints) -> Ints:
    """[T] the sonorities [T, V] over the last voice as bits; 0 where it rests."""
    lowest = pitches[:, -1:]
    bits = np.where(pitches == SILENT, 0, 1 << ((pitches - lowest) % 12))
    result: Ints = np.where(lowest[:, 0] == SILENT, 0, np.bitwise_or.reduce(bits, axis=1))
    return result


@lru_cache(maxsize=256)
def _beats(time: TimeSignature, start: Fraction, duration: Fraction) -> tuple[int, ...]:
    """The ticks of the beats in a measure that begins at `start` in its metre."""
    return tuple(whole_ticks(beat - start) for beat in time.beat_onsets if start <= beat < start + duration)


def headers(tokens: TokenScore) -> list[Header]:
    """The headers of the measures."""
    return [measure.header for measure in tokens.measures]
