"""The index of a corpus, built on first use and kept in the user's cache or in a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from scoregen.corpora.manifest import Corpus, load_corpus, verify_piece
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
"""The most works of a plain folder that are compared with all others: enough for a distribution."""


@dataclass(frozen=True, slots=True)
class CachedIndex:
    """A corpus index, its file (None: not kept), whether it was built now, and notices for the user."""

    index: CorpusIndex
    path: Path | None
    is_new: bool
    notices: tuple[str, ...] = ()


def open_works(which: str | None, index: Path | None = None, progress: Progress | None = None) -> CachedIndex:
    """The index of a corpus, from the file `index`, else from the user's cache; built if it does not exist.

    Without a corpus, `index` alone is used. Raises InputError if there is no corpus or none of its scores can be
    read, and ReadError if `index` is not an index.
    """
    if which is None:
        if index is None or not index.is_file():
            raise InputError(
                "found nothing to compare with; name a corpus with --against, or an existing index with --index"
            )
        return CachedIndex(open_corpus_index(index), index, False)
    corpus = load_corpus(which)
    fingerprint = fingerprint_of(corpus)
    path = index or cache() / "passages" / f"{corpus.name}-{fingerprint[:16]}{SUFFIX}"
    stored = _stored(path, is_named=index is not None)
    if stored is not None and stored.about["fingerprint"] == fingerprint:
        return CachedIndex(stored, path, False)
    corpus_index = read_works(corpus, fingerprint, progress)
    notices = (f"{path} belongs to another state of {corpus.name} and was rebuilt",) if stored is not None else ()
    try:
        if index is None:
            path.parent.mkdir(parents=True, exist_ok=True)
        write_files([(path, to_bytes(corpus_index))], force=True)
    except (OSError, OutputError) as error:
        if index is not None:
            raise
        return CachedIndex(corpus_index, None, True, (f"the index cannot be kept: {error}",))
    return CachedIndex(corpus_index, path, True, notices)


def read_works(corpus: Corpus, fingerprint: str = "", progress: Progress | None = None) -> CorpusIndex:
    """The index of all readable scores of a corpus, with the passages that its works share with each other."""
    entries: list[tuple[str, WorkSequences]] = []
    refused: list[str] = []
    for number, piece in enumerate(corpus.pieces):
        try:
            verify_piece(piece, corpus.name)
            entries.append((piece.split, score_work(read_score(piece.path), piece.name)))
        except ScoregenError as error:
            refused.append(f"{piece.name}: {error.message}")
        if progress:
            progress(number / len(corpus.pieces))
    if not entries:
        raise InputError(
            f"{corpus.source}: found no readable score among {len(corpus.pieces)}; the first: {refused[0]}"
        )
    if corpus.is_split:
        entries.sort(key=lambda entry: entry[0] != "train")  # stable: the others keep their order
    training = sum(split == "train" for split, _ in entries) if corpus.is_split else len(entries)
    works = [sequences for _, sequences in entries]
    about = {"corpus": corpus.name, "fingerprint": fingerprint, "works": len(works), "refused": refused}
    index = CorpusIndex.of(works, {})
    shared, held_out = _reference(works, training, index)
    about |= {"taught": training, "held_out": held_out, "reference": asdict(shared)}
    return CorpusIndex(about, index.texture, index.melodies, index.lines, index.line_starts)


def _reference(works: Sequence[WorkSequences], training: int, index: CorpusIndex) -> tuple[NoveltyReference, bool]:
    """The passages that held-out works share with training works; without held-out works, each with all others."""
    if 0 < training < len(works):
        numbers, excluded = range(training, len(works)), [(training, len(works))] * len(works)
    else:
        step = -(-len(works) // MOST_REFERRED)
        numbers, excluded = range(0, len(works), step), [(number, number + 1) for number in range(len(works))]
    rows = [
        (works[number], [index.texture.span(*excluded[number])], [index.melodies.span(*excluded[number])])
        for number in (numbers if len(works) > 1 else ())
    ]
    return reference(rows, index), 0 < training < len(works)


def _stored(path: Path, *, is_named: bool) -> CorpusIndex | None:
    """The index in a file. An invalid file of the cache is ignored; if the user named it, it is a ReadError."""
    if not path.is_file():
        return None
    try:
        return open_corpus_index(path)
    except ReadError:
        if is_named:
            raise
        return None
