"""Train the beat network on shards of corpora, and write its weights in 16 bits.

    python tools/train_beats.py SHARDS... [-o scoregen/weights/performances.beats] [--state FILE] [--cache FILE]

SHARDS are corpora that scoregen corpus build made. Training goes on from the state file.
"""

from __future__ import annotations

import argparse
import pickle
from pathlib import Path

import numpy as np
import torch

from scoregen.corpora.manifest import Split
from scoregen.corpora.shards import load_shards
from scoregen.model.beats.network import BeatNetwork
from scoregen.model.beats.notated import NotatedPiece, notated_piece
from scoregen.model.beats.training import BeatOptions, train_beats
from scoregen.system.resources import weights
from scoregen.transcription.beats.network import save_network

MOST = 300
"""Pieces of one shard."""


def pieces_of(shards: list[Path], split: Split) -> list[NotatedPiece]:
    found = []
    for shard in shards:
        own = [piece for piece in load_shards(shard, split) if len(piece.refused) < len(piece.tokens.measures) / 20]
        chosen = np.random.default_rng(1).permutation(len(own))[: MOST if split == "train" else MOST // 10]
        found += [notated_piece(own[index].tokens) for index in chosen]
    return [piece for piece in found if len(piece.notes) > 40 and len(piece.beats) > 12]


def cached(shards: list[Path], cache: Path | None) -> tuple[list[NotatedPiece], list[NotatedPiece]]:
    """The pieces for training and for validation."""
    if cache and cache.exists():
        return pickle.loads(cache.read_bytes())
    pieces = pieces_of(shards, "train"), pieces_of(shards, "valid")
    if cache:
        cache.write_bytes(pickle.dumps(pieces))
    return pieces


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shards", nargs="+", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=weights() / "performances.beats")
    parser.add_argument("--state", type=Path, default=Path("beats.state"))
    parser.add_argument("--cache", type=Path, help="keep the pieces in this file")
    parser.add_argument("--steps", type=int, default=BeatOptions().steps)
    parser.add_argument("--seconds", type=float, default=BeatOptions().seconds, help="processor seconds")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    train, valid = cached(arguments.shards, arguments.cache)
    print(f"{len(train)} and {len(valid)} pieces", flush=True)
    options = BeatOptions(steps=arguments.steps, seconds=arguments.seconds)

    def keep(network: BeatNetwork) -> None:
        tensors = {name: value.numpy(force=True) for name, value in network.state_dict().items()}
        save_network(tensors, arguments.output)

    train_beats(train, valid, options, arguments.state, report, keep)


def report(step: int, train: float, valid: float) -> None:
    print(f"{step}: {train:.3f} {valid:.3f}", flush=True)


if __name__ == "__main__":
    main()
