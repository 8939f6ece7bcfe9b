"""Shards give back what was written, and refuse other files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file, save, save_file

from scoregen.corpora.reading.pieces import Reading, score_pieces
from scoregen.corpora.shards import FileFacts, FileRecord, Shard, ShardPiece, shard_path, write_shard
from scoregen.score.elements import Slot
from scoregen.system.errors import ReadError
from scoregen.tokens.events import Header, TokenScore
from tests.corpora.music import SOURCE, measure, quintuplet, score, voice
from tests.model.pieces import random_tokens

FACTS = FileFacts(1234, 10**18, 0.25, "A title", "Nobody", "CC0", ("nobody: a title", "songs/"))
HASHES = np.array([3, 2**63, 2**64 - 1], dtype=np.uint64)


def pieces_of_two_movements() -> tuple[ShardPiece, ...]:
    upper, lower = Slot("P1"), Slot("P1", 1, 2)
    first = [measure(n, voice(upper, "C#5 D5"), voice(lower, "A4 -")) for n in ("1", "2")]
    second = [measure("1", quintuplet(upper), fifths=3), measure("2", voice(upper, "E5 F5"), fifths=3)]
    return score_pieces(Reading(score(*first, *second), {}), SOURCE)


def test_files_come_back_as_they_were_written(tmp_path: Path) -> None:
    pieces = pieces_of_two_movements()
    assert len(pieces) == 2 and pieces[1].refused == {0}
    lost = replace(SOURCE, file="songs/two.mxl", lost="measure 3: damaged")
    write_shard(shard_path(tmp_path, 0), [FileRecord(SOURCE, pieces, FACTS, HASHES), FileRecord(lost)])
    first, second = Shard(shard_path(tmp_path, 0)).records()
    assert (first.source, first.pieces, first.facts) == (SOURCE, pieces, FACTS)
    assert first.fingerprint.tolist() == HASHES.tolist()
    assert (second.source, second.pieces, second.fingerprint.tolist()) == (lost, (), [])


def test_a_movement_is_read_without_the_others(tmp_path: Path) -> None:
    pieces = pieces_of_two_movements()
    write_shard(shard_path(tmp_path, 0), [FileRecord(SOURCE, pieces)])
    assert Shard(shard_path(tmp_path, 0)).piece(1) == pieces[1]


@pytest.mark.parametrize("seed", range(12))
def test_tokens_of_all_kinds_come_back(seed: int, tmp_path: Path) -> None:
    """Random voices, measures that begin late, phrase ends, names that are no numbers."""
    tokens = random_tokens(seed, 5, 1 + seed % 4)
    named = [replace(each, header=_named(each.header, seed)) for each in tokens.measures]
    piece = ShardPiece("x", TokenScore(tokens.slots, tuple(named)), (), {}, SOURCE)
    described = replace(piece, descriptions=(pieces_of_two_movements()[0].descriptions[0],) * len(tokens.slots))
    write_shard(shard_path(tmp_path, 0), [FileRecord(SOURCE, (described,))])
    assert Shard(shard_path(tmp_path, 0)).piece(0) == described


def _named(header: Header, seed: int) -> Header:
    return replace(header, number=f"X{seed}") if seed % 3 == 0 else header


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no shard",
        save({}),
        save({"rows": np.zeros(3)}, {"format": "scoregen shard 2"}),
        save({}, {"format": "x"}),
    ],
)
def test_another_file_is_one_error_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.safetensors").write_bytes(content)
    with pytest.raises(ReadError, match=r"x\.safetensors: the file is not scoregen shard 2"):
        Shard(tmp_path / "x.safetensors")


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_columns_that_contradict_each_other_are_one_error_line(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "x.safetensors"
    write_shard(path, [FileRecord(SOURCE, pieces_of_two_movements(), FACTS, HASHES)])
    columns = load_file(path)
    name = data.draw(st.sampled_from(sorted(columns)))
    values = columns[name].copy()
    place = data.draw(st.integers(0, values.size - 1))
    values.flat[place] = data.draw(st.integers(0, int(np.iinfo(values.dtype).max)))
    save_file(columns | {name: values}, path, {"format": "scoregen shard 2"})
    try:
        shard = Shard(path)
        for row in range(len(shard.rows)):
            shard.piece(row)
    except ReadError as error:
        assert "\n" not in str(error)
