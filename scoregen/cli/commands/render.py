"""`scoregen render`: any readable score as pages, sound or MusicXML."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scoregen.cli.console.arguments import Force, Json, Outputs, Quiet
from scoregen.cli.console.outputs import check_outputs
from scoregen.cli.console.terminal import progress, say_json, say_paths, tell_all


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
    tell_all(map(str, written.warnings), quiet=quiet)
    if as_json:
        say_json({"score": str(score), "files": [str(path) for path in written]})
    else:
        say_paths(written)
