"""The documents tell the truth: their commands run, their links lead somewhere.

In a `console` block a line `$ command` is run with bash; the lines below it are what it prints on
standard output, where `...` stands for anything. A block without such lines may print what it likes.
A `python` block is run as a script. All blocks of a document share one folder, in order.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chorales import write_chorales

REPOSITORY = Path(__file__).resolve().parent.parent
DOCUMENTS = ("README.md", "CHANGELOG.md", *sorted(f"docs/{path.name}" for path in (REPOSITORY / "docs").glob("*.md")))
BLOCK = re.compile(r"^```(console|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\((?!https?:|#)([^)#]+)")
NOT_HERE = ("git ", "make ")
"""Commands of the README that get scoregen rather than use it."""


@pytest.fixture
def workshop(tmp_path: Path) -> Path:
    """A folder with the samples, and `scoregen` and `python` on the path."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, command in (("scoregen", f"'{sys.executable}' -m scoregen"), ("python", f"'{sys.executable}'")):
        script = tools / name
        script.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        script.chmod(0o755)
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "corpora").symlink_to(REPOSITORY / "corpora")
    return folder


def blocks(text: str) -> Iterator[tuple[str, str]]:
    """Language and text of each block."""
    return ((found[1], found[2]) for found in BLOCK.finditer(text))


def steps(block: str) -> Iterator[tuple[str, str]]:
    """Each command of a console block and what stands below it."""
    for step in block.split("$ ")[1:]:
        command, _, expected = step.partition("\n")
        yield command.partition("  #")[0].strip(), expected.strip()


def output_of(command: list[str], folder: Path) -> str:
    path = f"{folder.parent / 'tools'}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, f"{command[-1]}\n{done.stderr}"
    return done.stdout.strip()


def agrees(found: str, expected: str) -> bool:
    """Whether an output is the one shown, `...` standing for anything."""
    pattern = re.escape(expected).replace(re.escape("..."), ".*")
    return not expected or re.fullmatch(pattern, found, re.DOTALL) is not None


def follow(text: str, folder: Path) -> None:
    """Do what a document says, block by block."""
    for language, block in blocks(text):
        if language == "python":
            output_of([sys.executable, "-c", block], folder)
            continue
        for command, expected in steps(block):
            if not command.startswith(NOT_HERE):
                found = output_of(["bash", "-c", command], folder)
                assert agrees(found, expected), f"{command}\nshown:\n{expected}\nfound:\n{found}"


def test_the_first_steps_do_what_they_say(workshop: Path) -> None:
    first, _, _ = (REPOSITORY / "docs" / "tutorial.md").read_text(encoding="utf-8").partition("## A choice")
    follow(first, workshop)


@pytest.mark.slow
def test_the_tutorial_does_what_it_says(workshop: Path) -> None:
    follow((REPOSITORY / "docs" / "tutorial.md").read_text(encoding="utf-8"), workshop)


@pytest.mark.slow
def test_the_readme_does_what_it_says(workshop: Path) -> None:
    melody = (REPOSITORY / "corpora" / "samples" / "hymn-to-joy.musicxml").read_bytes()
    (workshop / "melody.musicxml").write_bytes(melody)
    (workshop / "bass.musicxml").write_bytes(_two_octaves_lower(melody))
    write_chorales(workshop / "folder", range(3))
    follow((REPOSITORY / "README.md").read_text(encoding="utf-8"), workshop)


def _two_octaves_lower(melody: bytes) -> bytes:
    """The melody where a bass can sing it: F4 becomes F2."""
    return re.sub(rb"<octave>(\d)</octave>", lambda found: b"<octave>%d</octave>" % (int(found[1]) - 2), melody)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document: str) -> None:
    path = REPOSITORY / document
    targets = LINK.findall(path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_what_a_dots_line_stands_for() -> None:
    assert agrees("a\nb\nc", "a\n...\nc")
    assert not agrees("a\nb\nd", "a\n...\nc")
    assert agrees("anything", "")
