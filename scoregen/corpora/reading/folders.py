"""The movements of a folder of scores for any ensemble, in memory: to train on, and to measure with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scoregen.corpora.held_out import cut_each, cut_in_two, sides, splits_to_read
from scoregen.corpora.manifest import Corpus, CorpusPiece, checksum
from scoregen.corpora.prepare import further_voice
from scoregen.corpora.reading.kern_score import read_kern_reading
from scoregen.corpora.reading.pieces import Reading, read_file, score_pieces
from scoregen.corpora.shards import ShardPiece, ShardSource
from scoregen.score.elements import Part, Score
from scoregen.score.ensemble import Ensemble, match_roles, recognise_ensemble
from scoregen.score.instruments import family_of, instrument_named
from scoregen.system.errors import ScoregenError

ANY = "any"
"""The ensemble of scores that have no common one."""
SAMPLED = 9
"""Files that are looked at to tell the ensemble of a folder."""
_UNTOLD = ("voice", "other", "keyboard")
"""The families of a part that names no instrument; a piano is what programs play if nothing is said."""


@dataclass(frozen=True, slots=True)
class FolderMovements:
    """The movements for training and for validation, and the files left out, each with the reason.

    `is_cut`: of one or two movements the last measures are for validation.
    """

    train: tuple[ShardPiece, ...]
    valid: tuple[ShardPiece, ...]
    refused: tuple[str, ...]
    is_cut: bool = False


def read_for_training(path: Path) -> Reading:
    """A file of any notation. ReadError, RefusedError or ToolError if it cannot be read at all."""
    return read_kern_reading(path) if path.suffix.lower() == ".krn" else read_file(path)


def ensemble_of(corpus: Corpus, choir: Ensemble) -> str:
    """The name of the ensemble that most scores of a corpus are for, by a few of them; ANY without a common one.

    Scores with a sung part for each role of `choir` are for it, whatever is played beside them. So is a corpus of which
    no score can be read, of which reading will tell the faults.
    """
    count = min(SAMPLED, len(corpus.pieces))
    chosen = [corpus.pieces[number * len(corpus.pieces) // count] for number in range(count)]
    found = Counter(name for piece in chosen if (name := _ensemble_name(piece, choir)) is not None)
    return found.most_common(1)[0][0] if found else choir.name


def _ensemble_name(piece: CorpusPiece, choir: Ensemble) -> str | None:
    """The name of the ensemble of a file, None if it cannot be read."""
    try:
        score = read_for_training(piece.path).score
    except ScoregenError:
        return None
    if is_sung_by(score, choir):
        return choir.name
    recognised = recognise_ensemble(score)
    return recognised.name if recognised else ANY


def is_sung_by(score: Score, choir: Ensemble) -> bool:
    """Whether a score has a part for each role of a choir, none of which names an instrument, and no further voice."""
    matched = set(match_roles(score, choir).values())
    return (
        len(matched) == len(choir.roles)
        and all(_is_sung(part) for part in score.parts if part.id in matched)
        and further_voice(score, matched) is None
    )


def _is_sung(part: Part) -> bool:
    family = family_of(part)
    return family == "voice" or (part.staves == 1 and instrument_named(part.name) is None and family in _UNTOLD)


def read_movements(corpus: Corpus, ensemble: Ensemble | None = None) -> FolderMovements:
    """The movements of a corpus; with an `ensemble` only of files that have a part for each of its roles.

    Of three files or more some are for validation, of fewer a movement, or the last measures of one or two movements.
    """
    usable: list[tuple[CorpusPiece, tuple[ShardPiece, ...]]] = []
    refused: list[str] = []
    for piece in (each for split in splits_to_read(corpus) for each in corpus.split(split)):
        try:
            usable.append((piece, _movements(piece, corpus, ensemble)))
        except ScoregenError as error:
            refused.append(str(ScoregenError(error.message, replace(error.place, file=piece.name))))
    every = [movement for _, movements in usable for movement in movements]
    if corpus.is_split or len(usable) > 2:
        train, valid = (_joined(side) for side in sides(usable, is_split=corpus.is_split))
    elif len(every) > 2:
        train, valid = tuple(every[:-1]), (every[-1],)
    else:
        return _cut(every, tuple(refused))
    return FolderMovements(train, valid, tuple(refused))


def _movements(piece: CorpusPiece, corpus: Corpus, ensemble: Ensemble | None) -> tuple[ShardPiece, ...]:
    reading = read_for_training(piece.path)
    if ensemble is not None:
        matched = match_roles(reading.score, ensemble)
        missing = [role.name for role in ensemble.roles if role.name not in matched]
        if missing:
            raise ScoregenError(
                f"found no part for {', '.join(missing)}; expected one for each role of {ensemble.name}"
            )
    source = ShardSource(piece.name, checksum(piece.path), piece.split, corpus.name, corpus.name, piece.licence)
    return score_pieces(reading, source)


def _joined(side: Sequence[tuple[CorpusPiece, tuple[ShardPiece, ...]]]) -> tuple[ShardPiece, ...]:
    return tuple(movement for _, movements in side for movement in movements)


def _cut(movements: Sequence[ShardPiece], refused: tuple[str, ...]) -> FolderMovements:
    """The first measures of one or two movements, and the rest; nothing for validation if one of them is short."""
    cut = cut_each(movements, _halves)
    return FolderMovements(*cut, refused, is_cut=True) if cut else FolderMovements(tuple(movements), (), refused)


def _halves(movement: ShardPiece) -> tuple[ShardPiece, ShardPiece] | None:
    halves = cut_in_two(movement.tokens)
    if halves is None:
        return None
    first, rest = halves
    at = len(first.measures)
    before = {index: reason for index, reason in movement.reasons.items() if index < at}
    after = {index - at: reason for index, reason in movement.reasons.items() if index >= at}
    return replace(movement, tokens=first, reasons=before), replace(movement, tokens=rest, reasons=after)
