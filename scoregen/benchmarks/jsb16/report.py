"""Published benchmarks: the likelihood of a network on data that others also report on.

JSB16, the proper protocol: nats over everything that is generated (which voices change, to which pitch,
when the next change comes, and the end), divided by four voices times all 16ths, untransposed. Every
probability is conditioned on what comes earlier in one order of slices and voices, and on nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import permutations
from math import log
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scoregen.benchmarks.jsb16.data import VOICES, Jsb16, read_jsb16
from scoregen.corpora.manifest import Split
from scoregen.system.errors import InputError
from scoregen.system.resources import weights

if TYPE_CHECKING:
    from scoregen.benchmarks.jsb16.protocol import SplitScore
    from scoregen.benchmarks.jsb16.retrieval import Datastore
    from scoregen.model.network.checkpoint import Checkpoint

SHIPPED_SINGLE = "jsb16"
SHIPPED_MEMBERS = "jsb16-*.safetensors"
ANY_ORDER = "any"

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Jsb16Report:
    """The figures by split, and the weights with which they were measured."""

    data: Path
    is_published: bool
    checkpoints: tuple[tuple[str, str, int], ...]  # name, checksum, parameters
    orders: tuple[tuple[int, ...], ...]
    splits: dict[Split, dict[str, Any]]
    datastore: dict[str, Any] | None = None


def bench_jsb16(
    data: Path,
    checkpoints: Sequence[Path] = (),
    *,
    average: bool = False,
    retrieval: bool = False,
    splits: Sequence[Split] = ("valid", "test"),
    device: str = "auto",
    progress: Progress | None = None,
) -> Jsb16Report:
    """Score JSB16 under one network, or under the average of several.

    Without `checkpoints` the repository's weights for this benchmark are used: one network, or with `average` all of
    them, averaged over all orders of voices in which they were trained.
    With `retrieval` their distributions are interpolated with a nearest-neighbour datastore of the training part.
    The weights of the neighbours are fitted to the validation part; for each half of it, to the other half.
    InputError if the data or the weights do not fit.
    """
    from scoregen.benchmarks.jsb16.alphabet import CHROMATIC  # which registers it
    from scoregen.model.engine.device import choose_device
    from scoregen.model.network.checkpoint import load_checkpoint

    chosen = choose_device(device)
    source = read_jsb16(data)
    paths = tuple(checkpoints) or _shipped(average)
    loaded = [load_checkpoint(path) for path in paths]
    for path, checkpoint in zip(paths, loaded, strict=True):
        if checkpoint.network.config.alphabet != CHROMATIC.name:
            raise InputError(f"{path}: these weights read spelled scores; expected weights trained on JSB16")
    networks = [checkpoint.network.to(chosen) for checkpoint in loaded]
    orders = _orders(paths, loaded, average)
    datastores = datastores_by_split(source, networks, orders[0]) if retrieval else {}
    figures = {
        split: _figures(source, split, networks, orders, _part_of(progress, index, len(splits)), datastores.get(split))
        for index, split in enumerate(splits)
    }
    names_and_sizes = tuple(
        (path.stem, checkpoint.checksum, sum(weight.numel() for weight in checkpoint.network.parameters()))
        for path, checkpoint in zip(paths, loaded, strict=True)
    )
    datastore = _datastore_json(datastores["test"][0]) if retrieval else None
    return Jsb16Report(data, source.is_published, names_and_sizes, orders, figures, datastore)


def datastores_by_split(source: Jsb16, networks: Sequence[Any], order: Sequence[int]) -> dict[Split, list[Datastore]]:
    """The datastore of the training part for each piece, with weights fitted without the piece itself."""
    from scoregen.benchmarks.jsb16.alphabet import CHROMATIC
    from scoregen.benchmarks.jsb16.interpolation import collect_evidence
    from scoregen.benchmarks.jsb16.protocol import blank_example
    from scoregen.benchmarks.jsb16.retrieval import Datastore
    from scoregen.benchmarks.jsb16.retrieval_weights import fit, initial_weights
    from scoregen.benchmarks.jsb16.rolls import roll_piece

    train, valid = ([roll_piece(roll) for roll in source.splits[split]] for split in ("train", "valid"))
    corpus = Datastore.of(train, CHROMATIC, initial_weights(VOICES))
    evidence = collect_evidence(networks, [blank_example(piece, order) for piece in valid], corpus)
    halves = [fit(corpus, evidence[1::2] or evidence), fit(corpus, evidence[::2])]
    whole = fit(corpus, evidence)
    return {
        "train": [whole] * len(train),
        "valid": [halves[index % 2] for index in range(len(valid))],
        "test": [whole] * len(source.splits["test"]),
    }


def _shipped(average: bool) -> tuple[Path, ...]:
    folder = weights() / "benchmarks"
    single = folder / f"{SHIPPED_SINGLE}.safetensors"
    members = sorted(folder.glob(SHIPPED_MEMBERS)) if average else []
    results = [path for path in (single, *members) if path.exists()]
    if not results:
        raise InputError(
            "the benchmark's own weights are in the repository, not in the package; specify some with "
            "--checkpoint, or train them: scoregen train Jsb16thSeparated.json --config jsb16.toml -o jsb16"
        )
    return tuple(results)


def _orders(paths: Sequence[Path], loaded: Sequence[Checkpoint], average: bool) -> tuple[tuple[int, ...], ...]:
    """The orders of voices, that of the networks first; InputError if the networks differ."""
    first = {tuple(checkpoint.about.get("order", range(VOICES))) for checkpoint in loaded}
    if len(first) > 1:
        raise InputError(f"{paths[0].stem} and others use different orders of the voices, which cannot be averaged")
    usual = first.pop()
    all_orders = all(checkpoint.about.get("orders") == ANY_ORDER for checkpoint in loaded)
    others = [order for order in permutations(range(VOICES)) if order != usual] if average and all_orders else []
    return (usual, *others)


def _part_of(progress: Progress | None, index: int, count: int) -> Progress | None:
    return None if progress is None else lambda done: progress((index + done) / count)


def _datastore_json(datastore: Datastore) -> dict[str, Any]:
    """The size of the datastore and the weights of its neighbours."""
    from scoregen.benchmarks.jsb16.context_features import feature_names

    weights = datastore.weights
    names = feature_names(("soprano", "alto", "tenor", "bass"))
    return {
        "places": len(datastore.sonority),
        "base": weights.base,
        "max_share": weights.max_share,
        "features": dict(zip(names, weights.features.tolist(), strict=True)),
    }


def _figures(
    source: Jsb16,
    split: Split,
    networks: Sequence[Any],
    orders: Sequence[Sequence[int]],
    progress: Progress | None,
    datastore: Sequence[Datastore] | None,
) -> dict[str, Any]:
    from scoregen.benchmarks.jsb16.protocol import score
    from scoregen.benchmarks.jsb16.rolls import roll_piece

    rolls = source.splits[split]
    result: SplitScore = score(networks, [roll_piece(roll) for roll in rolls], orders, progress, datastore)
    notes = [VOICES * len(roll) for roll in rolls]
    return {
        "pieces": len(rolls),
        "frames": source.frames(split),
        "nats_per_note": float(result.nats.sum() / sum(notes)),
        "nats_per_note_piece_mean": float((result.nats / notes).mean()),
        "by_kind": {
            kind: {
                "bits_per_choice": cost / log(2) / max(count, 1),
                "nats_per_note": cost / sum(notes),
                "choices": count,
            }
            for kind, (cost, count) in result.by_kind.items()
        },
        "calibration_error": result.calibration_error,
        "calibration": [
            {"choices": int(count), "confidence": confidence, "right": accuracy}
            for count, confidence, accuracy in result.calibration
        ],
    }


def report_json(report: Jsb16Report) -> dict[str, Any]:
    """The report as JSON values: `valid.nats_per_note`, `test.nats_per_note` and the settings behind them."""
    return {
        "benchmark": "jsb16",
        "data": str(report.data),
        "data_is_the_published_file": report.is_published,
        "networks": [
            {"name": name, "sha256": checksum, "parameters": parameters}
            for name, checksum, parameters in report.checkpoints
        ],
        "orders": [list(order) for order in report.orders],
        **({"retrieval": report.datastore} if report.datastore else {}),
        **{str(split): figures for split, figures in report.splits.items()},
    }
