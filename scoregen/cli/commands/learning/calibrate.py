"""`scoregen calibrate`: matches the features of samples to those of the training corpus."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scoregen.cli.console.arguments import Device, Ensemble, Json, Quiet
from scoregen.cli.console.terminal import print_json, print_message, print_paths, progress


def calibrate_command(
    checkpoint: Annotated[Path, typer.Argument(metavar="CHECKPOINT", help="Weights written by `scoregen train`.")],
    corpus: Annotated[
        str, typer.Argument(metavar="CORPUS", help="The corpus that they were trained on: a folder or a name.")
    ],
    ensemble: Ensemble = "satb",
    pieces: Annotated[
        int,
        typer.Option("--pieces", min=1, help="Pieces to compose in each round; their melodies are harmonised again."),
    ] = 80,
    rounds: Annotated[
        int, typer.Option("--rounds", min=0, help="Rounds; each corrects part of the remaining difference.")
    ] = 8,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the random numbers.")] = 0,
    device: Device = "auto",
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            metavar="KIND",
            help="Change only this kind of feature: step, length, interval, sonority, pace, reached, left; repeatable.",
        ),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Count the successions of the corpus, fit logit biases for rhythm, and write both next to CHECKPOINT.

    CHECKPOINT.calibration is written after every round, and a later run continues from it. With --only, other biases
    are fitted instead.
    """
    from dataclasses import asdict

    from scoregen.tasks.calibrate import Round, calibrate, sentences

    with progress(quiet=quiet) as stage:

        def show(differences: Round) -> None:
            for line in () if quiet else sentences(differences):
                print_message(line)

        history = calibrate(
            checkpoint,
            corpus,
            ensemble=ensemble,
            pieces=pieces,
            rounds=rounds,
            seed=seed,
            kinds=only or (),
            device=device,
            progress=stage("calibrating"),
            on_round=show,
        )
    written = checkpoint.with_suffix(".calibration")
    if as_json:
        print_json({"calibration": str(written), "rounds": [asdict(differences) for differences in history]})
    else:
        print_paths([written])
