"""`scoregen render`: writes any readable score as pages, MIDI or MusicXML."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scoregen.cli.console.arguments import (
    Force,
    Json,
    Landscape,
    Layout,
    Outputs,
    Paper,
    Quiet,
    Reduction,
    Scores,
    StaffSize,
)
from scoregen.cli.console.conversion import Writing, conversion
from scoregen.cli.console.inputs import exit_with, for_each, input_files, name_of, read_input
from scoregen.cli.console.outputs import output_files
from scoregen.cli.console.terminal import file_in_errors


def render_command(
    score: Scores,
    output: Outputs = None,
    layout: Layout = None,
    reduction: Reduction = False,
    paper: Paper = None,
    staff_size: StaffSize = None,
    landscape: Landscape = False,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Engrave scores, or convert them to MIDI or MusicXML.

    Without -o, SCORE.pdf is written in the current folder.
    """
    from scoregen.notation.engraving.pages import engraving_options
    from scoregen.tasks.layout import NEW_SCORE, LayoutOptions, lay_out_given

    shape = LayoutOptions(layout, reduction)
    shape.check()
    writing = Writing(engraving_options(paper, staff_size, landscape), force, as_json, quiet)
    scores = input_files(score)
    outputs = output_files(output, scores, "", ".pdf")

    def render(file: Path) -> dict[str, Any]:
        from scoregen.score.ensemble import load_ensemble

        with conversion(outputs[file], writing) as work:
            work.stage("reading")
            music = read_input(file)
            with file_in_errors(file):
                shown = lay_out_given(music, load_ensemble("satb"), shape)
            is_new = music.document is not None and shown.document is None
            written = work.write(shown, (*music.notices, *([NEW_SCORE] if is_new else [])))
        return {"score": name_of(file), "files": [str(path) for path in written]}

    exit_with(for_each(scores, render, as_json=as_json))
