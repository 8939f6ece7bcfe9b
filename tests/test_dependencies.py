"""What is installed: pinned with checksums, under accepted licences, and listed in a bill of materials."""

from __future__ import annotations

import importlib.util
import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCKS = sorted((ROOT / "locks").glob("*"))
LINE = re.compile(r"([a-z0-9-]+)==(\S+) --hash=sha256:[0-9a-f]{64}")


def tool(name: str) -> ModuleType:
    """A script of tools/ as a module."""
    spec = importlib.util.spec_from_file_location(f"tools_{name}", ROOT / "tools" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def licences() -> ModuleType:
    return tool("licences")


def pinned() -> dict[str, str]:
    """The versions of constraints.txt by normalised name."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in pairs}


def locked(folder: Path, *groups: str) -> dict[str, str]:
    """The versions of some groups of a lock."""
    found = {}
    for group in groups:
        for line in (folder / f"{group}.txt").read_text(encoding="utf-8").splitlines()[1:]:
            match = LINE.fullmatch(line)
            assert match is not None, line
            found[match[1]] = match[2]
    return found


@pytest.mark.parametrize("folder", LOCKS, ids=lambda path: path.name)
def test_locks_have_the_versions_of_the_constraints(folder: Path) -> None:
    found = locked(folder, *tool("lock").GROUPS)
    assert found.items() <= pinned().items()


@pytest.mark.parametrize("folder", LOCKS, ids=lambda path: path.name)
def test_locks_hold_everything_that_is_asked_for(folder: Path, licences: ModuleType) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    names = {licences._name(text) for text in project["project"]["dependencies"]}
    assert names <= set(locked(folder, "runtime"))
    dev = {licences._name(text) for text in project["project"]["optional-dependencies"]["dev"]}
    assert dev <= set(locked(folder, "runtime", "build", "dev"))


def test_there_is_a_lock_for_the_platform_of_ci() -> None:
    assert "linux-x86_64-cp311" in {folder.name for folder in LOCKS}


def test_what_scoregen_needs_is_locked_and_has_an_accepted_licence(licences: ModuleType) -> None:
    base = [package for package in licences.packages() if package.base]
    assert {package.name for package in base} >= {"torch", "verovio", "lxml", "music21"}
    assert [package.fault for package in base if package.fault] == []
    if tool("lock").platform_name() == "linux-x86_64-cp311":
        assert {package.name for package in base} <= set(locked(ROOT / "locks" / "linux-x86_64-cp311", "runtime"))


@pytest.mark.parametrize(
    ("licence", "base", "fault"),
    [
        ("MIT OR Apache-2.0", True, ""),
        ("BSD-3-Clause AND GPL-3.0-only", True, "GPL-3.0-only is not accepted"),
        ("AGPL-3.0-or-later", True, "AGPL-3.0-or-later is not accepted"),
        ("GPL-3.0-only", False, ""),
        ("NOASSERTION", True, "no licence is stated"),
        ("NOASSERTION", False, "no licence is stated"),
    ],
)
def test_a_licence_that_is_not_accepted_is_a_fault(licences: ModuleType, licence: str, base: bool, fault: str) -> None:
    assert licences.Package("x", "1", licence, base, ()).fault == fault


def test_a_report_with_a_fault_fails(
    licences: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(licences, "packages", lambda: (licences.Package("x", "1", "Proprietary", True, ()),))
    assert licences.report(tmp_path / "out" / "licences.json") == 1
    assert capsys.readouterr().err == "licences: error: x: Proprietary is not accepted\n"
    assert '"Proprietary"' in (tmp_path / "out" / "licences.json").read_text()


def test_the_bill_of_materials_lists_what_scoregen_needs(licences: ModuleType) -> None:
    document = licences.bill_of_materials()
    assert document == licences.bill_of_materials()
    names = {component["name"] for component in document["components"]}
    assert names == {package.name for package in licences.packages() if package.base}
    for row in document["dependencies"]:
        assert set(row["dependsOn"]) <= names
    hashed = [component for component in document["components"] if "hashes" in component]
    assert len(hashed) == len(document["components"])


def test_the_bill_of_materials_is_valid(licences: ModuleType) -> None:
    pytest.importorskip("cyclonedx", reason="cyclonedx-python-lib is not installed; `make .venv/.dev` installs it")
    document = licences.bill_of_materials()
    assert licences.problems_of(document) == ""
    assert licences.problems_of({**document, "specVersion": 3})
