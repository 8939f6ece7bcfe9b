"""The structure of the package: imports point down, one module imports each library, and no folder is too large."""

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

ROOMS = (
    ("system",),
    ("score",),
    ("transcription",),
    ("notation", "pictures", "tokens", "analysis"),
    ("styles", "corpora"),
    ("plan", "evaluation"),
    ("model",),
    ("generation",),
    ("benchmarks",),
    ("tasks",),
    ("cli", "studio"),
    ("__init__", "__main__"),  # the public names, which come from all rooms
)
"""The rooms, the lowest first."""
LEVELS = {room: number for number, rooms in enumerate(ROOMS, 1) for room in rooms}

PACKAGES = {
    "analysis": (("",), ("harmony",), ("form", "counterpoint"), ("rules",)),
    "cli": (
        ("console",),
        ("commands", "commands.learning", "commands.scene", "commands.sound", "commands.variation"),
        ("",),
    ),
    "corpora": (("executors", ""), ("shards",), ("reading",), ("building",)),
    "evaluation": (("metrics",), ("passages",), ("",), ("reference_corpus",)),
    "generation": (
        ("arranging.lines",),
        ("arranging.choral", "arranging.keyboard"),
        ("arranging", "ranking"),
        ("",),
        ("composing", "variation"),
        ("improvising", "variation.devices"),
    ),
    "model": (
        ("features",),
        ("network",),
        ("engine", "harmony", "beats", "critic"),
        ("sampling.costs",),
        ("sampling.costs.figures",),
        ("sampling",),
        ("training.run",),
        ("inspection", "training"),
        ("own_styles",),
    ),
    "notation": (
        ("musicxml",),
        ("musicxml.read",),
        ("musicxml.write",),
        ("validation",),
        ("second_readers", "humdrum", "engraving.normalisation"),
        ("midi.measures",),
        ("graft", "engraving", "midi.playing", "interchange"),
        ("midi", "chordpro", "editions"),
        ("sound", "midi.live"),
        ("",),
    ),
    "plan": (("chords", "mood"), ("",), ("piece", "words"), ("forms", "likeness"), ("scene",)),
    "score": (("",), ("ensemble",), ("arrangement", "theory")),
    "tasks": (("explain",), ("",), ("sound", "conversion", "corpus", "scene", "variation"), ("public",)),
    "tokens": (("",), ("constraints",), ("constraints.plans",)),
    "transcription": (("",), ("beats",), ("metrical",), ("rhythm", "recordings")),
}
"""The packages inside a room, the lowest first; "" are the modules directly in the room."""
MOST_ROOMS, MOST_MODULES = 20, 15

DOORS = {
    "brotli": ("notation/engraving/*",),
    "converter21": ("notation/interchange/*",),
    "fontTools": ("notation/engraving/*",),
    "lxml": ("notation/editions/*", "notation/graft/*", "notation/musicxml/*", "notation/validation/*"),
    "matplotlib": ("pictures/*",),
    "mido": ("notation/midi/*",),
    "moduleconf": ("transcription/recordings/piano.py",),
    "music21": ("notation/interchange/*",),
    "numpy": (
        "benchmarks/*",
        "corpora/*",
        "evaluation/*",
        "generation/*",
        "model/*",
        "notation/sound/*",
        "tokens/*",
        "transcription/*",
    ),
    "onnxruntime": ("model/engine/*",),
    "partitura": ("notation/interchange/*",),
    "ray": ("corpora/executors/cluster.py",),
    "rich": ("cli/*",),
    "safetensors": (
        "corpora/shards/*",
        "model/*",
        "transcription/beats/network.py",
        "transcription/metrical/habits.py",
    ),
    "sklearn": ("evaluation/metrics/two_sample.py",),
    "soundfile": ("transcription/recordings/sound_files.py",),
    "soxr": ("transcription/recordings/sound.py",),
    "swift_f0": ("transcription/recordings/voice.py",),
    "threadpoolctl": ("system/threads.py",),
    "torch": ("benchmarks/*", "model/*", "transcription/recordings/piano.py"),  # transkun runs on it
    "typer": ("cli/*",),
    "typst": ("notation/engraving/*",),
    "verovio": ("notation/engraving/*",),
}

DISTRIBUTIONS = {"fontTools": "fonttools", "sklearn": "scikit-learn", "swift_f0": "swift-f0"}
"""Modules whose name differs from that of their distribution."""


@dataclass(frozen=True, slots=True)
class Import:
    """`file` imports `module`; `for_types` if only a type checker sees it."""

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


def package_of(module: str) -> tuple[str, str]:
    """The room of a module (dotted, without `scoregen`), and the package inside it."""
    room, _, inside = module.partition(".")
    parts = inside.split(".")
    while parts and not (PACKAGE / room / "/".join(parts)).is_dir():
        parts.pop()
    return room, ".".join(part for part in parts if part)


def module_of(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def level(room: str, package: str) -> int:
    return next(number for number, packages in enumerate(PACKAGES.get(room, (("",),))) if package in packages)


def may_import(module: str, other: str) -> bool:
    """To a lower room, to a lower package of the same room, or within a package."""
    (room, package), (other_room, other_package) = package_of(module), package_of(other)
    if other in ("", "version"):  # only `import scoregen` asks for the version
        return True
    if room != other_room:
        return LEVELS[room] > LEVELS[other_room]
    return package == other_package or level(room, package) > level(room, other_package)


def modules() -> list[str]:
    return [module_of(path.relative_to(PACKAGE).as_posix()) for path in sorted(PACKAGE.rglob("*.py"))]


def test_every_room_has_a_level() -> None:
    assert {package_of(module)[0] for module in modules()} <= set(LEVELS)


def test_every_package_of_a_room_has_a_level() -> None:
    found = {package_of(module) for module in modules() if "." in module}
    assert [(room, package) for room, package in sorted(found) if package and room not in PACKAGES] == [
        ("benchmarks", "jsb16")  # each benchmark is a package that nothing else imports
    ]
    for room, package in found:
        assert room not in PACKAGES or any(package in packages for packages in PACKAGES[room]), (room, package)


def test_imports_go_down() -> None:
    wrong = [
        f"{found.file} imports {found.module}"
        for found in all_imports()
        if found.module.partition(".")[0] == "scoregen"
        and not may_import(module_of(found.file), found.module.partition(".")[2])
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("module", "other"),
    [
        ("score.pitch", "notation.files"),
        ("notation.files", "tokens.encode"),
        ("model.network.network", "cli.app"),
        ("model.network.network", "model.engine.protocol"),
        ("model.training.loop", "model.inspection.scoring"),
        ("notation.musicxml.read.score", "notation.graft.document"),
        ("notation.graft.document", "notation.files"),
        ("cli.commands.compose", "cli.app"),
    ],
)
def test_imports_that_are_forbidden(module: str, other: str) -> None:
    assert not may_import(module, other)


@pytest.mark.parametrize(
    ("module", "other"),
    [
        ("notation.files", "notation.graft.document"),
        ("model.sampling.loop", "model.network.config"),
        ("cli.commands.compose", "cli.console.terminal"),
        ("tasks.explain", "tasks.explain.report"),
    ],
)
def test_imports_that_are_allowed(module: str, other: str) -> None:
    assert may_import(module, other)


def test_no_folder_is_too_large() -> None:
    rooms = [path for path in PACKAGE.iterdir() if path.name not in ("__pycache__", "_data")]
    assert len(rooms) <= MOST_ROOMS
    folders = {path.parent for path in PACKAGE.rglob("*.py")}
    full = {
        folder.relative_to(PACKAGE).as_posix(): count
        for folder in folders
        if (count := len([path for path in folder.glob("*.py") if path.name != "__init__.py"])) > MOST_MODULES
    }
    assert full == {}


def test_no_module_has_an_empty_name() -> None:
    empty = re.compile(r"(^|\.)(utils?|misc|common|helpers?)$")
    assert [module for module in modules() if empty.search(module)] == []


def defined_names(file: Path) -> set[str]:
    """What a module defines or imports at its top level, and the modules beside it if it is a package."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
    return names | ({path.stem for path in file.parent.iterdir()} if file.name == "__init__.py" else set())


@pytest.mark.parametrize("folder", ["tests/benchmarks", "tools"])
def test_programs_outside_the_package_import_what_exists(folder: str) -> None:
    """No test runs the benchmarks and the tools whole, and the type checker does not read them."""
    top, wrong, seen = PACKAGE.parent, [], 0
    for path in sorted((top / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ("scoregen", "tests"):
                seen += 1
                place = top / str(node.module).replace(".", "/")
                file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
                names = {alias.name for alias in node.names}
                lost = names - defined_names(file) if file.is_file() else names
                wrong += [f"{path.name}: {node.module}.{name}" for name in sorted(lost)]
    assert wrong == [] and seen


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
    extras = [entry for name, own in project["optional-dependencies"].items() if name != "dev" for entry in own]
    declared = {re.split(r"[^\w-]", entry)[0].lower() for entry in (*project["dependencies"], *extras)}
    used = {found.module.partition(".")[0] for found in all_imports()} - set(sys.stdlib_module_names) - {"scoregen"}
    assert used <= set(DOORS)
    assert {DISTRIBUTIONS.get(library, library).lower() for library in used} <= declared
    unused = declared - {DISTRIBUTIONS.get(library, library).lower() for library in used}
    assert unused <= {"brotli", "mir_eval", "ncls", "noto-cjk-sans-otc", "pretty_midi", "python-rtmidi"}, (
        "fonttools reads woff2 with brotli, mido opens ports with python-rtmidi, transkun needs the others; a font has"
        " no module to import"
    )


def test_the_linter_bans_the_same_libraries() -> None:
    lint = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
    banned = set(lint["flake8-tidy-imports"]["banned-module-level-imports"])
    assert banned == set(DOORS) - {"typer", "numpy"}
