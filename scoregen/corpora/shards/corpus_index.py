"""The index of a corpus in tokens: a row for each movement that is kept, so that it is found without reading others.

A corpus is a folder with its shards, `index.safetensors`, `files.jsonl` (a line for each file, also for those left out)
and `report.txt`. The index decides on splits and on what is left out; shards keep every file that was read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import save

from scoregen.corpora.manifest import SPLITS, Split
from scoregen.corpora.shards.columns import ROW
from scoregen.corpora.shards.shard_file import FAULTS, Shard, open_shard, shard_files
from scoregen.corpora.shards.values import FileFacts, ShardPiece, ShardSource
from scoregen.system.errors import InputError, Place, ReadError
from scoregen.system.files import write_files

INDEX_FORMAT = "scoregen corpus 1"
INDEX, FILES, REPORT = "index.safetensors", "files.jsonl", "report.txt"
COLUMNS = ("shard", "row", "split", "slices", "measures", "voices", "style", "licence")

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CorpusIndex:
    """The movements of a corpus that are kept, N of them, in the order of their names.

    `columns` are arrays [N] by the names of `COLUMNS`: the shard and its row, the number of the split, slices, measures
    and voices, and the numbers of the style in `styles` and of the licence in `licences`. `digest` identifies them.
    """

    folder: Path
    name: str
    shards: tuple[str, ...]
    styles: tuple[str, ...]
    licences: tuple[str, ...]
    digest: str
    columns: Mapping[str, Ints]

    def of_split(self, split: Split) -> Ints:
        """The positions of the movements of a split."""
        positions: Ints = np.flatnonzero(self.columns["split"] == SPLITS.index(split))
        return positions

    def piece(self, position: int) -> ShardPiece:
        """The movement at a position. ReadError if its shard is damaged."""
        number = {name: int(self.columns[name][position]) for name in COLUMNS}
        piece = open_shard(self.folder / self.shards[number["shard"]]).piece(number["row"])
        split, style = SPLITS[number["split"]], self.styles[number["style"]]
        licence = self.licences[number["licence"]]
        return replace(piece, source=replace(piece.source, split=split, style=style, licence=licence))


def corpora_in(folder: Path | str) -> tuple[Path, ...]:
    """The corpora in tokens of a folder, or the folder itself if it is one."""
    top = Path(folder)
    return (top,) if (top / INDEX).is_file() else tuple(sorted(path.parent for path in top.glob(f"*/{INDEX}")))


def load_index(folder: Path | str) -> CorpusIndex:
    """The index of a corpus. InputError if there is none, ReadError for one in another format."""
    path = Path(folder) / INDEX
    if not path.is_file():
        raise InputError(f"found no {INDEX}; expected a folder made by `scoregen corpus build`", Place(str(folder)))
    try:
        with safe_open(path, "numpy") as stored:
            about = stored.metadata() or {}
            if about.get("format") != INDEX_FORMAT:
                raise ValueError("another format")
            columns = {name: stored.get_tensor(name).astype(np.int64) for name in COLUMNS}
        texts = [tuple(map(str, json.loads(about[name]))) for name in ("shards", "styles", "licences")]
        return _checked(CorpusIndex(path.parent, about["name"], texts[0], texts[1], texts[2], about["digest"], columns))
    except FAULTS as error:
        raise ReadError(f"the file is not {INDEX_FORMAT}: {type(error).__name__} {error}", Place(str(path))) from None


def _checked(index: CorpusIndex) -> CorpusIndex:
    """ValueError for columns of different lengths, and for numbers beyond the lists that they refer to."""
    limits = {"split": SPLITS, "shard": index.shards, "style": index.styles, "licence": index.licences}
    count = len(index.columns["row"])
    for name, column in index.columns.items():
        most = len(limits[name]) if name in limits else np.iinfo(np.int64).max
        if column.shape != (count,) or (count and not 0 <= column.min() <= column.max() < most):
            raise ValueError(f"the column {name} does not fit")
    if any(Path(name).is_absolute() or ".." in Path(name).parts for name in index.shards):
        raise ValueError("a shard is outside the folder")
    return index


def load_shards(folder: Path | str, split: Split) -> Iterator[ShardPiece]:
    """The movements of a split of a corpus one after the other, in the order of their names; none if there are none.

    ReadError for a file in another format.
    """
    if not (Path(folder) / INDEX).is_file():
        return
    index = load_index(folder)
    for position in index.of_split(split).tolist():
        yield index.piece(position)


def write_index(folder: Path, name: str, sources: Mapping[str, ShardSource]) -> CorpusIndex:
    """Write the index of the shards of a corpus, and the list of its files; OutputError if that fails.

    `sources` are the files that the corpus has, as they are to be known from now on; other files of the shards, and
    those that are lost, have no row.
    """
    paths = shard_files(folder)
    styles: dict[str, int] = {}
    licences: dict[str, int] = {}
    rows: list[tuple[str, int, tuple[int, ...]]] = []
    lines: dict[str, str] = {}
    for number, path in enumerate(paths):
        shard = Shard(path)
        for place, source, row in _kept_rows(shard, sources):
            texts = (styles.setdefault(source.style, len(styles)), licences.setdefault(source.licence, len(licences)))
            sizes = (row["slices"], row["measures"], row["voices"])
            rows.append((source.file, place, (number, place, SPLITS.index(source.split), *sizes, *texts)))
        for file, (stored, facts) in enumerate(shard.files):
            if stored.file in sources:
                count = int((shard.rows[:, 0] == file).sum())
                lines[stored.file] = _line(sources[stored.file], facts, count)
    rows.sort()
    table = np.array([row for _, _, row in rows], dtype=np.int64).reshape(-1, len(COLUMNS))
    names = tuple(path.relative_to(folder).as_posix() for path in paths)
    digest = _digest(table, [sources[file].sha256 for file, _, _ in rows])
    index = CorpusIndex(folder, name, names, tuple(styles), tuple(licences), digest, _columns(table))
    listing = "".join(lines[file] + "\n" for file in sorted(lines)).encode(errors="surrogateescape")
    write_files([(folder / FILES, listing), (folder / INDEX, _index_bytes(index))], force=True)
    return index


def _kept_rows(
    shard: Shard, sources: Mapping[str, ShardSource]
) -> Iterator[tuple[int, ShardSource, Mapping[str, int]]]:
    """The rows of a shard that have a place in the index: their number, their file, and their content by `ROW`."""
    for place, values in enumerate(shard.rows.tolist()):
        row = dict(zip(ROW, values, strict=True))
        stored, _ = shard.files[row["file"]]
        source = sources.get(stored.file)
        if source is not None and not source.lost and source.sha256 == stored.sha256:
            yield place, source, row


def _columns(table: Ints) -> dict[str, Ints]:
    return {name: table[:, place] for place, name in enumerate(COLUMNS)}


def _digest(table: Ints, checksums: Sequence[str]) -> str:
    digest = hashlib.sha256(np.ascontiguousarray(table).tobytes())
    digest.update("".join(checksums).encode())
    return digest.hexdigest()


def _index_bytes(index: CorpusIndex) -> bytes:
    about = {"format": INDEX_FORMAT, "name": index.name, "digest": index.digest}
    lists = {"shards": index.shards, "styles": index.styles, "licences": index.licences}
    texts = {name: json.dumps(values, ensure_ascii=True) for name, values in lists.items()}
    return save({name: np.ascontiguousarray(column) for name, column in index.columns.items()}, about | texts)


def _line(source: ShardSource, facts: FileFacts, movements: int) -> str:
    content: dict[str, Any] = asdict(source) | asdict(facts) | {"movements": 0 if source.lost else movements}
    return json.dumps(content, ensure_ascii=False)


def read_files(folder: Path | str) -> Iterator[tuple[ShardSource, FileFacts, int]]:
    """The files of a corpus from its list: what each is, what was seen of it, and its number of movements.

    InputError if there is no list, ReadError for a line that is none of it.
    """
    path = Path(folder) / FILES
    try:
        with path.open(encoding="utf-8", errors="surrogateescape") as lines:
            for line in lines:
                entry = json.loads(line)
                names = ShardSource.__dataclass_fields__, FileFacts.__dataclass_fields__
                source, facts = ({name: entry[name] for name in each} for each in names)
                facts["claims"] = tuple(map(str, facts["claims"]))
                yield ShardSource(**source), FileFacts(**facts), int(entry["movements"])
    except OSError as error:
        raise InputError(f"the list of files cannot be read: {error.strerror}", Place(str(path))) from None
    except FAULTS as error:
        raise ReadError(f"the list of files is damaged: {type(error).__name__} {error}", Place(str(path))) from None
