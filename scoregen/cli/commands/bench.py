"""`scoregen bench`: published benchmarks, on data that the user supplies."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scoregen.cli.console.arguments import Device, Json, Quiet
from scoregen.cli.console.terminal import print_json, print_line, print_message, progress

bench = typer.Typer(help="Measure a network on a published benchmark.", no_args_is_help=True)


@bench.callback()
def _group() -> None:
    """Measure a network on a published benchmark."""


@bench.command("jsb16")
def jsb16_command(
    data: Annotated[Path, typer.Option("--data", metavar="FILE", help="Jsb16thSeparated.json.")],
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(
            "--checkpoint",
            help="Weights to measure instead of those in the repository. Repeatable; several are averaged.",
            show_default=False,
        ),
    ] = None,
    average: Annotated[
        bool,
        typer.Option("--average", help="Average over all networks and orders of voices; this is a separate figure."),
    ] = False,
    retrieval: Annotated[
        bool,
        typer.Option(
            "--retrieval",
            help="Interpolate with a nearest-neighbour datastore of the training set; this is a separate figure.",
        ),
    ] = False,
    device: Device = "auto",
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Measure the likelihood of Bach's chorales on a grid of 16ths, in nats per note (four voices times all 16ths).

    The likelihood is proper: it counts everything that is generated, and conditions only on what comes earlier.
    """
    from scoregen.benchmarks.jsb16.report import bench_jsb16, report_json

    with progress(quiet=quiet) as stage:
        report = bench_jsb16(
            data,
            tuple(checkpoint or ()),
            average=average,
            retrieval=retrieval,
            device=device,
            progress=stage("scoring"),
        )
    if not report.is_published and not quiet:
        print_message(f"{data} is not the file that published figures use; expected the original Jsb16thSeparated.json")
    if as_json:
        print_json(report_json(report))
        return
    print_line(
        f"networks {', '.join(name for name, _, _ in report.checkpoints)}; orders of voices {len(report.orders)}"
    )
    if report.datastore:
        places, share = report.datastore["places"], report.datastore["max_share"]
        print_line(f"retrieval from {places} positions; largest share {share:.2f}")
    for split, figures in report.splits.items():
        print_line(
            f"{split}: {figures['nats_per_note']:.4f} nats per note (mean of pieces "
            f"{figures['nats_per_note_piece_mean']:.4f}), calibration error {figures['calibration_error']:.3f}"
        )
        for kind, row in figures["by_kind"].items():
            print_line(f"  {kind:8} {row['bits_per_choice']:.3f} bits per choice, {row['choices']} choices")
