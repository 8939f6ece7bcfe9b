"""Arguments that several commands share, and the parsers of single options."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import typer

from scoregen.system.errors import InputError
from scoregen.system.numbers import exact_number

ADVANCED = "Advanced options"
"""The group of options in a help text that most people do not need."""


def given_options(**options: Any) -> dict[str, Any]:
    """The options that the user set. The others keep the defaults of the function that is called."""
    return {name: value for name, value in options.items() if value is not None}


def is_given(context: typer.Context, name: str) -> bool:
    """Whether the user gave an option, by the name of its parameter."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def refuse_unused(context: typer.Context, use: str, names: Collection[str]) -> None:
    """InputError for an option that the user gave, but that has no effect in this use of the command."""
    for parameter in context.command.params:
        if parameter.name in names and is_given(context, parameter.name):
            raise InputError(f"{parameter.opts[0]} has no effect {use}; omit it")


def ensembles(incomplete: str = "") -> list[str]:
    """The names of the ensembles, for shell completion."""
    from scoregen.score.ensemble import ensemble_names

    return [name for name in ensemble_names() if name.startswith(incomplete)]


Ensemble = Annotated[
    str,
    typer.Option(
        "--ensemble",
        metavar="NAME",
        help="Ensemble to write for: a name of `scoregen ensembles`, or a .toml file.",
        autocompletion=ensembles,
    ),
]
Roles = Annotated[
    list[str] | None,
    typer.Option(
        "--role", metavar="ROLE=PART", help="Assign a part to a role by number or name: soprano=1. Repeatable."
    ),
]
Checkpoint = Annotated[
    Path | None,
    typer.Option(
        "--checkpoint",
        help="Weights to use instead of those of the package.",
        show_default=False,
        rich_help_panel=ADVANCED,
    ),
]
DEFAULT_NAME = "*"
"""Stands for the default name of an output in a folder."""


def parse_output(text: str) -> Path:
    """An output file. A text that ends with a slash names a folder, in which the file has its default name."""
    is_folder = text.endswith(tuple(filter(None, (os.sep, os.altsep))))
    return Path(text) / DEFAULT_NAME if is_folder else Path(text)


def output_option(formats: str) -> Any:
    """The option `-o` of a command that writes these formats."""
    place = "A folder or a suffix alone takes the default name; - is standard output."
    return typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        parser=parse_output,
        help=f"Output file; the suffix sets the format: {formats}. {place} Repeatable.",
        show_default=False,
    )


Scores = Annotated[
    list[Path],
    typer.Argument(metavar="SCORE", help="Any scores that scoregen reads; - reads standard input."),
]
Outputs = Annotated[list[Path] | None, output_option(".musicxml .mxl .svg .pdf .png .mid .wav .flac .mp3 .ogg")]
Device = Annotated[
    str, typer.Option("--device", help="Where the network runs: auto, cpu or cuda.", rich_help_panel=ADVANCED)
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite existing files.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Layout = Annotated[
    str | None,
    typer.Option("--layout", metavar="open|closed", help="Open score: a staff for each voice; closed: two on a staff."),
]
Reduction = Annotated[
    bool, typer.Option("--reduction", help="Add a rehearsal reduction: all voices in small notes on two staves.")
]
PlayChords = Annotated[
    bool, typer.Option("--play-chords", help="Chord symbols are heard in MIDI and sound files, on a quiet keyboard.")
]
Transpose = Annotated[
    str | None,
    typer.Option("--transpose", metavar="M2|-3|KEY", help="Move by an interval or by semitones, or into a key."),
]
Octave = Annotated[int, typer.Option("--octave", metavar="N", help="Move by octaves, down if negative.")]
Concert = Annotated[
    bool | None,
    typer.Option("--concert/--written", help="All parts as they sound, or in the transposition of their instruments."),
]
PartsFolder = Annotated[
    Path | None,
    typer.Option("--parts", metavar="FOLDER", help="Write a file for each part into this folder, for the stands."),
]
Like = Annotated[
    Path | None,
    typer.Option(
        "--like", metavar="PIECE", help="A score whose chords, density and texture the new piece takes, not its notes."
    ),
]


def parse_seed(text: str) -> int:
    """A whole number, or a name, which always gives the same number."""
    word = str(text).strip()
    if re.fullmatch(r"[+-]?\d+", word):
        return int(word)
    if not word:
        raise typer.BadParameter("found nothing; expected a number or a name")
    return int.from_bytes(hashlib.sha256(word.casefold().encode()).digest()[:4], "big")


Seed = Annotated[
    int,
    typer.Option(
        "--seed",
        metavar="NUMBER|NAME",
        parser=parse_seed,
        help="The same seed gives the same notes: a number or a name.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print no messages and no progress bar.")]

Paper = Annotated[
    str | None,
    typer.Option(
        "--paper", metavar="NAME", help="Paper of the pages: a4, letter, a3, a5, b4, legal, tabloid.", show_default="a4"
    ),
]
StaffSize = Annotated[
    float | None,
    typer.Option("--staff-size", metavar="MM", help="Height of a staff in millimetres.", show_default="6.5"),
]
Landscape = Annotated[bool, typer.Option("--landscape", help="Pages wider than high.")]


def parse_quarters(text: str) -> Fraction:
    """A length in quarters: `1`, `1/2`, `0.5`."""
    try:
        quarters = exact_number(text)
    except ValueError:
        quarters = Fraction(-1)
    if quarters < 0:
        raise typer.BadParameter(f"found {text!r}; expected a length in quarters such as 1, 1/2 or 0.5")
    return quarters


def parse_roles(texts: Sequence[str]) -> dict[str, str]:
    """Parse `soprano=1` into role -> part. A part is its number, from 1, or its name."""
    roles: dict[str, str] = {}
    for text in texts:
        role, equals, part = (piece.strip() for piece in text.partition("="))
        if not (role and equals and part):
            raise InputError(f"--role: found {text!r}; expected ROLE=PART, such as soprano=1")
        if role in roles:
            raise InputError(f"--role: found {role} twice; assign one part to each role")
        roles[role] = part
    return roles
