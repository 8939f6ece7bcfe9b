"""What weights know by heart: the shares of windows of a learning curve, of weights that are there.

`scoregen/model/training/memorisation.py` says what they mean. Training pieces are the 32 that a curve measures.

    python tests/benchmarks/bench_memorisation.py [CORPUS] [--checkpoint PATH] [--drafts N] [--seed S]

CORPUS is a folder of scores, a corpus by its name, or JSB16's file, which needs --checkpoint and has no drafts.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import torch

from scoregen.model.network.checkpoint import load_checkpoint
from scoregen.model.network.config import NetworkConfig, TrainingOptions
from scoregen.model.training.examples import FREE
from scoregen.model.training.loop import measure
from scoregen.model.training.memorisation import WINDOWS, drawn
from scoregen.model.training.parallel import Ranks
from scoregen.model.training.training_set import read_training_set


def row(name: str, shares: Mapping[int, float]) -> str:
    return f"{name:46}" + "".join(f"{shares[length]:8.2f}" if length in shares else " " * 8 for length in WINDOWS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", nargs="?", default="bach-chorales")
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--drafts", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    model = load_checkpoint(asked.checkpoint)
    options = TrainingOptions(drafts=asked.drafts, transpose=0)
    training_examples = read_training_set(
        asked.corpus, str(model.about.get("ensemble", "satb")), NetworkConfig(), options
    ).training_examples
    here = Ranks(0, 1, torch.device("cpu"))
    print(f"{'windows of, %':46}" + "".join(f"{length:8}" for length in WINDOWS))
    for split, examples in (("training", training_examples.fit), ("validation", training_examples.valid)):
        found = measure(model.network, examples[FREE], here)
        print(row(f"{split} pieces gone on with to the note", found.extractable))
    if training_examples.forms:
        print(
            row(
                "drafts, in the training pieces",
                drawn(model.network, training_examples.forms, asked.drafts, asked.seed, 0, here),
            )
        )
        print(row("validation pieces, in the training pieces", training_examples.forms.valid))


if __name__ == "__main__":
    main()
