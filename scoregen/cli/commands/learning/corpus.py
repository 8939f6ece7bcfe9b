"""`scoregen corpus`: folders of scores become corpora in tokens, from which networks learn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scoregen.cli.console.arguments import ADVANCED, Json, Quiet
from scoregen.cli.console.help_text import GroupedCommand
from scoregen.cli.console.terminal import Advance, Stage, print_json, print_line, print_messages, print_paths, progress
from scoregen.system.errors import InputError

if TYPE_CHECKING:
    from scoregen.corpora.building.licences import Kind
    from scoregen.corpora.building.settling import Settled

PICTURES = (".svg", ".png", ".pdf")

corpus = typer.Typer(help="Turn folders of scores into corpora for training, and describe them.", no_args_is_help=True)


@corpus.callback()
def _group() -> None:
    """Turn folders of scores into corpora for training, and describe them."""


@corpus.command("build", cls=GroupedCommand)
def build_command(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE", help="Folders of scores, manifest files, or names of corpora."),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="OUT", help="Folder that holds a folder for each corpus.")
    ],
    manifest: Annotated[
        str | None,
        typer.Option("--manifest", metavar="FILE|NAME", help="Manifest of the folder: a file, or a name of corpora/."),
    ] = None,
    licence: Annotated[
        str,
        typer.Option(
            "--licence", metavar="TEXT", help="Licence of all files; a stricter one that a file states counts."
        ),
    ] = "",
    only: Annotated[
        str | None,
        typer.Option(
            "--only",
            metavar="KIND,...",
            help="Kinds of licence to keep: public-domain, attribution, share-alike, no-derivatives, non-commercial, "
            "reserved, unknown.",
            show_default="all",
        ),
    ] = None,
    keep_duplicates: Annotated[
        bool, typer.Option("--keep-duplicates", help="Keep several copies of a piece in training.")
    ] = False,
    plans: Annotated[
        bool, typer.Option("--plans", help="Label every movement with the harmonic plan that it follows.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option("--workers", min=0, help="Processes that read files.", show_default="one a processor")
    ] = None,
    seconds: Annotated[
        float, typer.Option("--seconds", min=1, help="Time that a file may take.", rich_help_panel=ADVANCED)
    ] = 600.0,
    cluster: Annotated[
        str | None,
        typer.Option("--cluster", metavar="ADDRESS", help="Ray cluster: auto or HOST:PORT.", rich_help_panel=ADVANCED),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Turn folders of scores in any formats into a corpus that `scoregen train` reads.

    Every file is read once; the same command goes on where it was stopped, and reads only what is new. Copies of a
    piece are found in any key and format, movements are cut, works stay in one split. OUT/NAME/report.txt names each
    file that is left out, with the reason. `scoregen manual corpora` explains it.
    """
    from scoregen.tasks.corpus.build import build_corpora

    kinds = _kinds(only)
    with progress(quiet=quiet) as stage:
        view = _View(stage)
        result = build_corpora(
            sources,
            output,
            manifest=manifest,
            licence=licence,
            only=kinds,
            keep_duplicates=keep_duplicates,
            plans=plans,
            workers=workers,
            seconds=seconds,
            cluster=cluster,
            progress=view.show,
        )
    print_messages(result.lines, quiet=quiet)
    if as_json:
        print_json([_as_json(each) for each in result.corpora])
    else:
        print_paths([each.folder for each in result.corpora])


class _View:
    """The progress bar of a build."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.label = stage, ""
        self.advance: Advance = stage("")

    def show(self, label: str, share: float, file: str) -> None:
        if label != self.label:
            self.label, self.advance = label, self.stage(label)
        self.advance(share, file)


def _kinds(only: str | None) -> Sequence[Kind]:
    """The kinds of licence that an option names; InputError for others."""
    from scoregen.corpora.building.licences import KINDS

    if only is None:
        return KINDS
    names = [name.strip() for name in only.split(",")]
    unknown = sorted(set(names) - set(KINDS))
    if unknown:
        raise InputError(f"--only names {', '.join(unknown)}; expected some of {', '.join(KINDS)}")
    return [kind for kind in KINDS if kind in names]


def _as_json(settled: Settled) -> dict[str, object]:
    refused = {source.file: source.lost for source in settled.sources if source.lost}
    refused |= dict(line.split(": ", 1) for line in settled.unread)
    kept = sum(not source.lost for source in settled.sources)
    movements = len(settled.index.columns["row"])
    return {"corpus": str(settled.folder), "files": kept, "movements": movements, "refused": refused}


@corpus.command("info", cls=GroupedCommand)
def info_command(
    folder: Annotated[Path, typer.Argument(metavar="OUT", help="A corpus, or a folder of corpora.")],
    ranges: Annotated[
        Path | None,
        typer.Option("--ranges", metavar="FILE", help="Plot the ranges of the instruments: .svg, .png or .pdf."),
    ] = None,
    most: Annotated[
        int, typer.Option("--most", min=1, help="Movements to read for keys, metres, ranges and part-writing.")
    ] = 2000,
    as_json: Json = False,
) -> None:
    """Describe corpora: sizes, keys, metres, lengths, ranges, part-writing, licences, and what is refused."""
    from scoregen.system.files import check_targets
    from scoregen.tasks.corpus.info import corpus_info

    if ranges is not None:
        check_targets([ranges], PICTURES, force=True)
    found = corpus_info(folder, most=most, ranges=ranges)
    if as_json:
        print_json([info.as_json for info in found])
        return
    for info in found:
        print_line(info.name)
        for line in info.lines:
            print_line(f"  {line}")
    if ranges is not None:
        print_paths([ranges])
