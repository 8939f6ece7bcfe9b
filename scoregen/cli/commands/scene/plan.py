"""`scoregen plan`: writes the plan of a piece."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from scoregen.cli.console.arguments import Force, Quiet, Seed, given_options
from scoregen.cli.console.inputs import name_of, read_input
from scoregen.cli.console.new_pieces import (
    Anacrusis,
    Form,
    Measures,
    Mood,
    Phrases,
    Seconds,
    Story,
    Tempo,
    Time,
    is_asked_in_words,
    plan_in_words,
)
from scoregen.cli.console.terminal import file_in_errors, print_messages, print_paths
from scoregen.system.errors import InputError


def plan_command(
    score: Annotated[
        Path | None,
        typer.Argument(
            metavar="[SCORE]", help="A score whose plan is written; without it the options describe a piece."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="The plan, a .toml file.", show_default="shown"),
    ] = None,
    measures: Measures = None,
    form: Form = None,
    mood: Mood = None,
    story: Story = None,
    seconds: Seconds = None,
    key: Annotated[str | None, typer.Option("--key", help="Key, such as 'g minor'.", show_default="C major")] = None,
    time_signature: Time = None,
    tempo: Tempo = None,
    anacrusis: Anacrusis = None,
    phrases: Phrases = None,
    seed: Seed = 0,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Write the plan of a piece, from options, a mood, a story or a score: keys, phrases, chords, tempo, dynamics.

    Edit it, and compose the piece with `scoregen compose --plan FILE`.
    """
    from scoregen.plan.form import PieceOptions
    from scoregen.plan.piece.writing import plan_text
    from scoregen.system.files import check_targets, write_files
    from scoregen.tasks.plan import plan_of_options, plan_of_score

    if output is not None:
        check_targets([output], [".toml"], force=force)
    piece: dict[str, Any] = given_options(
        measures=measures, form=form, key=key, time=time_signature, tempo=tempo, anacrusis=anacrusis, phrases=phrases
    )
    words = given_options(mood=mood, story=story, seconds=seconds)
    if score is not None and (piece or words):
        option = next(iter(piece | words))
        raise InputError(f"--{option} describes a new piece, but found {name_of(score)}; omit one of them")
    remarks: Mapping[str, Sequence[str]] = {}
    if score is None and is_asked_in_words(mood, story, form, seconds):
        asked = plan_in_words(mood, story, piece, seconds, seed)
        plan, remarks = asked.plan, asked.remarks
        print_messages(asked.notices, quiet=quiet)
    elif score is not None:
        music = read_input(score)
        print_messages(music.notices, quiet=quiet)
        with file_in_errors(score):
            plan = plan_of_score(music)
    else:
        plan = plan_of_options(PieceOptions(**piece), seed)
    text = plan_text(plan, remarks)
    if output is None:
        typer.echo(text, nl=False)
    else:
        print_paths(write_files([(output, text.encode())], force=force))
