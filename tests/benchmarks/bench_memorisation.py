"""Measure the memorisation of existing weights: the shares of windows in a learning curve.

`scoregen/model/training/memorisation.py` defines them. Training pieces are the 32 of the learning curve.

    python tests/benchmarks/bench_memorisation.py [CORPUS] [--checkpoint PATH] [--drafts N] [--seed S]

CORPUS is a folder of scores, or the name of a corpus.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import torch

from scoregen.model.network.checkpoint import load_checkpoint
from scoregen.model.network.config import NetworkConfig, TrainingOptions
from scoregen.model.training.examples import FREE
from scoregen.model.training.memorisation import WINDOWS, draft_shares
from scoregen.model.training.run.parallel import ProcessGroup
from scoregen.model.training.training_set import read_training_set
from scoregen.model.training.validation import measure


def row(name: str, shares: Mapping[int, float]) -> str:
    return f"{name:46}" + "".join(f"{shares[length]:8.2f}" if length in shares else " " * 8 for length in WINDOWS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", nargs="?", default="bach-chorales")
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--drafts", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    model = load_checkpoint(arguments.checkpoint)
    options = TrainingOptions(drafts=arguments.drafts, transpose=0)
    training_examples = read_training_set(
        arguments.corpus, str(model.about.get("ensemble", "satb")), NetworkConfig(), options
    ).examples
    group = ProcessGroup(0, 1, torch.device("cpu"))
    print(f"{'windows of, %':46}" + "".join(f"{length:8}" for length in WINDOWS))
    for split, examples in (("training", training_examples.fit), ("validation", training_examples.valid)):
        result = measure(model.network, examples[FREE], group)
        print(row(f"{split} pieces, extractable", result.extractable))
    if training_examples.forms:
        print(
            row(
                "drafts, known",
                draft_shares(model.network, training_examples.forms, arguments.drafts, arguments.seed, 0, group),
            )
        )
        print(row("validation pieces, known", training_examples.forms.valid))


if __name__ == "__main__":
    main()
