"""Shards give back what was written, and refuse other files."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from scoregen.corpora import shards
from scoregen.corpora.pieces import Reading, score_pieces
from scoregen.corpora.shards import ShardPiece, load_shards, read_shard, shard_file, shard_files, write_shard
from scoregen.score.elements import Slot
from scoregen.system.errors import ReadError
from tests.corpora.music import SOURCE, measure, quintuplet, score, voice


def pieces_of_two_movements() -> tuple[ShardPiece, ...]:
    upper, lower = Slot("P1"), Slot("P1", 1, 2)
    first = [measure(n, voice(upper, "C#5 D5"), voice(lower, "A4 -")) for n in ("1", "2")]
    second = [measure("1", quintuplet(upper), fifths=3), measure("2", voice(upper, "E5 F5"), fifths=3)]
    return score_pieces(Reading(score(*first, *second), {}), SOURCE)


def test_pieces_come_back_as_they_were_written(tmp_path: Path) -> None:
    pieces = pieces_of_two_movements()
    assert len(pieces) == 2 and pieces[1].refused == {0}
    write_shard(tmp_path, SOURCE, pieces)
    assert tuple(load_shards(tmp_path, "train")) == pieces
    assert list(load_shards(tmp_path, "valid")) == []


def test_pieces_know_their_corpus_style_and_licence(tmp_path: Path) -> None:
    write_shard(tmp_path, SOURCE, pieces_of_two_movements())
    piece = next(load_shards(tmp_path, "train"))
    assert (piece.corpus, piece.style, piece.licence, piece.source.sha256) == ("songs", "Nobody", "CC0-1.0", "ab" * 32)


def test_a_lost_file_has_a_reason_and_no_pieces(tmp_path: Path) -> None:
    lost = replace(SOURCE, lost="measure 3: damaged")
    write_shard(tmp_path, lost, ())
    assert read_shard(shard_file(tmp_path, SOURCE)) == (lost, ())
    assert list(load_shards(tmp_path, "train")) == []


def test_files_in_folders_of_the_corpus_do_not_collide(tmp_path: Path) -> None:
    for file in ("a/b.mxl", "c/b.mxl"):
        write_shard(tmp_path, replace(SOURCE, file=file), ())
    assert len(shard_files(tmp_path)) == 2


@pytest.mark.parametrize(
    "content", [b"no gzip", gzip.compress(b"", mtime=0), gzip.compress(b'{"format": "another"}\n', mtime=0)]
)
def test_another_file_is_one_error_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "x.jsonl.gz").write_bytes(content)
    with pytest.raises(ReadError, match=r"x\.jsonl\.gz: the file is not scoregen shard 1"):
        list(load_shards(tmp_path, "train"))


def test_a_file_that_unpacks_to_too_much_is_one_error_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "MOST_BYTES", 1 << 20)
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "x.jsonl.gz").write_bytes(gzip.compress(b" " * (2 << 20), mtime=0))
    with pytest.raises(ReadError, match=r"x\.jsonl\.gz: .* it unpacks to more than 1 MiB"):
        list(load_shards(tmp_path, "train"))
