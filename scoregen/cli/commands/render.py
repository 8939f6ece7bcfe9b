"""`scoregen render`: writes any readable score as pages, MIDI or MusicXML."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scoregen.cli.console.arguments import Force, Json, Layout, Outputs, Quiet, Reduction
from scoregen.cli.console.outputs import check_outputs
from scoregen.cli.console.terminal import file_in_errors, print_json, print_messages, print_paths, progress


def render_command(
    score: Annotated[Path, typer.Argument(metavar="SCORE", help="Any score that scoregen reads.")],
    output: Outputs,
    layout: Layout = None,
    reduction: Reduction = False,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Engrave a score, or convert it to MIDI or MusicXML."""
    from scoregen.notation.files import read_score, write_all
    from scoregen.score.ensemble import load_ensemble
    from scoregen.tasks.layout import NEW_SCORE, LayoutOptions, lay_out_given

    shape = LayoutOptions(layout, reduction)
    shape.check()
    check_outputs(output, force=force)
    with progress(quiet=quiet) as stage:
        stage("reading")
        music = read_score(score)
        with file_in_errors(score):
            shown = lay_out_given(music, load_ensemble("satb"), shape)
        stage("writing")
        written = write_all(shown, output, force=force)
    is_new = music.document is not None and shown.document is None
    print_messages((*([NEW_SCORE] if is_new else []), *written.notices), quiet=quiet)
    if as_json:
        print_json({"score": str(score), "files": [str(path) for path in written]})
    else:
        print_paths(written)
