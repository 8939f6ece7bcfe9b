"""A shard is built once for each file, with the checksum, and damaged files are kept as lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from scoregen.corpora.build import build_shards

from scoregen.corpora.manifest import Corpus, CorpusPiece
from scoregen.corpora.shards import ShardSource, load_shards, read_shard, shard_files
from scoregen.notation.files import write_score
from scoregen.score.elements import Slot
from scoregen.system.errors import InputError
from tests.corpora.music import measure, score, voice


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """Two scores by Xaver, one of them damaged, and one by Yves for validation."""
    data = tmp_path / "data"
    data.mkdir()
    music = score(measure("1", voice(Slot("P1"), "C4 D4"), voice(Slot("P2"), "C3 G2")))
    for name in ("xaver--a.musicxml", "yves--b.musicxml"):
        write_score(music, data / name)
    (data / "xaver--c.musicxml").write_text("<score-partwise>")
    splits = {"xaver--a.musicxml": "train", "xaver--c.musicxml": "train", "yves--b.musicxml": "valid"}
    pieces = tuple(CorpusPiece(name, split, data / name) for name, split in splits.items())  # type: ignore[arg-type]
    return Corpus("duets", "somewhere", "CC0-1.0", pieces, style="(.+)--")


def built(corpus: Corpus, folder: Path) -> dict[str, int]:
    counts: dict[str, int] = {}

    def report(source: ShardSource, count: int) -> None:
        counts[source.file] = count

    build_shards(corpus, folder, report)
    return counts


def test_every_file_is_written_with_its_split_style_and_checksum(corpus: Corpus, tmp_path: Path) -> None:
    counts = built(corpus, tmp_path / "shard")
    assert counts == {"xaver--a.musicxml": 1, "xaver--c.musicxml": 0, "yves--b.musicxml": 1}
    (train,), (valid,) = (list(load_shards(tmp_path / "shard", split)) for split in ("train", "valid"))
    assert (train.style, valid.style, train.corpus, train.licence) == ("xaver", "yves", "duets", "CC0-1.0")
    assert len(train.tokens.slots) == 2 and len(train.source.sha256) == 64


def test_a_damaged_file_is_kept_with_the_reason(corpus: Corpus, tmp_path: Path) -> None:
    built(corpus, tmp_path / "shard")
    lost = [source.lost for source, _ in map(read_shard, shard_files(tmp_path / "shard")) if source.lost]
    assert len(lost) == 1 and "xaver--c" not in lost[0]


def test_a_second_build_reads_only_what_is_missing(corpus: Corpus, tmp_path: Path) -> None:
    built(corpus, tmp_path / "shard")
    assert built(corpus, tmp_path / "shard") == {}
    shard_files(tmp_path / "shard", "valid")[0].unlink()
    assert built(corpus, tmp_path / "shard") == {"yves--b.musicxml": 1}


def test_a_file_that_differs_from_the_manifest_stops_the_build(corpus: Corpus, tmp_path: Path) -> None:
    first = corpus.pieces[0]
    changed = Corpus("duets", "x", "x", (CorpusPiece(first.name, "train", first.path, "0" * 64),))
    with pytest.raises(InputError, match="another checksum"):
        built(changed, tmp_path / "shard")
