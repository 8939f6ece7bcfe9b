"""`scoregen compose`: fills what is blank in a score."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

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
    StaffSize,
    given_options,
    is_given,
    parse_quarters,
    parse_roles,
    parse_seed,
)
from scoregen.cli.console.inputs import exit_with, for_each, input_files, name_of, read_input
from scoregen.cli.console.moods import Mood, Seconds, Story, is_asked_in_words, plan_in_words
from scoregen.cli.console.outputs import (
    Targets,
    check_outputs,
    numbered,
    output_files,
    prepare_writers,
    targets_of,
    write_alternative,
)
from scoregen.cli.console.terminal import Advance, file_in_errors, print_messages, print_paths, progress
from scoregen.system.errors import InputError, escaped

if TYPE_CHECKING:
    from scoregen.cli.console.liked import Liked
    from scoregen.notation.engraving.pages import EngravingOptions
    from scoregen.notation.files import WrittenFiles
    from scoregen.plan.piece.piece_plan import PiecePlan
    from scoregen.tasks.compose import Composition


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
    measures: Annotated[
        int | None, typer.Option("--measures", min=1, help="New piece: number of measures.", show_default="16")
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(
            "--key",
            help="Key, such as 'g minor', Gm or G-Dur.",
            show_default="C major, or found in the score",
        ),
    ] = None,
    time_signature: Annotated[
        str | None, typer.Option("--time", help="New piece: time signature, such as 6/8.", show_default="4/4")
    ] = None,
    tempo: Annotated[
        int | None, typer.Option("--tempo", min=1, help="New piece: beats per minute.", show_default="84")
    ] = None,
    anacrusis: Annotated[
        Fraction | None,
        typer.Option(
            "--anacrusis",
            parser=parse_quarters,
            metavar="QUARTERS",
            help="New piece: length of the anacrusis.",
            show_default="0",
        ),
    ] = None,
    phrases: Annotated[
        int | None, typer.Option("--phrases", min=0, help="New piece: number of phrases.", show_default="by length")
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--form",
            metavar="NAME",
            help="New piece: a form such as period, aaba or rondo, or sections in letters, such as AAB.",
            show_default="none",
        ),
    ] = None,
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
    seed: Annotated[
        int | None,
        typer.Option(
            "--seed",
            metavar="NUMBER|NAME",
            parser=parse_seed,
            help="Seed of the random numbers: the same seed gives the same notes. A name is a seed too.",
            show_default="0",
        ),
    ] = None,
    temperature: Annotated[
        float | None,
        typer.Option(
            "--temperature",
            help="Sampling temperature: low is conventional, high is varied.",
            show_default="1.0",
            rich_help_panel=ADVANCED,
        ),
    ] = None,
    top_p: Annotated[
        float | None,
        typer.Option(
            "--top-p",
            help="Nucleus sampling: sample from the likeliest choices with this total probability.",
            show_default="0.99",
            rich_help_panel=ADVANCED,
        ),
    ] = None,
    candidates: Annotated[
        int | None,
        typer.Option(
            "--candidates",
            min=1,
            help="Number of drafts to sample and rank.",
            show_default="8",
            rich_help_panel=ADVANCED,
        ),
    ] = None,
    passes: Annotated[
        int | None,
        typer.Option(
            "--passes",
            min=0,
            help="Refinement passes, each of which samples the worst measures again.",
            show_default="1",
            rich_help_panel=ADVANCED,
        ),
    ] = None,
    span: Annotated[
        int | None,
        typer.Option(
            "--span",
            min=0,
            help="Measures after which all drafts continue from the best one; 0: never.",
            show_default="4",
            rich_help_panel=ADVANCED,
        ),
    ] = None,
    like: Like = None,
    lyrics: Annotated[
        str, typer.Option("--lyrics", metavar="all|first", help="The verses that new parts get from a given part.")
    ] = "all",
    layout: Layout = None,
    reduction: Reduction = False,
    rhythm: Annotated[
        str | None,
        typer.Option(
            "--rhythm",
            help="New voices follow the pulse of what is given, are flowing (free), or plain (no ornament).",
            metavar="follow|flowing|plain",
            show_default="follow",
        ),
    ] = None,
    difficulty: Annotated[
        str | None,
        typer.Option(
            "--difficulty",
            help="Easy: narrow ranges and no leap wider than a fourth (instruments: an octave).",
            metavar="normal|easy",
            show_default="normal",
        ),
    ] = None,
    checkpoint: Checkpoint = None,
    device: Device = "auto",
    paper: Paper = None,
    staff_size: StaffSize = None,
    landscape: Landscape = False,
    provenance: Annotated[
        bool,
        typer.Option(
            "--provenance",
            help="Write FILE.provenance.json next to every output.",
            rich_help_panel=ADVANCED,
        ),
    ] = False,
    show_plan: Annotated[
        bool, typer.Option("--show-plan", help="Print the harmonic plan: measure, beat, key, numeral, cadence.")
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
    from scoregen.notation.engraving.pages import engraving_options
    from scoregen.plan.chords.chord_text import chord_measures
    from scoregen.score.arrangement.sung_texts import LYRICS
    from scoregen.score.ensemble import load_ensemble
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
        "ensemble": ensemble,
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
    if is_asked_in_words(mood, story, form):
        others = given_options(plan=plan, chords=chords, figured_bass=figured_bass)
        options["plan"] = _in_words(mood, story, piece, seconds, score, others, seed or 0, quiet=quiet)
        piece = {}
    elif seconds is not None:
        raise InputError("--seconds is for a new piece with a mood, a story or a named form; give its --measures")
    if plan is not None:
        options["plan"] = _plan(plan, score, piece | given_options(chords=chords, figured_bass=figured_bass))
    if options.get("plan") and not is_given(context, "ensemble"):
        ensemble = options["ensemble"] = options["plan"].instrumentation or ensemble
    if not (score or piece or output or chords or options.get("plan")):
        raise InputError("found no score; name a melody, or describe a new piece with --measures or --key")
    options["piece"] = PieceOptions(**piece) if piece else None
    liked = _liked(like, options) if like else None
    outputs = output_files(output, scores, load_ensemble(ensemble).name, ".musicxml")
    engraving = engraving_options(paper, staff_size, landscape)
    writing = _Writing(outputs, count, engraving, provenance, force, as_json, quiet, show_plan, liked)
    if len(scores) == 1:
        writing.check(scores[0])
    check_device(device)
    prepare_writers(outputs[scores[0]])
    exit_with(for_each(scores, lambda each: _compose_one(each, options, writing), as_json=as_json))


def _in_words(
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
    name = "mood" if mood is not None else "story" if story is not None else "form"
    if score:
        raise InputError(f"--{name} is for a new piece, but found {score[0]}; omit one of them")
    if others:
        option = next(iter(others)).replace("_", "-")
        raise InputError(f"--{option}: --{name} describes the piece; write its plan with scoregen plan, and edit it")
    asked = plan_in_words(mood, story, piece, seconds, seed)
    print_messages(asked.notices, quiet=quiet)
    return asked.plan


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip().lower() for name in text.split(",")) if text else ()


def _plan(plan: Path, score: Sequence[Path] | None, others: Mapping[str, Any]) -> PiecePlan:
    """The plan of a new piece. InputError if a score or an option says something else of the piece."""
    from scoregen.plan.piece.reading import read_plan

    if score:
        raise InputError(f"--plan is for a new piece, but found {score[0]}; omit one of them")
    if others:
        option = next(iter(others)).replace("_", "-")
        raise InputError(f"--{option}: the plan {plan} describes the piece; change it there, and omit the option")
    return read_plan(plan)


def _liked(file: Path, options: dict[str, Any]) -> Liked:
    """The piece that the plan of a new piece is made like. InputError without a plan."""
    from scoregen.cli.console.liked import Liked

    if options.get("plan") is None:
        raise InputError(f"--like makes a plan like {file}, but found no plan; give one with --plan")
    liked = Liked.read(file)
    options["plan"] = liked.made_like(options["plan"], options["sampling"].seed)
    return liked


@dataclass(frozen=True, slots=True)
class _Writing:
    """Where the alternatives of each score go, and how they are written."""

    outputs: Mapping[Path | None, tuple[Path, ...]]
    count: int
    engraving: EngravingOptions
    provenance: bool
    force: bool
    as_json: bool
    quiet: bool
    show_plan: bool
    liked: Liked | None

    def check(self, score: Path | None) -> None:
        """Check before the work that the files of a score can be written."""
        with targets_of(self.outputs[score], as_json=self.as_json, copy=False) as targets:
            if targets.piped and self.count > 1:
                raise InputError(f"--count {self.count}: standard output takes one score; name a file with -o")
            check_outputs(targets.paths, self.count, provenance=self.provenance, force=self.force)

    def write(self, composition: Composition, targets: Targets) -> list[WrittenFiles]:
        """Write every alternative."""
        return [
            write_alternative(
                alternative,
                numbered(targets.paths, self.count, rank),
                self.engraving,
                provenance=self.provenance,
                force=self.force,
            )
            for rank, alternative in enumerate(composition.alternatives, 1)
        ]


def _compose_one(score: Path | None, options: Mapping[str, Any], writing: _Writing) -> dict[str, Any]:
    """Compose and write one score; the result for programs."""
    from scoregen.tasks.compose import compose

    writing.check(score)
    seconds: dict[str, float] = {}
    with progress(quiet=writing.quiet) as stage, targets_of(writing.outputs[score], as_json=writing.as_json) as targets:
        with _timed(seconds, "read", stage("reading")):
            given = read_input(score) if score else None
        with file_in_errors(score), _timed(seconds, "compose", stage("composing")) as advance:
            composition = compose(given, progress=advance, **options)
        with _timed(seconds, "write", stage("writing")):
            written = writing.write(composition, targets)
    notices = dict.fromkeys(notice for done in written for notice in done.notices)
    notices |= dict.fromkeys(writing.liked.notices(composition.score) if writing.liked else ())
    understood = f"understood: {composition.understanding}"
    print_messages((understood, *composition.notices, *notices), quiet=writing.quiet)
    if writing.show_plan:
        for line in () if writing.as_json else _plans(composition):
            typer.echo(escaped(line), err=True)
    if not writing.as_json:
        print_paths(targets.named(path for paths in written for path in paths))
    seconds["sample"] = round(composition.sampling_seconds, 3)
    return {"score": name_of(score) if score else None, **_report(composition, written, seconds)}


def _plans(composition: Composition) -> Iterator[str]:
    """The harmonic plan of every alternative."""
    from scoregen.plan.plan_text import plan_lines

    for rank, alternative in enumerate(composition.alternatives, 1):
        number = f" of alternative {rank}" if len(composition.alternatives) > 1 else ""
        yield (
            f"harmonic plan{number}:"
            if alternative.plan
            else f"no harmonic plan{number}: for these weights or this mode there is none"
        )
        yield from plan_lines(alternative.plan)


def _check_use(score: Path | None, piece: Mapping[str, Any], **for_scores: Any) -> None:
    """Options of a new piece exclude a score, and those of a score need one. InputError names the first conflict."""
    if score is not None and piece:
        raise InputError(f"--{next(iter(piece))} is for a new piece, but found {score}; omit one of them")
    option = next((name for name, value in for_scores.items() if value), None)
    if score is None and option is not None:
        raise InputError(f"--{option} needs a score, but found none; name a SCORE")


@contextmanager
def _timed(seconds: dict[str, float], stage: str, advance: Advance) -> Iterator[Advance]:
    started = time.perf_counter()
    yield advance
    seconds[stage] = round(time.perf_counter() - started, 3)


def _report(composition: Composition, written: Sequence[WrittenFiles], seconds: Mapping[str, float]) -> dict[str, Any]:
    """The result for programs."""
    alternatives = [
        {
            "rank": rank,
            "log_likelihood": alternative.log_likelihood,
            "plan": [asdict(row) for row in alternative.plan],
            "files": [str(path) for path in paths],
        }
        for rank, (alternative, paths) in enumerate(zip(composition.alternatives, written, strict=True), 1)
    ]
    return {
        "understanding": asdict(composition.understanding),
        "alternatives": alternatives,
        "notices": list(composition.notices),
        "seconds": dict(seconds),
    }
