"""Movements as columns of numbers, and the inverse.

Texts, events and headers repeat: a shard holds each once, and its columns refer to them by index. A movement of M
measures, S slices and V voices has M headers, S onsets in ticks and S x V events.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoregen.corpora.shards.values import ShardPiece, ShardSource
from scoregen.score.elements import Slot
from scoregen.tokens.event_tokens import event_of, event_tokens
from scoregen.tokens.events import Event, Header, Slice, TokenMeasure, TokenScore
from scoregen.tokens.text import header_from_object, header_object
from scoregen.tokens.vocabulary import vocabulary
from scoregen.tokens.voice_descriptions import VoiceDescription

Columns = Mapping[str, NDArray[Any]]

ROW = ("file", "about", "first_measure", "measures", "first_slice", "slices", "first_event", "voices")
"""The columns of a movement's row: its file, the text about it, and its stretches of the other columns."""
_DESCRIPTION = tuple(each.name for each in fields(VoiceDescription))


@dataclass(slots=True)
class ColumnWriter:
    """Collects the columns of movements."""

    texts: dict[str, int] = field(default_factory=dict)
    _events: dict[Event, int] = field(default_factory=dict)
    _rows: list[tuple[int, ...]] = field(default_factory=list)
    _slice_counts: list[int] = field(default_factory=list)
    _headers: list[int] = field(default_factory=list)
    _numbers: list[int] = field(default_factory=list)
    _onsets: list[int] = field(default_factory=list)
    _places: list[int] = field(default_factory=list)

    def text(self, text: str) -> int:
        """The index of a text."""
        return self.texts.setdefault(text, len(self.texts))

    def add(self, piece: ShardPiece, file: int) -> None:
        """Append a movement of the file with this index."""
        measures, before = piece.tokens.measures, (len(self._headers), len(self._onsets), len(self._places))
        for measure in measures:
            self._add_measure(measure)
        slices = len(self._onsets) - before[1]
        about = self.text(_json(_about(piece)))
        self._rows.append(
            (file, about, before[0], len(measures), before[1], slices, before[2], len(piece.tokens.slots))
        )

    def _add_measure(self, measure: TokenMeasure) -> None:
        head = header_object(measure.header)
        self._numbers.append(self.text(head.pop("number")))
        self._headers.append(self.text(_json(head)))
        self._slice_counts.append(len(measure.slices))
        ticks = vocabulary().ticks_per_quarter
        for piece in measure.slices:
            self._onsets.append(int(piece.onset * ticks))
            self._places += [self._events.setdefault(event, len(self._events)) for event in piece.events]

    def columns(self) -> dict[str, NDArray[Any]]:
        """The columns so far."""
        texts = [text.encode() for text in self.texts]
        words = [event_tokens(event) for event in self._events]
        return {
            "rows": np.array(self._rows, dtype=np.int64).reshape(-1, len(ROW)),
            "texts": np.frombuffer(b"".join(texts), dtype=np.uint8),
            "text_ends": np.array(list(accumulate(map(len, texts))), dtype=np.int64),
            "event_tokens": np.array([word for each in words for word in each], dtype=np.uint16),
            "event_ends": np.array(list(accumulate(map(len, words))), dtype=np.int64),
            "slice_counts": np.array(self._slice_counts, dtype=np.uint16),
            "headers": np.array(self._headers, dtype=np.int32),
            "numbers": np.array(self._numbers, dtype=np.int32),
            "onsets": np.array(self._onsets, dtype=np.uint16),
            "events": np.array(self._places, dtype=np.uint16 if len(words) < 1 << 16 else np.int32),
        }


def text_at(columns: Columns, index: int) -> str:
    """A text by its index; IndexError for one that does not exist."""
    return _stretch(columns["texts"], columns["text_ends"], index).tobytes().decode()


def read_piece(columns: Columns, row: int, source: ShardSource) -> ShardPiece:
    """A movement by its row. KeyError, ValueError, IndexError or TypeError for columns that contradict each other."""
    place = dict(zip(ROW, columns["rows"][row].tolist(), strict=True))
    about = json.loads(text_at(columns, place["about"]))
    slots = tuple(Slot(str(part), int(staff), int(voice)) for part, staff, voice in about["slots"])
    descriptions = tuple(
        VoiceDescription(**dict(zip(_DESCRIPTION, values, strict=True))) for values in about["descriptions"]
    )
    reasons = {int(index): str(reason) for index, reason in about["refused"].items()}
    tokens = TokenScore(slots, _measures(columns, place))
    return ShardPiece(str(about["name"]), tokens, descriptions, reasons, source)


def _measures(columns: Columns, place: Mapping[str, int]) -> tuple[TokenMeasure, ...]:
    own = slice(place["first_measure"], place["first_measure"] + place["measures"])
    counts, headers, numbers = (columns[name][own].tolist() for name in ("slice_counts", "headers", "numbers"))
    slices = _slices(columns, place)
    if sum(counts) != len(slices) or len(counts) != place["measures"]:
        raise ValueError(f"{place['measures']} measures have {sum(counts)} slices, not {len(slices)}")
    ends = list(accumulate(counts))
    return tuple(
        TokenMeasure(_header(text_at(columns, header), text_at(columns, number)), tuple(slices[end - count : end]))
        for count, end, header, number in zip(counts, ends, headers, numbers, strict=True)
    )


def _slices(columns: Columns, place: Mapping[str, int]) -> list[Slice]:
    count, voices = place["slices"], place["voices"]
    onsets = columns["onsets"][place["first_slice"] : place["first_slice"] + count]
    ids = columns["events"][place["first_event"] : place["first_event"] + count * voices].reshape(count, voices)
    events = {
        index: _event(tuple(_stretch(columns["event_tokens"], columns["event_ends"], index).tolist()))
        for index in np.unique(ids).tolist()
    }
    return [
        Slice(_quarters(onset), tuple([events[index] for index in row]))
        for onset, row in zip(onsets.tolist(), ids.tolist(), strict=True)
    ]


def _stretch(values: NDArray[Any], ends: NDArray[Any], index: int) -> NDArray[Any]:
    """The stretch of a column with this index, by the ends of the stretches."""
    if not 0 <= index < len(ends):
        raise IndexError(f"{index} of {len(ends)}")
    return values[int(ends[index - 1]) if index else 0 : int(ends[index])]


@lru_cache(maxsize=65536)  # a corpus repeats a few thousand events; equal ones share their memory
def _event(ids: tuple[int, ...]) -> Event:
    return event_of(ids)


@lru_cache(maxsize=4096)
def _quarters(ticks: int) -> Fraction:
    return Fraction(ticks, vocabulary().ticks_per_quarter)


@lru_cache(maxsize=4096)
def _header(text: str, number: str) -> Header:
    return header_from_object(json.loads(text) | {"number": number})


def _about(piece: ShardPiece) -> dict[str, Any]:
    descriptions: Sequence[list[Any]] = [list(asdict(each).values()) for each in piece.descriptions]
    return {
        "name": piece.name,
        "slots": [list(slot) for slot in piece.tokens.slots],
        "descriptions": descriptions,
        "refused": {str(index): reason for index, reason in piece.reasons.items()},
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
