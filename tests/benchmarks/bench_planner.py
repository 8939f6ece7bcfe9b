"""Measure the planner of harmonic plans: bits a beat on validation pieces, beside n-grams of chords.

A plan is read in steps of half a beat: at each a chord goes on, or another one begins. The n-grams (interpolated,
Witten and Bell 1991) predict this from whether the step is on a beat and from the last chords; they are counted in the
training chorales. The planner is measured with nothing and with the melody given; no chord is fixed. With --shards it
is the planner for any ensemble, by corpus, on the stretches of held-out movements that have a plan.

    python tests/benchmarks/bench_planner.py [WEIGHTS]
    python tests/benchmarks/bench_planner.py WEIGHTS --shards runs/shards-plans
"""

from __future__ import annotations

import argparse
import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from pathlib import Path

import numpy as np

from scoregen.corpora.manifest import Split, load_corpus
from scoregen.corpora.prepare import prepare
from scoregen.model.harmony.ensemble_examples import PlannedExcerpt, ensemble_tasks, measured, read_planned
from scoregen.model.harmony.labels import begins
from scoregen.model.harmony.planner import Planner
from scoregen.model.harmony.planner_file import load_planner
from scoregen.model.harmony.planner_inputs import PlannerPiece
from scoregen.model.harmony.planner_training import Chorale, PlannerExample, chorale_tasks, labelled
from scoregen.model.network.checkpoint import SHIPPED
from scoregen.plan.harmonic_plan import with_harmony
from scoregen.score.ensemble import load_ensemble
from scoregen.system.resources import weights
from tests.benchmarks.bench_ngrams import NGrams

ORDERS = {"unigram": 1, "bigram": 2, "trigram": 3}
GOES_ON = "goes on"


def chorales(split: Split) -> list[Chorale]:
    prepared = prepare(load_corpus("bach-chorales"), split, load_ensemble("satb"))
    return [labelled(with_harmony(tokens)) for _, tokens in prepared.pieces]


def stream(piece: PlannerPiece, labels: np.ndarray, order: int) -> list[tuple[float, Hashable, tuple[Hashable, ...]]]:
    """Each step with its context: whether it is on a beat, then the last chords, the latest first."""
    symbols, past = [], ["start"] * 2
    for step, label, starts in zip(piece.steps, map(tuple, labels.tolist()), begins(labels), strict=True):
        is_beat = (piece.headers[step.measure].start + step.onset) % (2 * step.duration) == 0
        symbols.append((0.0, label if starts else GOES_ON, (is_beat, *past[: order - 1])))
        past = [label, past[0]] if starts else past
    return symbols


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path, nargs="?", default=weights() / SHIPPED)
    parser.add_argument("--shards", type=Path)
    arguments = parser.parse_args()
    planner = load_planner(arguments.weights)
    assert planner is not None, "there is no planner next to these weights"
    if arguments.shards:
        print_ensembles(planner, arguments.shards)
    else:
        print_chorales(planner)


def print_ensembles(planner: Planner, shards: Path) -> None:
    """Bits a beat of each corpus; the n-grams are counted in its own training excerpts."""
    train, valid = (by_corpus(read_planned(shards, split)) for split in ("train", "valid"))
    tasks = ensemble_tasks([each for own in valid.values() for each in own])
    for corpus, own in valid.items():
        chosen = measured(own)
        beats = sum(int(each.known.sum()) for each in chosen) / 2
        row = []
        for order in ORDERS.values():
            model = NGrams([list(known_stream(each, order)) for each in train[corpus]])
            row.append(sum(model.nats(event, past) for each in chosen for _, event, past in known_stream(each, order)))
        for task in (f"{corpus} free", f"{corpus} part"):
            examples = tasks.get(task, ())
            bits = sum(planned_nats(planner, each) for each in examples)
            row.append(bits if examples else math.nan)
        figures = (f"{nats / beats / math.log(2):8.3f}" for nats in row)
        print(f"{corpus:20}", *figures, f"  {len(train[corpus])} excerpts, {len(chosen)} measured", flush=True)


def by_corpus(excerpts: Iterable[PlannedExcerpt]) -> dict[str, list[PlannedExcerpt]]:
    found: dict[str, list[PlannedExcerpt]] = defaultdict(list)
    for each in excerpts:
        found[each.style].append(each)
    return found


def known_stream(excerpt: PlannedExcerpt, order: int) -> Iterator[tuple[float, Hashable, tuple[Hashable, ...]]]:
    """The steps of an excerpt at which a chord is planned."""
    rows = stream(excerpt.piece.highest, excerpt.labels, order)
    return (row for row, is_known in zip(rows, excerpt.known, strict=True) if is_known)


def planned_nats(planner: Planner, example: PlannerExample) -> float:
    nats = planner.nats(planner.code(example.inputs[None])[0], example.labels[None])[0]
    return float(nats[example.known].sum())


def print_chorales(planner: Planner) -> None:
    train, valid = chorales("train"), chorales("valid")
    beats = sum(each.length for each in valid) / 2
    for name, order in ORDERS.items():
        model = NGrams([stream(each.piece, each.labels, order) for each in train])
        rows = [row for each in valid for row in stream(each.piece, each.labels, order)]
        nats = sum(model.nats(event, context) for _, event, context in rows)
        print(f"{name:16}{nats / beats / math.log(2):8.3f} bits a beat")
    for name, examples in chorale_tasks(valid).items():
        nats = sum(planned_nats(planner, each) for each in examples)
        print(f"{name:16}{nats / beats / math.log(2):8.3f} bits a beat")


if __name__ == "__main__":
    main()
