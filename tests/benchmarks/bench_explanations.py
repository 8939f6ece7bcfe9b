"""Evaluate explanations: do the measures with the largest effects matter? Two tests on notes of held-out chorales.

An explanation gives the effect of every earlier measure: the nats that a note loses by its occlusion. Here the
`--measures` strongest are removed together, or the same number of random ones, and the absolute change of the
note's log p is measured. Measures are removed in two ways:

    occluded    as in the explanation itself, but jointly
    rewritten   music of other chorales replaces them in every voice, given or not, and so may also change the
                last pitch of the note's own voice; this is independent of the method

Other rankings of the measures are compared with that of the explanation: `recent` (the nearest ones), `attention`
(the weight of the copy attention) and `gradient` (gradient times input of the note's log p).
Notes are attacks with at least twice as many earlier measures as are removed; intervals are paired 95 % bootstrap
intervals over pieces.

    python tests/benchmarks/bench_explanations.py [--notes N] [--measures K] [--donors D] [--seed S]
        [--given ROLE] [--checkpoint PATH] [--json]
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from scoregen.corpora.manifest import load_corpus
from scoregen.corpora.prepare import prepare
from scoregen.evaluation.metrics.bootstrap import pooled
from scoregen.model.engine.inference_mode import inference_mode
from scoregen.model.features.alphabet import FIRST_PITCH
from scoregen.model.features.conditioning import Example
from scoregen.model.features.inputs import Bools, Ints, piece_arrays
from scoregen.model.inspection.occlusion import effects
from scoregen.model.network.batches import collate
from scoregen.model.network.checkpoint import load_checkpoint
from scoregen.model.network.likelihood import choices
from scoregen.model.network.network import Network
from scoregen.model.sampling.decoding_context import voice_order
from scoregen.score.ensemble import load_ensemble
from scoregen.tokens.events import TokenMeasure, TokenScore

RANKINGS = ("explained", "recent", "attention", "gradient", "random")
WAYS = ("occluded", "rewritten")
Floats = NDArray[np.float64]
Moves = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Target:
    """One note: its slice, its voice, the measures before it."""

    row: int
    voice: int
    earlier: Ints


def example_of(tokens: TokenScore, given_voices: Sequence[int]) -> Example:
    piece = piece_arrays(tokens)
    given = np.zeros(piece.events.shape, dtype=bool)
    given[:, list(given_voices)] = True
    return Example(piece, given, np.tile(voice_order(given[0].tolist()), (piece.length, 1)))


def occlusion_mask(example: Example, measures: Sequence[int]) -> Bools:
    voices = example.given.shape[1]
    return np.tile(np.isin(example.piece.measure, list(measures))[:, None], (1, voices))


def targets(example: Example, count: int, removed: int, rng: np.random.Generator) -> list[Target]:
    piece = example.piece
    late = piece.measure >= 2 * removed
    rows, voices = np.nonzero((piece.events >= FIRST_PITCH) & ~example.given & late[:, None])
    chosen = rng.permutation(len(rows))[:count]
    return [Target(int(rows[i]), int(voices[i]), np.arange(piece.measure[rows[i]])) for i in sorted(chosen)]


def attention(network: Network, example: Example) -> Floats:
    """[T, M] the weight of the copy attention on the slices of each measure, the mean of its heads."""
    batch = collate([example])
    captured: list[torch.Tensor] = []
    hook = network.copy_attention.query.register_forward_hook(lambda module, inputs, out: captured.append(inputs[0]))
    with inference_mode():
        choices(network, batch)
        hook.remove()
        layer, hidden = network.copy_attention, captured[0]
        bias = layer.bias(batch.position, batch.position, batch.measure_steps, batch.matches)
        scores = layer.scores(hidden, layer.keys(hidden), bias)
        sink = layer.sink.view(-1, 1, 1).expand(*scores.shape[:-1], 1)[0]
        weights = torch.cat([scores[0], sink], -1).softmax(-1)[..., :-1].mean(0)
    return _by_measure(weights.double().numpy(), example)


def gradients(network: Network, example: Example, notes: Sequence[Target]) -> Floats:
    """[N, M] gradient times input of each note's log p for the codes of each slice, summed over a measure."""
    batch = collate([example] * len(notes))
    visible = torch.ones(len(notes), *example.given.shape, requires_grad=True)
    result = choices(network, batch, visible).events
    rows = [number * example.piece.length + note.row for number, note in enumerate(notes)]
    voices = [note.voice for note in notes]
    events = [int(example.piece.events[note.row, note.voice]) for note in notes]
    result[rows, voices, events].sum().backward()
    assert visible.grad is not None
    return _by_measure(visible.grad.sum(2).double().numpy(), example)


def _by_measure(values: Floats, example: Example) -> Floats:
    measures = int(example.piece.measure[-1]) + 1
    return np.stack([values[:, example.piece.measure == index].sum(1) for index in range(measures)], 1)


def rewrite(tokens: TokenScore, measures: Sequence[int], donors: Sequence[TokenMeasure]) -> TokenScore:
    """The piece with other music in some measures, under the same headers."""
    written = list(tokens.measures)
    for index, donor in zip(measures, donors, strict=True):
        written[index] = replace(written[index], slices=donor.slices)
    return replace(tokens, measures=tuple(written))


def similar_measures(tokens: TokenScore, index: int, others: Sequence[TokenScore]) -> list[TokenMeasure]:
    """Measures of other pieces with the same length, in the nearest key signature."""
    head = tokens.measures[index].header
    result = [
        m for other in others if other is not tokens for m in other.measures if m.header.duration == head.duration
    ]
    nearest = min((abs(m.header.key.fifths - head.key.fifths) for m in result), default=0)
    return [m for m in result if abs(m.header.key.fifths - head.key.fifths) == nearest]


class Piece:
    """One chorale and the changes of log p of its notes."""

    def __init__(self, network: Network, tokens: TokenScore, given: Sequence[int], others: Sequence[TokenScore]):
        self.network, self.tokens, self.given, self.others = network, tokens, given, others
        self.example = example_of(tokens, given)

    def changes(self, notes: Sequence[Target], removed: int, donors: int, rng: np.random.Generator) -> Iterator[Moves]:
        """By note, way and ranking, the absolute change of log p."""
        if not notes:
            return
        measures = len(self.tokens.measures)
        alone = effects(
            self.network, self.example, [occlusion_mask(self.example, [index]) for index in range(measures)]
        )
        weights = attention(self.network, self.example)
        slopes = gradients(self.network, self.example, notes)
        with inference_mode():
            for note, slope in zip(notes, slopes, strict=True):
                last = len(note.earlier)
                ranks = {
                    "explained": np.abs(alone[:last, note.row, note.voice]),
                    "recent": note.earlier.astype(float),
                    "attention": weights[note.row, :last],
                    "gradient": np.abs(slope[:last]),
                    "random": rng.random(last),
                }
                sets = [np.sort(np.argsort(-rank, kind="stable")[:removed]).tolist() for rank in ranks.values()]
                seed = int(rng.integers(1 << 32))
                yield {"occluded": self._occluded(note, sets), "rewritten": self._rewritten(note, sets, donors, seed)}

    def _occluded(self, note: Target, sets: Sequence[Sequence[int]]) -> list[float]:
        losses = effects(self.network, self.example, [occlusion_mask(self.example, chosen) for chosen in sets])
        return [abs(float(nats)) for nats in losses[:, note.row, note.voice]]

    def _rewritten(self, note: Target, sets: Sequence[Sequence[int]], donors: int, seed: int) -> list[float]:
        """The mean over donors, with the same random numbers for each ranking."""
        examples = [self.example]
        for chosen in sets:
            for number in range(donors):
                music = self._music(chosen, np.random.default_rng((seed, number)))
                examples.append(example_of(rewrite(self.tokens, chosen, music), self.given))
        batch = collate(examples)
        result = choices(self.network, batch).events
        starts = np.cumsum([0, *(example.piece.length for example in examples[:-1])])
        event = int(self.example.piece.events[note.row, note.voice])
        own = self.example.piece.measure
        inside = note.row - int(np.searchsorted(own, own[note.row]))
        rows = [
            start + int(np.searchsorted(example.piece.measure, own[note.row])) + inside
            for start, example in zip(starts, examples, strict=True)
        ]
        log_p = result[rows, note.voice, event].double().numpy()
        moves: Floats = np.abs(log_p[1:] - log_p[0]).reshape(len(sets), donors).mean(1)
        return list(moves.tolist())

    def _music(self, chosen: Sequence[int], rng: np.random.Generator) -> list[TokenMeasure]:
        music = []
        for index in chosen:
            fitting = similar_measures(self.tokens, index, self.others) or [self.tokens.measures[index]]
            music.append(fitting[int(rng.integers(len(fitting)))])
        return music


def measure(
    network: Network,
    pieces: Sequence[TokenScore],
    given: Sequence[int],
    notes: int,
    removed: int,
    donors: int,
    seed: int,
) -> dict[str, Any]:
    """By way and ranking: the mean change in nats, its excess over random measures, and how often it is larger."""
    rng = np.random.default_rng(seed)
    each = [notes // len(pieces) + (index < notes % len(pieces)) for index in range(len(pieces))]
    torch.set_num_threads(1)
    rows: dict[str, list[list[list[float]]]] = {way: [] for way in WAYS}
    for tokens, count in zip(pieces, each, strict=True):
        piece = Piece(network, tokens, given, pieces)
        chosen = targets(piece.example, count, removed, rng)
        result = list(piece.changes(chosen, removed, donors, rng))
        for way in WAYS:
            rows[way].append([note[way] for note in result])
    counts = [len(piece) for piece in rows[WAYS[0]]]
    return {
        "notes": sum(counts),
        "pieces": sum(count > 0 for count in counts),
        "ways": {way: _figures(rows[way], counts, seed) for way in WAYS},
    }


def _figures(rows: Sequence[Sequence[Sequence[float]]], counts: Sequence[int], seed: int) -> dict[str, Any]:
    table = [np.array(piece).reshape(len(piece), len(RANKINGS)) for piece in rows]
    figures = {}
    for column, ranking in enumerate(RANKINGS):
        changes = pooled([piece[:, column].sum() for piece in table], counts, seed=seed)
        more = pooled([(piece[:, column] - piece[:, -1]).sum() for piece in table], counts, seed=seed)
        larger = pooled([_larger(piece[:, column], piece[:, -1]) for piece in table], counts, 100, seed=seed)
        figures[ranking] = {
            name: [rate.value, rate.low, rate.high]
            for name, rate in (("nats", changes), ("more", more), ("larger_percent", larger))
        }
    return figures


def _larger(one: Floats, other: Floats) -> float:
    """How often the first is larger; a tie counts as half."""
    return float((one > other).sum() + (one == other).sum() / 2)


def report(figures: dict[str, Any], removed: int) -> Iterator[str]:
    yield f"{figures['notes']} notes of {figures['pieces']} chorales, {removed} measures removed"
    for way, rankings in figures["ways"].items():
        yield ""
        yield f"{way:<12}{'change, nats':>24}{'more than random':>26}{'larger, %':>26}"
        for ranking, result in rankings.items():
            cells = "".join(f"{_cell(*result[name]):>{width}}" for name, width in (("nats", 24), ("more", 26)))
            yield f"{ranking:<12}{cells}{_cell(*result['larger_percent'], digits=1):>26}"


def _cell(value: float, low: float, high: float, digits: int = 3) -> str:
    return f"{value:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--notes", type=int, default=500)
    parser.add_argument("--measures", type=int, default=2)
    parser.add_argument("--donors", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--given", action="append", default=[], help="a given role, for example soprano")
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    satb = load_ensemble("satb")
    names = [role.name for role in satb.roles]
    model = load_checkpoint(options.checkpoint)
    pieces = [tokens for _, tokens in prepare(load_corpus("bach-chorales"), "valid", satb).pieces]
    given = [names.index(role) for role in options.given]
    result = measure(model.network, pieces, given, options.notes, options.measures, options.donors, options.seed)
    if options.json:
        shown = {name: str(value) if isinstance(value, Path) else value for name, value in vars(options).items()}
        print(json.dumps({"weights": model.checksum, "options": shown, **result}, indent=2))
    else:
        print("\n".join(report(result, options.measures)))


if __name__ == "__main__":
    sys.exit(main())
