"""Nats a choice of held-out movements, by corpus and kind of choice, under n-grams and under networks.

The excerpts are those of validation while training a mixture (`model.training.mixture`): the openings of movements of
the valid split. All models are scored on the same choices: with nothing given, and with the first part given. Kinds of
choices are *hold*, *rest*, *pitch* (the outer note of an attack), *chord* (every other one that writes a chord) and
*time shift*.

The unigram has the frequencies of all choices of the train split, the bigram those after the last choice of the same
voice; time shifts have their own, after the last time shift. Both count one case more of every choice. Networks are
named by their files, with the switches of their configuration that are off.

With --drift N the entropy of the network's distribution, in nats a choice, is printed for the first 16 measures of N
movements and for as many drafts of the network alone in the same form. A network that drifts is surer of its own drafts
than of the corpus, or less sure.

    python tests/benchmarks/bench_mixture.py CHECKPOINT... [--shards FOLDER] [--corpus NAME]... [--excerpts N]
        [--train N] [--drift N]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from scoregen.corpora.shards import ShardPiece, corpora_in, load_shards
from scoregen.model.engine.loading import load_engine
from scoregen.model.features.alphabet import HOLD, PITCHES, REST, UNSCORED
from scoregen.model.features.conditioning import Example, usual_order
from scoregen.model.features.inputs import ABSENT, SPELLED, TIME_SHIFT_STEPS, choice_ids, piece_arrays
from scoregen.model.features.turns import turns
from scoregen.model.network.batches import collate
from scoregen.model.network.checkpoint import load_checkpoint, read_weights
from scoregen.model.network.config import NetworkConfig, SamplingOptions
from scoregen.model.network.likelihood import choices
from scoregen.model.network.network import Network
from scoregen.model.sampling.loop import fill
from scoregen.model.sampling.request import SamplingRequest
from scoregen.model.training.examples import FREE
from scoregen.model.training.mixture import MOST_VOICES, HeldMovements, Movement, Source, mixture_examples
from scoregen.model.training.mixture_set import LEAST_SLICES
from scoregen.score.instruments import Family
from scoregen.tokens import events as language
from scoregen.tokens.constraints.state import VoiceRule
from scoregen.tokens.events import BLANK, Slice, TokenScore
from scoregen.tokens.voice_descriptions import VoiceDescription, low_voices

CORPORA = ("openscore-quartets", "openscore-lieder")
KINDS = ("hold", "rest", "pitch", "chord", "time shift")
HOLDS, RESTS, ATTACKS, CHORDS, SHIFTS = range(len(KINDS))
MEASURES = 16
SHIFT_COUNT = len(TIME_SHIFT_STEPS) + 1
MOST_NOTES: dict[Family | str, int] = {"keyboard": 5, "strings": 4, "plucked": 6}
Table = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Scored:
    """The scored choices of an example: `row`, `place` in the slice (-1: the time shift), what was chosen, what the
    same voice chose before (the last id of all for nothing), and the kind."""

    row: Ints
    place: Ints
    choice: Ints
    before: Ints
    kind: Ints


def scored(example: Example) -> Scored:
    found = turns(example, SPELLED)
    rows: list[tuple[int, ...]] = []
    last: dict[int, int] = {}
    last_shift = SHIFT_COUNT
    for row, count in enumerate(found.count):
        is_free = False
        for place in range(count):
            voice, index, choice = (int(table[row, place]) for table in (found.voice, found.index, found.choice))
            if not example.given[row, voice]:
                is_free = True
                rows.append((row, place, choice, last.get(voice, SPELLED.choices), _kind(index, choice)))
            last[voice] = choice
        shift = int(example.piece.time_shift[row])
        if shift != UNSCORED:
            if is_free:
                rows.append((row, -1, shift, last_shift, SHIFTS))
            last_shift = shift
    return Scored(*np.array(rows, dtype=np.int64).reshape(-1, 5).T)


def _kind(index: int, choice: int) -> int:
    if index or choice >= SPELLED.more:
        return CHORDS
    return {HOLD: HOLDS, REST: RESTS}.get(choice, ATTACKS)


@dataclass(frozen=True, slots=True)
class NGrams:
    """Counts of choices after the last one [before, choice], and of time shifts."""

    choices: Ints
    shifts: Ints

    def nats(self, cases: Scored, order: int) -> Table:
        result = np.zeros(len(cases.row))
        for table, is_own in ((self.choices, cases.place >= 0), (self.shifts, cases.place < 0)):
            counts = table if order == 2 else np.broadcast_to(table.sum(0), table.shape)
            chances = (counts + 1) / (counts.sum(1, keepdims=True) + counts.shape[1])
            result[is_own] = -np.log(chances[cases.before[is_own], cases.choice[is_own]])
        return result


def count_ngrams(pieces: Iterator[ShardPiece]) -> NGrams:
    table = NGrams(
        np.zeros((SPELLED.choices + 1, SPELLED.choices), dtype=np.int64),
        np.zeros((SHIFT_COUNT + 1, SHIFT_COUNT), dtype=np.int64),
    )
    ids = {Fraction(shift): number for number, shift in enumerate(SPELLED.time_shifts, 1)}
    for piece in pieces:
        low = low_voices(len(piece.descriptions), piece.descriptions)
        last = [SPELLED.choices] * len(low)
        last_shift = SHIFT_COUNT
        for measure in piece.tokens.measures:
            for now, after in zip(measure.slices, [*measure.slices[1:], None], strict=True):
                for voice, event in enumerate(now.events):
                    if event.kind not in ("absent", "blank"):
                        for choice in choice_ids(event, low[voice]):
                            table.choices[last[voice], choice] += 1
                            last[voice] = choice
                shift = 0 if after is None else ids.get(after.onset - now.onset)
                if shift is not None:
                    table.shifts[last_shift, shift] += 1
                    last_shift = shift
    return table


def network_nats(network: Network, example: Example, cases: Scored) -> tuple[Table, Table]:
    """The nats of each case under a network, and the entropy of its distribution there."""
    with torch.no_grad():
        log_p = choices(network, collate([example]))
    nats, entropy = np.zeros(len(cases.row)), np.zeros(len(cases.row))
    rank = np.argsort(log_p.rows.numpy())
    for place, table in [(-1, log_p.time_shifts), *enumerate(log_p.turns)]:
        chosen = np.flatnonzero(cases.place == place)
        rows = cases.row[chosen] if place < 0 else rank[cases.row[chosen]]
        own = table.numpy().astype(np.float64)[rows]
        nats[chosen] = -own[np.arange(len(chosen)), cases.choice[chosen]]
        entropy[chosen] = -(np.exp(own) * np.maximum(own, -60.0)).sum(1)
    return nats, entropy


def movement(piece: ShardPiece, styles: Sequence[str]) -> Movement:
    arrays = piece_arrays(piece.tokens, None, piece.descriptions, whole=False)
    parts = np.array([each.part for each in piece.descriptions])
    return Movement(arrays, parts, style_id(piece, styles), np.isin(arrays.measure, sorted(piece.refused)))


def style_id(piece: ShardPiece, styles: Sequence[str]) -> int:
    name = piece.style if piece.style in styles else piece.corpus
    return 1 + list(styles).index(name) if name in styles else 0


def title(path: Path, config: NetworkConfig) -> str:
    off = [
        name for name in ("use_pitch_history", "use_matches", "use_motion", "use_degrees") if not getattr(config, name)
    ]
    return " ".join([path.stem, *(f"without {name.removeprefix('use_')}" for name in off)])


def by_kind(nats: Sequence[Table], cases: Sequence[Scored]) -> list[float]:
    """The mean of each kind, then of all."""
    values, kinds = np.concatenate(nats), np.concatenate([case.kind for case in cases])
    means = [values[kinds == kind].mean() if (kinds == kind).any() else float("nan") for kind in range(len(KINDS))]
    return [*map(float, means), float(values.mean())]


def opening(piece: ShardPiece) -> tuple[TokenScore, tuple[VoiceDescription, ...]]:
    """The first measures of a movement as a piece of its own, with the voices that they have."""
    measures = piece.tokens.measures[:MEASURES]
    slices = [each for measure in measures for each in measure.slices]
    columns = [c for c in range(len(piece.descriptions)) if any(s.events[c] != language.ABSENT for s in slices)]
    columns = columns[:MOST_VOICES]
    cut = tuple(
        replace(m, slices=tuple(replace(s, events=tuple(s.events[c] for c in columns)) for s in m.slices))
        for m in measures
    )
    slots = tuple(piece.tokens.slots[column] for column in columns)
    return TokenScore(slots, cut), tuple(piece.descriptions[column] for column in columns)


def blank(tokens: TokenScore) -> TokenScore:
    """The piece with every voice blank in the measures that have it."""
    measures = []
    for measure in tokens.measures:
        first = measure.slices[0].events
        events = tuple(event if event == language.ABSENT else BLANK for event in first)
        measures.append(replace(measure, slices=(Slice(Fraction(0), events),)))
    return replace(tokens, measures=tuple(measures))


def rules(descriptions: Sequence[VoiceDescription]) -> tuple[VoiceRule, ...]:
    low = low_voices(len(descriptions), descriptions)
    return tuple(
        VoiceRule.of(PITCHES, MOST_NOTES.get(each.family, 1), descending=not is_low)
        for each, is_low in zip(descriptions, low, strict=True)
    )


def drift(path: Path, network: Network, pieces: Sequence[ShardPiece]) -> tuple[float, float]:
    """The entropy a choice on the openings of pieces, and on drafts of the network alone in their form."""
    engine = load_engine(read_weights(path), "cpu", 1)
    sums = np.zeros((2, 2))
    for number, piece in enumerate(pieces):
        tokens, descriptions = opening(piece)
        style = style_id(piece, network.config.styles)
        request = SamplingRequest(
            engine,
            blank(tokens),
            rules(descriptions),
            use_voice_leading_costs=False,
            descriptions=descriptions,
            network_style=style,
        )
        options = SamplingOptions(number, top_p=1.0, candidates=1, passes=0, span=0)
        for side, music in enumerate((tokens, fill(request, options)[0].tokens)):
            example = free_example(music, descriptions, style)
            entropy = network_nats(network, example, scored(example))[1]
            sums[side] += entropy.sum(), len(entropy)
    truth, drafts = sums[:, 0] / sums[:, 1]
    return float(truth), float(drafts)


def free_example(tokens: TokenScore, descriptions: Sequence[VoiceDescription], style: int) -> Example:
    piece = piece_arrays(tokens, None, descriptions)
    given = np.zeros(piece.events.shape, dtype=bool)
    return Example(piece, given, usual_order(given, piece.events == ABSENT), style)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoints", type=Path, nargs="+")
    parser.add_argument("--shards", type=Path, default=Path("runs/shards"))
    parser.add_argument("--corpus", action="append", choices=CORPORA)
    parser.add_argument("--excerpts", type=int, default=24)
    parser.add_argument("--train", type=int, help="the most movements that the n-grams count")
    parser.add_argument("--drift", type=int, default=0)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    networks = {path: load_checkpoint(path).network for path in arguments.checkpoints}
    for corpus in arguments.corpus or CORPORA:
        folder = arguments.shards / corpus
        if not corpora_in(folder):
            print(f"{corpus}: skipped: {folder} has no held-out movements; scoregen corpus build makes them")
            continue
        report(corpus, folder, networks, arguments)


def report(corpus: str, folder: Path, networks: dict[Path, Network], arguments: argparse.Namespace) -> None:
    pieces = [p for p in load_shards(folder, "valid") if sum(len(m.slices) for m in p.tokens.measures) >= LEAST_SLICES]
    table = count_ngrams(islice(load_shards(folder, "train"), arguments.train))
    columns = (*KINDS, "all")
    for task in (FREE, "part"):
        print(f"{corpus}, {'nothing' if task == FREE else 'the first part'} given")
        examples = held_out_examples(corpus, pieces, (), arguments.excerpts)[task]
        cases = [scored(example) for example in examples]
        if not any(len(case.row) for case in cases):
            print("  nothing is left to write")
            continue
        numbers = np.bincount(np.concatenate([case.kind for case in cases]), minlength=len(KINDS))
        print(f"  {'':32}" + "".join(f"{name:>12}" for name in columns))
        print(f"  {'choices':32}" + "".join(f"{number:12}" for number in (*numbers, numbers.sum())))
        for order, name in ((1, "unigram"), (2, "bigram")):
            _print(name, by_kind([table.nats(case, order) for case in cases], cases))
        for path, network in networks.items():
            own = held_out_examples(corpus, pieces, network.config.styles, arguments.excerpts)[task]
            nats = [network_nats(network, example, case)[0] for example, case in zip(own, cases, strict=True)]
            _print(title(path, network.config), by_kind(nats, cases))
    for path, network in networks.items() if arguments.drift else ():
        count = min(arguments.drift, len(pieces))
        chosen = [pieces[index * len(pieces) // count] for index in range(count)]
        truth, drafts = drift(path, network, chosen)
        print(f"{corpus}, {path.stem}: entropy a choice {truth:.3f} on the corpus, {drafts:.3f} on its own drafts")


def held_out_examples(
    corpus: str, pieces: Sequence[ShardPiece], styles: Sequence[str], count: int
) -> dict[str, Sequence[Example]]:
    most = min(count, len(pieces))
    chosen = [pieces[index * len(pieces) // count] for index in range(most)] if most == count else list(pieces)
    held_out = HeldMovements([movement(piece, styles) for piece in chosen])
    source = Source(corpus, 1.0, HeldMovements([]), held_out)
    return dict(mixture_examples([source], 0, len(chosen)).valid)


def _print(name: str, values: Sequence[float]) -> None:
    print(f"  {name:32}" + "".join(f"{value:12.3f}" for value in values), flush=True)


if __name__ == "__main__":
    main()
