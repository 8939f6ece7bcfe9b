"""The repertoire of a corpus: made where it is not there yet, kept in the user's cache or in a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from scoregen.corpora.manifest import Corpus, load_corpus
from scoregen.evaluation.passages.corpus_index import (
    CorpusIndex,
    NoveltyReference,
    WorkSequences,
    open_corpus_index,
    reference,
    to_bytes,
)
from scoregen.evaluation.reference_corpus.pieces import Progress, fingerprint_of, score_work
from scoregen.notation.files import read_score
from scoregen.system.errors import InputError, OutputError, ReadError, ScoregenError
from scoregen.system.files import write_files
from scoregen.system.resources import cache

SUFFIX = ".passages"
MOST_REFERRED = 200
"""Works of a plain folder that are compared with all the others: enough for a distribution."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A repertoire, where it is kept (None: nowhere), whether it was made now, and what to tell the user."""

    repertoire: CorpusIndex
    path: Path | None
    is_new: bool
    notices: tuple[str, ...] = ()


def open_works(which: str | None, index: Path | None = None, progress: Progress | None = None) -> Opened:
    """The repertoire of a corpus, from the file `index`, else from the user's cache; made where it is not there.

    Without a corpus the file alone is asked. InputError where there is no corpus, or no score of it can
    be read; ReadError where `index` is something else than an index.
    """
    if which is None:
        if index is None or not index.is_file():
            raise InputError("there is nothing to compare with; name a corpus or an index that is there")
        return Opened(open_corpus_index(index), index, False)
    corpus = load_corpus(which)
    fingerprint = fingerprint_of(corpus)
    path = index or cache() / "passages" / f"{corpus.name}-{fingerprint[:16]}{SUFFIX}"
    kept = _kept(path, named=index is not None)
    if kept is not None and kept.about["fingerprint"] == fingerprint:
        return Opened(kept, path, False)
    repertoire = read_works(corpus, fingerprint, progress)
    notices = (f"{path} was of another state of {corpus.name} and is made anew",) if kept is not None else ()
    try:
        if index is None:
            path.parent.mkdir(parents=True, exist_ok=True)
        write_files([(path, to_bytes(repertoire))], force=True)
    except (OSError, OutputError) as error:
        if index is not None:
            raise
        return Opened(repertoire, None, True, (f"the index is not kept: {error}",))
    return Opened(repertoire, path, True, notices)


def read_works(corpus: Corpus, fingerprint: str = "", progress: Progress | None = None) -> CorpusIndex:
    """Every score of a corpus that can be read, and how much its works share with each other."""
    found: list[tuple[str, WorkSequences]] = []
    refused: list[str] = []
    for number, piece in enumerate(corpus.pieces):
        try:
            found.append((piece.split, score_work(read_score(piece.path), piece.name)))
        except ScoregenError as error:
            refused.append(f"{piece.name}: {error.message}")
        if progress:
            progress(number / len(corpus.pieces))
    if not found:
        raise InputError(f"{corpus.source}: none of {len(corpus.pieces)} scores can be read; the first: {refused[0]}")
    if corpus.is_split:
        found.sort(key=lambda row: row[0] != "train")  # the others as they came
    taught = sum(split == "train" for split, _ in found) if corpus.is_split else len(found)
    works = [strands for _, strands in found]
    about = {"corpus": corpus.name, "fingerprint": fingerprint, "works": len(works), "refused": refused}
    repertoire = CorpusIndex.of(works, {})
    shared, held_out = _reference(works, taught, repertoire)
    about |= {"taught": taught, "held_out": held_out, "reference": asdict(shared)}
    return CorpusIndex(about, repertoire.texture, repertoire.melodies, repertoire.lines, repertoire.line_starts)


def _reference(works: Sequence[WorkSequences], taught: int, repertoire: CorpusIndex) -> tuple[NoveltyReference, bool]:
    """What held-out works share with those that teach, or, where none is held out, works with all others."""
    if 0 < taught < len(works):
        chosen, hidden = range(taught, len(works)), [(taught, len(works))] * len(works)
    else:
        step = -(-len(works) // MOST_REFERRED)
        chosen, hidden = range(0, len(works), step), [(number, number + 1) for number in range(len(works))]
    rows = [
        (works[number], [repertoire.texture.span(*hidden[number])], [repertoire.melodies.span(*hidden[number])])
        for number in (chosen if len(works) > 1 else ())
    ]
    return reference(rows, repertoire), 0 < taught < len(works)


def _kept(path: Path, *, named: bool) -> CorpusIndex | None:
    """The repertoire that a file holds; a file of the cache that is none counts for nothing."""
    if not path.is_file():
        return None
    try:
        return open_corpus_index(path)
    except ReadError:
        if named:
            raise
        return None
