"""The `scoregen` program: its commands, and the one-line message and exit code of every failure."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer

from scoregen.cli.commands.analyze import analyze_command
from scoregen.cli.commands.arrange import arrange_command
from scoregen.cli.commands.bench import bench
from scoregen.cli.commands.check import check_command
from scoregen.cli.commands.compose import compose_command
from scoregen.cli.commands.doctor import doctor_command
from scoregen.cli.commands.evaluate import evaluate_command
from scoregen.cli.commands.explain import explain_command
from scoregen.cli.commands.learning.calibrate import calibrate_command
from scoregen.cli.commands.learning.corpus import corpus
from scoregen.cli.commands.learning.styles import styles_command
from scoregen.cli.commands.learning.train import train_command
from scoregen.cli.commands.manual import ensembles_command, manual_command
from scoregen.cli.commands.novelty import novelty_command
from scoregen.cli.commands.render import convert_command, render_command
from scoregen.cli.commands.scene.plan import plan_command
from scoregen.cli.commands.scene.score_scene import score_scene_command
from scoregen.cli.commands.sound.practice import practice_command
from scoregen.cli.commands.sound.transcribe import transcribe_command
from scoregen.cli.commands.tokens import tokens_command
from scoregen.cli.commands.variation.improvise import improvise_command
from scoregen.cli.commands.variation.vary import vary_command
from scoregen.cli.console.help_text import GroupedCommand
from scoregen.cli.console.terminal import accept_all_characters, print_error
from scoregen.system.errors import ScoregenError, one_line
from scoregen.system.version import __version__

INTERRUPTED = 130  # 128 + SIGINT, the convention of shells
TERMINATED = 143  # 128 + SIGTERM
RENAMED_OPTIONS = {"--precedents": "--retrieval"}
"""Options of earlier versions, and what they are called now."""

COMMANDS: dict[str, Callable[..., None]] = {
    "compose": compose_command,
    "plan": plan_command,
    "score-scene": score_scene_command,
    "vary": vary_command,
    "improvise": improvise_command,
    "arrange": arrange_command,
    "transcribe": transcribe_command,
    "check": check_command,
    "render": render_command,
    "convert": convert_command,
    "practice": practice_command,
    "analyze": analyze_command,
    "explain": explain_command,
    "tokens": tokens_command,
    "train": train_command,
    "styles": styles_command,
    "calibrate": calibrate_command,
    "evaluate": evaluate_command,
    "novelty": novelty_command,
    "ensembles": ensembles_command,
    "manual": manual_command,
    "doctor": doctor_command,
}


def _show_version(requested: bool) -> None:
    if requested:
        typer.echo(f"scoregen {__version__}")
        raise typer.Exit


def _start(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def _program(commands: Mapping[str, Callable[..., None]]) -> typer.Typer:
    """The program with some of its commands."""
    program = typer.Typer(
        name="scoregen",
        help="Write the missing parts of a piece of music: notation in, notation out.",
        context_settings={"help_option_names": ["-h", "--help"]},
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    program.callback(invoke_without_command=True)(_start)
    for name, command in commands.items():
        program.command(name, cls=GroupedCommand)(command)
    return program


app = _program(COMMANDS)
app.add_typer(corpus, name="corpus")
app.add_typer(bench, name="bench")


def _program_for(arguments: Sequence[str]) -> typer.Typer:
    """The program with the command that is called, if one is: typer reads the options of all that it has."""
    name = arguments[0] if arguments else ""
    return _program({name: COMMANDS[name]}) if name in COMMANDS else app


NEW_OBJECTS = 50_000
"""The new objects after which Python looks for unused ones in cycles: after few, it looks mostly while it imports."""


def main() -> NoReturn:
    """The console script."""
    gc.set_threshold(NEW_OBJECTS)
    signal.signal(signal.SIGTERM, _end)
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code. A traceback that escapes is a bug of scoregen."""
    _quieten_libraries()
    accept_all_characters()
    try:
        code = _program_for(arguments)(list(arguments), prog_name="scoregen", standalone_mode=False)
        sys.stdout.flush()
    except ScoregenError as error:
        return _fail(str(error), error.exit_code)
    except typer.TyperException as error:
        return _fail(_usage(error, arguments), error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return 1
    except OSError as error:
        _drop_output()
        where = error.filename or "standard output"
        return _fail(f"{where}: {error.strerror or error}", 1)
    return _fail("interrupted", INTERRUPTED) if code == INTERRUPTED else int(code or 0)


def _fail(message: str, code: int) -> int:
    print_error(message)
    return code


def _usage(error: typer.TyperException, arguments: Sequence[str]) -> str:
    """The fault in the arguments, and the command that prints the help."""
    if arguments and arguments[0] not in COMMANDS and Path(arguments[0]).suffix and Path(arguments[0]).exists():
        return f"found {arguments[0]!r} in place of a command; try `scoregen compose {arguments[0]}`"
    context = getattr(error, "ctx", None)
    hint = f" (see `{context.command_path} --help`)" if context is not None else ""
    old = getattr(error, "option_name", None)
    if old in RENAMED_OPTIONS:
        return f"{old} is now called {RENAMED_OPTIONS[old]}{hint}"
    return one_line(error.format_message()) + hint


def _quieten_libraries() -> None:
    """Hide warnings and log messages of libraries from users; `python -W` still shows them."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
        logging.lastResort = logging.NullHandler()


def _drop_output() -> None:
    """Discard buffered output after the reader closed the pipe, so that it does not fail again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _end(number: int, frame: FrameType | None) -> NoReturn:
    """Exit by an exception, so that temporary files are removed."""
    sys.exit(TERMINATED)
