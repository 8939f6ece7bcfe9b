"""Encodes the files of a corpus, one voice for each role of an ensemble."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scoregen.corpora.manifest import Corpus, CorpusPiece, Split
from scoregen.notation.files import read_score
from scoregen.score.elements import Score
from scoregen.score.ensemble import Ensemble, match_roles, role_slots
from scoregen.system.errors import ScoregenError
from scoregen.tokens.encode import encode
from scoregen.tokens.events import TokenScore


@dataclass(frozen=True, slots=True)
class Prepared:
    """The usable pieces in tokens, and a reason for each other piece."""

    pieces: tuple[tuple[CorpusPiece, TokenScore], ...]
    refused: tuple[str, ...]


def prepare(corpus: Corpus, split: Split, ensemble: Ensemble) -> Prepared:
    """Encode every piece of a split. A piece that lacks a role or cannot be read is listed in `refused`."""
    pieces, refused = [], []
    for piece in corpus.split(split):
        try:
            pieces.append((piece, piece_tokens(read_score(piece.path), ensemble)))
        except ScoregenError as error:
            place = replace(error.place, file=piece.name)
            refused.append(str(ScoregenError(error.message, place)))
    return Prepared(tuple(pieces), tuple(refused))


def piece_tokens(score: Score, ensemble: Ensemble) -> TokenScore:
    """A score in tokens, with voices in the order of the roles. ScoregenError if a role has no part."""
    matched = match_roles(score, ensemble)
    missing = [role.name for role in ensemble.roles if role.name not in matched]
    if missing:
        raise ScoregenError(f"found no part for {', '.join(missing)}; expected one for each role of {ensemble.name}")
    return encode(score, slots=role_slots(score, [matched[role.name] for role in ensemble.roles]))
