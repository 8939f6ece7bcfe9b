"""`scoregen styles`: the styles that `--style` can name, and the user's folder for own ones."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scoregen.cli.console.arguments import Force, Json
from scoregen.cli.console.terminal import print_json, print_line, print_message


def styles_command(
    add: Annotated[
        Path | None,
        typer.Option("--add", metavar="STYLE", help="Copy an own style into your folder for styles."),
    ] = None,
    remove: Annotated[
        str | None, typer.Option("--remove", metavar="NAME", help="Remove an own style from your folder for styles.")
    ] = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """List the styles: those that ship, and your own ones.

    `scoregen train FOLDER -o mine` writes a style of your own. In its folder `--style mine` finds it; with --add it is
    found everywhere. `scoregen manual own-style` explains how to make one.
    """
    from scoregen.styles.library import add_style, list_styles, remove_style
    from scoregen.system.resources import own_styles

    if add is not None:
        print_message(f"added {add_style(add, force=force).name}; --style finds it by its name")
    if remove is not None:
        remove_style(remove)
        print_message(f"removed {remove}")
    entries = list_styles()
    if as_json:
        listed = [
            {
                "name": entry.name,
                "aliases": entry.style.aliases,
                "title": entry.style.title,
                "own": entry.is_own,
                "weights": str(entry.weights.with_name(f"{entry.weights.name}.safetensors")),
            }
            for entry in entries
        ]
        print_json({"folder": str(own_styles()), "styles": listed})
        return
    for entry in entries:
        names = ", ".join((entry.name, *entry.style.aliases))
        players = f" for {entry.style.ensemble}" if entry.style.ensemble else ""
        print_line(f"{names}: {f'your own style{players}' if entry.is_own else entry.style.title}")
    print_message(f"your folder for styles: {own_styles()}")
