"""`scoregen manual`: prints a page of the documentation that is installed with the program."""

from __future__ import annotations

from typing import Annotated

import typer

from scoregen.cli.console.terminal import print_line
from scoregen.system.errors import InputError
from scoregen.system.resources import folder

FIRST = "index"


def page_names(incomplete: str = "") -> list[str]:
    """The names of the pages, for shell completion."""
    return sorted(path.stem for path in folder("docs").glob("*.md") if path.stem.startswith(incomplete))


def manual_command(
    page: Annotated[
        str,
        typer.Argument(metavar="PAGE", help="A page, such as tutorial, rules or training.", autocompletion=page_names),
    ] = FIRST,
) -> None:
    """Print a page of the manual; without a page, the list of pages."""
    file = folder("docs") / f"{page}.md"
    if page not in page_names():
        raise InputError(f"found no page {page!r}; expected one of: {', '.join(page_names())}")
    print_line(file.read_text(encoding="utf-8").rstrip())
