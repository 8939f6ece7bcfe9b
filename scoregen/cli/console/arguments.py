"""Arguments that several commands share, and the small languages of single options."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import typer

from scoregen.system.errors import InputError
from scoregen.system.resources import folder


def given_options(**options: Any) -> dict[str, Any]:
    """The options that the user gave; the others keep the defaults of their own home."""
    return {name: value for name, value in options.items() if value is not None}


def ensembles(incomplete: str = "") -> list[str]:
    """The ensembles that there are, for shell completion."""
    names = sorted(path.stem for path in (folder("grammars") / "ensembles").glob("*.toml"))
    return [name for name in names if name.startswith(incomplete)]


Ensemble = Annotated[str, typer.Option("--ensemble", help="Who sings or plays.", autocompletion=ensembles)]
Roles = Annotated[
    list[str] | None,
    typer.Option("--role", metavar="ROLE=PART", help="Which part takes which role: soprano=1, or a part's name."),
]
Checkpoint = Annotated[
    Path | None, typer.Option("--checkpoint", help="Other weights than those of the package.", show_default=False)
]
Outputs = Annotated[
    list[Path],
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Where to write; the suffix decides: .musicxml .mxl .svg .pdf .png .mid. May be given several times.",
    ),
]
Device = Annotated[str, typer.Option("--device", help="Where the network runs: auto, cpu or cuda.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite files that exist.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No messages and no progress bar.")]


def parse_quarters(text: str) -> Fraction:
    """A length in quarters: `1`, `1/2`, `0.5`."""
    try:
        quarters = Fraction(text)
    except (ValueError, ZeroDivisionError):
        quarters = Fraction(-1)
    if quarters < 0:
        raise typer.BadParameter(f"{text!r} is no length in quarters; expected one like 1, 1/2 or 0.5")
    return quarters


def parse_roles(texts: Sequence[str]) -> dict[str, str]:
    """`soprano=1` as role to part; a part is its number from 1, or its name."""
    roles: dict[str, str] = {}
    for text in texts:
        role, equals, part = (piece.strip() for piece in text.partition("="))
        if not (role and equals and part):
            raise InputError(f"--role {text!r} is not understood; expected ROLE=PART, as in soprano=1")
        if role in roles:
            raise InputError(f"--role names {role} twice; give each role one part")
        roles[role] = part
    return roles
