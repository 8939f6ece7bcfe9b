"""`scoregen check`: part-writing and playability by a set of rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scoregen.cli.console.arguments import Force, Json, Quiet
from scoregen.cli.console.terminal import naming, say, say_json, say_paths, tell_all
from scoregen.system.errors import InputError

if TYPE_CHECKING:
    from scoregen.analysis.rules.report import Report

FAILED = 1


def rule_sets(incomplete: str = "") -> list[str]:
    """The rule sets that there are, for shell completion."""
    from scoregen.analysis.rules.rule_sets import rule_set_names

    return [name for name in rule_set_names() if name.startswith(incomplete)]


def check_command(
    score: Annotated[Path, typer.Argument(metavar="SCORE", help="Any score that scoregen reads.")],
    rules: Annotated[
        str,
        typer.Option(
            "--rules", metavar="NAME|FILE", help="strict, bach, free, or a file of yours.", autocompletion=rule_sets
        ),
    ] = "strict",
    fail_on: Annotated[
        str,
        typer.Option(
            "--fail-on", metavar="SEVERITY", help="End with exit code 1 at this or worse: note, warning, error."
        ),
    ] = "error",
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The marked score: .musicxml .mxl .svg .pdf .png; or .sarif for editors. May be given several times.",
            show_default=False,
        ),
    ] = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Check part-writing: parallels, spacing, leading notes, ranges and more.

    Each finding names its rule; docs/rules.md explains them all. The exit code is 0 where no finding is
    as grave as --fail-on, 1 where one is.
    """
    from scoregen.analysis.rules.findings import SEVERITIES, at_least
    from scoregen.analysis.rules.report import to_json
    from scoregen.notation.files import read_score
    from scoregen.tasks.check import check, check_targets, write_marked

    severity = next((known for known in SEVERITIES if known == fail_on), None)
    if severity is None:
        raise InputError(f"--fail-on {fail_on!r} is no severity; expected one of: {', '.join(SEVERITIES)}")
    targets = list(output or ())
    check_targets(targets, force=force)
    music = read_score(score)
    with naming(score):
        report = check(music, rules)
        written = write_marked(report, score, targets, force=force)
    failing = at_least(report.findings, severity)
    tell_all((*report.notices, *map(str, written.warnings)), quiet=quiet)
    if as_json:
        files = [str(path) for path in written]
        say_json({"score": str(score), **to_json(report), "fail_on": severity, "failing": len(failing), "files": files})
    else:
        _say_report(report)
        say_paths(written)
    if failing:
        raise typer.Exit(FAILED)


def _say_report(report: Report) -> None:
    width = len(str(len(report.findings)))
    for number, finding in enumerate(report.findings, 1):
        say(f"{number:>{width}} {finding.severity:<7} {report.sentence(finding)} [{finding.rule}]")
    say(report.summary())
