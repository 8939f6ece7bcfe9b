"""`scoregen calibrate`: what weights write too much or too little of is weighed against their corpus."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scoregen.cli.console.arguments import Device, Ensemble, Json, Quiet
from scoregen.cli.console.terminal import progress, say_json, say_paths, tell


def calibrate_command(
    checkpoint: Annotated[Path, typer.Argument(metavar="CHECKPOINT", help="The weights, as `train` wrote them.")],
    corpus: Annotated[str, typer.Argument(metavar="CORPUS", help="What they were trained on: a folder or a name.")],
    ensemble: Ensemble = "satb",
    pieces: Annotated[
        int, typer.Option("--pieces", min=1, help="Pieces that a round writes, and harmonises anew.")
    ] = 80,
    rounds: Annotated[int, typer.Option("--rounds", min=0, help="Rounds: each mends part of what is left.")] = 8,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed writes the same.")] = 0,
    device: Device = "auto",
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="KIND", help="Change this kind alone: step, length, interval, sonority, pace."),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write CHECKPOINT.calibration: by how many nats steps, lengths, intervals, chords and paces are favoured.

    It is written anew after every round, and a later run goes on from it; with --only the rest stays as it is.
    """
    from dataclasses import asdict

    from scoregen.tasks.calibrate import Round, calibrate, in_words

    with progress(quiet=quiet) as stage:

        def show(found: Round) -> None:
            for line in () if quiet else in_words(found):
                tell(line)

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
            told=show,
        )
    written = checkpoint.with_suffix(".calibration")
    if as_json:
        say_json({"calibration": str(written), "rounds": [asdict(found) for found in history]})
    else:
        say_paths([written])
