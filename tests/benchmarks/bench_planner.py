"""Measure the planner of harmonic plans: bits a beat on validation pieces, beside n-grams of chords.

A plan is read in steps of half a beat: at each a chord goes on, or another one begins. The n-grams (interpolated,
Witten and Bell 1991) predict this from whether the step is on a beat and from the last chords; they are counted in the
training chorales. The planner is measured with nothing and with the melody given; no chord is fixed.

    python tests/benchmarks/bench_planner.py [WEIGHTS]
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Hashable
from pathlib import Path

import numpy as np

from scoregen.corpora.manifest import load_corpus
from scoregen.corpora.prepare import prepare
from scoregen.model.harmony.labels import UNKNOWN, begins, labels_of
from scoregen.model.harmony.planner_file import load_planner
from scoregen.model.harmony.planner_inputs import PlannerPiece, planner_inputs, planner_piece
from scoregen.model.network.checkpoint import SHIPPED
from scoregen.plan.harmonic_plan import chords_of, with_harmony
from scoregen.score.ensemble import load_ensemble
from scoregen.system.resources import weights
from tests.benchmarks.bench_ngrams import NGrams

ORDERS = {"unigram": 1, "bigram": 2, "trigram": 3}
GOES_ON = "goes on"


def pieces(split: str) -> list[tuple[PlannerPiece, np.ndarray]]:
    prepared = prepare(load_corpus("bach-chorales"), split, load_ensemble("satb"))  # type: ignore[arg-type]
    result = []
    for _, tokens in prepared.pieces:
        piece = planner_piece(with_harmony(tokens))
        result.append((piece, labels_of(chords_of(piece.headers, piece.steps), piece.signatures)))
    return result


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
    arguments = parser.parse_args()
    train, valid = pieces("train"), pieces("valid")
    beats = sum(len(labels) for _, labels in valid) / 2
    for name, order in ORDERS.items():
        model = NGrams([stream(*each, order) for each in train])
        nats = sum(model.nats(event, context) for each in valid for _, event, context in stream(*each, order))
        print(f"{name:16}{nats / beats / math.log(2):8.3f} bits a beat")
    planner = load_planner(arguments.weights)
    assert planner is not None, "there is no planner next to these weights"
    for name, voices in (("nothing given", 0), ("melody given", 1)):
        nats = 0.0
        for piece, labels in valid:
            given = np.zeros_like(piece.is_given)
            given[:, :voices] = True
            code = planner.code(planner_inputs(piece, given, np.full_like(labels, UNKNOWN))[None])[0]
            nats += float(planner.nats(code, labels[None]).sum())
        print(f"{name:16}{nats / beats / math.log(2):8.3f} bits a beat")


if __name__ == "__main__":
    main()
