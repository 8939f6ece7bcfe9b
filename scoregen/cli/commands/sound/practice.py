"""`scoregen practice`: recordings to practise with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from scoregen.cli.console.arguments import Force, Json, Quiet, Scores
from scoregen.cli.console.inputs import STANDARD_INPUT, exit_with, for_each, input_files, name_of, read_input
from scoregen.cli.console.outputs import file_word
from scoregen.cli.console.terminal import file_in_errors, print_messages, print_paths, progress
from scoregen.system.errors import InputError


def practice_command(
    score: Scores,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FOLDER", help="Folder of the recordings.", show_default="SCORE.practice"
        ),
    ] = None,
    suffix: Annotated[
        str, typer.Option("--format", metavar="wav|flac|mp3|ogg", help="Format of the recordings.")
    ] = "wav",
    tempo: Annotated[
        str, typer.Option("--tempo", metavar="PERCENT", help="Tempo steps in percent of the written tempo: 60,80,100.")
    ] = "100",
    part: Annotated[
        list[str] | None,
        typer.Option("--part", metavar="PART", help="Only this part, by number or name. Repeatable."),
    ] = None,
    others: Annotated[
        float, typer.Option("--others", metavar="DB", help="Level of the soft parts in decibels under the loud one.")
    ] = -12.0,
    click: Annotated[bool, typer.Option("--click/--no-click", help="A click on every beat.")] = True,
    count_in: Annotated[
        bool, typer.Option("--count-in/--no-count-in", help="A measure of clicks before the music.")
    ] = True,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make recordings to practise with: one part loud and the others soft, with click and count-in.

    For every part and tempo FOLDER gets a file, and one in which all parts are equally loud. All have the same
    loudness. Repeats are played.
    """
    from scoregen.notation.files import check_tools
    from scoregen.notation.sound.audio_files import SUFFIXES
    from scoregen.tasks.sound.practice import PracticeOptions

    ending = f".{suffix.lower().lstrip('.')}"
    if ending not in SUFFIXES:
        raise InputError(f"--format: found {suffix!r}; expected one of: {', '.join(each[1:] for each in SUFFIXES)}")
    options = PracticeOptions(_percents(tempo), others, click, count_in, tuple(part or ()))
    check_tools(ending)
    scores = input_files(score)

    def practise(file: Path) -> dict[str, Any]:
        stem = "score" if file == STANDARD_INPUT else file.stem
        folder = output or Path(f"{stem}.practice")
        with progress(quiet=quiet) as stage:
            stage("reading")
            music = read_input(file)
            with file_in_errors(file):
                written = _write(music, options, stage("playing"), folder / stem, ending, force=force)
        print_messages(music.notices, quiet=quiet)
        if not as_json:
            print_paths(written)
        return {"score": name_of(file), "files": [str(path) for path in written]}

    exit_with(for_each(scores, practise, as_json=as_json))


def _write(music: Any, options: Any, advance: Any, stem: Path, ending: str, *, force: bool) -> list[Path]:
    """Write every recording as soon as it is made."""
    from scoregen.notation.sound.audio_files import audio_file
    from scoregen.system.files import check_target, write_files
    from scoregen.tasks.sound.practice import ALL, practice_tracks

    check_target(_named(stem, ALL, options.tempos[0], options, ending), force=force)
    written: list[Path] = []
    for track in practice_tracks(music, options, advance):
        path = _named(stem, track.part, track.tempo, options, ending)
        written += write_files([(path, audio_file(track.audio, ending))], force=force)
    return written


def _named(stem: Path, part: str, tempo: int, options: Any, ending: str) -> Path:
    speed = f"-{tempo}" if options.tempos != (100,) else ""
    return stem.with_name(f"{stem.name}-{file_word(part)}{speed}{ending}")


def _percents(text: str) -> tuple[int, ...]:
    """`60,80,100` as numbers, each once."""
    try:
        return tuple(dict.fromkeys(int(each.strip().rstrip("%")) for each in text.split(",")))
    except ValueError:
        raise InputError(f"--tempo: found {text!r}; expected percents such as 60,80,100") from None
