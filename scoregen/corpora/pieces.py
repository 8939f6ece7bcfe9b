"""From a file of any ensemble to its movements in tokens, one column for every pitched voice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scoregen.corpora.movements import movements
from scoregen.corpora.shards import ShardPiece, ShardSource
from scoregen.notation.files import read_score
from scoregen.score.elements import Score
from scoregen.tokens.encode import encode_measures, pitched_slots
from scoregen.tokens.voice_descriptions import describe_voices


def read_pieces(path: Path, source: ShardSource) -> tuple[ShardPiece, ...]:
    """The movements of a file. ReadError, RefusedError or ToolError if the file cannot be read at all."""
    return tuple(score_pieces(read_score(path), source))


def score_pieces(score: Score, source: ShardSource) -> Iterator[ShardPiece]:
    """The movements of a score that have a pitched voice.

    A movement of several has its number after the name of the file: `quartet.mxl#2`.
    """
    found = list(movements(score))
    for number, movement in enumerate(found, 1):
        slots = pitched_slots(movement)
        if slots:
            name = f"{source.file}#{number}" if len(found) > 1 else source.file
            tokens, refused = encode_measures(movement, slots)
            yield ShardPiece(name, tokens, describe_voices(movement, slots), refused, source)
