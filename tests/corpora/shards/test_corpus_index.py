"""The index finds every movement that is kept, and says nothing about the others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from scoregen.corpora.manifest import Split
from scoregen.corpora.shards import (
    FileRecord,
    ShardSource,
    corpora_in,
    load_index,
    load_shards,
    read_files,
    shard_path,
    write_index,
    write_shard,
)
from scoregen.system.errors import InputError, ReadError
from tests.corpora.music import SOURCE, write_corpus
from tests.corpora.shards.test_shard_file import pieces_of_two_movements


def record(file: str, split: Split = "train", lost: str = "") -> FileRecord:
    source = replace(SOURCE, file=file, split=split, lost=lost)
    pieces = () if lost else pieces_of_two_movements()
    named = [replace(piece, name=f"{file}#{number}", source=source) for number, piece in enumerate(pieces, 1)]
    return FileRecord(source, tuple(named))


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    write_corpus(
        tmp_path / "songs", [record("b"), record("a"), record("v", "valid"), record("x", lost="it is damaged")]
    )
    return tmp_path / "songs"


def test_movements_are_found_by_split_in_the_order_of_their_names(corpus: Path) -> None:
    assert [piece.name for piece in load_shards(corpus, "train")] == ["a#1", "a#2", "b#1", "b#2"]
    assert [piece.name for piece in load_shards(corpus, "valid")] == ["v#1", "v#2"]
    assert list(load_shards(corpus, "test")) == []
    index = load_index(corpus)
    assert index.columns["slices"].tolist() == [piece.length for piece in map(index.piece, range(6))]
    assert index.columns["measures"].tolist() == [2, 2] * 3 and index.columns["voices"].tolist() == [2, 1] * 3
    assert (index.styles, index.licences) == (("Nobody",), ("CC0-1.0",))


def test_the_list_has_every_file(corpus: Path) -> None:
    listed = {source.file: (source.lost, count) for source, _, count in read_files(corpus)}
    assert listed == {"a": ("", 2), "b": ("", 2), "v": ("", 2), "x": ("it is damaged", 0)}


def test_the_index_decides_and_the_shards_stay(tmp_path: Path) -> None:
    """What is left out, and the split, style and licence of a file, can change without a change of the shards."""
    records = [record("a"), record("b")]
    write_shard(shard_path(tmp_path, 0), records)
    sources: dict[str, ShardSource] = {each.source.file: each.source for each in records}
    changed = replace(sources["a"], split="valid", style="Wolf", licence="CC-BY-4.0")
    write_index(tmp_path, "songs", {"a": changed, "b": replace(sources["b"], lost="near-duplicate of a")})
    assert list(load_shards(tmp_path, "train")) == []
    (first, _) = load_shards(tmp_path, "valid")
    assert (first.style, first.licence, first.source.split) == ("Wolf", "CC-BY-4.0", "valid")


def test_a_file_that_has_changed_is_read_from_its_newest_shard(tmp_path: Path) -> None:
    old, new = record("a"), record("a")
    new = replace(new, source=replace(new.source, sha256="cd" * 32), pieces=new.pieces[:1])
    write_shard(shard_path(tmp_path, 0), [old])
    write_shard(shard_path(tmp_path, 1), [new])
    index = write_index(tmp_path, "songs", {"a": new.source})
    assert index.columns["shard"].tolist() == [1]
    assert [count for _, _, count in read_files(tmp_path)] == [1]


def test_a_folder_of_corpora_and_a_corpus_itself(corpus: Path) -> None:
    assert corpora_in(corpus) == corpora_in(corpus.parent) == (corpus,)
    assert corpora_in(corpus.parent / "none") == ()
    with pytest.raises(InputError, match="scoregen corpus build"):
        load_index(corpus.parent)


@pytest.mark.parametrize("fault", ["shard", "split", "style", "licence", "length", "format"])
def test_a_damaged_index_is_one_error_line(corpus: Path, fault: str) -> None:
    path = corpus / "index.safetensors"
    columns, index = load_file(path), load_index(corpus)
    about = {"format": "scoregen corpus 1", "name": "songs", "digest": index.digest}
    about |= {"shards": f'["{index.shards[0]}"]', "styles": '["Nobody"]', "licences": '["CC0-1.0"]'}
    if fault == "length":
        columns["row"] = columns["row"][:-1]
    elif fault == "format":
        about["format"] = "another"
    else:
        columns[fault] = np.full_like(columns[fault], 7)
    save_file(columns, path, about)
    with pytest.raises(ReadError, match="the file is not scoregen corpus 1"):
        load_index(corpus)


def test_a_shard_outside_the_folder_is_refused(corpus: Path) -> None:
    path = corpus / "index.safetensors"
    about = {"format": "scoregen corpus 1", "name": "songs", "digest": "", "styles": '["Nobody"]'}
    save_file(load_file(path), path, about | {"shards": '["../x"]', "licences": '["CC0-1.0"]'})
    with pytest.raises(ReadError, match="outside"):
        load_index(corpus)
