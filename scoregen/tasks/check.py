"""Checks a score against a rule set, and writes the findings into the score.

report = check(read_score("chorale.musicxml"), "strict")
write_marked(report, [Path("marked.pdf")])
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from scoregen.analysis.counterpoint.lines import Counterpoint, counterpoint_of
from scoregen.analysis.rules.cadence import cadences
from scoregen.analysis.rules.dissonance import dissonances
from scoregen.analysis.rules.findings import SEVERITIES, Finding
from scoregen.analysis.rules.harmonic import tendencies
from scoregen.analysis.rules.melody import intervals, ranges
from scoregen.analysis.rules.order import order
from scoregen.analysis.rules.perfect import perfect_intervals
from scoregen.analysis.rules.playing import playing
from scoregen.analysis.rules.progressions import progressions
from scoregen.analysis.rules.report import Report, to_sarif
from scoregen.analysis.rules.rule_sets import DEFAULT, RULES, RuleSet, load_rule_set
from scoregen.analysis.rules.triads import triads
from scoregen.analysis.spelling_faults import spelling_notice
from scoregen.score.elements import Score
from scoregen.system.errors import InputError, OutputError, Place

if TYPE_CHECKING:
    from scoregen.notation.files import WrittenFiles

FAMILIES: tuple[Callable[[Counterpoint, RuleSet], Iterator[Finding]], ...] = (
    perfect_intervals,
    order,
    intervals,
    ranges,
    playing,
    tendencies,
    triads,
    progressions,
    dissonances,
    cadences,
)
COLOURS = {"error": "#C4161C", "warning": "#C96A00", "note": "#1F6FB4"}
SARIF = ".sarif"
MARKED = (".musicxml", ".mxl", ".xml", ".svg", ".pdf", ".png")
PLAIN_TEXT = (".musicxml", ".xml")
"""Files that an editor shows as lines of text."""


def check(score: Score, rules: RuleSet | str = DEFAULT) -> Report:
    """Check a score against a rule set, given as a value, a name (strict, bach, free) or a file.

    The findings are in the order of the score; `report.sentence(finding)` describes one in words.
    Raises InputError if the score has no notes, or if the rule set is invalid.
    """
    rule_set = load_rule_set(rules) if isinstance(rules, str) else rules
    music = counterpoint_of(score)
    if not music.lines:
        raise InputError("found no pitched notes; expected a score with notes to check")
    findings = {finding for family in FAMILIES for finding in family(music, rule_set)}
    places = {line.name: index for index, line in enumerate(music.lines)}

    def order_of(finding: Finding) -> tuple[object, ...]:
        severity = -SEVERITIES.index(finding.severity)
        return finding.onset, severity, finding.rule, [places.get(name, 0) for name in finding.lines], finding.message

    return Report(score, rule_set, tuple(sorted(findings, key=order_of)), (*spelling_notice(score), *music.notices))


def check_targets(paths: Sequence[Path], *, force: bool) -> None:
    """Check before the work that all outputs can be written. OutputError names the first that cannot."""
    from scoregen.system.files import check_target

    for path in paths:
        if path.suffix.lower() not in (*MARKED, SARIF):
            expected = ", ".join((*MARKED, SARIF))
            raise OutputError(f"found no suffix for a marked score; expected one of {expected}", Place(file=str(path)))
        check_target(path, force=force)


def write_marked(report: Report, file: Path, paths: Sequence[Path], *, force: bool = False) -> WrittenFiles:
    """Write the marked score, and the findings as SARIF, to files by their suffix. `file` is the checked file."""
    from scoregen.notation.files import WrittenFiles, write_all
    from scoregen.system.files import write_files

    check_targets(paths, force=force)
    logs = [path for path in paths if path.suffix.lower() == SARIF]
    pages = [path for path in paths if path not in logs]
    written = WrittenFiles(())
    if pages:
        written = write_all(marked_score(report), pages, force=force)
    if logs:
        log = to_sarif(report, file, _lines(report, file))
        paths_written = (*written.paths, *write_files([(path, log) for path in logs], force=force))
        written = replace(written, paths=paths_written)
    return written


def marked_score(report: Report) -> Score:
    """The score of a report with its findings in colour, numbered as in the report."""
    from scoregen.notation.graft.marks import FindingMark, with_marks

    numbered = list(enumerate(report.findings, 1))
    numbered.sort(key=lambda item: SEVERITIES.index(item[1].severity))  # the colour of the most severe finding wins
    marks = [
        FindingMark(finding.notes, f"{number} {RULES[finding.rule].short}", COLOURS[finding.severity])
        for number, finding in numbered
    ]
    return with_marks(report.score, marks)


def _lines(report: Report, file: Path) -> tuple[int | None, ...]:
    """The line of each finding in the file, if the file is text."""
    from scoregen.notation.graft.marks import lines_in_file

    if file.suffix.lower() not in PLAIN_TEXT or report.score.document != file.read_bytes():
        return (None,) * len(report.findings)
    return lines_in_file(report.score, [finding.notes[0] for finding in report.findings])
