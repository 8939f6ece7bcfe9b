"""`scoregen explain`: why each note is there, on a page that needs no network."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from scoregen.cli.commands.check import rule_sets
from scoregen.cli.console.arguments import Checkpoint, Ensemble, Force, Json, Quiet, Roles, parse_roles
from scoregen.cli.console.terminal import naming, progress, say_json, say_paths, tell_all


def explain_command(
    score: Annotated[Path, typer.Argument(metavar="SCORE", help="A score for choir, anyone's or one of scoregen's.")],
    output: Annotated[
        list[Path],
        typer.Option(
            "--output", "-o", metavar="FILE", help="The page, .html, or its data, .json. May be given several times."
        ),
    ],
    given: Annotated[
        list[str] | None,
        typer.Option(
            "--given",
            metavar="PARTS:MEASURES",
            help="What the model knew from the start: soprano, or soprano,bass:1-4. May be given several times.",
            show_default="what the score says of itself, else nothing",
        ),
    ] = None,
    rules: Annotated[
        str,
        typer.Option("--rules", metavar="NAME|FILE", help="What alternatives would break.", autocompletion=rule_sets),
    ] = "strict",
    ensemble: Ensemble = "satb",
    role: Roles = None,
    checkpoint: Checkpoint = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show why each note is there: how likely it was, what else was weighed, and what it rests on.

    The page shows the score with each note coloured by its surprisal. docs/explaining.md says what each
    number means.
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
        with naming(score):
            found = explain(
                music,
                ensemble=ensemble,
                roles=parse_roles(role or ()),
                given=tuple(given or ()),
                rules=rules,
                checkpoint=checkpoint,
                progress=advance,
            )
        stage("writing")
        write_explanation(found, output, command=command, force=force)
    tell_all(found.notices, quiet=quiet)
    if as_json:
        say_json({"score": str(score), "notes": len(found.notes), "files": [str(path) for path in output]})
    else:
        say_paths(output)


def _command(
    score: Path,
    output: Sequence[Path],
    given: Sequence[str],
    rules: str,
    ensemble: str,
    roles: Sequence[str],
    checkpoint: Path | None,
) -> str:
    """What makes the same page again; files by their names alone."""
    words = ["scoregen", "explain", score.name, *(word for text in given for word in ("--given", text))]
    words += ["--rules", rules] if rules != "strict" else []
    words += ["--ensemble", ensemble] if ensemble != "satb" else []
    words += [word for text in roles for word in ("--role", text)]
    words += ["--checkpoint", checkpoint.name] if checkpoint else []
    return shlex.join([*words, *(word for path in output for word in ("-o", path.name))])
