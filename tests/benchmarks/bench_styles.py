"""Measure own styles: what tuning to ten or twenty pieces of another style gives, and what mixing costs.

For each style, the shipped weights are tuned on its pieces by `scoregen train`, and the held-out pieces, of other
works, are measured before and after. Bare drafts of both networks are told apart, and from the held-out pieces, by
the random forest of `two_sample`; 0.5 means that they cannot be. The share of known windows of eight events measures
copying. For the first style, mixtures with the base are measured on both styles, by interpolated weights and by
interpolated log probabilities.

    OMP_NUM_THREADS=1 python tests/benchmarks/bench_styles.py [--data FOLDER] [--style NAME]... [--drafts N]
        [--steps N] [--held-out N] [--keep FOLDER]

FOLDER holds `goudimel/scores` and `openscore-quartets/scores`; a style whose scores are missing is left out with the
reason. No weights are kept without --keep: the licences of some of the scores do not allow to ship them.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from scoregen.corpora.manifest import load_corpus
from scoregen.corpora.prepare import piece_tokens, prepare
from scoregen.evaluation.metrics.frames import token_frames
from scoregen.evaluation.metrics.two_sample import Separation, separation
from scoregen.model.features.conditioning import Example
from scoregen.model.features.inputs import piece_arrays
from scoregen.model.network.batches import collate
from scoregen.model.network.checkpoint import Weights, load_checkpoint, network_of, read_weights
from scoregen.model.network.likelihood import Choices, choices, costs
from scoregen.model.network.network import Network
from scoregen.model.own_styles.incidents import incidents
from scoregen.model.own_styles.own_style import mean_nats
from scoregen.model.sampling.costs.successions import load_successions
from scoregen.model.sampling.mixture import mixed_weights
from scoregen.model.training.examples import tasks_of
from scoregen.model.training.memorisation import WINDOWS, bare_drafts, forms, known_windows, shares, sum_over
from scoregen.model.training.run.parallel import ProcessGroup
from scoregen.model.training.validation import measure
from scoregen.notation.files import read_score
from scoregen.score.ensemble import load_ensemble
from scoregen.system.resources import weights as shipped
from scoregen.tasks.train import train
from scoregen.tokens.events import TokenScore
from scoregen.tokens.window_hashes import NoveltyIndex
from tests.benchmarks.style_corpora import StyleCorpus, haydn, palestrina, psalms

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
BASE = shipped() / "satb-chorales"
ONE = ProcessGroup(0, 1, torch.device("cpu"))


def tokens_of(folder: Path, most: int | None = None) -> list[TokenScore]:
    players = load_ensemble("satb")
    return [piece_tokens(read_score(path), players) for path in sorted(folder.iterdir())[:most]]


def nats(network: Network, pieces: Sequence[TokenScore]) -> float:
    """Nats per choice, the mean of nothing given and the melody given."""
    tasks = tasks_of([piece_arrays(tokens) for tokens in pieces])
    return sum(measure(network, examples, ONE).loss for examples in tasks.values()) / len(tasks)


def log_linear(parts: Sequence[tuple[Network, float]], pieces: Sequence[TokenScore]) -> float:
    """The same for the normalised product of the networks' probabilities, raised to their shares."""
    tasks = tasks_of([piece_arrays(tokens) for tokens in pieces])
    return sum(_log_linear(parts, examples) for examples in tasks.values()) / len(tasks)


def _log_linear(parts: Sequence[tuple[Network, float]], examples: Sequence[Example]) -> float:
    total = count = 0.0
    for network, _ in parts:
        network.eval()
    for example in examples:
        batch = collate([example])
        with torch.no_grad():
            found = [(choices(network, batch), share) for network, share in parts]
            mixed = replace(found[0][0], **{name: _product(found, name) for name in ("events", "time_shifts")})
            result = costs(parts[0][0], batch, mixed)
        total, count = total + float(result.nats), count + float(result.count)
    return total / count


def _product(found: Sequence[tuple[Choices, float]], name: str) -> torch.Tensor:
    logits = sum(share * getattr(each, name).clamp(min=-30) for each, share in found)
    return torch.log_softmax(torch.as_tensor(logits), -1)


def measured(corpus: StyleCorpus, arguments: argparse.Namespace, keep: Path) -> Weights:
    """Tune the base to a style, and print what came of it."""
    test, base = tokens_of(corpus.test, arguments.held_out), load_checkpoint(BASE).network
    out = keep / corpus.name
    began = time.process_time()
    result = train(corpus.train, out, **({"steps": arguments.steps} if arguments.steps else {}))
    seconds = time.process_time() - began
    tuned = load_checkpoint(out).network
    training = tokens_of(corpus.train)
    before, after = nats(base, test), nats(tuned, test)
    print(
        f"\n{corpus.name}: {len(training)} pieces, {sum(len(each.measures) for each in training)} measures", flush=True
    )
    print(f"  held-out nats per choice, {len(test)} pieces: before {before:.3f}, after {after:.3f}")
    print(f"  seconds of one core {seconds:.0f}, steps {result.step}, best step {result.figures['step']:.0f}")
    tables = [load_successions(stem) for stem in (BASE, out)]
    print("  nats of a succession of sonorities:", *(f"{mean_nats(table, test):.3f}" for table in tables if table))
    written = _drafts([base, tuned], training, test, arguments.drafts)
    _print_separations(test, *written)
    known = NoveltyIndex.of(training)
    for name, pieces in (("drafts", written[1]), ("held-out pieces", test)):
        share = shares(sum_over(known_windows(known, piece) for piece in pieces))
        print(f"  windows in the pieces, %, {name}:", *(f"{length}: {share[length]:.2f}" for length in WINDOWS))
    _print_rates(training, written[0], written[1])
    for sentence in result.verdict:
        print(f"  {sentence}")
    return read_weights(out)


def _drafts(
    networks: Sequence[Network], training: Sequence[TokenScore], test: Sequence[TokenScore], count: int
) -> list[list[TokenScore]]:
    """Bare drafts of each network in the forms of held-out pieces."""
    blanks = forms(NoveltyIndex.of(training), test, test, count)
    return [bare_drafts(network, blanks, count, 7) for network in networks]


def _print_separations(test: Sequence[TokenScore], untuned: Sequence[TokenScore], tuned: Sequence[TokenScore]) -> None:
    frames = [[token_frames(tokens) for tokens in pieces] for pieces in (test, untuned, tuned)]
    for name, one, other in (
        ("drafts tuned / untuned", 2, 1),
        ("held-out pieces / untuned drafts", 0, 1),
        ("held-out pieces / tuned drafts", 0, 2),
    ):
        print(f"  told apart, {name}: {_area(separation(frames[one], frames[other], draws=2))}")


def _area(found: Separation | None) -> str:
    return f"{found.auc:.2f} ({found.pieces} each)" if found else "too few long pieces"


def _print_rates(training: Sequence[TokenScore], untuned: Sequence[TokenScore], tuned: Sequence[TokenScore]) -> None:
    """The rates of what the costs price, in percent of their occasions."""
    counted = [incidents(pieces) for pieces in (training, untuned, tuned)]
    for kind in ("parallel", "leap_of_octave", "unprepared_dissonance", "cross_relation", "seventh_leaves"):
        rates = [100 * cases / max(occasions, 1) for cases, occasions in (each[kind] for each in counted)]
        print(f"  {kind}, %: pieces {rates[0]:.2f}, untuned drafts {rates[1]:.2f}, tuned drafts {rates[2]:.2f}")


def print_mixtures(corpus: StyleCorpus, tuned: Weights, held_out: int) -> None:
    """Held-out nats of both styles by the share of the tuned style."""
    base = read_weights(BASE)
    chorales = [tokens for _, tokens in prepare(load_corpus("bach-chorales"), "valid", load_ensemble("satb")).pieces]
    sets = (tokens_of(corpus.test, held_out), chorales[:held_out])
    ends = [network_of(each) for each in (base, tuned)]
    print(
        f"\nmixtures: share of {corpus.name}; nats on {corpus.name} and on chorales: interpolated weights, log-linear"
    )
    for share in SHARES:
        network = network_of(mixed_weights([(base, 1 - share), (tuned, share)]))
        figures = [nats(network, pieces) for pieces in sets]
        others = [log_linear([(ends[0], 1 - share), (ends[1], share)], pieces) for pieces in sets]
        print(f"  {share:.2f}: {figures[0]:.3f} {figures[1]:.3f}; {others[0]:.3f} {others[1]:.3f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--style", action="append", choices=("palestrina", "psalms", "haydn"))
    parser.add_argument("--drafts", type=int, default=40)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--held-out", type=int, default=14)
    parser.add_argument("--keep", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        keep = arguments.keep or root
        makers = {
            "palestrina": lambda: palestrina(root),
            "psalms": lambda: psalms(root, arguments.data),
            "haydn": lambda: haydn(root, arguments.data),
        }
        for number, name in enumerate(arguments.style or makers):
            corpus = makers[name]()
            if corpus.reason:
                print(f"\n{name}: skipped: {corpus.reason}")
                continue
            tuned = measured(corpus, arguments, keep)
            if number == 0:
                print_mixtures(corpus, tuned, arguments.held_out)


if __name__ == "__main__":
    main()
