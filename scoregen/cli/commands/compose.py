"""`scoregen compose`, the main job: what is blank in a score is filled."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoregen.cli.console.arguments import (
    Checkpoint,
    Device,
    Ensemble,
    Force,
    Json,
    Outputs,
    Quiet,
    Roles,
    given_options,
    parse_quarters,
    parse_roles,
)
from scoregen.cli.console.outputs import check_outputs, numbered, prepare_writers, write_alternative
from scoregen.cli.console.terminal import Advance, naming, progress, say_json, say_paths, tell_all
from scoregen.system.errors import InputError

if TYPE_CHECKING:
    from scoregen.notation.files import Written
    from scoregen.tasks.compose import Composition


def compose_command(
    output: Outputs,
    score: Annotated[
        Path | None,
        typer.Argument(metavar="SCORE", help="A melody, a bass, any parts or a score with holes; none: a new piece."),
    ] = None,
    ensemble: Ensemble = "satb",
    role: Roles = None,
    blank: Annotated[
        list[str] | None,
        typer.Option(
            "--blank", metavar="PARTS:MEASURES", help="Write this anew: alto,tenor or :5-8 or alto,tenor:5-8."
        ),
    ] = None,
    extend: Annotated[int, typer.Option("--extend", min=0, help="Measures to add at the end.")] = 0,
    measures: Annotated[
        int | None, typer.Option("--measures", min=1, help="New piece: how many measures.", show_default="16")
    ] = None,
    key: Annotated[
        str | None, typer.Option("--key", help="New piece: its key, as in 'g minor'.", show_default="C major")
    ] = None,
    time_signature: Annotated[
        str | None, typer.Option("--time", help="New piece: its metre, as in 6/8.", show_default="4/4")
    ] = None,
    tempo: Annotated[
        int | None, typer.Option("--tempo", min=1, help="New piece: beats a minute.", show_default="84")
    ] = None,
    anacrusis: Annotated[
        Fraction | None,
        typer.Option(
            "--anacrusis", parser=parse_quarters, metavar="QUARTERS", help="New piece: its upbeat.", show_default="0"
        ),
    ] = None,
    phrases: Annotated[
        int | None, typer.Option("--phrases", min=0, help="New piece: how many phrases.", show_default="by length")
    ] = None,
    form: Annotated[
        str | None,
        typer.Option("--form", metavar="LETTERS", help="New piece: its sections, as in AAB.", show_default="none"),
    ] = None,
    count: Annotated[
        int, typer.Option("--count", min=1, help="Alternatives to write, best first, numbered from 001.")
    ] = 1,
    seed: Annotated[int | None, typer.Option("--seed", help="The same seed writes the same.", show_default="0")] = None,
    temperature: Annotated[
        float | None,
        typer.Option("--temperature", help="Low is plain, high is daring.", show_default="1.0"),
    ] = None,
    top_p: Annotated[
        float | None,
        typer.Option("--top-p", help="Leave out what is unlikely: choose from this share.", show_default="0.99"),
    ] = None,
    candidates: Annotated[
        int | None, typer.Option("--candidates", min=1, help="Drafts to choose the best from.", show_default="8")
    ] = None,
    passes: Annotated[
        int | None,
        typer.Option("--passes", min=0, help="How often to write the worst measures anew.", show_default="1"),
    ] = None,
    span: Annotated[
        int | None,
        typer.Option(
            "--span", min=0, help="Measures after which all drafts go on from the best; 0: never.", show_default="4"
        ),
    ] = None,
    checkpoint: Checkpoint = None,
    device: Device = "auto",
    provenance: Annotated[
        bool, typer.Option("--provenance", help="Write FILE.provenance.json beside every output.")
    ] = False,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Fill what is blank: missing parts, measures, or a whole piece.

    A melody gets its other parts, a score with holes gets them filled, and no score at all gets a
    new piece. Nothing that is given changes.
    """
    from scoregen.model.engine.device import check_device
    from scoregen.notation.files import read_score
    from scoregen.tasks.compose import PieceOptions, SamplingOptions, compose

    piece = given_options(
        measures=measures,
        key=key,
        time=time_signature,
        tempo=tempo,
        anacrusis=anacrusis,
        phrases=phrases,
        form=form,
    )
    sampling = given_options(
        seed=seed, temperature=temperature, top_p=top_p, candidates=candidates, passes=passes, span=span
    )
    roles = parse_roles(role or ())
    _check_use(score, piece, role=role, blank=blank, extend=extend)
    check_outputs(output, count, provenance=provenance, force=force)
    check_device(device)
    prepare_writers(output)
    seconds: dict[str, float] = {}
    with progress(quiet=quiet) as stage:
        with _timed(seconds, "read", stage("reading")):
            given = read_score(score) if score else None
        with naming(score), _timed(seconds, "compose", stage("composing")) as advance:
            composition = compose(
                given,
                ensemble=ensemble,
                roles=roles,
                blank=tuple(blank or ()),
                extend=extend,
                piece=None if given else PieceOptions(**piece),
                sampling=SamplingOptions(**sampling),
                count=count,
                checkpoint=checkpoint,
                device=device,
                progress=advance,
            )
        with _timed(seconds, "write", stage("writing")):
            written = [
                write_alternative(alternative, numbered(output, count, rank), provenance=provenance, force=force)
                for rank, alternative in enumerate(composition.alternatives, 1)
            ]
    tell_all((*composition.notices, *(str(problem) for done in written for problem in done.warnings)), quiet=quiet)
    if as_json:
        say_json(_report(composition, written, {**seconds, "sample": round(composition.sampling_seconds, 3)}))
    else:
        say_paths(path for paths in written for path in paths)


def _check_use(score: Path | None, piece: Mapping[str, Any], **for_scores: Any) -> None:
    """Options of a new piece go with no score, those of a score with one. InputError names the first that does not."""
    if score is not None and piece:
        raise InputError(f"--{next(iter(piece))} is for a new piece, but {score} is given; leave out one of them")
    lost = next((name for name, value in for_scores.items() if value), None)
    if score is None and lost is not None:
        raise InputError(f"--{lost} says what to do with a score, but none is given; name a SCORE")


@contextmanager
def _timed(seconds: dict[str, float], stage: str, advance: Advance) -> Iterator[Advance]:
    started = time.perf_counter()
    yield advance
    seconds[stage] = round(time.perf_counter() - started, 3)


def _report(composition: Composition, written: Sequence[Written], seconds: Mapping[str, float]) -> dict[str, Any]:
    """What was written, for a program to read."""
    alternatives = [
        {
            "rank": rank,
            "log_likelihood": alternative.log_likelihood,
            "files": [str(path) for path in paths],
        }
        for rank, (alternative, paths) in enumerate(zip(composition.alternatives, written, strict=True), 1)
    ]
    return {"alternatives": alternatives, "notices": list(composition.notices), "seconds": dict(seconds)}
