"""`scoregen render`: writes any readable score as pages, MIDI or MusicXML."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scoregen.cli.console.arguments import Force, Json, Outputs, Quiet
from scoregen.cli.console.outputs import check_outputs
from scoregen.cli.console.terminal import print_json, print_messages, print_paths, progress


def render_command(
    score: Annotated[Path, typer.Argument(metavar="SCORE", help="Any score that scoregen reads.")],
    output: Outputs,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Engrave a score, or convert it to MIDI or MusicXML."""
    from scoregen.notation.files import read_score, write_all

    check_outputs(output, force=force)
    with progress(quiet=quiet) as stage:
        stage("reading")
        music = read_score(score)
        stage("writing")
        written = write_all(music, output, force=force)
    print_messages(written.notices, quiet=quiet)
    if as_json:
        print_json({"score": str(score), "files": [str(path) for path in written]})
    else:
        print_paths(written)
