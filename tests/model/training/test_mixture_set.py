"""A mixture of corpora from their shards, and weights that go on with another mixture."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from scoregen.corpora.manifest import Split
from scoregen.corpora.shards import FileRecord, Shard, ShardPiece, ShardSource, load_index, shard_files
from scoregen.model.network.checkpoint import save_checkpoint
from scoregen.model.network.config import NetworkConfig, TrainingOptions
from scoregen.model.network.network import Network
from scoregen.model.training.config_file import read_sources
from scoregen.model.training.mixture_set import MixtureSource, all_sources, read_mixture
from scoregen.model.training.starting_weights import mixture_weights
from scoregen.system.errors import InputError
from scoregen.tokens.events import TokenScore
from scoregen.tokens.voice_descriptions import VoiceDescription
from tests.corpora.music import write_corpus
from tests.model.pieces import random_tokens

SMALL = NetworkConfig(roles=(), embedding=16, context=16, backbone=32, in_slice=32, strand=8, heads=2)
OPTIONS = TrainingOptions(steps=4, batch_size=2, transpose=3)


def described(tokens: TokenScore) -> tuple[VoiceDescription, ...]:
    count = len(tokens.slots)
    return tuple(
        VoiceDescription("strings", voice, 0, 1, 0, 72 - 12 * voice, 90 - 12 * voice, False) for voice in range(count)
    )


def write(folder: Path, corpus: str, split: Split, number: int, style: str, refused: int | None = None) -> None:
    tokens = random_tokens(number, 6, 3)
    source = ShardSource(f"{number}.mxl", f"{number:064d}", split, corpus, style, "CC0")
    reasons = {} if refused is None else {refused: "a septuplet"}
    piece = ShardPiece(source.file, tokens, described(tokens), reasons, source)
    add(folder / corpus, FileRecord(source, (piece,)))


def add(folder: Path, record: FileRecord) -> None:
    write_corpus(folder, [*(each for path in shard_files(folder) for each in Shard(path).records()), record])


@pytest.fixture
def shards(tmp_path: Path) -> Path:
    for number in range(16):
        write(tmp_path, "quartets", "train", number, "Haydn", refused=2 if number == 0 else None)
    write(tmp_path, "quartets", "valid", 20, "Haydn")
    write(tmp_path, "songs", "train", 30, "Wolf")
    write(tmp_path, "songs", "valid", 31, "Wolf")
    return tmp_path


SOURCES = (MixtureSource("quartets", 0.75), MixtureSource("songs", 0.25))


def test_frequent_composers_are_styles_and_others_have_that_of_their_corpus(shards: Path) -> None:
    found = read_mixture(shards, SOURCES, SMALL, OPTIONS)
    assert found.network.styles == ("quartets", "songs", "Haydn")
    assert found.network.roles == ()
    assert {example.style for example in found.examples.valid["free"]} == {3}
    assert {example.style for example in found.examples.valid["songs_free"]} == {2}
    assert (found.about["pieces"], found.about["valid_pieces"], found.about["licence"]) == (17, 2, "CC0")


def test_examples_are_parts_of_pieces_with_given_voices_and_unknown_styles(shards: Path) -> None:
    examples = read_mixture(shards, SOURCES, SMALL, OPTIONS).examples
    drawn = [examples.draw(np.random.default_rng(number)) for number in range(200)]
    voices = {example.piece.events.shape[1] for example in drawn}
    assert voices == {1, 2, 3}, "parts are left out at times"
    assert {example.style for example in drawn} == {0, 2, 3}
    share = np.mean([example.given.any() for example in drawn])
    assert 0.3 < share < 0.8
    assert all(example.given[:, 0].all() for example in examples.valid["part"])
    assert not any(example.given.any() for example in examples.valid["free"])


def test_music_of_a_single_part_has_no_task_with_that_part_given(shards: Path) -> None:
    for number, split in ((40, "train"), (41, "valid")):
        tokens = random_tokens(number, 6, 2)
        hands = tuple(VoiceDescription("keyboard", 0, staff, 2, 0, 21, 108, False) for staff in range(2))
        source = ShardSource(f"{number}.krn", f"{number:064d}", split, "pianos", "Lessel", "CC0")
        add(shards / "pianos", FileRecord(source, (ShardPiece(source.file, tokens, hands, {}, source),)))
    examples = read_mixture(shards, (*SOURCES, MixtureSource("pianos", 0.5)), SMALL, OPTIONS).examples
    assert "pianos_free" in examples.valid and "pianos_part" not in examples.valid
    assert examples.valid.keys() == examples.fit.keys()


def test_a_source_without_music_to_measure_is_an_error(shards: Path) -> None:
    write(shards, "operas", "train", 50, "Weber")
    with pytest.raises(InputError, match="found 1 movements for training and 0 for validation"):
        read_mixture(shards, (MixtureSource("operas", 1.0),), SMALL, OPTIONS)
    with pytest.raises(InputError, match="scoregen corpus build"):
        read_mixture(shards, (MixtureSource("masses", 1.0),), SMALL, OPTIONS)


def test_all_corpora_of_a_folder_are_a_mixture_by_the_roots_of_their_sizes(shards: Path) -> None:
    quartets, songs = all_sources(shards)
    assert (quartets.name, songs.name) == ("quartets", "songs")
    sizes = [load_index(shards / name).columns["slices"].sum() for name in ("quartets", "songs")]
    assert quartets.share / songs.share == pytest.approx((sizes[0] / sizes[1]) ** 0.5)
    assert all_sources(shards / "songs") == (MixtureSource("songs", 1.0),)
    alone = read_mixture(shards / "songs", all_sources(shards / "songs"), SMALL, OPTIONS)
    assert alone.network.styles == ("songs",) and all_sources(shards / "none") == ()


def test_the_styles_of_earlier_weights_keep_their_vectors(tmp_path: Path) -> None:
    torch.manual_seed(1)
    before = Network(replace(SMALL, styles=("quartets", "Haydn")))
    save_checkpoint(before, tmp_path / "before", {})
    found = mixture_weights(tmp_path / "before", replace(SMALL, styles=("songs", "Haydn", "quartets")))
    assert found.checkpoint is not None
    after, own = found.checkpoint.network.style.weight, before.style.weight
    assert torch.equal(after[2:], own[[2, 1]]) and not after[:2].any()
    with pytest.raises(InputError, match="a network of another shape"):
        mixture_weights(tmp_path / "before", replace(SMALL, backbone=64))


def test_the_sources_of_a_configuration(tmp_path: Path) -> None:
    path = tmp_path / "mixture.toml"
    path.write_text(
        '[[sources]]\nname = "quartets"\nshare = 0.75\n\n[[sources]]\nname = "songs"\nshare = 1\ngiven_part = 1\n'
    )
    assert read_sources(path) == (MixtureSource("quartets", 0.75), MixtureSource("songs", 1.0, 1))
    path.write_text('[[sources]]\nname = "quartets"\n')
    with pytest.raises(InputError, match="lacks a key"):
        read_sources(path)
    path.write_text('[[sources]]\nname = "quartets"\nweight = 2\n')
    with pytest.raises(InputError, match="has no option 'weight'"):
        read_sources(path)
