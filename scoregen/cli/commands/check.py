"""`scoregen check`: part-writing and playability under a rule set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scoregen.cli.console.arguments import Force, Json, Quiet
from scoregen.cli.console.terminal import file_in_errors, print_json, print_line, print_messages, print_paths
from scoregen.system.errors import InputError

if TYPE_CHECKING:
    from scoregen.analysis.rules.report import Report

FAILED = 1


def rule_sets(incomplete: str = "") -> list[str]:
    """The names of the rule sets, for shell completion."""
    from scoregen.analysis.rules.rule_sets import rule_set_names

    return [name for name in rule_set_names() if name.startswith(incomplete)]


def check_command(
    score: Annotated[Path, typer.Argument(metavar="SCORE", help="Any score that scoregen reads.")],
    rules: Annotated[
        str,
        typer.Option(
            "--rules", metavar="NAME|FILE", help="Rule set: strict, bach, free, or a file.", autocompletion=rule_sets
        ),
    ] = "strict",
    fail_on: Annotated[
        str,
        typer.Option(
            "--fail-on",
            metavar="SEVERITY",
            help="Exit with code 1 for findings of this severity or worse: note, warning, error.",
        ),
    ] = "error",
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Marked score (.musicxml .mxl .svg .pdf .png), or findings for editors (.sarif). Repeatable.",
            show_default=False,
        ),
    ] = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Check part-writing: parallels, spacing, leading notes, ranges and more.

    Each finding names its rule; docs/rules.md explains the rules. The exit code is 1 if a finding is at least as
    severe as --fail-on, else 0.
    """
    from scoregen.analysis.rules.findings import SEVERITIES, at_least
    from scoregen.analysis.rules.report import to_json
    from scoregen.notation.files import read_score
    from scoregen.tasks.check import check, check_targets, write_marked

    severity = next((name for name in SEVERITIES if name == fail_on), None)
    if severity is None:
        raise InputError(f"--fail-on: found {fail_on!r}; expected one of: {', '.join(SEVERITIES)}")
    targets = list(output or ())
    check_targets(targets, force=force)
    music = read_score(score)
    with file_in_errors(score):
        report = check(music, rules)
        written = write_marked(report, score, targets, force=force)
    failing = at_least(report.findings, severity)
    print_messages((*report.notices, *written.notices), quiet=quiet)
    if as_json:
        files = [str(path) for path in written]
        print_json(
            {"score": str(score), **to_json(report), "fail_on": severity, "failing": len(failing), "files": files}
        )
    else:
        _print_report(report)
        print_paths(written)
    if failing:
        raise typer.Exit(FAILED)


def _print_report(report: Report) -> None:
    width = len(str(len(report.findings)))
    for number, finding in enumerate(report.findings, 1):
        print_line(f"{number:>{width}} {finding.severity:<7} {report.sentence(finding)} [{finding.rule}]")
    print_line(report.summary())
