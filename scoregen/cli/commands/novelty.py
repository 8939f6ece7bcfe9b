"""`scoregen novelty`: what of a score stands in a corpus, and whether that is much."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scoregen.cli.console.arguments import Force, Json, Quiet
from scoregen.cli.console.terminal import columns, progress, say, say_json, tell_all

if TYPE_CHECKING:
    from scoregen.tasks.novelty import NoveltyReport, SharedPassage

PICTURES = (".svg", ".png", ".pdf")
MOST_SHARED, MOST_SHARED_NOTES = 5, 2
"""Shared passages that are listed of all voices, and of each melody; --json has all."""
ALIKE = 0.25
"""Nearest passages that are less alike are not listed."""

Against = Annotated[
    str | None,
    typer.Option("--against", metavar="CORPUS", help="A folder of scores, or a corpus by its name: bach-chorales."),
]
Index = Annotated[
    Path | None,
    typer.Option(
        "--index", metavar="FILE", help="Where the index of the corpus is kept.", show_default="the user's cache"
    ),
]


def novelty_command(
    score: Annotated[Path, typer.Argument(metavar="SCORE", help="Any score that scoregen reads.")],
    against: Against = None,
    index: Index = None,
    without: Annotated[
        list[str] | None,
        typer.Option("--without", metavar="WORK", help="Leave out works of that name, as in '*/bwv13.6.mxl'."),
    ] = None,
    output: Annotated[
        list[Path] | None,
        typer.Option("--output", "-o", metavar="FILE", help="A picture; the suffix decides: .svg .png .pdf."),
    ] = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Find the nearest passages of a corpus, in any key: all voices together, and each melody.

    How much is much, the corpus says: so much have its own works in common with each other.
    """
    from scoregen.notation.files import read_score
    from scoregen.system.files import check_targets, write_files
    from scoregen.tasks.novelty import in_words, novelty_report, picture, report_json

    outputs = tuple(output or ())
    check_targets(outputs, PICTURES, force=force)
    with progress(quiet=quiet) as stage:
        stage("reading")
        music = read_score(score)
        advance = stage("reading the corpus")
        found = novelty_report(
            music, against, name=str(score), index=index, without=tuple(without or ()), progress=advance
        )
        title = f"{score.name} beside {found.corpus} ({found.works} works)"
        write_files([(path, picture(found, title, path.suffix[1:])) for path in outputs], force=force)
    tell_all(found.notices, quiet=quiet)
    if as_json:
        say_json({"score": str(score), **report_json(found)})
        return
    for line in (*in_words(found), *_tables(found)):
        say(line)


def _tables(report: NoveltyReport) -> Iterator[str]:
    """What was found where, as columns."""
    shared = [
        (line.voice, found)
        for number, line in enumerate(report.lines)
        for found in line.shared[: MOST_SHARED if number == 0 else MOST_SHARED_NOTES]
    ]
    first = report.lines[0]
    for title, rows in (
        ("the longest passages that stand there as they are", shared),
        (
            f"the nearest passages, {first.voice}",
            [(first.voice, found) for found in first.similar if found.similarity >= ALIKE],
        ),
    ):
        if rows:
            yield ""
            yield f"{title}:"
            yield from (f"  {line}" for line in columns([_row(voice, found) for voice, found in rows]))


def _row(voice: str, found: SharedPassage) -> tuple[str, ...]:
    from scoregen.tasks.novelty import origin, spread

    moved = found.source.semitones
    steps = f"{abs(moved)} semitone{'s' if abs(moved) > 1 else ''}"
    key = "in the same key" if not moved else f"{steps} {'higher' if moved > 0 else 'lower'} here"
    like = "" if found.similarity == 1 else f"{100 * found.similarity:.0f} % alike"
    return voice, spread(found), f"{found.events} long", like, origin(found.source), key
