"""`scoregen check`: part-writing and playability under a rule set."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoregen.cli.console.arguments import Force, Json, Quiet, Scores, output_option
from scoregen.cli.console.inputs import exit_with, for_each, input_files, name_of, print_heading, readable
from scoregen.cli.console.outputs import output_files, targets_of
from scoregen.cli.console.terminal import file_in_errors, print_line, print_messages, print_paths
from scoregen.system.errors import InputError

if TYPE_CHECKING:
    from scoregen.analysis.rules.findings import Severity
    from scoregen.analysis.rules.report import Report
    from scoregen.notation.files import WrittenFiles

FAILED = 1


def rule_sets(incomplete: str = "") -> list[str]:
    """The names of the rule sets, for shell completion."""
    from scoregen.analysis.rules.rule_sets import rule_set_names

    return [name for name in rule_set_names() if name.startswith(incomplete)]


def check_command(
    score: Scores,
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
    output: Annotated[list[Path] | None, output_option(".musicxml .mxl .svg .pdf .png, or .sarif for editors")] = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Check part-writing: parallels, spacing, leading notes, ranges and more.

    Each finding names its rule. With -o the findings are also marked in the score. The exit code is 1
    if a finding is at least as severe as --fail-on, else 0.
    """
    severity = _severity(fail_on)
    scores = input_files(score)
    outputs = output_files(output, scores, "checked", ".pdf") if output else dict.fromkeys(scores, ())

    def check_one(file: Path) -> dict[str, Any]:
        with targets_of(outputs[file], as_json=as_json) as targets:
            report, written = _check_and_write(file, rules, targets.paths, force)
        print_messages((*report.score.notices, *report.notices, *written.notices), quiet=quiet)
        if not as_json and not targets.piped:
            print_heading(file, scores)
            _print_report(report)
            print_paths(targets.named(written))
        return _result(file, report, severity, written)

    exit_with(for_each(scores, check_one, as_json=as_json))


def _severity(name: str) -> Severity:
    from scoregen.analysis.rules.findings import SEVERITIES

    severity = next((severity for severity in SEVERITIES if severity == name), None)
    if severity is None:
        raise InputError(f"--fail-on: found {name!r}; expected one of: {', '.join(SEVERITIES)}")
    return severity


def _check_and_write(file: Path, rules: str, paths: Sequence[Path], force: bool) -> tuple[Report, WrittenFiles]:
    """The report on a score, and the files with its findings."""
    from scoregen.notation.files import read_score
    from scoregen.tasks.check import check, check_targets, write_marked

    check_targets(paths, force=force)
    with readable(file) as readable_file, file_in_errors(file):
        report = check(read_score(readable_file), rules)
        return report, write_marked(report, readable_file, paths, force=force)


def _result(file: Path, report: Report, severity: Severity, written: WrittenFiles) -> dict[str, Any]:
    """The report for programs, and the exit code under `exit`."""
    from scoregen.analysis.rules.findings import at_least
    from scoregen.analysis.rules.report import to_json

    failing = len(at_least(report.findings, severity))
    files = [str(path) for path in written]
    result = {"score": name_of(file), **to_json(report), "fail_on": severity, "failing": failing, "files": files}
    return {**result, "exit": FAILED if failing else 0}


def _print_report(report: Report) -> None:
    width = len(str(len(report.findings)))
    for number, finding in enumerate(report.findings, 1):
        print_line(f"{number:>{width}} {finding.severity:<7} {report.sentence(finding)} [{finding.rule}]")
    print_line(report.summary())
