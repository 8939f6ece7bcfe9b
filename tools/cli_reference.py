"""Write docs/reference/cli.md: every command, argument, option, default and help text of the program.

python tools/cli_reference.py            write the file
python tools/cli_reference.py --check    exit with 1 if the file is out of date
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import typer

from scoregen.cli.app import app
from scoregen.cli.console.help_text import grouped

FILE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "cli.md"
INTRODUCTION = """\
# Commands and options

`python tools/cli_reference.py` generates this page from the program. `scoregen COMMAND --help` prints the same texts.
`x>=1` and the like give the range of a number.
"""
_EXTRA = re.compile(r"(.*?)(?:  \[(.*)\])?", re.DOTALL)
"""A help text, and what the program adds to it in brackets: the default, the range, `required`."""


def reference() -> str:
    """The whole page."""
    program = typer.main.get_command(app)
    context = typer.Context(program, info_name="scoregen")
    lines = [INTRODUCTION, *_table("Option", program.get_params(context), context), "", *_commands(program, context)]
    return "\n".join(lines).rstrip() + "\n"


def _commands(group: Any, context: typer.Context) -> Iterator[str]:
    """A list of links to the commands of a group, then the commands."""
    commands = [
        (command, typer.Context(command, parent=context, info_name=name)) for name, command in group.commands.items()
    ]
    for command, child in commands:
        yield f"- [`{child.command_path}`](#{child.command_path.replace(' ', '-')}): {_first_line(command)}"
    yield ""
    for command, child in commands:
        yield from _command(command, child)


def _first_line(command: Any) -> str:
    return inspect.cleandoc(command.help or "").partition("\n")[0]


def _command(command: Any, context: typer.Context) -> Iterator[str]:
    yield f"## {context.command_path}\n\n{inspect.cleandoc(command.help or '')}\n"
    if hasattr(command, "commands"):
        yield from _commands(command, context)
        return
    yield f"```text\n{context.command_path} {' '.join(command.collect_usage_pieces(context))}\n```\n"
    for title, parameters in grouped(command.get_params(context)).items():
        yield from _table(title.removesuffix("s"), parameters, context)


def _table(title: str, parameters: Iterable[Any], context: typer.Context) -> Iterator[str]:
    records = [record for item in parameters if (record := item.get_help_record(context)) is not None]
    if records:
        yield f"| {title} | Meaning | Default, range |\n|---|---|---|"
        yield from (_row(*record) for record in records)
        yield ""


def _row(name: str, text: str) -> str:
    result = _EXTRA.fullmatch(text)
    meaning, extra = (result[1], result[2] or "") if result else (text, "")
    return f"| `{_escaped(name)}` | {_escaped(meaning)} | {_escaped(_without_word(extra))} |"


def _without_word(extra: str) -> str:
    """`default: (16); x>=1` as `16; x>=1`."""
    return re.sub(r"^\((.*?)\)(?=;|$)", r"\1", extra.removeprefix("default: "))


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    page = reference()
    if "--check" in sys.argv[1:]:
        sys.exit(0 if FILE.is_file() and FILE.read_text(encoding="utf-8") == page else f"{FILE} is out of date")
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(page, encoding="utf-8")
