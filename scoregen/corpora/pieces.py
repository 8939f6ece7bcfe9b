"""From a file of any ensemble to its movements in tokens, one column for every pitched voice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scoregen.corpora.movements import movement_spans
from scoregen.corpora.shards import ShardPiece, ShardSource
from scoregen.notation.files import read_score_by_measures
from scoregen.score.elements import Score
from scoregen.tokens.encode import encode_measures, pitched_slots
from scoregen.tokens.voice_descriptions import describe_voices

MOST_REFUSED = 0.5
"""The share of its measures that may be refused in a movement that is kept."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A score, and for each measure that its reader could not read as a whole the reason, by index."""

    score: Score
    refused: Mapping[int, str]


def read_file(path: Path) -> Reading:
    """A file of any notation. ReadError, RefusedError or ToolError if it cannot be read at all."""
    return Reading(*read_score_by_measures(path))


def score_pieces(reading: Reading, source: ShardSource) -> Iterator[ShardPiece]:
    """The movements of a score that have a pitched voice and few refused measures.

    A movement of several has its number after the name of the file: `quartet.mxl#2`.
    """
    spans = list(movement_spans(reading.score))
    for number, (begin, end) in enumerate(spans, 1):
        movement = reading.score.excerpt(begin, end)
        unread = {index - begin: reason for index, reason in reading.refused.items() if begin <= index < end}
        name = f"{source.file}#{number}" if len(spans) > 1 else source.file
        yield from _piece(movement, unread, name, source)


def _piece(movement: Score, unread: Mapping[int, str], name: str, source: ShardSource) -> Iterator[ShardPiece]:
    slots = pitched_slots(movement)
    tokens, refused = encode_measures(movement, slots)
    reasons = dict(sorted((refused | dict(unread)).items()))
    if slots and len(reasons) <= MOST_REFUSED * len(movement.measures):
        yield ShardPiece(name, tokens, describe_voices(movement, slots), reasons, source)
