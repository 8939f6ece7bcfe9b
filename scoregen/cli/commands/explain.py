"""`scoregen explain`: explains the choice of each note, on a page that works offline."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from scoregen.cli.commands.check import rule_sets
from scoregen.cli.console.arguments import Checkpoint, Ensemble, Force, Json, Quiet, Roles, parse_roles
from scoregen.cli.console.terminal import file_in_errors, print_json, print_messages, print_paths, progress


def explain_command(
    score: Annotated[
        Path, typer.Argument(metavar="SCORE", help="A score for choir, from scoregen or from any other source.")
    ],
    output: Annotated[
        list[Path],
        typer.Option("--output", "-o", metavar="FILE", help="The page (.html) or its data (.json). Repeatable."),
    ],
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
        str,
        typer.Option(
            "--rules",
            metavar="NAME|FILE",
            help="Rule set for the alternatives: strict, bach, free, or a file.",
            autocompletion=rule_sets,
        ),
    ] = "strict",
    ensemble: Ensemble = "satb",
    role: Roles = None,
    checkpoint: Checkpoint = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Explain each note: its probability, the alternatives, and the music that it depends on.

    The page shows the score with each note coloured by its surprisal. docs/explaining.md defines each number.
    """
    from scoregen.notation.files import read_score
    from scoregen.system.files import check_targets
    from scoregen.tasks.explain import SUFFIXES, explain, write_explanation

    check_targets(output, SUFFIXES, force=force)
    command = _command(score, output, given or (), rules, ensemble, role or (), checkpoint)
    with progress(quiet=quiet) as stage:
        stage("reading")
        music = read_score(score)
        advance = stage("explaining")
        with file_in_errors(score):
            explanation = explain(
                music,
                ensemble=ensemble,
                roles=parse_roles(role or ()),
                given=tuple(given or ()),
                rules=rules,
                checkpoint=checkpoint,
                progress=advance,
            )
        stage("writing")
        write_explanation(explanation, output, command=command, force=force)
    print_messages(explanation.notices, quiet=quiet)
    if as_json:
        print_json({"score": str(score), "notes": len(explanation.notes), "files": [str(path) for path in output]})
    else:
        print_paths(output)


def _command(
    score: Path,
    output: Sequence[Path],
    given: Sequence[str],
    rules: str,
    ensemble: str,
    roles: Sequence[str],
    checkpoint: Path | None,
) -> str:
    """The command that makes the same page again, with file names without folders."""
    words = ["scoregen", "explain", score.name, *(word for text in given for word in ("--given", text))]
    words += ["--rules", rules] if rules != "strict" else []
    words += ["--ensemble", ensemble] if ensemble != "satb" else []
    words += [word for text in roles for word in ("--role", text)]
    words += ["--checkpoint", checkpoint.name] if checkpoint else []
    return shlex.join([*words, *(word for path in output for word in ("-o", path.name))])
