"""Near-duplicates share a group in any key; training files like a validation file are lost."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

from scoregen.corpora.duplicates import DUPLICATE, group_shards

from scoregen.corpora.manifest import Split
from scoregen.corpora.reading.pieces import Reading, score_pieces
from scoregen.corpora.shards import ShardSource, read_shard, shard_files, write_shard
from scoregen.score.elements import Slot
from scoregen.score.pitch import Interval, Pitch
from tests.corpora.music import SOURCE, measure, score, voice


def tune(seed: int, steps: Interval | None = None) -> list[str]:
    """Sixty random pitches, the same for the same seed, transposed."""
    chosen = random.Random(seed)
    pitches = [Pitch(chosen.choice("CDEFGAB"), 0, chosen.choice((4, 5))) for _ in range(60)]
    return [str(pitch.transposed(steps) if steps else pitch) for pitch in pitches]


def write(folder: Path, name: str, split: Split, pitches: list[str]) -> None:
    pairs = [" ".join(pitches[index : index + 2]) for index in range(0, len(pitches), 2)]
    music = score(*(measure(str(number), voice(Slot("P1"), pair)) for number, pair in enumerate(pairs, 1)))
    source = replace(SOURCE, file=name, split=split, group=name)
    write_shard(folder, source, score_pieces(Reading(music, {}), source))


def grouped(*folders: Path) -> dict[str, ShardSource]:
    pairs = group_shards(folders)
    sources = [read_shard(path)[0] for folder in folders for path in shard_files(folder)]
    assert all(first.file != second.file for first, second in pairs)
    return {source.file: source for source in sources}


def test_a_transposed_copy_shares_the_group_and_another_tune_does_not(tmp_path: Path) -> None:
    write(tmp_path, "a", "train", tune(1))
    write(tmp_path, "b", "train", tune(1, Interval.parse("M2")))
    write(tmp_path, "c", "train", tune(2))
    found = grouped(tmp_path)
    assert found["a"].group == found["b"].group == "a"
    assert found["c"].group == "c"
    assert not any(source.lost for source in found.values())


def test_a_training_file_like_a_validation_file_of_another_corpus_is_lost(tmp_path: Path) -> None:
    write(tmp_path / "one", "a", "valid", tune(3))
    write(tmp_path / "two", "b", "train", tune(3))
    found = grouped(tmp_path / "one", tmp_path / "two")
    assert found["b"].lost == f"{DUPLICATE}a" and not found["a"].lost
    (path,) = shard_files(tmp_path / "two")
    assert read_shard(path)[1] == ()
