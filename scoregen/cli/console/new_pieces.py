"""The options that describe a new piece, and its plan: drawn for what is asked for in words, or read from a file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoregen.cli.console.arguments import given_options, parse_quarters
from scoregen.cli.console.terminal import print_messages
from scoregen.system.errors import InputError

if TYPE_CHECKING:
    from scoregen.plan.forms.passages import PassagePlan
    from scoregen.plan.piece.piece_plan import PiecePlan

Measures = Annotated[
    int | None, typer.Option("--measures", min=1, help="New piece: number of measures.", show_default="16")
]
Form = Annotated[
    str | None,
    typer.Option(
        "--form",
        metavar="NAME",
        help="New piece: a form such as period, aaba or rondo, sections in letters, such as AAB, or none.",
        show_default="drawn for instruments, none for choirs",
    ),
]
Time = Annotated[str | None, typer.Option("--time", help="New piece: time signature, such as 6/8.", show_default="4/4")]
Tempo = Annotated[int | None, typer.Option("--tempo", min=1, help="New piece: beats per minute.", show_default="84")]
Anacrusis = Annotated[
    Fraction | None,
    typer.Option(
        "--anacrusis",
        parser=parse_quarters,
        metavar="QUARTERS",
        help="New piece: length of the anacrusis.",
        show_default="0",
    ),
]
Phrases = Annotated[
    int | None, typer.Option("--phrases", min=0, help="New piece: number of phrases.", show_default="by length")
]
Mood = Annotated[
    str | None,
    typer.Option(
        "--mood",
        metavar="TEXT",
        help="New piece: its mood in words or numbers: 'tender, then uneasy' or 'valence 0.2 0.8, arousal -0.3'.",
    ),
]
Story = Annotated[
    Path | None,
    typer.Option("--story", metavar="FILE", help="New piece: a story, a text in English or German, read by sentences."),
]
Seconds = Annotated[
    float | None,
    typer.Option("--seconds", help="New piece: its length in seconds, in the place of --measures."),
]
_FITTING = ("measures", "key", "time", "tempo", "form")


def is_asked_in_words(mood: str | None, story: Path | None, form: str | None, seconds: float | None) -> bool:
    """Whether a mood, a story, a named form or a length in seconds asks for a plan to be drawn."""
    if any(each is not None for each in (mood, story, seconds)):
        return True
    if form is None:
        return False
    from scoregen.plan.form import NO_FORM
    from scoregen.plan.forms.grammar import is_form

    if form.strip().lower() in NO_FORM:
        return False
    return is_form(form) or not re.fullmatch(r"[A-Z\s]*", form)


def with_small_form(piece: Mapping[str, Any], ensemble: str, **others: object) -> dict[str, Any] | None:
    """The options of a piece in the form that they name, if the network fills it by itself; `others` are options for
    which a plan is drawn."""
    if "form" not in piece or any(other is not None for other in others.values()):
        return None
    from scoregen.plan.forms.asked import in_small_form
    from scoregen.score.ensemble import load_ensemble

    return in_small_form(piece, load_ensemble(ensemble))


def plan_in_words(
    mood: str | None, story: Path | None, piece: Mapping[str, Any], seconds: float | None, seed: int
) -> PassagePlan:
    """The plan that is drawn. InputError for an option that it has no place for."""
    from scoregen.plan.forms.asked import plan_asked, story_text

    option = next((name for name in piece if name not in _FITTING), None)
    if option is not None:
        raise InputError(
            f"--{option}: a mood, a story, a named form and a length in seconds have their own; omit it, or write a"
            " plan"
        )
    if mood is not None and not mood.strip():
        raise InputError("--mood: found no mood; expected words or numbers, such as 'tender, then uneasy'")
    text = story_text(story) if story is not None else ""
    return plan_asked(piece.get("form", ""), mood or "", text, {**piece, "seconds": seconds}, seed)


def plan_for_composing(
    mood: str | None,
    story: Path | None,
    piece: Mapping[str, Any],
    seconds: float | None,
    score: Sequence[Path] | None,
    others: Mapping[str, Any],
    seed: int,
    *,
    quiet: bool,
) -> PiecePlan:
    """The plan of a mood, a story or a form. InputError if a score or another option describes the piece."""
    name = next(iter(given_options(mood=mood, story=story, seconds=seconds)), "form")
    if score:
        raise InputError(f"--{name} is for a new piece, but found {score[0]}; omit one of them")
    if others:
        option = next(iter(others)).replace("_", "-")
        raise InputError(f"--{option}: --{name} describes the piece; write its plan with scoregen plan, and edit it")
    asked = plan_in_words(mood, story, piece, seconds, seed)
    print_messages(asked.notices, quiet=quiet)
    return asked.plan


def plan_of_file(plan: Path, score: Sequence[Path] | None, others: Mapping[str, Any]) -> PiecePlan:
    """The plan of a new piece. InputError if a score or an option says something else of the piece."""
    from scoregen.plan.piece.reading import read_plan

    if score:
        raise InputError(f"--plan is for a new piece, but found {score[0]}; omit one of them")
    if others:
        option = next(iter(others)).replace("_", "-")
        raise InputError(f"--{option}: the plan {plan} describes the piece; change it there, and omit the option")
    return read_plan(plan)
