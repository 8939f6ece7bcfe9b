"""`scoregen manual`: the documentation that is installed with the program."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scoregen.cli.app import run

Captured = pytest.CaptureFixture[str]


def test_a_page_is_printed_as_it_is(repository: Path, capsys: Captured) -> None:
    assert run(["manual", "rules"]) == 0
    assert capsys.readouterr().out == (repository / "docs" / "rules.md").read_text(encoding="utf-8")
    assert run(["manual"]) == 0
    assert capsys.readouterr().out.startswith("# Documentation")


def test_an_unknown_page_is_one_line(capsys: Captured) -> None:
    assert run(["manual", "../README"]) == 2
    assert "found no page '../README'; expected one of: analysis, " in capsys.readouterr().err


def test_every_page_that_the_program_names_is_there(repository: Path, capsys: Captured) -> None:
    found = subprocess.run(
        ["grep", "-rhoE", "scoregen manual [a-z-]+", str(repository / "scoregen"), "--include=*.py"],
        capture_output=True,
        text=True,
        check=True,
    )
    pages = {line.rpartition(" ")[2] for line in found.stdout.splitlines()}
    assert {"rules", "explaining", "training"} <= pages
    for page in pages:
        assert run(["manual", page]) == 0, page
