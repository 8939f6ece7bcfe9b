"""`scoregen arrange`: the notes of a score for another ensemble."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
    ensembles,
)
from scoregen.cli.console.conversion import Writing, conversion
from scoregen.cli.console.inputs import exit_with, for_each, input_files, name_of
from scoregen.cli.console.outputs import output_files
from scoregen.cli.console.terminal import file_in_errors

if TYPE_CHECKING:
    from scoregen.notation.files import WrittenFiles
    from scoregen.tasks.arrange import Arrangement


def arrange_command(
    score: Scores,
    ensemble: Annotated[
        str, typer.Option("--ensemble", help="Ensemble to arrange for: a name or a file.", autocompletion=ensembles)
    ],
    output: Outputs = None,
    keep: Annotated[
        list[str] | None,
        typer.Option("--keep", metavar="PART", help="Part that stays as it is, by number or name. Repeatable."),
    ] = None,
    transpose: Annotated[
        str | None,
        typer.Option(
            "--transpose",
            metavar="INTERVAL|auto",
            help="Move the score first: -M2, m3, semitones, auto.",
        ),
    ] = None,
    fill: Annotated[
        bool, typer.Option("--fill", help="Let the network write parts for which the score has no notes (satb).")
    ] = False,
    paper: Paper = None,
    staff_size: StaffSize = None,
    landscape: Landscape = False,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Arrange scores for another ensemble: melody, bass and inner voices go to its players.

    What happened to the notes is said: how many are kept, sound in another octave or are left out, and where. Without
    -o, SCORE.ENSEMBLE.musicxml is written in the current folder.
    """
    from scoregen.notation.engraving.options import engraving_options
    from scoregen.score.ensemble import load_ensemble

    writing = Writing(engraving_options(paper, staff_size, landscape), force, as_json, quiet)
    options: dict[str, Any] = {"ensemble": ensemble, "keep": keep or (), "transpose": transpose, "fill": fill}
    scores = input_files(score)
    outputs = output_files(output, scores, load_ensemble(ensemble).name, ".musicxml")

    def arrange_one(file: Path) -> dict[str, Any]:
        from scoregen.tasks.arrange import arrange

        with conversion(outputs[file], writing) as work:
            music = work.read(file)
            work.stage("arranging")
            with file_in_errors(file):
                result = arrange(music, **options)
            written = work.write(result.score, (*music.notices, *result.notices))
        return _report(file, result, written)

    exit_with(for_each(scores, arrange_one, as_json=as_json))


def _report(file: Path, result: Arrangement, written: WrittenFiles) -> dict[str, Any]:
    """The result for programs."""
    return {
        "score": name_of(file),
        "files": [str(path) for path in written],
        "notes": result.account.counts(),
        "left_out": [
            {
                "part": note.slot.part,
                "measure": note.measure_index + 1,
                "onset": str(note.onset),
                "pitch": str(note.pitch),
            }
            for notes in result.account.left_out().values()
            for note in notes
        ],
        "notices": list(result.notices),
    }
