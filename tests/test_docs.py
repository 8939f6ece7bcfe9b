"""The documentation is correct: its commands run, its links and file names exist, its reference is current.

The tests run each line `$ command` of a `console` block with bash. The lines below it are its standard output, in
which `...` matches any text; a command without such lines may print anything. A `python` block is run as a script.
All blocks of a document share one folder, in order.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from scoregen.notation.files import read_score, write_score
from scoregen.plan.piece.reading import read_plan
from scoregen.plan.scene.cues import read_scene
from scoregen.plan.scene.scene_plan import plan_of_scene
from tests.chorales import write_chorales
from tests.notation.sound.playing import needs_sound

REPOSITORY = Path(__file__).resolve().parent.parent
PAGES = sorted(path.relative_to(REPOSITORY).as_posix() for path in (REPOSITORY / "docs").rglob("*.md"))
DOCUMENTS = ("README.md", "CHANGELOG.md", *PAGES)
BLOCK = re.compile(r"^```(console|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"""(?:\]\(|<img src=")(?!https?:)([^)"]+)""")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
NAMED_FILE = re.compile(r"`((?:scoregen|tests|tools|grammars|corpora|docs)/[\w./-]+)`")
NOT_HERE = ("git ", "make ")
"""Commands of the README that get scoregen rather than use it."""


@pytest.fixture
def workshop(tmp_path: Path) -> Path:
    """A folder with the samples, with `scoregen` and `python` on the path."""
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
    """Each command of a console block and its expected output."""
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
    """Whether an output matches the expected one, in which `...` matches any text."""
    pattern = re.escape(expected).replace(re.escape("..."), ".*")
    return not expected or re.fullmatch(pattern, found, re.DOTALL) is not None


def follow(text: str, folder: Path) -> None:
    """Run the blocks of a document in order."""
    for language, block in blocks(text):
        if language == "python":
            output_of([sys.executable, "-c", block], folder)
            continue
        for command, expected in steps(block):
            if not command.startswith(NOT_HERE):
                found = output_of(["bash", "-c", command], folder)
                assert agrees(found, expected), f"{command}\nshown:\n{expected}\nfound:\n{found}"


def test_the_first_steps_do_what_they_say(workshop: Path) -> None:
    first, _, _ = (REPOSITORY / "docs" / "tutorial.md").read_text(encoding="utf-8").partition("## Choose among")
    follow(first, workshop)


@pytest.mark.slow
def test_the_tutorial_does_what_it_says(workshop: Path) -> None:
    follow((REPOSITORY / "docs" / "tutorial.md").read_text(encoding="utf-8"), workshop)


@pytest.mark.slow
@needs_sound
def test_a_paragraph_becomes_a_pdf_and_a_recording(workshop: Path) -> None:
    follow((REPOSITORY / "docs" / "story-to-sound.md").read_text(encoding="utf-8"), workshop)
    assert (workshop / "scene.pdf").read_bytes().startswith(b"%PDF")
    with wave.open(str(workshop / "scene.wav")) as sound:
        assert 18 < sound.getnframes() / sound.getframerate() < 30, "20 seconds and what rings on"
    with wave.open(str(workshop / "door.wav")) as sound:
        assert 11 < sound.getnframes() / sound.getframerate() < 18


README_FILES = {
    "story.txt": "A calm evening by the sea. Suddenly a storm breaks, and the sailors are afraid. Then the sun comes.",
    "cues.toml": '[[cue]]\nat = 4\nname = "door"\n\n[[cue]]\nat = "0:12.5"\nname = "light"\nhit = "cadence"\n',
    "song.cho": "{title: Evening}\n{key: C}\n[C]Slowly the [F]evening [G7]comes to the [C]shore\n",
}


@pytest.mark.slow
def test_the_readme_does_what_it_says(workshop: Path) -> None:
    melody = (REPOSITORY / "corpora" / "samples" / "hymn-to-joy.musicxml").read_bytes()
    (workshop / "melody.musicxml").write_bytes(melody)
    (workshop / "bass.musicxml").write_bytes(_two_octaves_lower(melody))
    write_chorales(workshop / "folder", range(3))
    for name, text in README_FILES.items():
        (workshop / name).write_text(text, encoding="utf-8")
    write_score(read_score(workshop / "melody.musicxml"), workshop / "take.mid")
    follow((REPOSITORY / "README.md").read_text(encoding="utf-8"), workshop)


def _two_octaves_lower(melody: bytes) -> bytes:
    """The melody in the range of a bass: F4 becomes F2."""
    return re.sub(rb"<octave>(\d)</octave>", lambda found: b"<octave>%d</octave>" % (int(found[1]) - 2), melody)


@pytest.mark.parametrize("document", ["docs/analysis.md", "docs/token-grammar.md"])
def test_the_examples_in_python_run(document: str, workshop: Path) -> None:
    found = [
        block for language, block in blocks((REPOSITORY / document).read_text(encoding="utf-8")) if language == "python"
    ]
    assert found
    for block in found:
        output_of([sys.executable, "-c", block], workshop)


def anchors(path: Path) -> set[str]:
    """The anchors that GitHub gives to the headings of a document."""
    text = FENCED.sub("", path.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in HEADING.findall(text)}


def dead_links(path: Path) -> list[str]:
    """The relative links of a document whose file or heading does not exist."""
    dead = []
    for link in LINK.findall(FENCED.sub("", path.read_text(encoding="utf-8"))):
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(link)
    return dead


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_resolve(document: str) -> None:
    assert dead_links(REPOSITORY / document) == []


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# One, two\n[a](#one-two) [b](#three) [c](page.md#one-two) [d](gone.md) [e](https://example.org)\n"
    )
    assert dead_links(page) == ["#three", "gone.md"]


@pytest.mark.parametrize("document", ["README.md", *PAGES])
def test_files_that_are_named_exist(document: str) -> None:
    names = NAMED_FILE.findall((REPOSITORY / document).read_text(encoding="utf-8"))
    assert [name for name in names if not (REPOSITORY / name).exists() and not name.startswith("scoregen/_data")] == []


def test_the_gallery_is_whole_and_small() -> None:
    """Every scene has a picture, a sound, a plan and its place on the page, and tempos that lead through its cues."""
    folder, page = REPOSITORY / "docs" / "gallery", (REPOSITORY / "docs" / "gallery.md").read_text(encoding="utf-8")
    scenes = sorted(folder.glob("*.toml"))
    assert len(scenes) == 8
    for scene in scenes:
        assert len(plan_of_scene(read_scene(scene)).segments) > 1
        assert scene.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
        assert scene.with_suffix(".ogg").read_bytes().startswith(b"OggS")
        assert all(f"(gallery/{scene.stem}{suffix})" in page for suffix in (".png", ".ogg", ".toml"))
        plan = read_plan(folder / "plans" / scene.name)
        assert f"(gallery/plans/{scene.name})" in page and abs(plan.seconds - read_scene(scene).seconds) < 0.02
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert {file.stem for file in files} == {scene.stem for scene in scenes}
    assert sum(file.stat().st_size for file in files) < 3_000_000


def test_every_page_is_in_the_index() -> None:
    index = (REPOSITORY / "docs" / "index.md").read_text(encoding="utf-8")
    pages = {page.removeprefix("docs/") for page in PAGES} - {"index.md", "sounds/README.md"}
    assert {page for page in pages if f"({page}" not in index} == set()


def test_the_reference_of_commands_is_current() -> None:
    command = [sys.executable, str(REPOSITORY / "tools" / "cli_reference.py"), "--check"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "COLUMNS": "80"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"{done.stderr}run: python tools/cli_reference.py"


def test_three_dots_match_any_lines() -> None:
    assert agrees("a\nb\nc", "a\n...\nc")
    assert not agrees("a\nb\nd", "a\n...\nc")
    assert agrees("anything", "")
