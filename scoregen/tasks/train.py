"""Learning from a corpus: scores in, weights out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scoregen.model.network.config import NetworkConfig, TrainingOptions
from scoregen.model.training.training_set import TrainingSet, read_training_set
from scoregen.system.files import check_target, write_files

if TYPE_CHECKING:
    from scoregen.model.network.checkpoint import Checkpoint
    from scoregen.tokens.window_hashes import NoveltyIndex

WINDOW = 8
"""By windows of so many events a training is judged: shorter ones are everybody's, longer ones seldom anybody's."""
MUCH = 1.0
"""Percent of the windows of training pieces more than of validation pieces that are known by heart: then it is said."""
SUFFIXES = (".safetensors", ".json", ".novelty", ".curve.jsonl", ".curve.png")
"""What is written beside the folder of the run."""


@dataclass(frozen=True, slots=True)
class Training:
    """Where the weights are, the figures of the best step, and what could not be learned from.

    `step` is the step reached. `stopped_by` is the signal that ended the run before its time, or 0;
    a run that was stopped has not written its weights yet. `notices` say where the weights have learned
    pieces by heart.
    """

    weights: Path
    figures: dict[str, float]
    refused: tuple[str, ...]
    step: int
    stopped_by: int = 0
    notices: tuple[str, ...] = ()


def train(
    corpus: Path | str,
    out: Path | str,
    *,
    ensemble: str = "satb",
    network: NetworkConfig | None = None,
    options: TrainingOptions | None = None,
    teachers: Sequence[Path] = (),
    device: str = "auto",
    progress: Callable[[int, dict[str, float]], None] | None = None,
) -> Training:
    """Train on a folder of scores, a corpus by its name or JSB16's file, and write OUT.safetensors and OUT.json.

    Beside them, OUT.novelty holds the windows that `compose` must not repeat, OUT.curve.jsonl and
    OUT.curve.png show how the losses fell. Everything in the making
    stands in the folder OUT.run; called again, training goes on there. The first SIGINT or SIGTERM
    ends the run after the step under way. From `teachers`, checkpoints, the network learns how likely they
    find what stands in the corpus and all else (`model.objective`). `progress` is told each step, and at a
    validation its figures. Of several processes under torchrun, the first one alone writes and tells.
    Raises InputError where the corpus has no usable piece, or OUT.run holds a run of other options.
    """
    from scoregen.model.engine.device import check_device
    from scoregen.model.training.loop import train_network
    from scoregen.model.training.loss import load_teachers
    from scoregen.model.training.parallel import is_first
    from scoregen.model.training.signals import stop_on_signals

    check_device(device)
    out = Path(out)
    for suffix in SUFFIXES:
        check_target(out.with_suffix(suffix), force=True)
    options = options or TrainingOptions()
    training_set = _training_set(Path(corpus), ensemble, network or NetworkConfig(), options)
    masters = load_teachers(teachers, training_set.network)
    about = training_set.about | {"teachers": [_told(master) for master in masters]} if masters else training_set.about
    folder = out.with_name(f"{out.stem}.run")
    first = is_first()
    with stop_on_signals() as stop:
        tell = progress if first else None
        outcome = train_network(
            training_set.examples, folder, training_set.network, options, about, tell, stop, masters, device
        )
    if first:
        _write_curve(folder, out, str(training_set.about["corpus"]))
        if not outcome.stopped_by:
            _write_weights(folder, out, training_set.index)
    weights = out.with_suffix(".safetensors")
    notices = () if outcome.stopped_by else by_heart(outcome.figures)
    return Training(weights, outcome.figures, training_set.refused, outcome.step, outcome.stopped_by, notices)


def _training_set(corpus: Path, ensemble: str, network: NetworkConfig, options: TrainingOptions) -> TrainingSet:
    """That of JSB16 where its file is named, else that of a folder or a corpus."""
    if corpus.suffix == ".json":
        from scoregen.benchmarks.jsb16.training_set import read_jsb16_training_set

        return read_jsb16_training_set(corpus, network, options)
    return read_training_set(str(corpus), ensemble, network, options)


def by_heart(figures: Mapping[str, float]) -> tuple[str, ...]:
    """What the figures of a validation say against the weights, a line each (`model.memorisation`)."""
    notices = []
    drafts, others = figures.get(f"drafts_known_{WINDOW}"), figures.get(f"valid_known_{WINDOW}", 0.0)
    if drafts is not None and drafts > others:
        notices.append(
            f"drafts of these weights repeat the corpus: {drafts:.1f} % of their windows of {WINDOW} changes of "
            f"sonority stand in it, of the validation pieces {others:.1f} %; {_REMEDY}"
        )
    taught, others = (figures.get(f"{split}_extractable_{WINDOW}", 0.0) for split in ("fit", "valid"))
    if taught >= others + MUCH:
        notices.append(
            f"these weights know training pieces by heart: they go on with {taught:.1f} % of the windows of {WINDOW} "
            f"slices to the note, of the validation pieces with {others:.1f} %; {_REMEDY}"
        )
    return tuple(notices)


_REMEDY = "more pieces, fewer steps or more dropout help"


def _told(teacher: Checkpoint) -> dict[str, Any]:
    """What the student's weights tell of a teacher: what it learned from is what the student has learned from too."""
    return {"sha256": teacher.checksum} | {
        name: teacher.about[name] for name in ("corpus", "source", "licence") if name in teacher.about
    }


def _write_weights(folder: Path, out: Path, index: NoveltyIndex | None) -> None:
    """The best weights of a run in 16 bits, their story, and an index of what they must not write again."""
    from scoregen.model.network.checkpoint import load_checkpoint, save_checkpoint
    from scoregen.model.sampling.novelty_limit import save_index

    best = load_checkpoint(folder / "best")
    story = {name: value for name, value in best.about.items() if name not in ("network", "sha256")}
    save_checkpoint(best.network, out, story, half=True)
    if index:
        save_index(index, out)


def _write_curve(folder: Path, out: Path, corpus: str) -> None:
    """The learning curve as lines and as a picture; nothing before the first validation."""
    from scoregen.pictures.curve_picture import draw_curve

    lines = (folder / "curve.jsonl").read_bytes()
    curve = [json.loads(line) for line in lines.splitlines()]
    if curve:
        picture = draw_curve(curve, f"Learning {corpus}")
        write_files([(out.with_suffix(".curve.jsonl"), lines), (out.with_suffix(".curve.png"), picture)], force=True)
