"""`scoregen train`: trains a network on a corpus."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scoregen.cli.console.arguments import ADVANCED, Device, Json, Quiet, ensembles, given_options
from scoregen.cli.console.terminal import Stage, print_json, print_message, print_messages, print_paths, progress

if TYPE_CHECKING:
    from scoregen.tasks.train import Preparation, Training

SIGNALLED = 128
"""Shells add this to the number of the signal that ended a program."""
NAMED = 5
"""The most files that a line names."""
LEARNS = {
    "adapters": "few pieces: a style vector and adapters are learned, what the network knows of music stays",
    "heads": "the output layers and the biases are learned, all else stays",
}
"""What a run changes, if not all parameters."""


def train_command(
    corpus: Annotated[
        str, typer.Argument(metavar="CORPUS", help="A folder of scores, the name of a corpus, or the JSB16 file.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="NAME", help="Name of the files to write, without suffix.")
    ],
    ensemble: Annotated[
        str | None,
        typer.Option(
            "--ensemble",
            metavar="NAME",
            help="Use only scores with the parts of this ensemble: a name of `scoregen ensembles`, or a .toml file.",
            show_default="that of most scores",
            autocompletion=ensembles,
        ),
    ] = None,
    start: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="none|NAME",
            help="Weights to start from: a style or a checkpoint, or none for random ones.",
            show_default="those of the package, if they fit",
        ),
    ] = "shipped",
    steps: Annotated[
        int | None, typer.Option("--steps", min=1, help="Number of batches.", show_default="200; from none: 2000")
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option("--seed", min=0, help="Seed; on a CPU the same seed gives the same weights.", show_default="1"),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            "-c",
            metavar="FILE",
            help="Configuration in TOML: [network] and [training].",
            rich_help_panel=ADVANCED,
        ),
    ] = None,
    batch_size: Annotated[
        int | None, typer.Option("--batch-size", min=1, help="Pieces per batch.", rich_help_panel=ADVANCED)
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option("--learning-rate", help="Peak learning rate.", rich_help_panel=ADVANCED)
    ] = None,
    save_every: Annotated[
        int | None,
        typer.Option(
            "--save-every",
            min=1,
            help="Steps between validations; each also saves the state.",
            rich_help_panel=ADVANCED,
        ),
    ] = None,
    patience: Annotated[
        int | None,
        typer.Option(
            "--patience",
            min=0,
            help="Stop after so many validations without improvement; 0: never.",
            rich_help_panel=ADVANCED,
        ),
    ] = None,
    drafts: Annotated[
        int | None,
        typer.Option(
            "--drafts",
            min=0,
            help="Pieces to sample at each validation, to measure copying.",
            rich_help_panel=ADVANCED,
        ),
    ] = None,
    transpose: Annotated[
        int | None,
        typer.Option("--transpose", min=0, max=6, help="Maximum transposition in semitones.", rich_help_panel=ADVANCED),
    ] = None,
    mixed_precision: Annotated[
        bool | None,
        typer.Option("--mixed-precision/--full-precision", help="bfloat16 where it is safe.", rich_help_panel=ADVANCED),
    ] = None,
    compiled: Annotated[
        bool | None,
        typer.Option("--compile/--no-compile", help="Use torch.compile, on CUDA.", rich_help_panel=ADVANCED),
    ] = None,
    teacher: Annotated[
        list[Path] | None,
        typer.Option(
            "--teacher",
            metavar="CHECKPOINT",
            help="Trained network for knowledge distillation. Repeatable.",
            rich_help_panel=ADVANCED,
        ),
    ] = None,
    workers: Annotated[
        int,
        typer.Option("--workers", min=0, help="Processes that draw examples, for a GPU.", rich_help_panel=ADVANCED),
    ] = 0,
    device: Device = "auto",
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Train the network on a folder of scores: make a style of your own.

    Training starts from the weights of the package if they fit; `compose --style NAME` uses the result. A run that is
    stopped (Ctrl-C) keeps its best weights, and the same command resumes it. Options override the configuration file,
    which overrides the defaults. `scoregen manual own-style` is a guide, `scoregen manual training` explains the
    options and the figures.
    """
    from scoregen.model.network.config import NetworkConfig
    from scoregen.model.training.config_file import read_options, read_sources
    from scoregen.model.training.run.parallel import is_first
    from scoregen.tasks.train import train

    network, training_options = read_options(config) if config else ({}, {})
    flags = given_options(
        steps=steps,
        batch_size=batch_size,
        learning_rate=learning_rate,
        save_every=save_every,
        patience=patience,
        drafts=drafts,
        transpose=transpose,
        mixed_precision=mixed_precision,
        compile=compiled,
        seed=seed,
    )
    quiet = quiet or not is_first()
    with progress(quiet=quiet) as stage:
        view = _View(stage, quiet)
        training = train(
            corpus,
            output,
            ensemble=ensemble,
            start=start,
            network=NetworkConfig(**network) if network else None,
            teachers=teacher or (),
            device=device,
            workers=workers,
            progress=view.show,
            on_start=view.begin,
            sources=read_sources(config) if config else (),
            **{**training_options, **flags},
        )
    if is_first():
        _print_end(training, view.steps, as_json=as_json, quiet=quiet)
    if training.stop_signal:
        raise SystemExit(SIGNALLED + training.stop_signal)


class _View:
    """What the terminal shows of a run: what was found, the bar, and a line for each validation."""

    def __init__(self, stage: Stage, quiet: bool) -> None:
        self.stage, self.quiet = stage, quiet
        self.advance = stage("reading")
        self.steps, self.done, self.began = 1, 0, 0.0

    def begin(self, preparation: Preparation) -> None:
        """Before the first step."""
        self.steps, self.done, self.began = preparation.steps, preparation.done, time.monotonic()
        print_messages(found_lines(preparation), quiet=self.quiet)
        self.advance = self.stage("training")
        self.advance(self.done / self.steps, f"{duration(preparation.speed.seconds)} left")

    def show(self, step: int, figures: dict[str, float]) -> None:
        """After each step."""
        left = (time.monotonic() - self.began) / max(1, step - self.done) * (self.steps - step)
        self.advance(step / self.steps, f"step {step}/{self.steps}, loss {figures['loss']:.3f}, {duration(left)} left")
        if "valid" in figures and not self.quiet:
            print_message(curve_line(figures))


def found_lines(preparation: Preparation) -> Iterator[str]:
    """What a run has found and will cost, as lines of text."""
    yield from refusal_lines(preparation.refused)
    whole = preparation.held_out == "pieces"
    pieces = preparation.pieces + (preparation.valid_pieces if whole else 0)
    kept = f"{preparation.valid_pieces} of them" if whole else "their last measures"
    yield (
        f"found {pieces} piece{'' if pieces == 1 else 's'}, {preparation.measures} measures {_players(preparation)}; "
        f"{kept} only to measure the result"
    )
    if preparation.signatures:
        yield f"key signatures: {_counts(preparation.signatures)}; metres: {_counts(preparation.metres)}"
    begun = f"resumes after step {preparation.done}" if preparation.done else f"starts from {preparation.start}"
    if preparation.tuned in LEARNS:
        yield LEARNS[preparation.tuned]
    speed = preparation.speed
    memory = "" if speed.memory is None else f", {speed.memory / 2**30:.1f} GiB of memory"
    remaining = preparation.steps - preparation.done
    yield (
        f"{begun}; {remaining} step{'' if remaining == 1 else 's'} at {speed.steps_per_second:.2g} a second: "
        f"about {duration(speed.seconds)}{memory}; Ctrl-C stops and keeps the weights"
    )


def _players(preparation: Preparation) -> str:
    """For whom the pieces are."""
    if preparation.roles:
        return f"in {len(preparation.roles)} parts ({', '.join(preparation.roles)})"
    return f"for {preparation.ensemble}" if preparation.ensemble else "for several ensembles"


def refusal_lines(refused: Sequence[str]) -> Iterator[str]:
    """The files left out, one line for each reason."""
    by_reason: dict[str, list[str]] = {}
    for line in refused:
        file, _, reason = line.partition(": ")
        by_reason.setdefault(reason, []).append(file)
    for reason, files in by_reason.items():
        more = f" and {len(files) - NAMED} more" if len(files) > NAMED else ""
        count = "" if len(files) == 1 else f" {len(files)} files"
        yield f"left out{count}: {', '.join(files[:NAMED])}{more}: {reason}"


def _counts(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{value} ({count})" for value, count in numbers.items())


def duration(seconds: float) -> str:
    """A duration in the largest units: `45 s`, `12 min`, `3 h 20 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"


def _print_end(training: Training, steps: int, *, as_json: bool, quiet: bool) -> None:
    """How the run ended, what became of the network, and where it is."""
    if training.stop_signal:
        ended = [f"stopped after step {training.step} of {steps}; the same command resumes the run"]
    elif training.step < steps:
        ended = [f"ended after step {training.step}: no validation improved any more"]
    else:
        ended = []
    use = f"use it: scoregen compose MELODY --style {training.weights.with_suffix('')}"
    print_messages([*ended, *training.verdict, *([use] if training.is_style else ())], quiet=quiet)
    if as_json:
        result = {"before": training.before, "figures": training.figures, "verdict": training.verdict}
        print_json({"weights": str(training.weights), "step": training.step, **result, "refused": training.refused})
    else:
        print_paths([training.weights])


def curve_line(figures: dict[str, float]) -> str:
    """One validation of the learning curve as a line of text."""
    from scoregen.model.training.verdict import WINDOW

    losses = ", ".join(f"{name} {figures[name]:.3f}" for name in ("train", "fit", "valid"))
    words = [f"step {figures['step']}: {losses} nats per choice", f"{figures['seconds']:.0f} s"]
    for kind, splits in (
        ("extractable", ("fit_extractable", "valid_extractable")),
        ("known", ("drafts_known", "valid_known")),
    ):
        shares = [(name, figures[f"{name}_{WINDOW}"]) for name in splits if f"{name}_{WINDOW}" in figures]
        if len(shares) == len(splits):
            words.insert(
                -1, f"{kind} " + ", ".join(f"{name.partition('_')[0]} {share:.1f} %" for name, share in shares)
            )
    return "; ".join(words)
