"""`scoregen doctor`: what is installed, and whether it is enough."""

from __future__ import annotations

from dataclasses import asdict

import typer

from scoregen.cli.console.arguments import Json
from scoregen.cli.console.terminal import say, say_json


def doctor_command(as_json: Json = False) -> None:
    """Look at what is installed, and whether it is enough.

    The exit code is 1 if something essential is missing.
    """
    from scoregen.tasks.doctor import examine, is_usable

    findings = examine()
    usable = is_usable(findings)
    if as_json:
        say_json({"usable": usable, "findings": [asdict(finding) for finding in findings]})
    else:
        width = max(len(finding.name) for finding in findings)
        for finding in findings:
            say(f"{finding.state:<8} {finding.name:<{width}}  {finding.detail}")
    if not usable:
        raise typer.Exit(1)
