"""From a file of any ensemble to its movements in tokens, one column for every pitched voice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scoregen.corpora.reading.movements import movement_spans
from scoregen.corpora.shards import ShardPiece, ShardSource
from scoregen.notation.files import read_score_by_measures
from scoregen.score.elements import Score
from scoregen.system.errors import RefusedError
from scoregen.tokens.encode import encode_measures, pitched_slots
from scoregen.tokens.grammar import check
from scoregen.tokens.voice_descriptions import describe_voices

MOST_REFUSED = 0.5
"""The share of its measures that may be refused in a movement that is kept."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A score, and for each measure that its reader could not read as a whole the reason, by index."""

    score: Score
    refused: Mapping[int, str]


def read_file(path: Path) -> Reading:
    """A file in any format of `read_score`, and with its errors."""
    return Reading(*read_score_by_measures(path))


def score_pieces(reading: Reading, source: ShardSource) -> tuple[ShardPiece, ...]:
    """The movements of a score that have a pitched voice and few refused measures, at least one.

    A movement of several has its number after the name of the file: `quartet.mxl#2`. RefusedError if there is none,
    ReadError if one breaks the grammar of tokens, which is a fault of a reader.
    """
    spans = list(movement_spans(reading.score))
    every = []
    for number, (begin, end) in enumerate(spans, 1):
        unread = {index - begin: reason for index, reason in reading.refused.items() if begin <= index < end}
        name = f"{source.file}#{number}" if len(spans) > 1 else source.file
        every.append(_piece(reading.score.excerpt(begin, end), unread, name, source))
    kept = tuple(piece for piece in every if piece.tokens.slots and _is_sound(piece))
    if not kept:
        raise _nothing_kept(every)
    return kept


def _piece(movement: Score, unread: Mapping[int, str], name: str, source: ShardSource) -> ShardPiece:
    slots = pitched_slots(movement)
    tokens, refused = encode_measures(movement, slots)
    check(tokens)
    reasons = dict(sorted((refused | dict(unread)).items()))
    return ShardPiece(name, tokens, describe_voices(movement, slots), reasons, source)


def _is_sound(piece: ShardPiece) -> bool:
    return len(piece.reasons) <= MOST_REFUSED * len(piece.tokens.measures)


def _nothing_kept(pieces: Sequence[ShardPiece]) -> RefusedError:
    reasons = [reason for piece in pieces for reason in piece.reasons.values()]
    measures = sum(len(piece.tokens.measures) for piece in pieces)
    if not reasons:
        return RefusedError("found no pitched voice; expected one")
    return RefusedError(f"{len(reasons)} of {measures} measures are refused; the first: {reasons[0]}")
