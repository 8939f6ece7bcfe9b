"""From the files of a corpus to tokens, one voice for each role of an ensemble."""

from __future__ import annotations

from dataclasses import dataclass

from scoregen.corpora.manifest import Corpus, CorpusPiece, Split
from scoregen.notation.files import read_score
from scoregen.score.elements import Score
from scoregen.score.ensemble import Ensemble, match_roles, role_slots
from scoregen.system.errors import ScoregenError
from scoregen.tokens.encode import encode
from scoregen.tokens.events import TokenScore


@dataclass(frozen=True, slots=True)
class Prepared:
    """What could be used, and for what could not be, why."""

    pieces: tuple[tuple[CorpusPiece, TokenScore], ...]
    refused: tuple[str, ...]


def prepare(corpus: Corpus, split: Split, ensemble: Ensemble) -> Prepared:
    """Every piece of a split in tokens; a piece that lacks a role or cannot be read is told of."""
    pieces, refused = [], []
    for piece in corpus.split(split):
        try:
            pieces.append((piece, piece_tokens(read_score(piece.path), ensemble)))
        except ScoregenError as error:
            refused.append(f"{piece.name}: {error}")
    return Prepared(tuple(pieces), tuple(refused))


def piece_tokens(score: Score, ensemble: Ensemble) -> TokenScore:
    """A score in tokens, voices in the order of the ensemble's roles; ScoregenError if one is missing."""
    matched = match_roles(score, ensemble)
    missing = [role.name for role in ensemble.roles if role.name not in matched]
    if missing:
        raise ScoregenError(f"no part was found for {', '.join(missing)}")
    return encode(score, slots=role_slots(score, [matched[role.name] for role in ensemble.roles]))
