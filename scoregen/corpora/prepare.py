"""Encodes the files of a corpus, one voice for each role of an ensemble."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace

from scoregen.corpora.manifest import Corpus, CorpusPiece, Split
from scoregen.notation.files import read_score
from scoregen.score.elements import Part, Score
from scoregen.score.ensemble import Ensemble, match_roles, role_slots
from scoregen.score.instruments import family_of
from scoregen.system.errors import ScoregenError
from scoregen.tokens.encode import encode
from scoregen.tokens.events import TokenScore


@dataclass(frozen=True, slots=True)
class Prepared:
    """The usable pieces in tokens, and a reason for each other piece."""

    pieces: tuple[tuple[CorpusPiece, TokenScore], ...]
    refused: tuple[str, ...]


def prepare(corpus: Corpus, split: Split, ensemble: Ensemble) -> Prepared:
    """Encode every piece of a split. `refused` lists those that cannot be read, lack a role or have further voices."""
    pieces, refused = [], []
    for piece in corpus.split(split):
        try:
            score = read_score(piece.path)
            if not corpus.is_split:  # a manifest has chosen its pieces, two of Bach's five-part chorales among them
                _expect_no_other_voice(score, ensemble)
            pieces.append((piece, piece_tokens(score, ensemble)))
        except ScoregenError as error:
            place = replace(error.place, file=piece.name)
            refused.append(str(ScoregenError(error.message, place)))
    return Prepared(tuple(pieces), tuple(refused))


def further_voice(score: Score, matched: Container[str]) -> Part | None:
    """A sung part beside those that are matched to roles, by id: without it the others are another piece."""
    return next((part for part in score.parts if part.id not in matched and family_of(part) == "voice"), None)


def _expect_no_other_voice(score: Score, ensemble: Ensemble) -> None:
    matched = set(match_roles(score, ensemble).values())
    other = further_voice(score, matched)
    if other is not None and len(matched) == len(ensemble.roles):
        raise ScoregenError(
            f"found a further sung part, {other.name}; expected one for each role of {ensemble.name} and no other"
        )


def piece_tokens(score: Score, ensemble: Ensemble) -> TokenScore:
    """A score in tokens, with voices in the order of the roles. ScoregenError if a role has no part."""
    matched = match_roles(score, ensemble)
    missing = [role.name for role in ensemble.roles if role.name not in matched]
    if missing:
        raise ScoregenError(f"found no part for {', '.join(missing)}; expected one for each role of {ensemble.name}")
    return encode(score, slots=role_slots(score, [matched[role.name] for role in ensemble.roles]))
