"""Train the planner of harmonic plans on a corpus, and write its weights in 16 bits.

    python tools/train_planner.py [CORPUS] [-o NAME] [--steps N] [--cache FILE]
    python tools/train_planner.py --shards runs/shards-plans [-o NAME] [--steps N] [--batch N]

The figures are bits a beat of the validation pieces, with nothing and with the melody given. With --shards it is a
planner for any ensemble, which learns from a folder of corpora with plans (`scoregen corpus build --plans`); pieces
without a plan are left out.
"""

from __future__ import annotations

import argparse
import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path

from scoregen.corpora.manifest import SPLITS, load_corpus
from scoregen.corpora.prepare import prepare
from scoregen.corpora.variants import variants
from scoregen.model.harmony.ensemble_examples import ensemble_tasks, read_planned
from scoregen.model.harmony.outer_voices import ENSEMBLE_INPUTS
from scoregen.model.harmony.planner_file import save_planner
from scoregen.model.harmony.planner_network import PlannerConfig, PlannerNetwork
from scoregen.model.harmony.planner_training import (
    LabelledPiece,
    PlannerExample,
    PlannerOptions,
    chorale_tasks,
    labelled,
    train_planner,
)
from scoregen.plan.harmonic_plan import with_harmony
from scoregen.score.ensemble import load_ensemble


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    source = parser.add_mutually_exclusive_group()
    source.add_argument("corpus", nargs="?", default="bach-chorales")
    source.add_argument("--shards", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=Path("planner"))
    parser.add_argument("--steps", type=int, default=PlannerOptions().steps)
    parser.add_argument("--batch", type=int, default=PlannerOptions().batch_size)
    parser.add_argument("--cache", type=Path, help="keep the analysed pieces in this file")
    arguments = parser.parse_args()
    if arguments.shards and arguments.cache:
        parser.error("--cache keeps the pieces of a corpus; leave it out with --shards, which are analysed already")
    options = PlannerOptions(steps=arguments.steps, batch_size=arguments.batch)
    if arguments.shards:
        train, tasks, config = ensembles(arguments.shards)
    else:
        train, tasks, config = chorales(arguments)
    train_planner(train, tasks, config, options, report, lambda network: keep(network, arguments.output))


Prepared = tuple[Sequence[LabelledPiece], Mapping[str, Sequence[PlannerExample]], PlannerConfig]


def ensembles(shards: Path) -> Prepared:
    """The pieces of shards with plans."""
    train, valid = ([*read_planned(shards, split)] for split in SPLITS[:2])
    print(f"{len(train)} excerpts for training, {len(valid)} for validation", flush=True)
    return train, ensemble_tasks(valid), PlannerConfig(inputs=ENSEMBLE_INPUTS)


def chorales(arguments: argparse.Namespace) -> Prepared:
    """The pieces of a corpus for four voices."""
    if arguments.cache and arguments.cache.exists():
        own, others = pickle.loads(arguments.cache.read_bytes())
    else:
        source, players = load_corpus(arguments.corpus), load_ensemble("satb")
        own, others = (
            [with_harmony(tokens) for _, tokens in prepare(source, split, players).pieces]
            for split in ("train", "valid")
        )
        if arguments.cache:
            arguments.cache.write_bytes(pickle.dumps((own, others)))
    more = [each for tokens in own for each in list(variants(tokens))[:1]]
    train, valid = ([labelled(tokens) for tokens in pieces] for pieces in (own + more, others))
    return train, chorale_tasks(valid), PlannerConfig()


def report(step: int, figures: dict[str, float]) -> None:
    print(
        step,
        *(f"{name} {value:.3f}" for name, value in figures.items() if "all" in name or name == "train"),
        flush=True,
    )


def keep(network: PlannerNetwork, output: Path) -> None:
    save_planner({name: value.numpy(force=True) for name, value in network.state_dict().items()}, output)


if __name__ == "__main__":
    main()
