"""Training on a corpus: scores in, weights out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scoregen.model.network.config import NetworkConfig, TrainingOptions
from scoregen.model.own_styles.run_plan import Asked
from scoregen.model.training.mixture_set import MixtureSource, all_sources, read_mixture
from scoregen.model.training.training_set import TrainingSet
from scoregen.model.training.verdict import HeldOut, verdict
from scoregen.system.errors import InputError
from scoregen.system.files import check_target, write_files

if TYPE_CHECKING:
    from scoregen.model.network.checkpoint import Checkpoint
    from scoregen.model.own_styles.run_plan import RunPlan
    from scoregen.model.training.run.speed import Speed
    from scoregen.model.training.starting_weights import StartingWeights
    from scoregen.tokens.events import Header
    from scoregen.tokens.window_hashes import NoveltyIndex

SUFFIXES = (".safetensors", ".json", ".novelty", ".successions", ".style", ".curve.jsonl", ".curve.png")
"""The files that are written next to the folder of the run."""


@dataclass(frozen=True, slots=True)
class Preparation:
    """What a run has found and will cost, before its first step.

    `pieces` and `valid_pieces` are the numbers of pieces for training and for validation, `measures` that of their
    measures, `roles` the parts of a choir, `ensemble` the name of the ensemble of other scores. If `held_out` is
    "measures", validation takes the last measures of the same pieces. `signatures` and `metres` are those that the
    pieces begin with, and how many do, the most frequent first. `refused` are the files left out, each with the reason.
    `start` names the weights to start from, or says why there are none; `tuned` are the parameters that change
    (`network.config.TUNED`). `done` of the `steps` were taken by an earlier run.
    """

    pieces: int
    valid_pieces: int
    measures: int
    held_out: HeldOut
    signatures: Mapping[str, int]
    metres: Mapping[str, int]
    roles: tuple[str, ...]
    ensemble: str
    refused: tuple[str, ...]
    start: str
    tuned: str
    done: int
    steps: int
    speed: Speed


@dataclass(frozen=True, slots=True, repr=False)
class Training:
    """The path of the weights, the figures of the best step, and the pieces that were left out.

    `before` is the validation loss before the first step, in nats per choice. `step` is the last step. `stop_signal`
    is the signal that ended the run early, or 0. `verdict` says in words whether the network learned, and whether it
    copies. `is_style`: `compose` finds the weights as a style too.
    """

    weights: Path
    figures: dict[str, float]
    refused: tuple[str, ...]
    step: int
    stop_signal: int = 0
    before: float | None = None
    verdict: tuple[str, ...] = ()
    is_style: bool = False

    def __repr__(self) -> str:
        return f"<Training of {self.weights}, {self.step} steps: {'; '.join(self.verdict)}>"


def train(
    corpus: Path | str,
    out: Path | str,
    *,
    ensemble: str | None = None,
    start: Path | str = "shipped",
    network: NetworkConfig | None = None,
    options: TrainingOptions | None = None,
    teachers: Sequence[Path] = (),
    sources: Sequence[MixtureSource] = (),
    device: str = "auto",
    workers: int = 0,
    progress: Callable[[int, dict[str, float]], None] | None = None,
    on_start: Callable[[Preparation], None] | None = None,
    **changes: Any,
) -> Training:
    """Train on a folder of scores, a corpus by its name or the JSB16 file, and write OUT.safetensors and OUT.json.

    `ensemble` is by default that of most scores. Choirs of four voices are taught with a voice for each role, all other
    scores with all the voices that they have. OUT.style makes OUT a style for `compose(style=OUT)`; for choirs, if the
    run started from trained weights, OUT.successions belongs to it, and OUT.novelty holds the windows that `compose`
    must not repeat. OUT.curve.jsonl and OUT.curve.png hold the learning curve. The folder OUT.run holds the state of
    the run; another call resumes it. The first SIGINT or SIGTERM ends the run after the current step, and the best
    weights so far are written.

    `start` are the weights to start from: "shipped" (if they fit the scores and the shape of `network`), "none", a
    style or a checkpoint. `options` default to those of fine-tuning or of a run from random weights, and `changes` are
    single options by name (`steps=300`). `teachers` are checkpoints for knowledge distillation (`model.training.loss`).
    If the corpus is a folder of corpora in tokens (`scoregen corpus build`), the network is taught a mixture of them
    for any ensemble; `sources` are their shares, by default by the roots of their sizes.
    `workers` processes draw the examples beside this one.

    `on_start` receives what was found and measured before the first step, `progress` each step and its figures
    (`model.training.loop`). Of several processes under torchrun, only the first writes files and reports progress.
    Raises InputError if the corpus has no usable piece, if the starting weights do not fit, or if OUT.run holds a
    run with other options.
    """
    from scoregen.model.engine.device import check_device
    from scoregen.model.network.checkpoint import load_checkpoint
    from scoregen.model.own_styles.writing import write_own_style
    from scoregen.model.training.loop import train_network
    from scoregen.model.training.loss import load_teachers
    from scoregen.model.training.run.parallel import is_first
    from scoregen.model.training.run.signals import stop_on_signals

    check_device(device)
    out = _stem(Path(out))
    for suffix in SUFFIXES:
        check_target(out.with_suffix(suffix), force=True)
    asked = Asked(Path(corpus), str(start), ensemble, network, options, changes)
    plan = _plan(asked, sources or all_sources(Path(corpus)))
    training_set, chosen, initial = plan.training_set, plan.options, plan.starting.checkpoint
    teacher_models = load_teachers(teachers, training_set.network)
    about = training_set.about | _provenance(teacher_models, initial)
    folder, first = out.with_suffix(".run"), is_first()

    def tell(speed: Speed) -> None:
        if on_start is not None and first:
            on_start(_preparation(plan, speed))

    with stop_on_signals() as stop:
        outcome = train_network(
            training_set.examples,
            folder,
            training_set.network,
            chosen,
            about,
            progress if first else None,
            stop,
            teacher_models,
            device,
            initial,
            tell,
            workers,
        )
    figures = outcome.figures
    if first:
        _write_curve(folder, out, str(training_set.about["corpus"]))
        _write_weights(folder, out, _full_index(training_set.index, plan.starting))
        if plan.base is not None:
            draws = bool(figures and chosen.drafts and not outcome.stop_signal)
            best = load_checkpoint(folder / "best").network
            figures = figures | write_own_style(out, plan, plan.base, best, draws=draws)
    weights = out.with_suffix(".safetensors")
    said = verdict(outcome.before, figures, training_set.held_out, _measured(training_set))
    return Training(
        weights,
        figures,
        training_set.refused,
        outcome.step,
        outcome.stop_signal,
        outcome.before,
        said,
        plan.base is not None,
    )


def _plan(asked: Asked, sources: Sequence[MixtureSource]) -> RunPlan:
    """The plan of a run on corpora in tokens, piano rolls, or scores."""
    from scoregen.benchmarks.jsb16.training_set import read_jsb16_training_set
    from scoregen.model.own_styles.run_plan import RunPlan, choral_plan, run_plan
    from scoregen.model.sampling.pretrained import CHOIR
    from scoregen.model.training.starting_weights import mixture_weights

    if sources:
        options = asked.chosen(TrainingOptions())
        training_set = read_mixture(asked.corpus, sources, asked.network or NetworkConfig(), options)
        return RunPlan(training_set, mixture_weights(asked.start, training_set.network), options, None)
    if asked.corpus.suffix == ".json":
        return choral_plan(asked, CHOIR, lambda corpus, _, *shape: read_jsb16_training_set(Path(corpus), *shape))
    return run_plan(asked)


def _stem(out: Path) -> Path:
    """The name of a checkpoint without its suffix. InputError for another suffix, which other files replace."""
    if out.suffix not in ("", ".safetensors"):
        raise InputError(f"{out}: found the suffix {out.suffix}; expected a name without a dot for the checkpoint")
    return out.with_suffix("")


def _preparation(plan: RunPlan, speed: Speed) -> Preparation:
    training_set, about = plan.training_set, plan.training_set.about
    whole = training_set.pieces + (training_set.valid if training_set.held_out == "pieces" else ())
    openings = [tokens.measures[0].header for tokens in whole]
    return Preparation(
        pieces=about["pieces"],
        valid_pieces=about["valid_pieces"],
        measures=training_set.measures,
        held_out=training_set.held_out,
        signatures=_counted(_signature(header) for header in openings),
        metres=_counted(str(header.time) for header in openings),
        roles=training_set.network.roles,
        ensemble=plan.ensemble,
        refused=training_set.refused,
        start=plan.starting.name,
        tuned=plan.options.tuned,
        done=speed.done,
        steps=plan.options.steps,
        speed=speed,
    )


def _measured(training_set: TrainingSet) -> int:
    """The number of training pieces on which copying is measured."""
    return len(next(iter(training_set.examples.fit.values())))


def _counted(values: Iterable[str]) -> dict[str, int]:
    """How often each value occurs, the most frequent first."""
    return dict(Counter(values).most_common())


def _signature(header: Header) -> str:
    """A key signature in words: `2 flats`."""
    fifths = header.key.fifths
    return f"{abs(fifths)} {'sharp' if fifths > 0 else 'flat'}{'' if abs(fifths) == 1 else 's'}" if fifths else "none"


def _provenance(teachers: Sequence[Checkpoint], start: Checkpoint | None) -> dict[str, Any]:
    """The records of the teachers and of the starting weights, from whose data the network has learned too."""
    records: dict[str, Any] = {}
    if teachers:
        records["teachers"] = [_record_of(teacher) for teacher in teachers]
    if start:
        records["start"] = _record_of(start)
    return records


def _record_of(checkpoint: Checkpoint) -> dict[str, Any]:
    names = ("corpus", "source", "licence", "start")
    return {"sha256": checkpoint.checksum} | {
        name: checkpoint.about[name] for name in names if name in checkpoint.about
    }


def _full_index(index: NoveltyIndex | None, start: StartingWeights) -> NoveltyIndex | None:
    """The windows of the corpus, and of the corpus of the starting weights."""
    return index.merged(start.index) if index and start.index else index


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
