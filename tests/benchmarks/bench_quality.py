"""Compare what the weights write with Bach's chorales, in one table.

New pieces have the length, metre, key and number of phrases of training chorales drawn at random; harmonised ones
are given the sopranos of the validation chorales. All are composed with `compose` and its defaults, one call for each
piece. `scoregen/evaluation` defines the figures; brackets are 95 % intervals over pieces.

With --data (the JSB16 file) Bach's figures, the real side of the classifier (valid + test; for each of the
two the other) and the training windows are those of the file, otherwise of the corpus bach-chorales. Figures that
need fermatas and a key always use its validation chorales. Harmonised pieces share their sopranos
with the real side, which makes them harder to distinguish from it.

    python tests/benchmarks/bench_quality.py [--unconditional N] [--harmonised N] [--seed S]
        [--checkpoint PATH] [--data Jsb16thSeparated.json] [--cache DIR] [--set NAME=VALUE] [--json]

--cache saves every piece in a file, so that an interrupted run can resume and the table can be computed
again without composing. --set changes a sampling option, for example --set temperature=1.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from scoregen.benchmarks.jsb16.data import read_jsb16
from scoregen.corpora.manifest import Split, load_corpus
from scoregen.evaluation import figures
from scoregen.evaluation.metrics import pieces as piece_metrics
from scoregen.evaluation.metrics.bootstrap import Rate, mean
from scoregen.evaluation.metrics.frames import Frames, frames_from_lists, phrase_end_frames, score_frames
from scoregen.notation.files import read_score
from scoregen.plan.form import options_like
from scoregen.score.edit import select_voices
from scoregen.score.elements import Score, Slot
from scoregen.score.ensemble import load_ensemble, match_roles, role_slots
from scoregen.score.keys import Key
from scoregen.system.resources import weights
from scoregen.tasks.compose import Composition, PieceOptions, SamplingOptions, compose

SHIPPED = "satb-chorales"
DRAWS = 8  # of pieces and crops, for the classifier

LABELS = {
    **figures.LABELS,
    "as_asked_percent": ("pieces of the requested length, %", 1),
    "same_bass_percent": ("pieces that end on Bach's bass note, %", 1),
    "sampling_seconds": ("seconds of sampling a piece", 2),
}
"""The label of each figure, and its decimals."""


class Chorale(NamedTuple):
    name: str
    score: Score
    slots: tuple[Slot, ...]

    @property
    def frames(self) -> Frames:
        return score_frames(self.score, self.slots)


@dataclass(frozen=True, slots=True)
class Piece:
    """The data of a piece for the table, and the content of a file of the cache."""

    frames: list[list[int]]
    phrase_ends: list[int]
    tonic: int
    as_asked: bool = True
    seconds: float = 0.0


def chorales(split: Split) -> Iterator[Chorale]:
    """The chorales of the corpus in which each of the four roles has a part."""
    satb = load_ensemble("satb")
    for piece in load_corpus("bach-chorales").split(split):
        score = read_score(piece.path)
        matched = match_roles(score, satb)
        if len(matched) == len(satb.roles):
            yield Chorale(piece.name, score, role_slots(score, [matched[role.name] for role in satb.roles]))


def random_options(count: int, seed: int) -> list[PieceOptions]:
    if not count:
        return []
    options_of_corpus = [options for chorale in chorales("train") if (options := options_like(chorale.score))]
    chooser = random.Random(seed)
    return [chooser.choice(options_of_corpus) for _ in range(count)]


def piece_of(score: Score, slots: Sequence[Slot], request: Score | PieceOptions, seconds: float) -> Piece:
    frames, ends = score_frames(score, slots), phrase_end_frames(score)
    if isinstance(request, Score):
        is_long_enough = score.duration == request.duration
    else:
        full = len(score.measures) - bool(request.anacrusis)
        is_long_enough = full == request.measures and bool((frames[max(ends)] >= 0).all())
    tonic = Key.of(score.measures[0].key).triad[0]
    return Piece(frames.tolist(), list(ends), tonic, is_long_enough, seconds)


def compose_piece(make: Callable[[], Composition], request: Score | PieceOptions) -> Piece:
    done = make()
    satb = load_ensemble("satb")
    matched = match_roles(done.score, satb)
    slots = role_slots(done.score, [matched[role.name] for role in satb.roles])
    return piece_of(done.score, slots, request, done.sampling_seconds)


def load_or_compose(folder: Path | None, name: str, description: Mapping[str, Any], make: Callable[[], Piece]) -> Piece:
    """A piece from its file if it comes from the same weights and options; otherwise it is composed and saved."""
    if folder is None:
        return make()
    file = folder / f"{name}.json"
    if file.exists():
        kept = json.loads(file.read_text(encoding="utf-8"))
        if kept["story"] != description:
            raise SystemExit(f"{file}: comes from other weights or options; use another folder for --cache")
        return Piece(**kept["piece"])
    piece = make()
    file.write_text(json.dumps({"story": description, "piece": asdict(piece)}), encoding="utf-8")
    return piece


def checksum(checkpoint: Path | None) -> str:
    stem = checkpoint or weights() / SHIPPED
    return hashlib.sha256(stem.with_suffix(".safetensors").read_bytes()).hexdigest()


def sampling_options(seed: int, changes: Sequence[str]) -> SamplingOptions:
    options = SamplingOptions(seed)
    for change in changes:
        name, _, value = change.partition("=")
        if not hasattr(options, name):
            raise SystemExit(f"--set {change}: expected one of {', '.join(asdict(options))}")
        options = replace(options, **{name: type(getattr(options, name))(value)})
    return options


def closing(pieces: Sequence[Piece]) -> dict[str, Rate]:
    """What needs phrase ends and a key."""
    return figures.closing_figures(
        [
            piece_metrics.EvaluatedPiece("", frames_from_lists(p.frames), (), tuple(p.phrase_ends), p.tonic)
            for p in pieces
        ]
    )


def generated_figures(pieces: Sequence[Piece], training: Sequence[Frames], real: Sequence[Frames]) -> dict[str, Any]:
    return {
        **figures.frame_figures([frames_from_lists(piece.frames) for piece in pieces], training, real, draws=DRAWS),
        **closing(pieces),
        "as_asked_percent": mean([piece.as_asked for piece in pieces], 100.0),
        "sampling_seconds": mean([piece.seconds for piece in pieces]),
    }


def same_bass(pieces: Sequence[Piece], models: Sequence[Chorale]) -> Rate:
    pairs = zip(pieces, models, strict=True)
    same = [(piece.frames[-1][-1] - int(model.frames[-1, -1])) % 12 == 0 for piece, model in pairs]
    return mean(same, 100.0)


def reference(data: Path | None, held_out: Sequence[Chorale]) -> dict[Split, list[Frames]]:
    if data is None:
        result: dict[Split, list[Frames]] = {"valid": [chorale.frames for chorale in held_out]}
        return result | {split: [chorale.frames for chorale in chorales(split)] for split in ("train", "test")}
    return {split: [frames_from_lists(piece) for piece in pieces] for split, pieces in read_jsb16(data).splits.items()}


def table(report: Mapping[str, Mapping[str, Any]], sizes: Mapping[str, int]) -> str:
    """A line a figure, a column a set."""
    rows = [["", *(f"{name} ({sizes[name]})" for name in report)]]
    rows += [
        [label, *(figures.figure_text(result.get(figure), digits) for result in report.values())]
        for figure, (label, digits) in LABELS.items()
        if any(figure in result for result in report.values())
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def show_progress(what: str, done: int, count: int) -> None:
    print(f"\r{what}: {done} of {count}", end="\n" if done == count else "", file=sys.stderr, flush=True)


def unconditional(arguments: argparse.Namespace, sampling: SamplingOptions, checked: str) -> list[Piece]:
    pieces = []
    for index, piece_options in enumerate(random_options(arguments.unconditional, arguments.seed)):
        options = replace(sampling, seed=sampling.seed + index)
        description = {
            "weights": checked,
            "sampling": asdict(options),
            "piece": {k: str(v) for k, v in asdict(piece_options).items()},
        }
        make = partial(compose, piece=piece_options, sampling=options, checkpoint=arguments.checkpoint)
        pieces.append(
            load_or_compose(
                arguments.cache, f"unconditional-{index:04}", description, partial(compose_piece, make, piece_options)
            )
        )
        show_progress("new pieces", index + 1, arguments.unconditional)
    return pieces


def harmonised(
    arguments: argparse.Namespace, sampling: SamplingOptions, checked: str, models: Sequence[Chorale]
) -> list[Piece]:
    pieces = []
    for index, chorale in enumerate(models):
        options = replace(sampling, seed=sampling.seed + index)
        description = {"weights": checked, "sampling": asdict(options), "melody": chorale.name}
        melody = select_voices(chorale.score, chorale.slots[:1])
        make = partial(compose, melody, sampling=options, checkpoint=arguments.checkpoint)
        pieces.append(
            load_or_compose(
                arguments.cache, f"harmonised-{index:04}", description, partial(compose_piece, make, melody)
            )
        )
        show_progress("harmonised", index + 1, len(models))
    return pieces


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--unconditional", type=int, default=200)
    parser.add_argument("--harmonised", type=int, default=76)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def main() -> None:
    arguments = parse_arguments()
    if arguments.cache:
        arguments.cache.mkdir(parents=True, exist_ok=True)
    sampling, checked = sampling_options(arguments.seed, arguments.set), checksum(arguments.checkpoint)
    held_out = list(chorales("valid"))
    models = held_out[: arguments.harmonised]
    generated = {
        "from nothing": unconditional(arguments, sampling, checked),
        "harmonised": harmonised(arguments, sampling, checked, models),
    }
    bach = reference(arguments.data, held_out)
    real = bach["valid"] + bach["test"]
    report = {
        "Bach valid": figures.frame_figures(bach["valid"], bach["train"], bach["test"], draws=DRAWS),
        "Bach test": figures.frame_figures(bach["test"], bach["train"], bach["valid"], draws=DRAWS),
    }
    report["Bach valid"] |= closing([piece_of(*chorale[1:], chorale.score, 0.0) for chorale in held_out])
    sizes = {"Bach valid": len(bach["valid"]), "Bach test": len(bach["test"])}
    for name, pieces in generated.items():
        if pieces:
            report[name], sizes[name] = generated_figures(pieces, bach["train"], real), len(pieces)
    if models:
        report["harmonised"]["same_bass_percent"] = same_bass(generated["harmonised"], models)
    if arguments.json:
        plain = {name: {key: asdict(value) for key, value in result.items()} for name, result in report.items()}
        print(json.dumps({"weights": checked, "sampling": asdict(sampling), "pieces": sizes, "figures": plain}))
    else:
        print(table(report, sizes))


if __name__ == "__main__":
    main()
