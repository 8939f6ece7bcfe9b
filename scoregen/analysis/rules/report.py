"""Reports of findings: sentences, JSON, and SARIF for editors.

SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from scoregen.analysis.rules.findings import RULES_TEXT, SEVERITIES, Finding, Spot, spot
from scoregen.analysis.rules.rule_sets import RULES, RuleSet
from scoregen.score.display import html_table
from scoregen.score.elements import Score
from scoregen.score.timeline import SoundingNote
from scoregen.system.version import __version__

SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """The findings of a score, in its order and numbered from 1, with notices for the user."""

    score: Score
    rules: RuleSet
    findings: tuple[Finding, ...]
    notices: tuple[str, ...] = ()

    def __repr__(self) -> str:
        counts = ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for name, count in self.counts.items())
        return f"<Report on {self.score!r}: {counts} (rules: {self.rules.name})>"

    def _repr_html_(self) -> str:
        rows = [
            (number, finding.severity, self.spot(finding), finding.message, finding.rule)
            for number, finding in enumerate(self.findings, 1)
        ]
        table = html_table(("", "Severity", "Place", "Finding", "Rule"), rows) if rows else ""
        return f"{table}<p>{escape(self.summary())}</p>"

    def spot(self, finding: Finding) -> Spot:
        return spot(self.score, finding.onset, finding.measure_index)

    def sentence(self, finding: Finding) -> str:
        """The place, the fault, and what to do, in one sentence."""
        return f"{self.spot(finding)}: {finding.message}; {RULES[finding.rule].advice}"

    @property
    def counts(self) -> dict[str, int]:
        """The number of findings of each severity, errors first."""
        counts = Counter(finding.severity for finding in self.findings)
        return {severity: counts[severity] for severity in reversed(SEVERITIES)}

    def summary(self) -> str:
        """A summary such as `2 errors, 1 warning, 0 notes (rules: strict)`."""
        counts = ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for name, count in self.counts.items())
        hint = "; `scoregen manual rules` explains each" if self.findings else ""
        return f"{counts} (rules: {self.rules.name}){hint}"


def to_json(report: Report) -> dict[str, Any]:
    """The report as plain values. Beats count from 1; onsets are exact, in quarters from the start."""
    return {
        "rules": report.rules.name,
        "counts": report.counts,
        "findings": [_finding(report, number, finding) for number, finding in enumerate(report.findings, 1)],
    }


def _finding(report: Report, number: int, finding: Finding) -> dict[str, Any]:
    place = report.spot(finding)
    return {
        "number": number,
        "rule": finding.rule,
        "severity": finding.severity,
        "measure": place.measure,
        "beat": round(float(place.beat), 4),
        "onset": str(finding.onset),
        "parts": list(finding.part_ids),
        "lines": list(finding.lines),
        "notes": [_note(report.score, note) for note in finding.notes],
        "message": report.sentence(finding),
        "reference": finding.reference,
    }


def _note(score: Score, note: SoundingNote) -> dict[str, Any]:
    place = spot(score, note.onset, note.measure_index)
    return {
        "part": note.slot.part,
        "staff": note.slot.staff,
        "voice": note.slot.voice,
        "measure": place.measure,
        "beat": round(float(place.beat), 4),
        "pitch": str(note.pitch),
    }


def to_sarif(report: Report, file: Path, lines: Sequence[int | None]) -> bytes:
    """The SARIF log of one file. `lines`: the line of each finding in the file, None if unknown."""
    used = [rule for rule in RULES if any(finding.rule == rule for finding in report.findings)]
    results = [
        _result(report, finding, used.index(finding.rule), file, line)
        for finding, line in zip(report.findings, lines, strict=True)
    ]
    driver = {"name": "scoregen", "version": __version__, "rules": [_rule(rule) for rule in used]}
    run = {"tool": {"driver": driver}, "results": results}
    log = {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return f"{json.dumps(log, indent=2, ensure_ascii=False)}\n".encode()


def _rule(name: str) -> dict[str, Any]:
    return {
        "id": name,
        "name": "".join(word.capitalize() for word in name.split("-")),
        "shortDescription": {"text": RULES[name].title},
        "help": {"text": f"{RULES_TEXT}#{name}"},
    }


def _result(report: Report, finding: Finding, index: int, file: Path, line: int | None) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(file.as_posix())}}
    if line is not None:
        physical["region"] = {"startLine": line}
    place = report.spot(finding)
    logical = [{"name": name, "fullyQualifiedName": f"{place}, {name}"} for name in finding.lines]
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": finding.severity,
        "message": {"text": report.sentence(finding)},
        "locations": [{"physicalLocation": physical, "logicalLocations": logical}],
    }
