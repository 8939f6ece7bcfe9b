"""The house stands: imports go down the floors only, and each library has its door."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "scoregen"

FLOORS = (
    ("errors", "resources", "version"),
    ("score",),
    ("notation", "pictures", "plan", "tokens", "analysis"),
    ("corpora", "evaluation", "transcription"),
    ("model",),
    ("blanks", "curriculum", "ranking", "works"),
    ("drafting",),
    (
        "analysing",
        "benchmark",
        "checking",
        "comparison",
        "composition",
        "doctor",
        "explaining",
        "notebook",
        "novelty",
        "training",
    ),
    ("calibrating",),
    ("cli", "web"),
    ("__init__", "__main__"),  # the public face, which leads into every room
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS, 1) for room in rooms}

DOORS = {
    "brotli": ("notation/engraving*",),
    "fontTools": ("notation/engraving*",),
    "lxml": ("notation/document.py", "notation/gate*", "notation/graft*", "notation/musicxml_*"),
    "matplotlib": ("pictures/*",),
    "mido": ("notation/playback*",),
    "music21": ("notation/interchange*",),
    "onnxruntime": ("model/engine/*",),
    "numpy": ("evaluation/*", "model/*", "tokens/*"),
    "partitura": ("notation/interchange*",),
    "rich": ("cli/*",),
    "safetensors": ("model/*",),
    "sklearn": ("evaluation/two_sample.py",),
    "torch": ("model/*",),
    "typer": ("cli/*",),
    "typst": ("notation/engraving*",),
    "verovio": ("notation/engraving*",),
}

DISTRIBUTIONS = {"fontTools": "fonttools", "sklearn": "scikit-learn"}
"""Where the module is not named as its distribution."""


@dataclass(frozen=True, slots=True)
class Import:
    """`file` imports `module`; `for_types` where only a type checker sees it."""

    file: str
    module: str
    for_types: bool


def imports_of(path: Path) -> Iterator[Import]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    file = path.relative_to(PACKAGE).as_posix()
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (Import(file, name.name, id(node) in for_types) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} imports relatively; say `from scoregen...`"
            yield Import(file, node.module or "", id(node) in for_types)


def all_imports() -> list[Import]:
    return [found for path in sorted(PACKAGE.rglob("*.py")) for found in imports_of(path)]


def room_of_file(file: str) -> str:
    return Path(file).parts[0].removesuffix(".py")


def may_import(room: str, other: str) -> bool:
    """Down the floors, or within a room; `import scoregen` alone only asks for the version."""
    return other == "" or room == other or FLOOR[room] > FLOOR[other]


def test_every_room_stands_on_a_floor() -> None:
    rooms = {room_of_file(path.relative_to(PACKAGE).as_posix()) for path in PACKAGE.rglob("*.py")}
    assert rooms <= set(FLOOR)


def test_imports_go_down_the_floors() -> None:
    wrong = []
    for found in all_imports():
        head, _, rest = found.module.partition(".")
        if head == "scoregen" and not may_import(room_of_file(found.file), rest.partition(".")[0]):
            wrong.append(f"{found.file} imports {found.module}")
    assert wrong == []


@pytest.mark.parametrize(("room", "other"), [("score", "notation"), ("notation", "tokens"), ("model", "cli")])
def test_what_the_floors_forbid(room: str, other: str) -> None:
    assert not may_import(room, other)


def test_each_library_has_its_door() -> None:
    wrong = []
    for found in all_imports():
        library = found.module.partition(".")[0]
        doors = DOORS.get(library, ("*",))
        if not found.for_types and not any(fnmatch(found.file, door) for door in doors):
            wrong.append(f"{found.file} imports {library}, whose door is {', '.join(doors)}")
    assert wrong == []


def test_every_library_is_declared_and_has_a_door() -> None:
    project = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.split(r"[^\w-]", entry)[0].lower() for entry in project["dependencies"]}
    used = {found.module.partition(".")[0] for found in all_imports()} - set(sys.stdlib_module_names) - {"scoregen"}
    assert used <= set(DOORS)
    assert {DISTRIBUTIONS.get(library, library).lower() for library in used} <= declared
    unused = declared - {DISTRIBUTIONS.get(library, library).lower() for library in used}
    assert unused <= {"brotli"}, "brotli is what fonttools reads woff2 with"


def test_the_linter_bans_the_same_libraries() -> None:
    lint = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
    banned = set(lint["flake8-tidy-imports"]["banned-module-level-imports"])
    assert banned == set(DOORS) - {"typer", "numpy"}
