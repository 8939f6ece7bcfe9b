"""`scoregen render`: writes any readable score as pages, MIDI or MusicXML."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scoregen.cli.console.arguments import Force, Json, Landscape, Outputs, Paper, Quiet, StaffSize
from scoregen.cli.console.outputs import check_outputs
from scoregen.cli.console.terminal import print_json, print_messages, print_paths, progress


def render_command(
    score: Annotated[Path, typer.Argument(metavar="SCORE", help="Any score that scoregen reads.")],
    output: Outputs,
    paper: Paper = None,
    staff_size: StaffSize = None,
    landscape: Landscape = False,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Engrave a score, or convert it to MIDI or MusicXML."""
    from scoregen.notation.engraving.pages import engraving_options
    from scoregen.notation.files import read_score, write_all

    engraving = engraving_options(paper, staff_size, landscape)
    check_outputs(output, force=force)
    with progress(quiet=quiet) as stage:
        stage("reading")
        music = read_score(score)
        stage("writing")
        written = write_all(music, output, force=force, engraving=engraving)
    print_messages(map(str, written.warnings), quiet=quiet)
    if as_json:
        print_json({"score": str(score), "files": [str(path) for path in written]})
    else:
        print_paths(written)
