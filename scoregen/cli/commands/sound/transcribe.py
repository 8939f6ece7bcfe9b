"""`scoregen transcribe`: the score of a recording or of a played MIDI file."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import typer

from scoregen.cli.console.arguments import (
    Force,
    Json,
    Landscape,
    Outputs,
    Paper,
    Quiet,
    Scores,
    StaffSize,
    parse_quarters,
)
from scoregen.cli.console.conversion import Writing, conversion
from scoregen.cli.console.inputs import exit_with, for_each, input_files, name_of, readable
from scoregen.cli.console.outputs import output_files


def transcribe_command(
    recording: Scores,
    output: Outputs = None,
    kind: Annotated[
        str | None,
        typer.Option("--from", metavar="voice|piano", help="What is heard; without it the program decides."),
    ] = None,
    time: Annotated[
        str | None, typer.Option("--time", help="The time signature, if the one found from the notes is wrong.")
    ] = None,
    tempo: Annotated[float | None, typer.Option("--tempo", help="About how many beats a minute has.")] = None,
    anacrusis: Annotated[
        Fraction | None,
        typer.Option(
            "--anacrusis", parser=parse_quarters, metavar="QUARTERS", help="The length of the anacrusis; 0 for none."
        ),
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
    from scoregen.notation.engraving.options import engraving_options

    writing = Writing(engraving_options(paper, staff_size, landscape), force, as_json, quiet)
    recordings = input_files(recording)
    outputs = output_files(output, recordings, "transcribed", ".musicxml")

    def transcribe_one(file: Path) -> dict[str, Any]:
        from scoregen.tasks.sound.transcribe import transcribe

        with conversion(outputs[file], writing) as work:
            work.stage("listening")
            with readable(file) as source:
                result = transcribe(source, kind=kind, time=time, tempo=tempo, anacrusis=anacrusis)
            written = work.write(result.score, result.notices)
        return {
            "recording": name_of(file),
            "files": [str(path) for path in written],
            "notes": result.notes,
            "metre": str(result.time),
            "measures": len(result.score.measures),
            "notices": list(result.notices),
        }

    exit_with(for_each(recordings, transcribe_one, as_json=as_json))
