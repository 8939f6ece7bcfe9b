"""`scoregen analyze`: prints keys, chords, cadences, phrases, form and texture, or writes them into the score."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoregen.cli.console.arguments import ADVANCED, Force, Json, Quiet, Scores, output_option
from scoregen.cli.console.inputs import exit_with, for_each, input_files, name_of, print_heading, read_input
from scoregen.cli.console.outputs import check_outputs, output_files, targets_of
from scoregen.cli.console.terminal import file_in_errors, print_line, print_messages, print_paths, progress
from scoregen.system.errors import OutputError, Place

if TYPE_CHECKING:
    from scoregen.tasks.annotation import Numerals

PAGES = (".svg", ".pdf", ".png")
SUFFIXES = (".musicxml", ".xml", ".mxl", *PAGES)
NUMERALS: dict[str, Numerals] = {"text": "text", "harmony": "harmony"}


def analyze_command(
    score: Scores,
    output: Annotated[list[Path] | None, output_option(".musicxml .mxl .svg .pdf .png")] = None,
    numerals: Annotated[
        str,
        typer.Option(
            metavar="text|harmony",
            help="Encoding of numerals in MusicXML: words, which every program displays, or harmony elements (4.0).",
            rich_help_panel=ADVANCED,
        ),
    ] = "text",
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Find the keys, chords, cadences, phrases, form and texture of scores.

    With -o the analysis is written into the score instead of printed.
    """
    scores = input_files(score)
    outputs = output_files(output, scores, "analysis", ".pdf") if output else dict.fromkeys(scores, ())

    def analyze_one(file: Path) -> dict[str, Any]:
        with targets_of(outputs[file], as_json=as_json) as targets:
            _check(targets.paths, numerals, force=force)
            table, written, notices = _analyze_and_write(file, targets.paths, NUMERALS[numerals], force, quiet)
        print_messages(notices, quiet=quiet)
        if output and not as_json:
            print_paths(targets.named(written))
        elif not as_json:
            print_heading(file, scores)
            print_line("\n".join(_report(table)))
        return {"score": name_of(file), **table, "files": [str(path) for path in written]}

    exit_with(for_each(scores, analyze_one, as_json=as_json))


def _analyze_and_write(
    file: Path, paths: Sequence[Path], numerals: Numerals, force: bool, quiet: bool
) -> tuple[dict[str, Any], list[Path], list[str]]:
    """The analysis as plain values, the annotated scores that were written, and notices."""
    from scoregen.notation.files import write_all
    from scoregen.tasks.analyze import analyze, plain
    from scoregen.tasks.annotation import annotated

    with progress(quiet=quiet) as stage, file_in_errors(file):
        stage("reading")
        music = read_input(file)
        stage("analysing")
        analysis = analyze(music)
        written: list[Path] = []
        notices = [*music.notices, *analysis.notices]
        for style, targets in _by_style(paths, numerals):
            stage("writing")
            marked, more = annotated(music, analysis, numerals=style)
            result = write_all(marked, targets, force=force)
            written += result.paths
            notices += [*more, *result.notices]
    return plain(music, analysis), written, notices


def _by_style(paths: Sequence[Path], numerals: Numerals) -> Iterator[tuple[Numerals, list[Path]]]:
    """MusicXML files with the requested numerals, and pages with those that the engraver draws best."""
    pages = [path for path in paths if path.suffix.lower() in PAGES]
    files = [path for path in paths if path not in pages]
    if files:
        yield numerals, files
    if pages:
        yield "page", pages


def _check(paths: Sequence[Path], numerals: str, *, force: bool) -> None:
    if numerals not in NUMERALS:
        raise typer.BadParameter(f"found {numerals!r}; expected text or harmony", param_hint="--numerals")
    for path in paths:
        if path.suffix.lower() not in SUFFIXES:
            expected = ", ".join(SUFFIXES)
            raise OutputError(f"found no suffix for an analysis; expected one of {expected}", Place(str(path)))
    check_outputs(paths, force=force)


def _report(table: dict[str, Any]) -> Iterator[str]:
    """The whole analysis as tables, separated by blank lines."""
    yield f"Key: {table['key']}"
    if len(table["keys"]) > 1:
        yield ""
        yield from _table(
            ("Key", "from measure", "beat"), [(key["key"], key["measure"], _beat(key)) for key in table["keys"]]
        )
    if table["chords"]:
        yield ""
        yield from _table(
            ("Measure", "Beat", "Key", "Numeral", "Chord", "Non-chord tones"),
            [
                (c["measure"], _beat(c), c["key"], c["numeral"], c["symbol"], _foreign(c["foreign_notes"]))
                for c in table["chords"]
            ],
        )
    yield ""
    cadences = list(table["cadences"])
    yield from _table(("Phrase", "Measures", "Cadence", "Chords", "Key"), list(_phrases(table["phrases"], cadences)))
    if table["repeats"]:
        yield ""
        yield from _table(("Measures", "repeated in", "how"), [_repeat(repeat) for repeat in table["repeats"]])
    yield ""
    yield from _table(
        ("Measures", "Texture", "Lines", "Moving together"),
        [
            (_span(t["first_measure"], t["last_measure"]), t["kind"], str(t["voices"]), f"{100 * t['together']:.0f} %")
            for t in table["texture"]
        ],
    )


def _phrases(phrases: Sequence[dict[str, Any]], cadences: Sequence[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    for phrase in phrases:
        cadence = next((c for c in cadences if phrase["onset"] <= c["onset"] < phrase["end"]), None)
        measures = _span(phrase["first_measure"], phrase["last_measure"])
        letter = phrase["letter"] + (" (repeated)" if phrase["played_twice"] else "")
        if cadence is None:
            yield letter, measures, "", "", ""
        else:
            yield letter, measures, cadence["kind"], " ".join(cadence["numerals"]), cadence["key"]


def _repeat(repeat: dict[str, Any]) -> tuple[str, str, str]:
    how = {"exact": "exactly", "transposed": f"{abs(repeat['steps'])} steps {_direction(repeat['steps'])}"}
    return (
        _span(repeat["first_measure"], repeat["last_measure"]),
        _span(repeat["again_first_measure"], repeat["again_last_measure"]),
        how.get(repeat["kind"], "the melody, with other lower voices"),
    )


def _direction(steps: int) -> str:
    return "higher" if steps > 0 else "lower"


def _foreign(notes: Sequence[dict[str, Any]]) -> str:
    return ", ".join(f"{note['pitch']} {note['kind']}" for note in notes)


def _beat(entry: dict[str, Any]) -> str:
    return f"{entry['beat']:g}"


def _span(first: str, last: str) -> str:
    return first if first == last else f"{first}-{last}"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
