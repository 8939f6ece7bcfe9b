"""The help text of a command, with its options in groups."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from typer.core import TyperCommand

OPTIONS = "Options"


class GroupedCommand(TyperCommand):
    """A command whose help shows options under the name of their group (`rich_help_panel`), without rich."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        for title, parameters in grouped(self.get_params(ctx)).items():
            records = [record for each in parameters if (record := each.get_help_record(ctx)) is not None]
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)


def grouped(parameters: Iterable[Any]) -> dict[str, list[Any]]:
    """Parameters by the title of their group: arguments, options, then the named groups."""
    groups: dict[str, list[Any]] = {"Arguments": [], OPTIONS: []}
    for parameter in parameters:
        is_option = parameter.param_type_name == "option"
        title = (getattr(parameter, "rich_help_panel", None) or OPTIONS) if is_option else "Arguments"
        groups.setdefault(title, []).append(parameter)
    return {title: members for title, members in groups.items() if members}
