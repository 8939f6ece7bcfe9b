"""`scoregen doctor`: checks the installation."""

from __future__ import annotations

from dataclasses import asdict

import typer

from scoregen.cli.console.arguments import Json
from scoregen.cli.console.terminal import print_json, print_line


def doctor_command(as_json: Json = False) -> None:
    """Check the installation.

    The exit code is 1 if something essential is missing.
    """
    from scoregen.tasks.doctor import examine, is_usable

    findings = examine()
    usable = is_usable(findings)
    if as_json:
        print_json({"usable": usable, "findings": [asdict(finding) for finding in findings]})
    else:
        width = max(len(finding.name) for finding in findings)
        for finding in findings:
            print_line(f"{finding.state:<8} {finding.name:<{width}}  {finding.detail}")
    if not usable:
        raise typer.Exit(1)
