"""`scoregen evaluate`: compares a folder of pieces with a corpus, by the usual metrics of the field."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scoregen.cli.console.arguments import Device, Force, Json, Quiet, given_options
from scoregen.cli.console.terminal import columns, print_json, print_line, print_messages, progress

REPORTS = (".html", ".pdf")


def evaluate_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of scores.")],
    against: Annotated[
        str, typer.Option("--against", metavar="CORPUS", help="A folder of scores, or the name of a corpus.")
    ],
    output: Annotated[
        list[Path] | None,
        typer.Option("--output", "-o", metavar="FILE", help="Report with plots: .html or .pdf. Repeatable."),
    ] = None,
    likelihood: Annotated[
        bool, typer.Option("--likelihood", help="Also measure the likelihood under the network of the package.")
    ] = False,
    checkpoint: Annotated[
        Path | None,
        typer.Option("--checkpoint", help="Also measure the likelihood under these weights.", show_default=False),
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", min=0, help="Seed of the bootstrap, the crops and the classifier.")
    ] = 0,
    draws: Annotated[
        int | None,
        typer.Option("--draws", min=1, help="Random draws of pieces and crops for the classifier.", show_default="4"),
    ] = None,
    device: Device = "auto",
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Compare a folder of pieces with a corpus: part-writing, distributions, a classifier, form, novelty.

    Each figure is printed with the figure of the held-out pieces of the corpus.
    """
    from scoregen.system.files import check_targets, write_files
    from scoregen.tasks.evaluate import distinct_figures, evaluate, report_file, report_json, tables

    outputs = tuple(output or ())
    check_targets(outputs, REPORTS, force=force)
    with progress(quiet=quiet) as stage:
        comparison = evaluate(
            folder,
            against,
            checkpoint=checkpoint,
            likelihood=likelihood,
            seed=seed,
            device=device,
            progress=stage("comparing"),
            **given_options(draws=draws),
        )
        write_files([(path, report_file(comparison, path.suffix.lower()[1:])) for path in outputs], force=force)
    notices = [*comparison.notices, *(f"left out: {reason}" for reason in comparison.refused)]
    print_messages(notices, quiet=quiet)
    if as_json:
        print_json(report_json(comparison))
        return
    for head, rows in tables(comparison):
        for line in columns([head, *rows]):
            print_line(line)
        print_line("")
    distinct = distinct_figures(comparison)
    print_line("figures whose intervals do not overlap:" if distinct else "all intervals overlap those of the corpus")
    for line in distinct:
        print_line(f"  {line}")
    print_line("")
    print_line(comparison.command)
