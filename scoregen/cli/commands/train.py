"""`scoregen train`: a corpus becomes a checkpoint."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from scoregen.cli.console.arguments import Device, Ensemble, Json, Quiet, given_options
from scoregen.cli.console.terminal import progress, say_json, say_paths, tell, tell_all

SIGNALLED = 128
"""What shells add to the number of the signal that ended a program."""


def train_command(
    corpus: Annotated[
        str, typer.Argument(metavar="CORPUS", help="A folder of scores, a corpus by its name, or JSB16's file.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="CHECKPOINT", help="Where to write the weights.")],
    ensemble: Ensemble = "satb",
    config: Annotated[
        Path | None, typer.Option("--config", "-c", metavar="FILE", help="Options in TOML: [network] and [training].")
    ] = None,
    steps: Annotated[int | None, typer.Option("--steps", min=1, help="Batches to train on.")] = None,
    batch_size: Annotated[int | None, typer.Option("--batch-size", min=1, help="Pieces in a batch.")] = None,
    learning_rate: Annotated[float | None, typer.Option("--learning-rate", help="The highest of the run.")] = None,
    save_every: Annotated[
        int | None, typer.Option("--save-every", min=1, help="Steps from one validation and saved state to the next.")
    ] = None,
    patience: Annotated[
        int | None, typer.Option("--patience", min=0, help="Validations without a better one that end it; 0: never.")
    ] = None,
    drafts: Annotated[
        int | None,
        typer.Option("--drafts", min=0, help="Pieces drawn at a validation, to see whether they repeat the corpus."),
    ] = None,
    transpose: Annotated[
        int | None, typer.Option("--transpose", min=0, max=6, help="Most semitones that a piece is moved by.")
    ] = None,
    mixed_precision: Annotated[
        bool | None, typer.Option("--mixed-precision/--full-precision", help="bfloat16 where it is safe.")
    ] = None,
    compiled: Annotated[
        bool | None, typer.Option("--compile/--no-compile", help="Compile the network first; on CUDA.")
    ] = None,
    teacher: Annotated[
        list[Path] | None,
        typer.Option(
            "--teacher", metavar="CHECKPOINT", help="A trained network to learn from too; as many as you like."
        ),
    ] = None,
    device: Device = "auto",
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="The same seed trains the same, on a CPU.")] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Train the network on a corpus of scores.

    A run that was stopped goes on where it was. What is given here comes before what the file says.
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
                tell(in_words(figures))

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
    if training.stopped_by:
        if not quiet:
            tell(f"stopped after step {training.step} of {options.steps}; the same command goes on from there")
        raise SystemExit(SIGNALLED + training.stopped_by)
    tell_all((f"left out: {reason}" for reason in training.refused), quiet=quiet)
    tell_all(training.notices, quiet=quiet)
    if training.step < options.steps and not quiet:
        tell(f"ended after step {training.step}: {options.patience} validations brought nothing better")
    if not is_first():
        return
    if as_json:
        found = {"figures": training.figures, "notices": training.notices, "refused": training.refused}
        say_json({"weights": str(training.weights), **found})
    else:
        say_paths([training.weights])


def in_words(figures: dict[str, float]) -> str:
    """A line of the learning curve for the person who waits."""
    from scoregen.tasks.train import WINDOW

    losses = ", ".join(f"{name} {figures[name]:.3f}" for name in ("train", "fit", "valid"))
    words = [f"step {figures['step']}: {losses} nats a choice", f"{figures['seconds']:.0f} s"]
    for kind, splits in (
        ("by heart", ("fit_extractable", "valid_extractable")),
        ("known", ("drafts_known", "valid_known")),
    ):
        found = [(name, figures[f"{name}_{WINDOW}"]) for name in splits if f"{name}_{WINDOW}" in figures]
        if len(found) == len(splits):
            words.insert(-1, f"{kind} " + ", ".join(f"{name.partition('_')[0]} {share:.1f} %" for name, share in found))
    return "; ".join(words)
