"""`scoregen explain`: explains the choice of each note, on a page that works offline."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoregen.cli.commands.check import rule_sets
from scoregen.cli.console.arguments import (
    Checkpoint,
    Force,
    Json,
    Quiet,
    Roles,
    ensembles,
    output_option,
    parse_roles,
)
from scoregen.cli.console.inputs import exit_with, for_each, input_files, name_of, read_input
from scoregen.cli.console.outputs import output_files, targets_of
from scoregen.cli.console.terminal import file_in_errors, print_messages, print_paths, progress

if TYPE_CHECKING:
    from scoregen.tasks.explain import Explanation


def explain_command(
    score: Annotated[
        list[Path],
        typer.Argument(metavar="SCORE", help="Scores from scoregen or any other source; - reads one."),
    ],
    output: Annotated[list[Path] | None, output_option(".html for the page, .json for its data")] = None,
    given: Annotated[
        list[str] | None,
        typer.Option(
            "--given",
            metavar="PARTS:MEASURES",
            help="Music that was given to the model: soprano, or soprano,bass:1-4. Repeatable.",
            show_default="from the provenance in the score, else nothing",
        ),
    ] = None,
    rules: Annotated[
        str | None,
        typer.Option(
            "--rules",
            metavar="NAME|FILE",
            help="Rule set for the alternatives: strict, bach, free, or a file.",
            autocompletion=rule_sets,
            show_default="strict for choirs, else free",
        ),
    ] = None,
    ensemble: Annotated[
        str | None,
        typer.Option(
            "--ensemble",
            metavar="NAME",
            help="Ensemble of the score, as in compose.",
            show_default="from the provenance or the parts of the score, else satb",
            autocompletion=ensembles,
        ),
    ] = None,
    role: Roles = None,
    style: Annotated[
        str | None,
        typer.Option(
            "--style",
            metavar="NAME",
            help="Style as in compose.",
            show_default="from the provenance in the score, else that of the ensemble",
        ),
    ] = None,
    checkpoint: Checkpoint = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Explain each note: its probability, the alternatives, and the music that it depends on.

    The page shows the score with each note coloured by its surprisal; `scoregen manual explaining` defines each
    number. Without -o, SCORE.explained.html is written in the current folder.
    """
    scores = input_files(score)
    outputs = output_files(output, scores, "explained", ".html", ".html")
    options = {
        "ensemble": ensemble,
        "roles": parse_roles(role or ()),
        "given": tuple(given or ()),
        "rules": rules,
        "style": style,
        "checkpoint": checkpoint,
    }

    def explain_one(file: Path) -> dict[str, Any]:
        command = _command(file, outputs[file], given or (), rules, ensemble, role or (), style, checkpoint)
        with targets_of(outputs[file], as_json=as_json) as targets:
            explanation = _explain_and_write(file, targets.paths, options, command, force, quiet)
        print_messages(explanation.notices, quiet=quiet)
        if not as_json:
            print_paths(targets.named(targets.paths))
        files = [str(path) for path in targets.paths]
        return {"score": name_of(file), "notes": len(explanation.notes), "files": files}

    exit_with(for_each(scores, explain_one, as_json=as_json))


def _explain_and_write(
    file: Path, paths: Sequence[Path], options: Mapping[str, Any], command: str, force: bool, quiet: bool
) -> Explanation:
    """Explain one score and write the page or its data."""
    from scoregen.system.files import check_targets
    from scoregen.tasks.explain import SUFFIXES, explain, write_explanation

    check_targets(paths, SUFFIXES, force=force)
    with progress(quiet=quiet) as stage, file_in_errors(file):
        stage("reading")
        music = read_input(file)
        explanation = explain(music, progress=stage("explaining"), **options)
        stage("writing")
        write_explanation(explanation, paths, command=command, force=force)
    return explanation


def _command(
    score: Path,
    output: Sequence[Path],
    given: Sequence[str],
    rules: str | None,
    ensemble: str | None,
    roles: Sequence[str],
    style: str | None,
    checkpoint: Path | None,
) -> str:
    """The command that makes the same page again, with file names without folders."""
    words = ["scoregen", "explain", score.name, *(word for text in given for word in ("--given", text))]
    words += ["--rules", rules] if rules else []
    words += ["--ensemble", ensemble] if ensemble else []
    words += [word for text in roles for word in ("--role", text)]
    words += ["--style", style] if style else []
    words += ["--checkpoint", checkpoint.name] if checkpoint else []
    return shlex.join([*words, *(word for path in output for word in ("-o", path.name))])
