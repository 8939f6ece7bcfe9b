"""`scoregen render`: writes any readable score as pages, MIDI or MusicXML."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scoregen.cli.console.arguments import Force, Json, Outputs, Quiet, Scores
from scoregen.cli.console.inputs import exit_with, for_each, input_files, name_of, read_input
from scoregen.cli.console.outputs import check_outputs, output_files, targets_of
from scoregen.cli.console.terminal import print_messages, print_paths, progress


def render_command(
    score: Scores,
    output: Outputs = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Engrave scores, or convert them to MIDI or MusicXML.

    Without -o, SCORE.pdf is written in the current folder.
    """
    scores = input_files(score)
    outputs = output_files(output, scores, "", ".pdf")

    def render(file: Path) -> dict[str, Any]:
        from scoregen.notation.files import write_all

        with progress(quiet=quiet) as stage, targets_of(outputs[file], as_json=as_json) as targets:
            check_outputs(targets.paths, force=force)
            stage("reading")
            music = read_input(file)
            stage("writing")
            written = write_all(music, targets.paths, force=force)
        print_messages(map(str, written.warnings), quiet=quiet)
        if not as_json:
            print_paths(targets.named(written))
        return {"score": name_of(file), "files": [str(path) for path in written]}

    exit_with(for_each(scores, render, as_json=as_json))
