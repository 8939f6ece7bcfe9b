"""`scoregen compose`: fills what is blank in a score."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoregen.cli.console.alternatives import AlternativeWriting, compose_one
from scoregen.cli.console.arguments import (
    ADVANCED,
    Checkpoint,
    Device,
    Ensemble,
    Force,
    Json,
    Landscape,
    Layout,
    Like,
    Outputs,
    Paper,
    Quiet,
    Reduction,
    Roles,
    Seed,
    StaffSize,
    given_options,
    is_given,
    parse_roles,
)
from scoregen.cli.console.inputs import exit_with, for_each, input_files
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
    plan_for_composing,
    plan_of_file,
    with_small_form,
)
from scoregen.cli.console.outputs import output_files, prepare_writers
from scoregen.cli.console.sampling_options import (
    Candidates,
    Difficulty,
    Passes,
    Rhythm,
    Span,
    Temperature,
    TopP,
)
from scoregen.system.errors import InputError

if TYPE_CHECKING:
    from scoregen.cli.console.liked import Liked


def compose_command(
    context: typer.Context,
    score: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="SCORE",
            help="Melodies, basses, any parts, or scores with holes; - reads standard input. Without a score: a new"
            " piece.",
        ),
    ] = None,
    output: Outputs = None,
    ensemble: Ensemble = "satb",
    style: Annotated[
        str,
        typer.Option(
            "--style",
            metavar="NAME",
            help="How to write it: a shipped style, your own (`scoregen train`), or a mixture: bach:0.7,mine:0.3.",
        ),
    ] = "chorale",
    role: Roles = None,
    blank: Annotated[
        list[str] | None,
        typer.Option(
            "--blank",
            metavar="PARTS:MEASURES",
            help="Empty and rewrite parts, measures or both: alto,tenor or :5-8 or alto,tenor:5-8. Repeatable.",
        ),
    ] = None,
    extend: Annotated[int, typer.Option("--extend", min=0, help="Number of measures to append.")] = 0,
    chords: Annotated[
        str | None,
        typer.Option(
            "--chords",
            metavar="TEXT",
            help="Progression for the new voices: 'C Am | F G7 | C' or 'I vi | ii65 V7 | I'; (vi) is a suggestion.",
        ),
    ] = None,
    chord_symbols: Annotated[
        str,
        typer.Option(
            "--chord-symbols",
            metavar="USE",
            help="follow: new voices sound only the chords or figures of the score; suggest: where they can; ignore.",
        ),
    ] = "follow",
    figured_bass: Annotated[
        str | None,
        typer.Option(
            "--figured-bass",
            metavar="TEXT",
            help="Figures under the notes of a given bass, by measure: '_ 6 | 6/5 # | 4-3'.",
        ),
    ] = None,
    add: Annotated[
        str | None,
        typer.Option(
            "--add",
            metavar="ROLES",
            help="Roles or instruments that get a new staff beside given ones: tenor,bass or flute.",
        ),
    ] = None,
    parts: Annotated[
        str | None,
        typer.Option(
            "--parts",
            metavar="ROLES",
            help="Write these roles only, such as alto,tenor: a missing one gets a staff, no other staff is filled.",
        ),
    ] = None,
    transpose: Annotated[
        str | None,
        typer.Option(
            "--transpose",
            metavar="auto|INTERVAL",
            help="Move the whole score, given notes included: auto (into the ranges), -M2, m3, P4, or semitones.",
        ),
    ] = None,
    measures: Measures = None,
    key: Annotated[
        str | None,
        typer.Option(
            "--key", help="Key, such as 'g minor', Gm or G-Dur.", show_default="C major, or found in the score"
        ),
    ] = None,
    time_signature: Time = None,
    tempo: Tempo = None,
    anacrusis: Anacrusis = None,
    phrases: Phrases = None,
    form: Form = None,
    plan: Annotated[
        Path | None,
        typer.Option("--plan", metavar="FILE", help="New piece: its plan, a TOML file such as `scoregen plan` writes."),
    ] = None,
    mood: Mood = None,
    story: Story = None,
    seconds: Seconds = None,
    count: Annotated[
        int, typer.Option("--count", min=1, help="Number of alternatives, best first, numbered from 001.")
    ] = 1,
    seed: Seed = 0,
    temperature: Temperature = None,
    top_p: TopP = None,
    candidates: Candidates = None,
    passes: Passes = None,
    span: Span = None,
    like: Like = None,
    lyrics: Annotated[
        str, typer.Option("--lyrics", metavar="all|first", help="The verses that new parts get from a given part.")
    ] = "all",
    layout: Layout = None,
    reduction: Reduction = False,
    rhythm: Rhythm = None,
    difficulty: Difficulty = None,
    checkpoint: Checkpoint = None,
    device: Device = "auto",
    paper: Paper = None,
    staff_size: StaffSize = None,
    landscape: Landscape = False,
    provenance: Annotated[
        bool,
        typer.Option("--provenance", help="Write FILE.provenance.json next to every output.", rich_help_panel=ADVANCED),
    ] = False,
    show_plan: Annotated[
        bool,
        typer.Option("--show-plan", help="Print form and harmonic plan: measure, beat, key, numeral, cadence."),
    ] = False,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Fill what is blank: missing parts, measures, or a whole piece.

    The command harmonises a melody or a bass, fills the holes of a score, or composes a new piece if no score is
    given. It never changes given notes. Without -o, SCORE.ENSEMBLE.musicxml is written in the current folder.
    """
    from scoregen.model.engine.device import check_device
    from scoregen.notation.engraving.options import engraving_options
    from scoregen.plan.chords.chord_text import chord_measures
    from scoregen.score.arrangement.sung_texts import LYRICS
    from scoregen.score.ensemble import load_ensemble
    from scoregen.styles.library import ensemble_for
    from scoregen.tasks.compose import PieceOptions, SamplingOptions
    from scoregen.tasks.layout import LayoutOptions

    piece = given_options(
        measures=measures,
        time=time_signature,
        tempo=tempo,
        anacrusis=anacrusis,
        phrases=phrases,
        form=form,
    )
    if chords and not score:
        piece = {"measures": len(chord_measures(chords))} | piece
    sampling = given_options(
        seed=seed,
        temperature=temperature,
        top_p=top_p,
        candidates=candidates,
        passes=passes,
        span=span,
        rhythm=rhythm,
        difficulty=difficulty,
    )
    if lyrics not in LYRICS:
        raise InputError(f"--lyrics: found {lyrics!r}; expected one of: {', '.join(LYRICS)}")
    shape = LayoutOptions(layout, reduction)
    shape.check()
    options: dict[str, Any] = {
        "ensemble": ensemble if is_given(context, "ensemble") else None,
        "style": style,
        "roles": parse_roles(role or ()),
        "blank": tuple(blank or ()),
        "extend": extend,
        "key": key if score else None,
        "add": _names(add),
        "parts": _names(parts),
        "transpose": transpose,
        "chords": chords,
        "chord_symbols": chord_symbols,
        "figured_bass": figured_bass,
        "lyrics": lyrics,
        "layout": shape,
        "sampling": SamplingOptions(**sampling),
        "count": count,
        "checkpoint": checkpoint,
        "device": device,
    }
    scores: list[Path | None] = [*input_files(score)] if score else [None]
    _check_use(scores[0], piece, role=role, blank=blank, extend=extend, add=add, transpose=transpose)
    piece |= given_options(key=key) if not score else {}
    name = options["ensemble"] or ensemble_for(style)
    small = with_small_form(piece, name, mood=mood, story=story, seconds=seconds, plan=plan) if not score else None
    if small is not None:
        piece = small
    elif is_asked_in_words(mood, story, form, seconds):
        others = given_options(plan=plan, chords=chords, figured_bass=figured_bass)
        options["plan"] = plan_for_composing(mood, story, piece, seconds, score, others, seed, quiet=quiet)
        piece = {}
    if plan is not None:
        options["plan"] = plan_of_file(plan, score, piece | given_options(chords=chords, figured_bass=figured_bass))
    if not (score or piece or output or chords or options.get("plan")):
        raise InputError("found no score; name a melody, or describe a new piece with --measures or --key")
    options["piece"] = PieceOptions(**piece) if piece else None
    liked = _liked(like, options) if like else None
    outputs = partial(output_files, output, scores, suffix=".musicxml")
    engraving = engraving_options(paper, staff_size, landscape)
    writing = AlternativeWriting(outputs, count, engraving, provenance, force, as_json, quiet, show_plan, liked)
    expected = load_ensemble(options["ensemble"] or ensemble_for(style)).name
    prepare_writers(outputs(expected)[scores[0]])
    check_device(device)
    exit_with(for_each(scores, lambda each: compose_one(each, options, writing), as_json=as_json))


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip().lower() for name in text.split(",")) if text else ()


def _liked(file: Path, options: dict[str, Any]) -> Liked:
    """The piece that the plan of a new piece is made like. InputError without a plan."""
    from scoregen.cli.console.liked import Liked

    if options.get("plan") is None:
        raise InputError(f"--like makes a plan like {file}, but found no plan; give one with --plan")
    liked = Liked.read(file)
    options["plan"] = liked.made_like(options["plan"], options["sampling"].seed)
    return liked


def _check_use(score: Path | None, piece: Mapping[str, Any], **for_scores: Any) -> None:
    """Options of a new piece exclude a score, and those of a score need one. InputError names the first conflict."""
    if score is not None and piece:
        raise InputError(f"--{next(iter(piece))} is for a new piece, but found {score}; omit one of them")
    option = next((name for name, value in for_scores.items() if value), None)
    if score is None and option is not None:
        raise InputError(f"--{option} needs a score, but found none; name a SCORE")
