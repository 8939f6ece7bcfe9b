"""`scoregen improvise`: a solo over chords, and answers to phrases."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from scoregen.cli.console.arguments import (
    Force,
    Json,
    Landscape,
    Outputs,
    Paper,
    Quiet,
    Seed,
    StaffSize,
    given_options,
    refuse_unused,
)
from scoregen.cli.console.conversion import Writing, conversion
from scoregen.cli.console.inputs import input_files, name_of
from scoregen.cli.console.outputs import output_files
from scoregen.cli.console.terminal import file_in_errors, print_json, print_message
from scoregen.system.errors import InputError

_OF_SOLO = ("instrument", "style", "density")
_OF_CHORDS = ("key", "time_signature", "tempo")
_OF_LISTENING = ("reply_port", "pause")
_OF_FILES = ("output", "paper", "staff_size", "landscape", "force", "as_json")
_UNUSED = {
    "a LEADSHEET": _OF_LISTENING,
    "--chords": _OF_LISTENING,
    "--answer": (*_OF_SOLO, *_OF_CHORDS, *_OF_LISTENING),
    "--listen": (*_OF_SOLO, "key", *_OF_FILES),
}
"""The options without effect by what there is to play to."""


def improvise_command(
    context: typer.Context,
    score: Annotated[
        Path | None, typer.Argument(metavar="[LEADSHEET]", help="A score with chord symbols to play a solo over.")
    ] = None,
    output: Outputs = None,
    chords: Annotated[
        str | None,
        typer.Option("--chords", metavar="TEXT", help="The chords in place of a lead sheet: 'Dm7 G7 | Cmaj7'."),
    ] = None,
    instrument: Annotated[
        str | None, typer.Option("--instrument", help="Who plays, such as 'alto saxophone'.", show_default="by style")
    ] = None,
    style: Annotated[str, typer.Option("--style", help="swing, ballad, classical or folk.")] = "swing",
    density: Annotated[float, typer.Option("--density", help="Few notes (0) or many (1).")] = 0.5,
    key: Annotated[str | None, typer.Option("--key", help="With --chords: the key.", show_default="C major")] = None,
    time_signature: Annotated[
        str | None, typer.Option("--time", help="With --chords or --listen: the time signature.", show_default="4/4")
    ] = None,
    tempo: Annotated[
        int | None,
        typer.Option("--tempo", help="With --chords or --listen: beats per minute.", show_default="120, or heard"),
    ] = None,
    answer: Annotated[
        Path | None,
        typer.Option("--answer", metavar="PHRASE", help="Write an answer to this phrase, a score or a MIDI file."),
    ] = None,
    listen: Annotated[
        str | None,
        typer.Option("--listen", metavar="PORT", help="Answer the phrases that arrive at this MIDI port, live."),
    ] = None,
    reply_port: Annotated[
        str | None,
        typer.Option("--reply-to", metavar="PORT", help="With --listen: the port to play to.", show_default="the same"),
    ] = None,
    pause: Annotated[
        float, typer.Option("--pause", metavar="SECONDS", help="With --listen: the silence that ends a phrase.")
    ] = 0.18,
    seed: Seed = 0,
    paper: Paper = None,
    staff_size: StaffSize = None,
    landscape: Landscape = False,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write a solo over chords, or an answer to a phrase; or answer phrases live, at a MIDI port.

    A solo has chord tones on strong beats, guide tones at changes, phrases with breaths, and a motif that returns. An
    answer keeps key, metre and motif, and closes what the phrase left open.
    """
    from scoregen.notation.engraving.options import engraving_options

    use = _use({"a LEADSHEET": score, "--chords": chords, "--answer": answer, "--listen": listen})
    refuse_unused(context, f"with {use}", _UNUSED[use])
    writing = Writing(engraving_options(paper, staff_size, landscape), force, as_json, quiet)
    if listen is not None:
        _listen(listen, reply_port, tempo, time_signature, pause, seed, quiet=quiet)
    elif answer is not None:
        _answer(answer, output, seed, writing)
    else:
        asked = given_options(key=key, time=time_signature, tempo=tempo)
        if asked and score is not None:
            raise InputError(f"--{next(iter(asked))} is for --chords; the lead sheet has its own; omit it")
        options = {"instrument": instrument, "style": style, "density": density, "seed": seed, **asked}
        _solo(score, chords, output, options, writing)


def _use(sources: dict[str, Any]) -> str:
    """What there is to play to. InputError unless it is one thing."""
    named = [name for name, value in sources.items() if value is not None]
    if len(named) != 1:
        found = " and ".join(named) or "nothing to play to"
        raise InputError(f"found {found}; expected one of: {', '.join(sources)}")
    return named[0]


def _solo(
    score: Path | None, chords: str | None, output: list[Path] | None, options: dict[str, Any], writing: Writing
) -> None:
    from scoregen.tasks.variation.improvise import ImproviseOptions, improvise

    wanted = ImproviseOptions(**options)
    wanted.check()
    file = input_files([score])[0] if score is not None else None
    outputs = output_files(output, [file], "solo", ".musicxml")[file]
    with conversion(outputs, writing) as work:
        music = work.read(file) if file is not None else None
        work.stage("improvising")
        with file_in_errors(file):
            done = improvise(music, wanted, chords=chords)
        written = work.write(done.score, done.notices)
    if writing.as_json:
        files = [str(path) for path in written]
        print_json(
            {"chords": name_of(file) if file else chords, "files": files, **asdict(done.figures), "drafts": done.drafts}
        )


def _answer(phrase: Path, output: list[Path] | None, seed: int, writing: Writing) -> None:
    from scoregen.tasks.variation.answer import answer

    file = input_files([phrase])[0]
    outputs = output_files(output, [file], "answer", ".musicxml")[file]
    with conversion(outputs, writing) as work:
        music = work.read(file)
        work.stage("answering")
        with file_in_errors(file):
            done = answer(music, seed=seed)
        written = work.write(done.score, done.notices)
    if writing.as_json:
        print_json({"phrase": name_of(file), "files": [str(path) for path in written], **done.summary})


def _listen(
    port: str, reply: str | None, tempo: int | None, time: str | None, pause: float, seed: int, *, quiet: bool
) -> None:
    from scoregen.tasks.variation.live import LiveOptions, listen

    options = LiveOptions(tempo, time or "4/4", pause, seed)
    options.check()

    def say(line: str) -> None:
        if not quiet:
            print_message(line)

    listen(port, reply or port, options, say)
