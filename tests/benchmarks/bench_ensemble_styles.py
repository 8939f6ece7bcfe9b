"""Measure own styles of instruments: what tuning the shipped weights to ten songs or twenty movements gives.

For each style, `scoregen train` tunes the weights for any ensemble to its pieces. Pieces that were neither trained on
nor used to stop the training are measured before (with the vector of the nearest shipped style) and after, in nats per
choice, with nothing and with the first part given. Bare drafts of both networks, in the forms of held-out pieces, are
told apart, and from these pieces, by the nearest mean of a few features of texture (`features`), leaving one piece out
at a time; 0.5 means that they cannot be. Nothing ranks or prices music by these features. The share of windows of the
outer voices that occur in the training pieces measures copying.

    OMP_NUM_THREADS=1 python tests/benchmarks/bench_ensemble_styles.py songs|quartets|madrigals [--data FOLDER]
        [--steps N] [--pieces N] [--tuned all|adapters] [--rate R] [--batch N] [--keep FOLDER]

FOLDER holds `lead-sheets` and `openscore-quartets`; the madrigals are in the corpus of music21.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from scoregen.corpora.manifest import load_folder
from scoregen.corpora.reading.folders import read_movements
from scoregen.corpora.shards import ShardPiece
from scoregen.model.network.checkpoint import load_checkpoint
from scoregen.model.network.network import Network
from scoregen.model.own_styles.copies import bare_drafts_like, known_outer_windows, opening
from scoregen.model.training.memorisation import WINDOWS, shares, sum_over
from scoregen.model.training.mixture import HeldMovements, Source, mixture_examples
from scoregen.model.training.run.parallel import ProcessGroup
from scoregen.model.training.stored_movements import movement_in_style
from scoregen.model.training.validation import measure
from scoregen.styles.library import find_style
from scoregen.system.resources import weights as shipped
from scoregen.tasks.train import train
from scoregen.tokens.events import TokenScore
from scoregen.tokens.sonorities import outer_sonorities
from scoregen.tokens.window_hashes import NoveltyIndex
from tests.benchmarks.style_corpora import madrigals, quartets, songs

ONE = ProcessGroup(0, 1, torch.device("cpu"))
FORMS, DRAFTS = 6, 2
Features = NDArray[np.float64]


def features(tokens: TokenScore) -> Features:
    """Of a piece: the shares of attacks on beats and off them, of notes that are short, of chords by their size, of
    slices with one to four attacking voices, of repeats, steps and leaps of the lowest and the highest note, and of
    measures with the rhythm of the one before."""
    attacks = [(row.onset, event) for m in tokens.measures for row in m.slices for event in row.events if event.pitches]
    on_beat = np.mean([onset.denominator == 1 for onset, _ in attacks])
    on_half = np.mean([onset % 2 == 0 for onset, _ in attacks])
    sizes = np.bincount([min(len(event.pitches), 4) for _, event in attacks], minlength=5)[1:] / len(attacks)
    struck = [sum(bool(event.pitches) for event in row.events) for m in tokens.measures for row in m.slices]
    together = np.bincount(np.minimum(struck, 4), minlength=5) / len(struck)
    outer = outer_sonorities(tokens).changes()
    steps = np.abs(np.diff(outer.pitches, axis=0))
    moves = [np.mean((steps >= low) & (steps <= high), axis=0) for low, high in ((0, 0), (1, 2), (3, 7), (8, 127))]
    rhythms = [
        tuple((row.onset, tuple(bool(e.pitches) for e in row.events)) for row in m.slices) for m in tokens.measures
    ]
    same = np.mean([one == other for one, other in itertools.pairwise(rhythms)])
    short = np.mean(np.diff(outer.onset) < np.median(np.diff(outer.onset)) + 1)
    density = len(attacks) / max(1.0, float(sum(m.header.duration for m in tokens.measures)))
    return np.nan_to_num(np.concatenate([[on_beat, on_half, same, short, density], sizes, together, *moves]))


def told_apart(one: Sequence[TokenScore], other: Sequence[TokenScore]) -> float:
    """The area under the curve of the nearest mean, with the piece in question left out."""
    rows = np.array([features(tokens) for tokens in (*one, *other)])
    label = np.arange(len(rows)) < len(one)
    scores = []
    for place in range(len(rows)):
        rest = np.arange(len(rows)) != place
        scale = rows[rest].std(0) + 1e-3
        means = [rows[rest & (label == side)].mean(0) for side in (True, False)]
        near, far = (float((((rows[place] - mean) / scale) ** 2).sum()) for mean in means)
        scores.append(far - near)
    values = np.array(scores)
    pairs = values[label][:, None] - values[~label][None]
    return float((pairs > 0).mean() + 0.5 * (pairs == 0).mean())


def movements(folder: Path) -> list[ShardPiece]:
    """All movements of a folder."""
    found = read_movements(load_folder(folder))
    return [*found.train, *found.valid]


def nats(network: Network, pieces: Sequence[ShardPiece], style: int) -> dict[str, float]:
    """Nats per choice by task, of the openings of all pieces."""
    held = HeldMovements([movement_in_style(piece, style) for piece in pieces])
    tasks = mixture_examples([Source("test", 1.0, held, held)], 0, len(pieces)).valid
    return {task: measure(network, examples, ONE).loss for task, examples in tasks.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("style", choices=("songs", "quartets", "madrigals"))
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--steps", type=int)
    parser.add_argument("--pieces", type=int, help="train on so many of the pieces only")
    parser.add_argument("--tuned", choices=("all", "adapters"))
    parser.add_argument("--rate", type=float)
    parser.add_argument("--batch", type=int)
    parser.add_argument("--no-drafts", action="store_true")
    parser.add_argument("--keep", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as temporary:
        report(arguments, Path(temporary))


def report(arguments: argparse.Namespace, root: Path) -> None:
    corpus = {"songs": songs, "quartets": quartets, "madrigals": madrigals}[arguments.style](root, arguments.data)
    if corpus.reason:
        print(f"skipped: {corpus.reason}")
        return
    for path in sorted(corpus.train.iterdir())[arguments.pieces :] if arguments.pieces else ():
        path.unlink()
    out = (arguments.keep or root) / corpus.name
    asked = {"steps": arguments.steps, "learning_rate": arguments.rate, "batch_size": arguments.batch}
    asked |= {"tuned": arguments.tuned} | ({"pull": 20.0} if arguments.tuned == "all" else {})
    asked |= {"pull": 0.0} if arguments.tuned == "adapters" else {}
    began = time.process_time()
    result = train(
        corpus.train,
        out,
        progress=lambda step, figures: (
            print(f"  step {step}: {figures['valid']:.4f}", flush=True) if "valid" in figures else None
        ),
        on_start=lambda found: print(f"{found.pieces} + {found.valid_pieces} pieces; {found.start}", flush=True),
        **{name: value for name, value in asked.items() if value is not None},
    )
    print(
        f"seconds of one core {time.process_time() - began:.0f}, steps {result.step}, best {result.figures['step']:.0f}"
    )
    style = find_style(str(out)).style
    test = movements(corpus.test)
    base, tuned = load_checkpoint(shipped() / "ensembles").network, load_checkpoint(out).network
    own = 1 + base.config.styles.index(style.network_style)
    for name, network in (("before", base), ("after", tuned)):
        print(
            f"held-out nats per choice, {len(test)} movements, {name}:", _figures(nats(network, test, own)), flush=True
        )
    for sentence in result.verdict:
        print(sentence)
    if arguments.no_drafts:
        return
    drafts = {
        name: [draft.tokens for draft in bare_drafts_like(network, test, own, 7, FORMS, DRAFTS)]
        for name, network in (("before", base), ("after", tuned))
    }
    real = [opening(piece)[0] for piece in test]
    for name, one, other in (
        ("pieces / drafts before", real, drafts["before"]),
        ("pieces / drafts after", real, drafts["after"]),
        ("drafts before / after", drafts["before"], drafts["after"]),
    ):
        print(f"told apart, {name}: {told_apart(one, other):.2f} ({len(one)}, {len(other)})")
    known = NoveltyIndex.of_sonorities(outer_sonorities(piece.tokens) for piece in movements(corpus.train))
    for name, pieces in (("drafts after", drafts["after"]), ("held-out pieces", real)):
        share = shares(sum_over(known_outer_windows(known, tokens) for tokens in pieces))
        print(f"windows of the training pieces, %, {name}:", *(f"{length}: {share[length]:.2f}" for length in WINDOWS))


def _figures(values: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.3f}" for name, value in values.items())


if __name__ == "__main__":
    main()
