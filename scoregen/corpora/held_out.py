"""What a folder of scores keeps from training: pieces, or of one or two pieces the last measures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from scoregen.corpora.manifest import Corpus, CorpusPiece, Split, name_hash
from scoregen.tokens.events import Event, Slice, TokenMeasure, TokenScore

SHARE, LEAST, MOST = 0.75, 0.6, 0.85
"""The share of the measures before the cut: the aim, and its bounds."""
SHORTEST = 4
"""The fewest measures of a piece that is cut."""
FEW = 20
"""Pieces of a folder below which none is kept for testing."""
MOST_PIECES = 5
"""One of so many pieces, at most, is for validation: a few files have hashes that are alike by chance."""

T = TypeVar("T")
Usable = Sequence[tuple[CorpusPiece, T]]
"""What was read of each file that can be used."""


def splits_to_read(corpus: Corpus) -> tuple[Split, ...]:
    """The splits that a run reads: a folder without a manifest that has few pieces keeps none for testing."""
    keeps_none = not corpus.is_split and len(corpus.pieces) < FEW
    return ("train", "valid", "test") if keeps_none else ("train", "valid")


def sides(usable: Usable[T], *, is_split: bool) -> tuple[list[tuple[CorpusPiece, T]], list[tuple[CorpusPiece, T]]]:
    """What is for training and what is for validation, at least one file of each if there are two.

    A manifest (`is_split`) is followed; otherwise the names of the files decide.
    """
    if is_split or len(usable) < 2:
        valid = [piece.name for piece, _ in usable if piece.split == "valid"]
    else:
        valid = _held_out([piece for piece, _ in usable])
        usable = sorted(usable, key=lambda item: item[0].name)
    return (
        [item for item in usable if item[0].name not in valid],
        [item for item in usable if item[0].name in valid],
    )


def _held_out(pieces: Sequence[CorpusPiece]) -> list[str]:
    """The files of a folder that are for validation, by the hashes of their names."""
    by_hash = sorted(pieces, key=lambda piece: name_hash(piece.path.name))
    valid = [piece.name for piece in by_hash if piece.split == "valid"] or [by_hash[0].name]
    if len(valid) == len(pieces):
        valid = valid[1:]
    return valid[: max(1, len(pieces) // MOST_PIECES)]


def cut_each(pieces: Sequence[T], cut: Callable[[T], tuple[T, T] | None]) -> tuple[tuple[T, ...], tuple[T, ...]] | None:
    """The first halves of all pieces, and the second ones; None without a piece, and if one cannot be cut."""
    halves = [half for piece in pieces if (half := cut(piece))]
    if not halves or len(halves) < len(pieces):
        return None
    train, valid = zip(*halves, strict=True)
    return train, valid


def cut_in_two(tokens: TokenScore) -> tuple[TokenScore, TokenScore] | None:
    """The first three quarters of a piece and the rest; None for a piece of less than four measures.

    The cut is at a barline that no note sounds across if there is one near, best after the end of a phrase. A note
    that does sound across it is attacked again.
    """
    count = len(tokens.measures)
    if count < SHORTEST:
        return None
    sounding = [_sounding_before(tokens, index) for index in range(count)]
    places = [index for index in range(1, count) if LEAST <= index / count <= MOST] or [round(SHARE * count)]
    cut = min(places, key=lambda index: (_cost(tokens.measures, index), abs(index / count - SHARE)))
    rest = (_opened(tokens.measures[cut], sounding[cut]), *tokens.measures[cut + 1 :])
    return replace(tokens, measures=tokens.measures[:cut]), replace(tokens, measures=rest)


def _cost(measures: Sequence[TokenMeasure], index: int) -> int:
    """0 for a cut after a phrase end, 1 for one between notes, 2 for one through a note."""
    if any(event.kind == "hold" or event.tied for event in measures[index].slices[0].events):
        return 2
    return 0 if measures[index - 1].header.phrase_ends else 1


def _sounding_before(tokens: TokenScore, index: int) -> list[Event]:
    """The last event of each voice before a measure that is no hold."""
    last = [Event("rest")] * len(tokens.slots)
    for measure in tokens.measures[:index]:
        for piece in measure.slices:
            last = [before if event.kind == "hold" else event for event, before in zip(piece.events, last, strict=True)]
    return last


def _opened(measure: TokenMeasure, sounding: Sequence[Event]) -> TokenMeasure:
    """A measure as the first of a piece: what is held into it begins there."""
    first = measure.slices[0]
    events = tuple(
        replace(before if event.kind == "hold" else event, tied=())
        for event, before in zip(first.events, sounding, strict=True)
    )
    return replace(measure, slices=(Slice(first.onset, events), *measure.slices[1:]))
