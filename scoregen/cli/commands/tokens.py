"""`scoregen tokens`: prints a score as the network reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scoregen.cli.console.arguments import Json
from scoregen.cli.console.terminal import print_json, print_line, print_message


def tokens_command(
    score: Annotated[Path, typer.Argument(metavar="SCORE", help="Any score that scoregen reads.")],
    as_json: Json = False,
    check: Annotated[
        bool,
        typer.Option("--check", help="Only test that decoding the tokens gives the score back; exit code 1 if not."),
    ] = False,
) -> None:
    """Print a score in the token language."""
    from scoregen.notation.files import read_score
    from scoregen.tokens.canonical import canonical
    from scoregen.tokens.decode import decode
    from scoregen.tokens.encode import encode
    from scoregen.tokens.text import render_text, to_json

    music = read_score(score)
    tokens = encode(music)
    if check:
        same = decode(tokens, music) == canonical(music)
        _report(same, len(tokens.measures), as_json=as_json)
    elif as_json:
        print_line(to_json(tokens).rstrip())
    else:
        print_line(render_text(tokens).rstrip())


def _report(same: bool, measures: int, *, as_json: bool) -> None:
    if as_json:
        print_json({"round_trip": same, "measures": measures})
    elif same:
        print_line(f"round trip exact: {measures} measures")
    if not same:
        print_message("error: decoding the tokens gives another score; please report the file")
        raise typer.Exit(1)
