"""`scoregen transcribe`: the score of a recording or of a played MIDI file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from scoregen.cli.console.arguments import Force, Json, Landscape, Outputs, Paper, Quiet, Scores, StaffSize
from scoregen.cli.console.inputs import exit_with, for_each, input_files, name_of, readable
from scoregen.cli.console.outputs import check_outputs, output_files, targets_of
from scoregen.cli.console.terminal import print_messages, print_paths, progress


def transcribe_command(
    recording: Scores,
    output: Outputs = None,
    kind: Annotated[
        str | None,
        typer.Option("--from", metavar="voice|piano", help="What is heard; without it the program decides."),
    ] = None,
    paper: Paper = None,
    staff_size: StaffSize = None,
    landscape: Landscape = False,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write the score of recordings (one sung or played line, or a piano) and of played MIDI files.

    Notes, beats, metre, key and note values are found, and what was decided is said. Recordings need
    `pip install 'scoregen[audio]'`; `scoregen doctor` tells what is missing. Without -o, NAME.transcribed.musicxml is
    written in the current folder.
    """
    from scoregen.notation.engraving.pages import engraving_options

    engraving = engraving_options(paper, staff_size, landscape)
    recordings = input_files(recording)
    outputs = output_files(output, recordings, "transcribed", ".musicxml")

    def transcribe_one(file: Path) -> dict[str, Any]:
        from scoregen.notation.files import write_all
        from scoregen.tasks.sound.transcribe import transcribe

        with progress(quiet=quiet) as stage, targets_of(outputs[file], as_json=as_json) as targets:
            check_outputs(targets.paths, force=force)
            stage("listening")
            with readable(file) as source:
                result = transcribe(source, kind=kind)
            stage("writing")
            written = write_all(result.score, targets.paths, force=force, engraving=engraving)
        print_messages((*result.notices, *written.notices), quiet=quiet)
        if not as_json:
            print_paths(targets.named(written))
        return {
            "recording": name_of(file),
            "files": [str(path) for path in written],
            "notes": result.notes,
            "metre": str(result.time),
            "measures": len(result.score.measures),
            "notices": list(result.notices),
        }

    exit_with(for_each(recordings, transcribe_one, as_json=as_json))
