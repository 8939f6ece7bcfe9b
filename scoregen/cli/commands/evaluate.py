"""`scoregen evaluate`: how far a folder of pieces is from a corpus, in the field's figures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scoregen.cli.console.arguments import Device, Force, Json, Quiet, given_options
from scoregen.cli.console.terminal import columns, progress, say, say_json, tell_all

REPORTS = (".html", ".pdf")


def evaluate_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of scores.")],
    against: Annotated[
        str, typer.Option("--against", metavar="CORPUS", help="A folder of scores, or a corpus by its name.")
    ],
    output: Annotated[
        list[Path] | None,
        typer.Option("--output", "-o", metavar="FILE", help="A report with pictures: .html or .pdf."),
    ] = None,
    likelihood: Annotated[
        bool, typer.Option("--likelihood", help="Also how likely the package's network finds the pieces.")
    ] = False,
    checkpoint: Annotated[
        Path | None, typer.Option("--checkpoint", help="Also how likely these weights find them.", show_default=False)
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of intervals, crops and forests.")] = 0,
    draws: Annotated[
        int | None,
        typer.Option("--draws", min=1, help="Draws of pieces and crops for the classifier.", show_default="4"),
    ] = None,
    device: Device = "auto",
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Compare a folder of pieces with a corpus: part-writing, distributions, a classifier, form, novelty.

    Beside each figure stands that of the corpus's own held-out pieces.
    """
    from scoregen.system.files import check_targets, write_files
    from scoregen.tasks.evaluate import evaluate, report_file, report_json, standing_out, tables

    outputs = tuple(output or ())
    check_targets(outputs, REPORTS, force=force)
    with progress(quiet=quiet) as stage:
        found = evaluate(
            folder,
            against,
            checkpoint=checkpoint,
            likelihood=likelihood,
            seed=seed,
            device=device,
            progress=stage("comparing"),
            **given_options(draws=draws),
        )
        write_files([(path, report_file(found, path.suffix.lower()[1:])) for path in outputs], force=force)
    notices = [*found.notices, *(f"left out: {reason}" for reason in found.refused)]
    tell_all(notices, quiet=quiet)
    if as_json:
        say_json(report_json(found))
        return
    for head, rows in tables(found):
        for line in columns([head, *rows]):
            say(line)
        say("")
    apart = standing_out(found)
    say(f"{'figures whose intervals lie apart:' if apart else 'no figure lies apart from those of the corpus'}")
    for line in apart:
        say(f"  {line}")
    say("")
    say(found.command)
