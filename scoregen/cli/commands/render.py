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
from scoregen.cli.console.inputs import exit_with, for_each, input_files, name_of, read_input
from scoregen.cli.console.outputs import check_outputs, output_files, targets_of
from scoregen.cli.console.terminal import file_in_errors, print_messages, print_paths, progress


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
    engraving = engraving_options(paper, staff_size, landscape)
    scores = input_files(score)
    outputs = output_files(output, scores, "", ".pdf")

    def render(file: Path) -> dict[str, Any]:
        from scoregen.notation.files import write_all
        from scoregen.score.ensemble import load_ensemble

        with progress(quiet=quiet) as stage, targets_of(outputs[file], as_json=as_json) as targets:
            check_outputs(targets.paths, force=force)
            stage("reading")
            music = read_input(file)
            with file_in_errors(file):
                shown = lay_out_given(music, load_ensemble("satb"), shape)
            stage("writing")
            written = write_all(shown, targets.paths, force=force, engraving=engraving)
        is_new = music.document is not None and shown.document is None
        print_messages((*music.notices, *([NEW_SCORE] if is_new else []), *written.notices), quiet=quiet)
        if not as_json:
            print_paths(targets.named(written))
        return {"score": name_of(file), "files": [str(path) for path in written]}

    exit_with(for_each(scores, render, as_json=as_json))
