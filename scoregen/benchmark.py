"""Published benchmarks: what a network's likelihood is on data that others report on too.

JSB16, the proper protocol: nats over everything that is generated (which voices change, to what,
when the next change comes, the end), divided by four voices times all 16ths; untransposed; every
probability conditions on nothing but earlier events of one fixed order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scoregen.corpora.jsb16 import VOICES, Jsb16, read_jsb16
from scoregen.corpora.manifest import Split
from scoregen.errors import InputError
from scoregen.resources import weights

if TYPE_CHECKING:
    from scoregen.model.benchmark import Scored
    from scoregen.model.checkpoint import Checkpoint

SHIPPED_SINGLE = "jsb16"
SHIPPED_MEMBERS = "jsb16-*.safetensors"
AVERAGED_SHIFTS = (0, -1, 1, -2, 2)
"""Semitones by which a piece is moved for an average over keys: what stays closest to what was learned."""

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Jsb16Report:
    """Figures by split, and what was measured with which weights."""

    data: Path
    is_known: bool
    checkpoints: tuple[tuple[str, str, int], ...]  # name, checksum, parameters
    shifts: tuple[int, ...]
    splits: dict[Split, dict[str, Any]]


def bench_jsb16(
    data: Path,
    checkpoints: Sequence[Path] = (),
    *,
    average: bool = False,
    splits: Sequence[Split] = ("valid", "test"),
    progress: Progress | None = None,
) -> Jsb16Report:
    """Score JSB16 under one network, or under the average of several.

    Without `checkpoints` the repository's weights for this benchmark are taken: one network, or with
    `average` all of them, each in several keys. InputError where the data or the weights do not fit.
    """
    from scoregen.model.benchmark import View
    from scoregen.model.checkpoint import load_checkpoint

    source = read_jsb16(data)
    paths = tuple(checkpoints) or _shipped(average)
    loaded = [load_checkpoint(path) for path in paths]
    for path, checkpoint in zip(paths, loaded, strict=True):
        if checkpoint.network.config.lexicon != "chromatic":
            raise InputError(f"{path}: these weights read spelled scores; expected weights trained on JSB16")
    shifts = AVERAGED_SHIFTS if average else (0,)
    views = [View(checkpoint.network, shift) for checkpoint in loaded for shift in shifts]
    order = _order(paths, loaded)
    figures = {
        split: _figures(source, split, views, order, _part_of(progress, index, len(splits)))
        for index, split in enumerate(splits)
    }
    named = tuple(
        (path.stem, checkpoint.checksum, sum(weight.numel() for weight in checkpoint.network.parameters()))
        for path, checkpoint in zip(paths, loaded, strict=True)
    )
    return Jsb16Report(data, source.is_known, named, shifts, figures)


def _shipped(average: bool) -> tuple[Path, ...]:
    folder = weights() / "benchmarks"
    single = folder / f"{SHIPPED_SINGLE}.safetensors"
    members = sorted(folder.glob(SHIPPED_MEMBERS)) if average else []
    found = [path for path in (single, *members) if path.exists()]
    if not found:
        raise InputError(
            "the benchmark's own weights come with the repository, not with the package; name some with "
            "--checkpoint, or train them: scoregen train Jsb16thSeparated.json --config jsb16.toml -o jsb16"
        )
    return tuple(found)


def _order(paths: Sequence[Path], loaded: Sequence[Checkpoint]) -> tuple[int, ...]:
    """The order of voices in which all of the networks choose; InputError where they differ."""
    orders = [tuple(checkpoint.about.get("order", range(VOICES))) for checkpoint in loaded]
    if len(set(orders)) > 1:
        raise InputError(f"{paths[0].stem} and others choose the voices in different orders: no average is defined")
    return orders[0]


def _part_of(progress: Progress | None, index: int, count: int) -> Progress | None:
    return None if progress is None else lambda done: progress((index + done) / count)


def _figures(
    source: Jsb16, split: Split, views: Sequence[Any], order: Sequence[int], progress: Progress | None
) -> dict[str, Any]:
    from scoregen.model.benchmark import score
    from scoregen.model.rolls import roll_piece, transposed_roll

    rolls = source.splits[split]
    scored: Scored = score(views, [roll_piece(roll) for roll in rolls], order, transposed_roll, progress)
    notes = [VOICES * len(roll) for roll in rolls]
    return {
        "pieces": len(rolls),
        "frames": source.frames(split),
        "nats_per_note": float(scored.nats.sum() / sum(notes)),
        "nats_per_note_piece_mean": float((scored.nats / notes).mean()),
        "by_kind": {
            kind: {
                "bits_per_choice": cost / log(2) / max(count, 1),
                "nats_per_note": cost / sum(notes),
                "choices": count,
            }
            for kind, (cost, count) in scored.by_kind.items()
        },
        "calibration_error": scored.calibration_error,
        "calibration": [
            {"choices": int(count), "confidence": sure, "right": right} for count, sure, right in scored.calibration
        ],
    }


def report_json(report: Jsb16Report) -> dict[str, Any]:
    """The report for a program to read: `valid.nats_per_note`, `test.nats_per_note` and what they rest on."""
    return {
        "benchmark": "jsb16",
        "data": str(report.data),
        "data_is_the_published_file": report.is_known,
        "networks": [
            {"name": name, "sha256": checksum, "parameters": parameters}
            for name, checksum, parameters in report.checkpoints
        ],
        "shifts": list(report.shifts),
        **{str(split): figures for split, figures in report.splits.items()},
    }
