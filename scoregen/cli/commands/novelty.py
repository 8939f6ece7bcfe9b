"""`scoregen novelty`: finds passages of a score in a corpus, and rates their length."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scoregen.cli.console.arguments import Force, Json, Quiet
from scoregen.cli.console.inputs import input_files, read_input
from scoregen.cli.console.terminal import columns, print_json, print_line, print_messages, progress

if TYPE_CHECKING:
    from scoregen.tasks.novelty import NoveltyReport, SharedPassage

PICTURES = (".svg", ".png", ".pdf")
MOST_SHARED, MOST_SHARED_NOTES = 5, 2
"""Number of shared passages to list for all voices, and for each melody; --json lists all."""
ALIKE = 0.25
"""The lowest similarity of the nearest passages to list."""

Against = Annotated[
    str | None,
    typer.Option("--against", metavar="CORPUS", help="A folder of scores, or the name of a corpus: bach-chorales."),
]
Index = Annotated[
    Path | None,
    typer.Option(
        "--index", metavar="FILE", help="File for the index of the corpus.", show_default="in the user's cache"
    ),
]


def novelty_command(
    score: Annotated[Path, typer.Argument(metavar="SCORE", help="Any score that scoregen reads.")],
    against: Against = None,
    index: Index = None,
    without: Annotated[
        list[str] | None,
        typer.Option(
            "--without", metavar="WORK", help="Exclude works with this name, such as '*/bwv13.6.mxl'. Repeatable."
        ),
    ] = None,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Plot; the suffix sets the format: .svg .png .pdf. Repeatable."
        ),
    ] = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Find the nearest passages of a corpus, in any key: all voices together, and each melody.

    The works of the corpus serve as reference: how much they share with each other.
    """
    from scoregen.system.files import check_targets, write_files
    from scoregen.tasks.novelty import novelty_report, picture, report_json, sentences

    outputs = tuple(output or ())
    input_files([score])
    check_targets(outputs, PICTURES, force=force)
    with progress(quiet=quiet) as stage:
        stage("reading")
        music = read_input(score)
        advance = stage("reading the corpus")
        report = novelty_report(
            music, against, name=str(score), index=index, without=tuple(without or ()), progress=advance
        )
        title = f"{score.name} compared with {report.corpus} ({report.works} works)"
        write_files([(path, picture(report, title, path.suffix[1:])) for path in outputs], force=force)
    print_messages((*music.notices, *report.notices), quiet=quiet)
    if as_json:
        print_json({"score": str(score), **report_json(report)})
        return
    for line in (*sentences(report), *_tables(report)):
        print_line(line)


def _tables(report: NoveltyReport) -> Iterator[str]:
    """The shared and the nearest passages, as columns."""
    shared = [
        (line.voice, passage)
        for number, line in enumerate(report.lines)
        for passage in line.shared[: MOST_SHARED if number == 0 else MOST_SHARED_NOTES]
    ]
    first = report.lines[0]
    for title, rows in (
        ("the longest identical passages", shared),
        (
            f"the nearest passages, {first.voice}",
            [(first.voice, passage) for passage in first.similar if passage.similarity >= ALIKE],
        ),
    ):
        if rows:
            yield ""
            yield f"{title}:"
            yield from (f"  {line}" for line in columns([_row(voice, passage) for voice, passage in rows]))


def _row(voice: str, passage: SharedPassage) -> tuple[str, ...]:
    from scoregen.tasks.novelty import measure_range, origin

    interval = passage.source.semitones
    steps = f"{abs(interval)} semitone{'s' if abs(interval) > 1 else ''}"
    key = "in the same key" if not interval else f"{steps} {'higher' if interval > 0 else 'lower'} here"
    like = "" if passage.similarity == 1 else f"{100 * passage.similarity:.0f} % alike"
    return voice, measure_range(passage), f"{passage.events} long", like, origin(passage.source), key
