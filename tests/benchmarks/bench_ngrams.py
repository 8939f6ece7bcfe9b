"""Tell pieces from Bach's by n-grams, and count what a teacher of harmony would mark.

The test is the likelihood ratio of two n-gram models on windows of eight beats: one of the training chorales, one of
the pieces under test (in five folds, so that no window is scored by a model that has read it). Both sides that it tells
apart are held out: the pieces under test, and chorales of the validation or test split. 0.5 means that they cannot be
told apart. Nothing of the program ranks, tunes or selects by it.

The bits are cross-entropies under trigrams of the training chorales. `harmonic_counts.py` defines the other figures.

    python tests/benchmarks/bench_ngrams.py compose FOLDER [--new N | --split valid] [--pieces N] [--unguided]
        [--count N] [--seed S] [--set NAME=VALUE]
    python tests/benchmarks/bench_ngrams.py measure FOLDER... [--split valid] [--cache FILE] [--no-check]

`compose` harmonises the sopranos of a split (or writes N new pieces like training chorales) and saves them as
MusicXML; `measure` prints a column for each folder beside Bach's. Harmonised pieces are compared with Bach's settings
of the same sopranos.
"""

from __future__ import annotations

import argparse
import json
import math
import pickle
import random
import time
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from scoregen.corpora.manifest import load_corpus
from scoregen.notation.files import read_score, write_score
from scoregen.plan.form import blank_piece, options_like
from scoregen.score.edit import select_voices
from scoregen.score.elements import Score
from scoregen.score.ensemble import load_ensemble, match_roles, role_slots
from scoregen.tasks.check import check
from scoregen.tasks.compose import SamplingOptions, compose
from tests.benchmarks.harmonic_counts import RATES, common_ends, count
from tests.benchmarks.textures import SILENT, Texture, bass, changes, over_bass, texture

WINDOW = 8.0
STRIDE = 4.0
FOLDS = 5
Symbol = tuple[float, Hashable, tuple[Hashable, ...]]
"""A time, what happens there, and what came before, the latest first."""


class NGrams:
    """An interpolated n-gram model (Witten and Bell 1991) of the symbols of one family."""

    def __init__(self, streams: Sequence[Sequence[Symbol]]) -> None:
        self._counts: dict[tuple[Hashable, ...], Counter[Hashable]] = defaultdict(Counter)
        for stream in streams:
            for _, event, context in stream:
                for order in range(len(context) + 1):
                    self._counts[context[:order]][event] += 1
        self._sizes = {context: (sum(row.values()), len(row)) for context, row in self._counts.items()}
        self._kinds = 2 * max(1, len(self._counts[()]))

    def nats(self, event: Hashable, context: tuple[Hashable, ...]) -> float:
        chance = 1 / self._kinds
        for order in range(len(context) + 1):
            row = self._counts.get(context[:order])
            if not row:
                break
            total, kinds = self._sizes[context[:order]]
            chance = (row[event] + kinds * chance) / (total + kinds)
        return -math.log(chance)


def families(piece: Texture) -> dict[str, list[Symbol]]:
    """The symbols of a piece by family: chords at changes and at beats, every voice, all voices over the bass."""
    rows = changes(piece)
    result = {"chords": _chords(piece, rows), "beats": _chords(piece, np.flatnonzero(piece.on_beat))}
    for voice in range(piece.midi.shape[1]):
        result[f"voice {voice}"] = _voice(piece, voice)
    result["pairs"] = _pairs(piece, rows)
    return result


def bits(model: NGrams, streams: Sequence[Sequence[Symbol]]) -> float:
    nats = [model.nats(event, context) for stream in streams for _, event, context in stream]
    return float(np.mean(nats)) / math.log(2)


def likelihood_ratio(
    training: Sequence[Texture], real: Sequence[Texture], tested: Sequence[Texture]
) -> dict[str, float]:
    """The AUC by family and of all families together."""
    tables = {name: [families(piece) for piece in side] for name, side in (("t", training), ("r", real), ("g", tested))}
    names = list(tables["t"][0])
    models = {name: NGrams([piece[name] for piece in tables["t"]]) for name in names}
    scores: dict[str, dict[str, list[float]]] = {side: defaultdict(list) for side in "rg"}
    for fold in range(FOLDS):
        others = [piece for index, piece in enumerate(tables["g"]) if index % FOLDS != fold]
        rivals = {name: NGrams([piece[name] for piece in others]) for name in names}
        for side, pieces in (("r", real), ("g", tested)):
            for index in range(fold, len(pieces), FOLDS):
                for window in _windows(pieces[index], tables[side][index], models, rivals):
                    for name, ratio in window.items():
                        scores[side][name].append(ratio)
    return {name: _auc(scores["r"][name], scores["g"][name]) for name in ("all", *names)}


def _windows(
    piece: Texture, streams: dict[str, list[Symbol]], models: dict[str, NGrams], rivals: dict[str, NGrams]
) -> Iterator[dict[str, float]]:
    ratios = {
        name: [(time, rivals[name].nats(e, c) - models[name].nats(e, c)) for time, e, c in stream]
        for name, stream in streams.items()
    }
    start, stop = float(piece.time[0]), float(piece.time[-1] + piece.length[-1])
    while start + WINDOW <= stop:
        window = {
            name: sum(ratio for time, ratio in row if start <= time < start + WINDOW) for name, row in ratios.items()
        }
        yield {"all": sum(window.values()), **window}
        start += STRIDE


def _auc(real: Sequence[float], tested: Sequence[float]) -> float:
    order = np.argsort(np.argsort(np.concatenate([real, tested]))) + 1.0
    return float((order[: len(real)].sum() - len(real) * (len(real) + 1) / 2) / (len(real) * len(tested)))


def _chords(piece: Texture, rows: np.ndarray) -> list[Symbol]:
    lows = [bass(piece.midi[row]) for row in rows]
    sets = [over_bass(piece.midi[row]) for row in rows]
    events = [
        (sets[i], (lows[i] - lows[i - 1]) % 12 if i and SILENT not in lows[i - 1 : i + 1] else None)
        for i in range(len(rows))
    ]
    return _with_context([float(piece.time[row]) for row in rows], events, 2)


def bass_notes(piece: Texture) -> list[Symbol]:
    """The motions of the lowest voice, with trigram contexts."""
    return [(time, event[0], tuple(each[0] for each in context)) for time, event, context in _voice(piece, -1)]


def _voice(piece: Texture, voice: int) -> list[Symbol]:
    pitches = piece.midi[:, voice]
    rows = np.flatnonzero(np.append(True, pitches[1:] != pitches[:-1]))
    times = piece.time[rows]
    lengths = np.diff(np.append(times, piece.time[-1] + piece.length[-1]))
    events = [
        (
            int(np.clip(pitches[rows[i]] - pitches[rows[i - 1]], -13, 13)),
            min(float(lengths[i]), 4.0),
            bool(piece.on_beat[rows[i]]),
        )
        for i in range(1, len(rows))
    ]
    return _with_context([float(t) for t in times[1:]], events, 2)


def _pairs(piece: Texture, rows: np.ndarray) -> list[Symbol]:
    upper, lower = piece.midi[rows, 0], piece.midi[rows, -1]
    tenor, alto = piece.midi[rows, -2], piece.midi[rows, 1]
    events = [
        tuple(int(x - lower[i]) % 12 for x in (upper[i], alto[i], tenor[i]))
        + tuple(int(np.sign(line[i] - line[i - 1])) for line in (upper, alto, tenor, lower))
        for i in range(1, len(rows))
    ]
    return _with_context([float(piece.time[row]) for row in rows[1:]], events, 1)


def _with_context(times: Sequence[float], events: Sequence[Hashable], order: int) -> list[Symbol]:
    return [
        (time, event, tuple(reversed(events[max(0, index - order) : index])))
        for index, (time, event) in enumerate(zip(times, events, strict=True))
    ]


def satb_texture(score: Score) -> Texture | None:
    satb = load_ensemble("satb")
    matched = match_roles(score, satb)
    if len(matched) < len(satb.roles):
        return None
    return texture(score, role_slots(score, [matched[role.name] for role in satb.roles]))


def chorales(split: str, cache: Path | None) -> dict[str, Texture]:
    """The textures of a split of the corpus, by name."""
    path = cache and cache.with_name(f"{cache.name}-{split}")
    if path and path.exists():
        stored: dict[str, Texture] = pickle.loads(path.read_bytes())
        return stored
    result = {}
    for piece in load_corpus("bach-chorales").split(split):  # type: ignore[arg-type]
        score = read_score(piece.path)
        if made := satb_texture(score):
            errors = sum(finding.severity == "error" for finding in check(score, "strict").findings)
            result[piece.name] = (made, errors)
    if path:
        path.write_bytes(pickle.dumps(result))
    return result


def unguided(score: Score, seed: int) -> Score:
    """One draft of the network alone, of the blanks of a score: no plan, calibration, costs, choice or refinement."""
    from scoregen.generation.filling import filled_page
    from scoregen.generation.infill_task import infill_task
    from scoregen.model.engine.loading import load_engine
    from scoregen.model.sampling.loop import fill
    from scoregen.model.sampling.pretrained import load_pretrained
    from scoregen.model.sampling.request import SamplingRequest
    from scoregen.tokens.encode import encode

    players = load_ensemble("satb")
    task = infill_task(score, players, {}, (), 0)
    engine = load_engine(load_pretrained(None, players).weights, "auto", 1)
    request = SamplingRequest(
        engine, encode(task.score, task.slots, snap=True), task.rules, use_voice_leading_costs=False
    )
    return filled_page(task, fill(request, SamplingOptions(seed, candidates=1, passes=0, span=0))[0].tokens)


def sampling_options(seed: int, changes: Sequence[str]) -> SamplingOptions:
    options = SamplingOptions(seed)
    for change in changes:
        name, _, value = change.partition("=")
        options = replace(options, **{name: type(getattr(options, name))(value)})
    return options


def run_compose(arguments: argparse.Namespace) -> None:
    arguments.folder.mkdir(parents=True, exist_ok=True)
    options, begun, sampled = sampling_options(arguments.seed, arguments.set), time.perf_counter(), 0.0
    pieces = load_corpus("bach-chorales").split("train" if arguments.new else arguments.split)
    chooser = random.Random(arguments.seed)
    if arguments.new:
        forms = [form for piece in pieces if (form := options_like(read_score(piece.path)))]
        requests = [(f"new-{index:03}", chooser.choice(forms)) for index in range(arguments.new)]
    else:
        requests = [(piece.name.replace("/", "-"), piece) for piece in pieces[:: arguments.every]][: arguments.pieces]
    for index, (name, request) in enumerate(requests):
        seeded = replace(options, seed=options.seed + index)
        if arguments.new and arguments.unguided:
            scores = [unguided(blank_piece(request, load_ensemble("satb"), seed=seeded.seed), seeded.seed)]
        elif arguments.new:
            made = compose(piece=request, sampling=seeded, count=arguments.count).alternatives
            scores = [each.score for each in made]
        else:
            score = read_score(request.path)
            matched = match_roles(score, load_ensemble("satb"))
            if len(matched) < 4:
                continue
            melody = select_voices(score, role_slots(score, [matched["soprano"]]))
            if arguments.unguided:
                scores = [unguided(melody, seeded.seed)]
            else:
                done = compose(melody, sampling=seeded, count=arguments.count)
                scores, sampled = [each.score for each in done.alternatives], sampled + done.sampling_seconds
        for rank, each in enumerate(scores):
            write_score(each, arguments.folder / f"{name}{f'~{rank}' if rank else ''}.musicxml", force=True)
    seconds = time.perf_counter() - begun
    print(f"{len(requests)} pieces in {seconds:.0f} s, of it sampling {sampled:.1f} s -> {arguments.folder}")


def read_folder(folder: Path, with_check: bool) -> dict[str, tuple[Texture, int]]:
    store = folder / "textures.pickle"
    if store.exists() and store.stat().st_mtime > max(f.stat().st_mtime for f in folder.glob("*.musicxml")):
        kept: dict[str, tuple[Texture, int]] = pickle.loads(store.read_bytes())
        return kept
    result = {}
    for file in sorted(folder.glob("*.musicxml")):
        score = read_score(file)
        made = satb_texture(score)
        assert made is not None
        errors = sum(f.severity == "error" for f in check(score, "strict").findings) if with_check else 0
        result[file.stem] = (made, errors)
    store.write_bytes(pickle.dumps(result))
    return result


def column(
    pieces: Sequence[tuple[Texture, int]], training: Sequence[Texture], models: dict[str, NGrams]
) -> dict[str, float]:
    common = common_ends(training)
    tally: Counter[str] = Counter()
    for piece, errors in pieces:
        tally += count(piece, common)
        tally["strict error"] += errors
    figures = {name: tally[cases] / max(1, tally[possible]) for name, (cases, possible) in RATES.items()}
    textures = [piece for piece, _ in pieces]
    known = models["chords"]._counts
    pairs = [(e, c[:1]) for piece in textures for _, e, c in families(piece)["chords"] if c]
    figures["successions new to the corpus"] = float(np.mean([not known.get(c, {}).get(e) for e, c in pairs]))
    figures["bits a chord"] = bits(models["chords"], [families(piece)["chords"] for piece in textures])
    figures["bits a chord on beats"] = bits(models["beats"], [families(piece)["beats"] for piece in textures])
    figures["bits a bass note"] = bits(models["bass"], [bass_notes(piece) for piece in textures])
    return figures


def run_measure(arguments: argparse.Namespace) -> None:
    training = [piece for piece, _ in chorales("train", arguments.cache).values()]
    held = chorales(arguments.split, arguments.cache)
    other = chorales("test" if arguments.split == "valid" else "valid", arguments.cache)
    models = {
        "chords": NGrams([families(piece)["chords"] for piece in training]),
        "beats": NGrams([families(piece)["beats"] for piece in training]),
        "bass": NGrams([bass_notes(piece) for piece in training]),
    }
    held = {name.replace("/", "-"): value for name, value in held.items()}
    table = {f"Bach {arguments.split}": column(list(held.values()), training, models)}
    if arguments.itself:
        sides = [[piece for piece, _ in side.values()] for side in (held, other)]
        table[f"Bach {arguments.split}"] |= _named(likelihood_ratio(training, *sides))
    for folder in arguments.folders:
        pieces = read_folder(folder, not arguments.no_check)
        same = [held[name] for name in pieces if name in held]
        real = [piece for piece, _ in (same if len(same) == len(pieces) else held.values())]
        table[folder.name] = column(list(pieces.values()), training, models)
        table[folder.name] |= _named(likelihood_ratio(training, real, [piece for piece, _ in pieces.values()]))
        if shares := list(differences({name: piece for name, (piece, _) in pieces.items()})):
            table[folder.name]["difference of two alternatives"] = float(np.mean(shares))
        if len(same) == len(pieces):
            table.setdefault("Bach, same", column(same, training, models))
    if arguments.json:
        print(json.dumps(table, indent=1))
        return
    print(f"{'':36}" + "".join(f"{name[-14:]:>15}" for name in table))
    for name in max(table.values(), key=len):
        print(f"{name:36}" + "".join(f"{row[name]:15.3f}" if name in row else " " * 15 for row in table.values()))


def differences(pieces: dict[str, Texture]) -> Iterator[float]:
    """For each piece with a second alternative, the share of the lower voices' time in which the two differ."""
    for name, piece in pieces.items():
        other = pieces.get(f"{name}~1")
        if other is not None:
            times = np.arange(piece.time[0], piece.time[-1], 0.25)
            one, two = (each.midi[np.searchsorted(each.time, times + 1e-6) - 1, 1:] for each in (piece, other))
            yield float((one != two).mean())


def _named(ratios: dict[str, float]) -> dict[str, float]:
    return {f"likelihood ratio, {name}": value for name, value in ratios.items()}


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    make, look = commands.add_parser("compose"), commands.add_parser("measure")
    make.add_argument("folder", type=Path)
    make.add_argument("--new", type=int, default=0)
    make.add_argument("--pieces", type=int)
    make.add_argument("--every", type=int, default=1)
    make.add_argument("--unguided", action="store_true")
    make.add_argument("--count", type=int, default=1)
    make.add_argument("--seed", type=int, default=0)
    make.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    look.add_argument("folders", type=Path, nargs="*")
    look.add_argument("--cache", type=Path)
    look.add_argument("--no-check", action="store_true")
    look.add_argument("--itself", action="store_true", help="tell Bach's validation from his test chorales")
    look.add_argument("--json", action="store_true")
    for command in (make, look):
        command.add_argument("--split", choices=("train", "valid", "test"), default="valid")
    return parser.parse_args()


def main() -> None:
    arguments = parse_arguments()
    run_compose(arguments) if arguments.command == "compose" else run_measure(arguments)


if __name__ == "__main__":
    main()
