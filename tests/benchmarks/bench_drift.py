"""Measure the drift of a network: what it knows on Bach's prefixes, and what its own drafts do.

On validation pieces, with nothing given, the network's distribution is read at every choice. Where a voice that has
the seventh of a dominant or of a minor seventh chord, or the third of a dominant, moves on, *mass* is the probability
of its resolution (a step down, or up) among all moves, and *frequency* the share of moves that resolve. Drafts are
sampled from the network alone, one for each piece, with the metre, keys and phrase ends of the piece. A network that
knows a rule has the mass on Bach's prefixes; one that drifts lacks the frequency in its drafts. The entropy of its
choices on both sides shows the drift too.

    python tests/benchmarks/bench_drift.py [WEIGHTS] [--pieces N] [--plan none|true|drawn] [--json]

--plan gives every piece the plan that it follows, or drafts a plan that the planner has drawn.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch

from scoregen.corpora.manifest import load_corpus
from scoregen.corpora.prepare import prepare
from scoregen.generation.harmony_plans import harmonic_plans
from scoregen.model.engine.loading import load_engine
from scoregen.model.features.alphabet import FIRST_PITCH
from scoregen.model.features.conditioning import Example, usual_order
from scoregen.model.features.inputs import MIDI, SILENCE, PieceArrays, piece_arrays
from scoregen.model.network.batches import collate
from scoregen.model.network.checkpoint import load_checkpoint
from scoregen.model.network.config import SamplingOptions
from scoregen.model.network.likelihood import choices
from scoregen.model.network.network import Network
from scoregen.model.sampling.loop import fill
from scoregen.model.sampling.pretrained import load_pretrained
from scoregen.model.sampling.request import SamplingRequest
from scoregen.plan.harmonic_plan import with_harmony
from scoregen.score.ensemble import load_ensemble
from scoregen.tokens.constraints.state import VoiceRule
from scoregen.tokens.events import BLANK, Slice, TokenScore
from scoregen.tokens.vocabulary import vocabulary

DOMINANT, MINOR_SEVENTH = {0, 4, 10}, {0, 3, 10}
FIFTH = 7
RULES = {
    "sevenths of dominants that fall": (DOMINANT, 10, (-2, -1)),
    "sevenths of minor chords that fall": (MINOR_SEVENTH, 10, (-2, -1)),
    "thirds of dominants that rise": (DOMINANT, 4, (1,)),
}
"""The chord without its fifth, the interval of the note over its root, and the steps of its resolution."""
BATCH = 8


def measure(network: Network, pieces: Sequence[TokenScore]) -> dict[str, float]:
    """The figures of pieces under a network, nothing given."""
    entropy = nats = events = 0.0
    rules = {name: np.zeros(3) for name in RULES}
    for start in range(0, len(pieces), BATCH):
        arrays = [piece_arrays(tokens) for tokens in pieces[start : start + BATCH]]
        batch = collate([_example(piece) for piece in arrays])
        with torch.no_grad():
            log_p = choices(network, batch).events.numpy()
        p = np.exp(log_p)
        entropy += float(-(p * np.maximum(log_p, -50)).sum())
        own = np.concatenate([piece.events for piece in arrays])
        nats -= float(np.take_along_axis(log_p, own[..., None], 2).sum())
        events += own.size
        rows = np.split(p, np.cumsum([piece.length for piece in arrays])[:-1])
        for piece, chances in zip(arrays, rows, strict=True):
            for name, sums in rules.items():
                sums += _rule(piece, chances, *RULES[name])
    figures = {"nats an event": nats / events, "entropy an event": entropy / events}
    for name, (mass, resolved, count) in rules.items():
        figures |= {f"{name}: mass": mass / max(count, 1), f"{name}: frequency": resolved / max(count, 1)}
        figures[f"{name}: cases"] = count
    return figures


def _example(piece: PieceArrays) -> Example:
    given = np.zeros(piece.events.shape, dtype=bool)
    return Example(piece, given, usual_order(given))


def _rule(piece: PieceArrays, chances: np.ndarray, chord: set[int], member: int, steps: tuple[int, ...]) -> np.ndarray:
    """The mass on the resolution, the resolutions, and the cases, over the moves of one tendency tone."""
    sums = np.zeros(3)
    for index in range(1, piece.length):
        before = MIDI[piece.sounding[index - 1]]
        classes = {int(pitch) % 12 for pitch in before if pitch >= 0}
        root = next((r for r in classes if chord <= {(c - r) % 12 for c in classes} <= chord | {FIFTH}), None)
        if root is None:
            continue
        for voice in range(len(before)):
            pitch, now = before[voice], piece.sounding[index, voice]
            if pitch < 0 or (pitch - root) % 12 != member or now == SILENCE or MIDI[now] == pitch:
                continue
            events = chances[index, voice, FIRST_PITCH:]
            moves = MIDI[: len(events)] - pitch
            sums += (
                events[np.isin(moves, steps)].sum() / max(events[moves != 0].sum(), 1e-9),
                MIDI[now] - pitch in steps,
                1,
            )
    return sums


def drafts(weights: Path | None, pieces: Sequence[TokenScore], plan: str) -> list[TokenScore]:
    """A draft of the network alone in the form of each piece."""
    pretrained = load_pretrained(weights, load_ensemble("satb"))
    engine = load_engine(pretrained.weights, "cpu", 1)
    result = []
    for number, piece in enumerate(pieces):
        task = _blank(piece)
        if plan == "drawn":
            assert pretrained.planner is not None, "there is no planner next to these weights"
            task = harmonic_plans(pretrained.planner, task, [{}], str(number))[0].tokens
        rule = VoiceRule.of(vocabulary().pitches)
        request = SamplingRequest(engine, task, (rule,) * len(task.slots), use_voice_leading_costs=False)
        options = SamplingOptions(number, top_p=1.0, candidates=1, passes=0, span=0)
        result.append(fill(request, options)[0].tokens)
    return result


def _blank(piece: TokenScore) -> TokenScore:
    nothing = (Slice(Fraction(0), (BLANK,) * len(piece.slots)),)
    return replace(piece, measures=tuple(replace(measure, slices=nothing) for measure in piece.measures))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path, nargs="?")
    parser.add_argument("--pieces", type=int, default=40)
    parser.add_argument("--plan", choices=("none", "true", "drawn"), default="none")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    network = load_checkpoint(arguments.weights).network
    valid = prepare(load_corpus("bach-chorales"), "valid", load_ensemble("satb")).pieces
    pieces = [tokens for _, tokens in valid][: arguments.pieces]
    if arguments.plan != "none":
        pieces = [with_harmony(tokens) for tokens in pieces]
    written = drafts(arguments.weights, pieces, arguments.plan)
    table = {"Bach": measure(network, pieces), "drafts": measure(network, written)}
    if arguments.json:
        print(json.dumps(table, indent=1))
        return
    for name in table["Bach"]:
        print(f"{name:45}" + "".join(f"{side[name]:10.3f}" for side in table.values()))


if __name__ == "__main__":
    main()
