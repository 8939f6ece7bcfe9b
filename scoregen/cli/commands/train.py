"""`scoregen train`: trains a network on a corpus."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from scoregen.cli.console.arguments import Device, Ensemble, Json, Quiet, given_options
from scoregen.cli.console.terminal import print_json, print_message, print_messages, print_paths, progress

SIGNALLED = 128
"""Shells add this to the number of the signal that ended a program."""


def train_command(
    corpus: Annotated[
        str, typer.Argument(metavar="CORPUS", help="A folder of scores, the name of a corpus, or the JSB16 file.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="CHECKPOINT", help="Name of the files to write, without suffix.")
    ],
    ensemble: Ensemble = "satb",
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", metavar="FILE", help="Configuration in TOML: [network] and [training]."),
    ] = None,
    steps: Annotated[int | None, typer.Option("--steps", min=1, help="Number of batches.")] = None,
    batch_size: Annotated[int | None, typer.Option("--batch-size", min=1, help="Pieces per batch.")] = None,
    learning_rate: Annotated[float | None, typer.Option("--learning-rate", help="Peak learning rate.")] = None,
    save_every: Annotated[
        int | None, typer.Option("--save-every", min=1, help="Steps between validations; each also saves the state.")
    ] = None,
    patience: Annotated[
        int | None,
        typer.Option("--patience", min=0, help="Stop after so many validations without improvement; 0: never."),
    ] = None,
    drafts: Annotated[
        int | None,
        typer.Option("--drafts", min=0, help="Pieces to sample at each validation, to measure copying."),
    ] = None,
    transpose: Annotated[
        int | None, typer.Option("--transpose", min=0, max=6, help="Maximum transposition in semitones.")
    ] = None,
    mixed_precision: Annotated[
        bool | None, typer.Option("--mixed-precision/--full-precision", help="bfloat16 where it is safe.")
    ] = None,
    compiled: Annotated[bool | None, typer.Option("--compile/--no-compile", help="Use torch.compile, on CUDA.")] = None,
    teacher: Annotated[
        list[Path] | None,
        typer.Option("--teacher", metavar="CHECKPOINT", help="Trained network for knowledge distillation. Repeatable."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, help="Seed; on a CPU the same seed gives the same weights.")
    ] = None,
    device: Device = "auto",
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Train the network on a corpus of scores.

    A run that was stopped resumes. Options override the configuration file, which overrides the defaults
    (docs/training.md).
    """
    from scoregen.model.network.config import NetworkConfig, TrainingOptions
    from scoregen.model.training.config_file import read_config
    from scoregen.model.training.parallel import is_first
    from scoregen.tasks.train import train

    network, options = read_config(config) if config else (NetworkConfig(), TrainingOptions())
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
    options = replace(options, **flags)
    quiet = quiet or not is_first()
    with progress(quiet=quiet) as stage:
        advance = stage("training")

        def show(step: int, figures: dict[str, float]) -> None:
            advance(step / options.steps)
            if figures and not quiet:
                print_message(curve_line(figures))

        training = train(
            corpus,
            output,
            ensemble=ensemble,
            network=network,
            options=options,
            teachers=teacher or (),
            device=device,
            progress=show,
        )
    if training.stop_signal:
        if not quiet:
            print_message(f"stopped after step {training.step} of {options.steps}; the same command resumes the run")
        raise SystemExit(SIGNALLED + training.stop_signal)
    print_messages((f"left out: {reason}" for reason in training.refused), quiet=quiet)
    print_messages(training.notices, quiet=quiet)
    if training.step < options.steps and not quiet:
        print_message(f"ended after step {training.step}: {options.patience} validations without improvement")
    if not is_first():
        return
    if as_json:
        result = {"figures": training.figures, "notices": training.notices, "refused": training.refused}
        print_json({"weights": str(training.weights), **result})
    else:
        print_paths([training.weights])


def curve_line(figures: dict[str, float]) -> str:
    """One validation of the learning curve as a line of text."""
    from scoregen.tasks.train import WINDOW

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
