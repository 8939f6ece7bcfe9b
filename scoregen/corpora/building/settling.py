"""What becomes of the files that were read: licences, splits, near-duplicates; then the index and the report."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from scoregen.corpora.building.duplicates import (
    HELD_OUT,
    SAME_AS,
    Likeness,
    near_duplicates,
    without_duplicates,
)
from scoregen.corpora.building.licences import KINDS, FolderLicences, Kind, licence_of, recognise
from scoregen.corpora.building.report import write_report
from scoregen.corpora.building.works import split_works, works_of
from scoregen.corpora.manifest import Corpus
from scoregen.corpora.shards import CorpusIndex, FileFacts, Hashes, Shard, ShardSource, read_files, shard_files
from scoregen.corpora.shards.corpus_index import FILES, write_index

_RANKS = {".musicxml": 0, ".mxl": 0, ".xml": 0, ".krn": 0, ".abc": 2, ".mid": 3, ".midi": 3, ".kar": 3, ".rmi": 3}
"""How much of the notation formats keep: least comes last. Others are in between."""
LICENCE = "licence: "


@dataclass(frozen=True, slots=True)
class Policy:
    """What is kept: the kinds of licence, and whether copies of a piece are kept beside it. `licence` is that of all
    files, as the user states it."""

    only: Collection[Kind] = KINDS
    keep_duplicates: bool = False
    licence: str = ""


@dataclass(frozen=True, slots=True)
class BuiltCorpus:
    """A corpus in the folder of a build. `corpus` and the checksums of its files (`current`) are known if it is built
    now; of earlier ones the list of files tells."""

    folder: Path
    corpus: Corpus | None = None
    current: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()

    @property
    def earlier(self) -> list[tuple[ShardSource, FileFacts, int]]:
        """The list of its files by the last build; none if there was none."""
        return list(read_files(self.folder)) if (self.folder / FILES).is_file() else []


@dataclass(frozen=True, slots=True)
class Settled:
    """A corpus as it is now: its index, its files in the order of their names, files without a reader, and the
    near-duplicates among the files of all corpora."""

    folder: Path
    index: CorpusIndex
    sources: tuple[ShardSource, ...]
    unread: tuple[str, ...]
    pairs: tuple[tuple[ShardSource, ShardSource, Likeness], ...]


def settle(built: Sequence[BuiltCorpus], policy: Policy) -> list[Settled]:
    """Decide on all files of some corpora, and write an index, a list of files and a report for each.

    InputError for a corpus without its list of files, ReadError for a damaged shard, OutputError if nothing can be
    written.
    """
    every = [(corpus, source, facts) for corpus in built for source, facts in _stored(corpus)]
    sources = [_admitted(corpus, source, policy) for corpus, source in _with_licences(every, policy)]
    pairs = near_duplicates(lambda: (hashes for corpus in built for hashes in _fingerprints(corpus, every)))
    orders = [_preference(source, facts) for source, (_, _, facts) in zip(sources, every, strict=True)]
    sources = _split(every, _with_works(every, sources, pairs, orders))
    decided = without_duplicates(sources, pairs, orders, keep=policy.keep_duplicates)
    twins = tuple((decided[pair.first], decided[pair.second], pair) for pair in pairs)
    owners = [corpus.folder for corpus, _, _ in every]
    result = []
    for corpus in built:
        own = {source.file: source for source, owner in zip(decided, owners, strict=True) if owner == corpus.folder}
        index = write_index(corpus.folder, corpus.folder.name, own)
        ordered = tuple(own[name] for name in sorted(own))
        write_report(corpus.folder, index, ordered, corpus.unread)
        result.append(Settled(corpus.folder, index, ordered, corpus.unread, twins))
    return result


def _stored(corpus: BuiltCorpus) -> Iterator[tuple[ShardSource, FileFacts]]:
    """The files of a corpus in the order of its shards, as they were read, without those that have changed."""
    earlier = {} if corpus.corpus else {source.file: source for source, _, _ in corpus.earlier}
    for source, facts in (each for path in shard_files(corpus.folder) for each in Shard(path).files):
        if corpus.corpus is None and source.file in earlier and earlier[source.file].sha256 == source.sha256:
            known = earlier[source.file]
            is_copy = known.lost.startswith((HELD_OUT, SAME_AS))
            yield replace(known, group="", lost="" if is_copy else known.lost), facts
        elif corpus.current.get(source.file) == source.sha256:
            yield source, facts


_Entry = tuple[BuiltCorpus, ShardSource, FileFacts]


def _fingerprints(corpus: BuiltCorpus, every: Sequence[_Entry]) -> Iterator[Hashes]:
    """The fingerprints of the files of `_stored`, in the same order."""
    stored = {(source.file, source.sha256) for owner, source, _ in every if owner is corpus}
    for shard in map(Shard, shard_files(corpus.folder)):
        for file, (source, _) in enumerate(shard.files):
            if (source.file, source.sha256) in stored:
                yield shard.fingerprint(file)


def _with_licences(every: Sequence[_Entry], policy: Policy) -> Iterator[tuple[BuiltCorpus, ShardSource]]:
    """The files with the licence of each, where it is not known from an earlier build."""
    folders: dict[Path, FolderLicences] = {}
    pieces = {
        corpus.folder: {piece.name: piece for piece in corpus.corpus.pieces}
        for corpus in _corpora(every)
        if corpus.corpus
    }
    for corpus, source, facts in every:
        if corpus.corpus is None:
            yield corpus, source
            continue
        piece, of = pieces[corpus.folder][source.file], corpus.corpus
        top = Path(of.source) if not of.is_listed else None
        stated = policy.licence or piece.licence or (of.licence if of.is_listed else "")
        whose = "you" if policy.licence else "the manifest"
        stating = folders.setdefault(top, FolderLicences(top)).of(piece.path) if top and not stated else recognise("")
        licence = licence_of(stated, facts.rights, stating, whose)
        style = of.style_of(piece) if of.style else source.style
        split = piece.split if of.is_split else source.split
        yield corpus, replace(source, licence=licence.text, style=style, split=split)


def _admitted(corpus: BuiltCorpus, source: ShardSource, policy: Policy) -> ShardSource:
    """The file, lost if its licence is of another kind than those that are kept."""
    kind = recognise(source.licence).kind
    if source.lost or corpus.corpus is None or kind in policy.only:
        return source
    return replace(source, lost=f"{LICENCE}{kind}: {source.licence}")


def _with_works(
    every: Sequence[_Entry],
    sources: Sequence[ShardSource],
    pairs: Sequence[Likeness],
    orders: Sequence[tuple[object, ...]],
) -> list[ShardSource]:
    """The files with the work of each. A copy is of the work of the file that is preferred to it."""
    result = list(sources)
    for corpus in _corpora(every):
        if corpus.corpus is not None:
            places = [place for place, (owner, _, _) in enumerate(every) if owner is corpus]
            works = works_of([every[place][2].claims for place in places])
            for place, work in zip(places, works, strict=True):
                result[place] = replace(sources[place], work=work)
    same = [(pair.first, pair.second) for pair in pairs if pair.is_same]
    for kept, copy in sorted((sorted(both, key=orders.__getitem__) for both in same), key=lambda both: orders[both[0]]):
        if every[kept][0] is every[copy][0] and every[copy][0].corpus is not None:
            result[copy] = replace(result[copy], work=result[kept].work)
    return result


def _corpora(every: Sequence[_Entry]) -> list[BuiltCorpus]:
    return list({id(corpus): corpus for corpus, _, _ in every}.values())


def _split(every: Sequence[_Entry], sources: Sequence[ShardSource]) -> list[ShardSource]:
    """The files of folders in splits by their works, at least one of each for training and validation."""
    result = list(sources)
    for corpus in _corpora(every):
        if corpus.corpus is None or corpus.corpus.is_split:
            continue
        earlier = {source.file: source.split for source, _, _ in corpus.earlier if not source.lost}
        places = [place for place, (owner, _, _) in enumerate(every) if owner is corpus and not sources[place].lost]
        names = [sources[place].file for place in places]
        splits = split_works([sources[place].work for place in places], names, [earlier.get(name) for name in names])
        for place, split in zip(places, splits, strict=True):
            result[place] = replace(sources[place], split=split)
    return result


def _preference(source: ShardSource, facts: FileFacts) -> tuple[object, ...]:
    """Which copy of a piece stays: notation before MIDI, a known and free licence, the largest file, the first name."""
    rank = _RANKS.get(Path(source.file).suffix.lower(), 1)
    return (rank, KINDS.index(recognise(source.licence).kind), -facts.size, source.corpus, source.file)
