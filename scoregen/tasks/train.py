"""Training on a corpus: scores in, weights out."""

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
"""Events in the windows that measure memorisation: shorter ones are common, longer ones rare."""
MEMORISED = 1.0
"""Percentage points by which training pieces must exceed validation pieces in extractable windows for a notice."""
SUFFIXES = (".safetensors", ".json", ".novelty", ".curve.jsonl", ".curve.png")
"""The files that are written next to the folder of the run."""


@dataclass(frozen=True, slots=True)
class Training:
    """The path of the weights, the figures of the best step, and the pieces that were left out.

    `step` is the last step. `stop_signal` is the signal that ended the run early, or 0; a run that was stopped
    has not written its weights yet. `notices` report memorised pieces.
    """

    weights: Path
    figures: dict[str, float]
    refused: tuple[str, ...]
    step: int
    stop_signal: int = 0
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
    """Train on a folder of scores, a corpus by its name or the JSB16 file, and write OUT.safetensors and OUT.json.

    OUT.novelty holds the windows that `compose` must not repeat; OUT.curve.jsonl and OUT.curve.png hold the
    learning curve. The folder OUT.run holds the state of the run; another call resumes it. The first SIGINT or
    SIGTERM ends the run after the current step. `teachers` are checkpoints for knowledge distillation
    (`model.training.loss`). `progress` receives each step and, at a validation, its figures. Of several
    processes under torchrun, only the first writes files and reports progress. Raises InputError if the corpus has
    no usable piece, or if OUT.run holds a run with other options.
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
    teacher_models = load_teachers(teachers, training_set.network)
    about = training_set.about
    if teacher_models:
        about = about | {"teachers": [_teacher_record(teacher) for teacher in teacher_models]}
    folder = out.with_name(f"{out.stem}.run")
    first = is_first()
    with stop_on_signals() as stop:
        report = progress if first else None
        outcome = train_network(
            training_set.examples, folder, training_set.network, options, about, report, stop, teacher_models, device
        )
    if first:
        _write_curve(folder, out, str(training_set.about["corpus"]))
        if not outcome.stop_signal:
            _write_weights(folder, out, training_set.index)
    weights = out.with_suffix(".safetensors")
    notices = () if outcome.stop_signal else memorisation_notices(outcome.figures)
    return Training(weights, outcome.figures, training_set.refused, outcome.step, outcome.stop_signal, notices)


def _training_set(corpus: Path, ensemble: str, network: NetworkConfig, options: TrainingOptions) -> TrainingSet:
    """The training set of the JSB16 file, of a folder or of a corpus."""
    if corpus.suffix == ".json":
        from scoregen.benchmarks.jsb16.training_set import read_jsb16_training_set

        return read_jsb16_training_set(corpus, network, options)
    return read_training_set(str(corpus), ensemble, network, options)


def memorisation_notices(figures: Mapping[str, float]) -> tuple[str, ...]:
    """Notices on memorisation by the figures of a validation (`model.training.memorisation`), one line each."""
    notices = []
    drafts, others = figures.get(f"drafts_known_{WINDOW}"), figures.get(f"valid_known_{WINDOW}", 0.0)
    if drafts is not None and drafts > others:
        notices.append(
            f"drafts of these weights repeat the corpus: {drafts:.1f} % of their windows of {WINDOW} changes of "
            f"sonority occur in it, compared with {others:.1f} % for the validation pieces; {_REMEDY}"
        )
    training, others = (figures.get(f"{split}_extractable_{WINDOW}", 0.0) for split in ("fit", "valid"))
    if training >= others + MEMORISED:
        notices.append(
            f"these weights have memorised training pieces: they continue {training:.1f} % of the windows of {WINDOW} "
            f"slices note for note, compared with {others:.1f} % for the validation pieces; {_REMEDY}"
        )
    return tuple(notices)


_REMEDY = "use more pieces, fewer steps or more dropout"


def _teacher_record(teacher: Checkpoint) -> dict[str, Any]:
    """The record of a teacher in the checkpoint of the student, which has learned from the teacher's data too."""
    return {"sha256": teacher.checksum} | {
        name: teacher.about[name] for name in ("corpus", "source", "licence") if name in teacher.about
    }


def _write_weights(folder: Path, out: Path, index: NoveltyIndex | None) -> None:
    """Write the best weights of a run in 16 bits, their record, and the index of the novelty limit."""
    from scoregen.model.network.checkpoint import load_checkpoint, save_checkpoint
    from scoregen.model.sampling.novelty_limit import save_index

    best = load_checkpoint(folder / "best")
    record = {name: value for name, value in best.about.items() if name not in ("network", "sha256")}
    save_checkpoint(best.network, out, record, half=True)
    if index:
        save_index(index, out)


def _write_curve(folder: Path, out: Path, corpus: str) -> None:
    """Write the learning curve as lines and as a plot, once there is a validation."""
    from scoregen.pictures.curve_picture import draw_curve

    lines = (folder / "curve.jsonl").read_bytes()
    curve = [json.loads(line) for line in lines.splitlines()]
    if curve:
        picture = draw_curve(curve, f"Training on {corpus}")
        write_files([(out.with_suffix(".curve.jsonl"), lines), (out.with_suffix(".curve.png"), picture)], force=True)
