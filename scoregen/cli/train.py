"""`scoregen train`: a corpus becomes a checkpoint."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from scoregen.cli.arguments import Ensemble, Json, Quiet, told
from scoregen.cli.terminal import progress, say_json, say_paths, tell_all


def train_command(
    corpus: Annotated[str, typer.Argument(metavar="CORPUS", help="A folder of scores, or a corpus by its name.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="CHECKPOINT", help="Where to write the weights.")],
    ensemble: Ensemble = "satb",
    steps: Annotated[int | None, typer.Option("--steps", min=1, help="Batches to train on.")] = None,
    batch_size: Annotated[int | None, typer.Option("--batch-size", min=1, help="Pieces in a batch.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="The same seed trains the same, on a CPU.")] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Train the network on a corpus of scores.

    A run that was stopped goes on where it was.
    """
    from scoregen.model.config import TrainingOptions
    from scoregen.training import train

    options = replace(TrainingOptions(), **told(steps=steps, batch_size=batch_size, seed=seed))
    with progress(quiet=quiet) as stage:
        advance = stage("training")
        training = train(
            corpus,
            output,
            ensemble=ensemble,
            options=options,
            progress=lambda step, figures: advance(step / options.steps),
        )
    tell_all((f"left out: {reason}" for reason in training.refused), quiet=quiet)
    if as_json:
        say_json({"weights": str(training.weights), "figures": training.figures, "refused": list(training.refused)})
    else:
        say_paths([training.weights])
