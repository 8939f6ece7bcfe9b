"""`scoregen tokens`: prints a score as the network reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoregen.cli.console.arguments import Json, Scores
from scoregen.cli.console.inputs import exit_with, for_each, input_files, print_heading, read_input
from scoregen.cli.console.terminal import print_line, print_message

if TYPE_CHECKING:
    from scoregen.score.elements import Score
    from scoregen.tokens.events import TokenScore


def tokens_command(
    score: Scores,
    as_json: Json = False,
    check: Annotated[
        bool,
        typer.Option("--check", help="Only test that decoding the tokens gives the score back; exit code 1 if not."),
    ] = False,
) -> None:
    """Print scores in the token language."""
    scores = input_files(score)

    def print_tokens(file: Path) -> dict[str, Any]:
        from scoregen.tokens.encode import encode
        from scoregen.tokens.text import render_text, to_json

        music = read_input(file)
        tokens = encode(music)
        if check:
            return _round_trip(music, tokens, as_json=as_json)
        if not as_json:
            print_heading(file, scores)
            print_line(render_text(tokens).rstrip())
        elif len(scores) == 1:
            print_line(to_json(tokens).rstrip())
        result: dict[str, Any] = json.loads(to_json(tokens))
        return result

    exit_with(for_each(scores, print_tokens, as_json=as_json and (check or len(scores) > 1)))


def _round_trip(music: Score, tokens: TokenScore, *, as_json: bool) -> dict[str, Any]:
    from scoregen.tokens.canonical import canonical
    from scoregen.tokens.decode import decode

    same, measures = decode(tokens, music) == canonical(music), len(tokens.measures)
    if same and not as_json:
        print_line(f"round trip exact: {measures} measures")
    if not same:
        print_message("error: decoding the tokens gives another score; please report the file")
    return {"round_trip": same, "measures": measures, "exit": 0 if same else 1}
