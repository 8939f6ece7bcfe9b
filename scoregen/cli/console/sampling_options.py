"""The options of sampling: how drafts are drawn from the network. Those that are not given keep its defaults."""

from __future__ import annotations

from typing import Annotated

import typer

from scoregen.cli.console.arguments import ADVANCED

Temperature = Annotated[
    float | None,
    typer.Option(
        "--temperature",
        help="Sampling temperature: low is conventional, high is varied.",
        show_default="1.0",
        rich_help_panel=ADVANCED,
    ),
]
TopP = Annotated[
    float | None,
    typer.Option(
        "--top-p",
        help="Nucleus sampling: sample from the likeliest choices with this total probability.",
        show_default="0.99",
        rich_help_panel=ADVANCED,
    ),
]
Candidates = Annotated[
    int | None,
    typer.Option(
        "--candidates",
        min=1,
        help="Number of drafts to sample and rank.",
        show_default="8",
        rich_help_panel=ADVANCED,
    ),
]
Passes = Annotated[
    int | None,
    typer.Option(
        "--passes",
        min=0,
        help="Refinement passes, each of which samples the worst measures again.",
        show_default="1",
        rich_help_panel=ADVANCED,
    ),
]
Span = Annotated[
    int | None,
    typer.Option(
        "--span",
        min=0,
        help="Measures after which all drafts continue from the best one; 0: never.",
        show_default="1 for a choir under a melody, else 4",
        rich_help_panel=ADVANCED,
    ),
]
Rhythm = Annotated[
    str | None,
    typer.Option(
        "--rhythm",
        help="New voices follow the pulse of what is given, are flowing (free), or plain (no ornament).",
        metavar="follow|flowing|plain",
        show_default="follow",
    ),
]
Difficulty = Annotated[
    str | None,
    typer.Option(
        "--difficulty",
        help="Easy: narrow ranges and no leap wider than a fourth (instruments: an octave).",
        metavar="normal|easy",
        show_default="normal",
    ),
]
