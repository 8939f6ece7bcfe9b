"""The options that ask for a new piece in words, and the plan of what they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoregen.system.errors import InputError

if TYPE_CHECKING:
    from scoregen.plan.forms.passages import PassagePlan

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
    typer.Option("--seconds", help="New piece with a mood, a story or a named form: its length in seconds."),
]
_FITTING = ("measures", "key", "time", "tempo", "form")


def is_asked_in_words(mood: str | None, story: Path | None, form: str | None) -> bool:
    """Whether a mood, a story or a named form asks for a plan to be drawn."""
    from scoregen.plan.forms.grammar import is_form

    return mood is not None or story is not None or (form is not None and is_form(form))


def plan_in_words(
    mood: str | None, story: Path | None, piece: Mapping[str, Any], seconds: float | None, seed: int
) -> PassagePlan:
    """The plan that is drawn. InputError for an option that it has no place for."""
    from scoregen.plan.forms.asked import plan_asked, story_text

    option = next((name for name in piece if name not in _FITTING), None)
    if option is not None:
        raise InputError(f"--{option}: a mood, a story and a named form have their own; omit it, or write a plan")
    if mood is not None and not mood.strip():
        raise InputError("--mood: found no mood; expected words or numbers, such as 'tender, then uneasy'")
    text = story_text(story) if story is not None else ""
    return plan_asked(piece.get("form", ""), mood or "", text, {**piece, "seconds": seconds}, seed)
