"""`scoregen vary`: variations of a theme."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoregen.cli.console.arguments import Force, Json, Landscape, Outputs, Paper, Quiet, Seed, StaffSize
from scoregen.cli.console.conversion import Writing, conversion
from scoregen.cli.console.inputs import input_files, name_of
from scoregen.cli.console.outputs import output_files
from scoregen.cli.console.terminal import file_in_errors, print_json

if TYPE_CHECKING:
    from scoregen.notation.files import WrittenFiles
    from scoregen.tasks.variation.vary import VariationSet


def vary_command(
    theme: Annotated[Path, typer.Argument(metavar="THEME", help="A melody, a lead sheet, or a piece in parts.")],
    output: Outputs = None,
    technique: Annotated[
        list[str] | None,
        typer.Option(
            "--technique",
            metavar="NAME",
            help="ornament, triplets, diminution, inversion, retrograde, augmentation, rhythm, harmony, mode, texture"
            " or voice-exchange; some joined by +. Repeatable.",
            show_default="a set that suits the theme",
        ),
    ] = None,
    strength: Annotated[
        float, typer.Option("--strength", help="The share of the possible places that change, from 0 to 1.")
    ] = 0.7,
    count: Annotated[
        int | None, typer.Option("--count", help="Number of variations.", show_default="one for each technique")
    ] = None,
    seed: Seed = 0,
    part: Annotated[
        str | None,
        typer.Option("--part", metavar="PART", help="The part of the tune, by number or name.", show_default="first"),
    ] = None,
    paper: Paper = None,
    staff_size: StaffSize = None,
    landscape: Landscape = False,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write variations of a theme: the theme untouched, then each variation on a new system under its name.

    The structural notes of the tune stay. Ornaments come from manuals of diminution, other voices and chords from the
    network. Without -o, THEME.variations.musicxml is written in the current folder.
    """
    from scoregen.notation.engraving.options import engraving_options
    from scoregen.tasks.variation.vary import VaryOptions, vary

    options = VaryOptions(_names(technique), strength, count, seed, part)
    options.check()
    writing = Writing(engraving_options(paper, staff_size, landscape), force, as_json, quiet)
    file = input_files([theme])[0]
    outputs = output_files(output, [file], "variations", ".musicxml")[file]
    with conversion(outputs, writing) as work:
        music = work.read(file)
        with file_in_errors(file):
            done = vary(music, options, work.stage("varying"))
        written = work.write(done.score, done.notices)
    if as_json:
        print_json(_report(file, done, written))


def _names(techniques: list[str] | None) -> tuple[str, ...]:
    """The techniques of an option that may hold several, with commas between them."""
    return tuple(name.strip().lower() for text in techniques or () for name in text.split(",") if name.strip())


def _report(file: Path, done: VariationSet, written: WrittenFiles) -> dict[str, Any]:
    """The result for programs."""
    return {
        "theme": name_of(file),
        "files": [str(path) for path in written],
        "variations": [
            {
                "technique": each.technique,
                "detail": each.detail,
                "share_changed": round(each.share, 4),
                "structural_notes": each.structural,
                "kept": each.kept,
                "in_place": each.in_place,
            }
            for each in done.variations
        ],
        "notices": list(done.notices),
    }
