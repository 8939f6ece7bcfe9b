"""`scoregen manual` and `scoregen ensembles`: what is installed with the program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoregen.cli.console.arguments import Json, ensembles
from scoregen.cli.console.terminal import columns, print_json, print_line
from scoregen.system.errors import InputError
from scoregen.system.resources import folder

if TYPE_CHECKING:
    from scoregen.score.ensemble import Ensemble, Role

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


def ensembles_command(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME", help="An ensemble, or a .toml file that describes one.", autocompletion=ensembles
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """List the ensembles and their roles; with a name, print the roles with clefs and ranges."""
    from scoregen.score.ensemble import ensemble_names, load_ensemble

    found = [load_ensemble(each) for each in ((name,) if name else ensemble_names())]
    if as_json:
        print_json([_plain(ensemble) for ensemble in found])
        return
    lines = _described(found[0]) if name else columns([_row(ensemble) for ensemble in found])
    for line in lines:
        print_line(line.rstrip())


def _row(ensemble: Ensemble) -> list[str]:
    return [ensemble.name, ", ".join(role.name for role in ensemble.roles)]


def _described(ensemble: Ensemble) -> list[str]:
    """A heading and a line for each role, at sounding pitch."""
    head = ["role", "name", "clef", "range", "comfortable", "transposition", "notes at once"]
    rows = [list(map(str, _fields(role).values())) for role in ensemble.roles]
    return [f"{ensemble.name}: {ensemble.title}", *columns([head, *rows])]


def _fields(role: Role) -> dict[str, Any]:
    from scoregen.score.ensemble import clef_name

    notes = sorted({role.notes_on(staff) for staff in range(1, role.staves + 1)}, reverse=True)
    return {
        "role": role.name,
        "name": role.title,
        "clef": " ".join(map(clef_name, role.clefs)),
        "range": f"{role.lowest} to {role.highest}",
        "comfortable": f"{role.comfortable[0]} to {role.comfortable[1]}",
        "transposition": str(role.transposition) if role.transposition.semitones else "-",
        "notes": " and ".join(map(str, notes)) + (" on a staff" if role.staves > 1 else ""),
    }


def _plain(ensemble: Ensemble) -> dict[str, Any]:
    return {
        "name": ensemble.name,
        "title": ensemble.title,
        "aliases": list(ensemble.aliases),
        "roles": [{**_fields(role), "family": role.family} for role in ensemble.roles],
    }
