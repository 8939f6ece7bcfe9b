"""`scoregen bench`: published benchmarks, on data that the user brings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scoregen.cli.console.arguments import Device, Json, Quiet
from scoregen.cli.console.terminal import progress, say, say_json, tell

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
            "--checkpoint", help="Other weights than the package's; several are averaged.", show_default=False
        ),
    ] = None,
    average: Annotated[
        bool, typer.Option("--average", help="The average of all networks and orders of voices: its own figure.")
    ] = False,
    retrieval: Annotated[
        bool,
        typer.Option(
            "--retrieval", help="Interpolate with a nearest-neighbour datastore of the training part: its own figure."
        ),
    ] = False,
    device: Device = "auto",
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """The likelihood of Bach's chorales on a grid of 16ths, nats a note (four voices times all 16ths).

    Proper: everything that is generated is paid for, nothing that is scored is known before.
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
    if not report.is_known and not quiet:
        tell(f"{data} is not the file that published figures are measured on")
    if as_json:
        say_json(report_json(report))
        return
    say(f"networks {', '.join(name for name, _, _ in report.checkpoints)}; orders of voices {len(report.orders)}")
    if report.datastore:
        say(f"retrieval from {report.datastore['places']} places; their share {report.datastore['most']:.2f} at most")
    for split, figures in report.splits.items():
        say(
            f"{split}: {figures['nats_per_note']:.4f} nats a note (mean of pieces "
            f"{figures['nats_per_note_piece_mean']:.4f}), calibration error {figures['calibration_error']:.3f}"
        )
        for kind, row in figures["by_kind"].items():
            say(f"  {kind:8} {row['bits_per_choice']:.3f} bits a choice, {row['choices']} choices")
