"""Movements are read from their shards when they are drawn: the same ones in any order, and never all of them."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from scoregen.corpora.shards import (
    FileRecord,
    ShardPiece,
    load_index,
    shard_path,
    write_index,
    write_shard,
)
from scoregen.model.features.inputs import piece_arrays
from scoregen.model.training.mixture import Movement
from scoregen.model.training.mixture_set import LEAST_SLICES
from scoregen.model.training.stored_movements import StoredMovements
from tests.corpora.music import SOURCE, write_corpus
from tests.model.ensembles import chordal_tokens, describe

VOICES = describe(3)
STYLES = ("songs", "Nobody")


def record(number: int, measures: int, refused: int | None = None) -> FileRecord:
    source = replace(SOURCE, file=f"{number:03d}.mxl", sha256=f"{number:064d}")
    reasons = {} if refused is None else {refused: "a septuplet"}
    tokens = chordal_tokens(number, VOICES, measures)
    return FileRecord(source, (ShardPiece(source.file, tokens, VOICES, reasons, source),))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpora") / "songs"
    write_corpus(folder, [record(number, 4 + number, 1 if number == 2 else None) for number in range(6)])
    return folder


def stored(corpus: Path, kept: int = 10**6) -> StoredMovements:
    return StoredMovements(load_index(corpus), "train", STYLES, kept)


def same(one: Movement, other: Movement) -> bool:
    arrays = all(
        np.array_equal(getattr(one.piece, each.name), getattr(other.piece, each.name)) for each in fields(one.piece)
    )
    return arrays and one.style == other.style and np.array_equal(one.refused, other.refused)


def test_a_movement_is_that_of_the_shard(corpus: Path) -> None:
    movements = stored(corpus)
    assert len(movements) == 6
    piece = record(2, 6, 1).pieces[0]
    arrays = piece_arrays(piece.tokens, None, VOICES, whole=False)
    found = movements[2]
    assert same(found, Movement(arrays, found.parts, 2, arrays.measure == 1))
    assert movements.lengths.tolist() == [movements[number].piece.length for number in range(6)]


def test_what_was_drawn_before_changes_nothing(corpus: Path) -> None:
    """Every process of a run, and a run that goes on, see the same movements, however few are kept."""
    one, other = stored(corpus), stored(corpus, kept=1)
    for number in (5, 0, 3, 3, 1, 5, 2, 4, 0):
        assert same(other[number], one[number])


def test_few_slices_are_kept(corpus: Path) -> None:
    movements = stored(corpus, kept=60)
    for number in (0, 1, 2, 3, 4, 5, 0, 1):
        movements[number]
        kept = [movement.piece.length for movement in movements._last.values()]
        assert sum(kept) == movements._slices
        assert sum(kept) <= 60 or len(kept) == 1
    assert movements[1] is movements[1]


def test_short_movements_say_nothing(tmp_path: Path) -> None:
    write_corpus(tmp_path / "songs", [record(1, 1), record(2, 8)])
    movements = stored(tmp_path / "songs")
    assert len(movements) == 1 and movements.lengths[0] >= LEAST_SLICES


MEMORY = """
import sys
from scoregen.corpora.shards import load_index
from scoregen.model.training.stored_movements import StoredMovements
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096
movements = StoredMovements(load_index(sys.argv[1]), "train", ("songs",), 4000)
sizes = []
for number in range(len(movements)):
    movements[number]
    if number + 1 in (len(movements) // 20, len(movements)):
        sizes.append(resident())
print(*sizes)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the system does not tell the memory of a process")
def test_the_memory_does_not_grow_with_the_corpus(tmp_path: Path) -> None:
    """Twenty times the movements need no more memory, although their arrays would need ten times as much."""
    pieces = [record(number, 60) for number in range(10)]
    sources = {}
    for number in range(40):
        renamed = [replace(each, source=replace(each.source, file=f"{number}-{each.source.file}")) for each in pieces]
        write_shard(shard_path(tmp_path, number), renamed)
        sources |= {each.source.file: each.source for each in renamed}
    index = write_index(tmp_path, "songs", sources)
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, tmp_path],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    early, late = map(int, done.stdout.split())
    arrays = int(index.columns["slices"].sum()) * 700
    assert arrays > 60e6, "what the arrays of all movements would need"
    assert late - early < 15e6
