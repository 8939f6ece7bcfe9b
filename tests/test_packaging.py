"""The wheel has the content of the tree: code, grammars, samples and weights."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest
from packaging.requirements import Requirement

LEFT_OUT = ("__pycache__",)
BENCHMARKS = Path("weights") / "benchmarks"
"""Weights trained on data without a stated licence: for measurements, only in the repository."""


@pytest.fixture(scope="session")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from the working tree, without the network."""
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("the build backend hatchling is not installed; `pip install -c constraints.txt hatchling`")
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return next(target.glob("*.whl"))


def files_under(root: Path) -> list[Path]:
    return sorted(
        path.relative_to(root)
        for path in root.rglob("*")
        if path.is_file() and not any(part in LEFT_OUT or part.startswith(".") for part in path.relative_to(root).parts)
    )


def expected_members(repository: Path) -> set[str]:
    """Every file of the package, and those of the two top-level folders at their place in the package."""
    package = {
        f"scoregen/{path.as_posix()}"
        for path in files_under(repository / "scoregen")
        if not path.is_relative_to(BENCHMARKS)
    }
    data = {
        f"scoregen/_data/{name}/{path.as_posix()}"
        for name in ("grammars", "corpora")
        for path in files_under(repository / name)
    }
    pages = {
        f"scoregen/_data/docs/{path.as_posix()}"
        for path in files_under(repository / "docs")
        if path.suffix == ".md" and path.parts[0] != "sounds"
    }
    return package | data | pages


def test_the_wheel_holds_the_tree(wheel: Path, repository: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        members = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert members == expected_members(repository)


def test_the_wheel_has_the_command_and_the_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        texts = {Path(name).name: archive.read(name).decode() for name in archive.namelist() if ".dist-info/" in name}
    assert "scoregen = scoregen.cli:main" in texts["entry_points.txt"]
    assert "Apache License" in texts["LICENSE"]
    assert "License-Expression: Apache-2.0" in texts["METADATA"]


def test_the_unpacked_wheel_finds_its_grammars(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = "import scoregen, scoregen.score.ensemble as e; print(scoregen.__file__, e.load_ensemble('satb').name)"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.split() == [str(tmp_path / "scoregen" / "__init__.py"), "satb"], done.stderr


def pins(repository: Path) -> dict[str, str]:
    lines = (repository / "constraints.txt").read_text(encoding="utf-8").splitlines()
    entries = [line.partition("#")[0].strip() for line in lines]
    return dict(entry.split("==") for entry in entries if entry)


def test_every_dependency_is_pinned(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]
    assert {re.split(r"[^\w-]", entry)[0].lower() for entry in wanted} <= set(pins(repository))


def test_dependencies_are_ranges_that_hold_the_pinned_versions(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for entry in map(Requirement, project["dependencies"]):
        assert {part.operator for part in entry.specifier} == {">=", "<"}, entry
        assert entry.specifier.contains(pins(repository)[entry.name.lower()]), entry


def test_the_metadata_name_authors_and_a_description(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith("METADATA"))
        metadata = message_from_bytes(archive.read(name))
    assert metadata["Author"] == "The scoregen authors"
    assert metadata["Summary"]
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert "scoregen turns sheet music into finished scores" in str(metadata.get_payload())


@pytest.mark.slow
def test_the_source_distribution_has_no_weights_without_a_licence(repository: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(tmp_path)]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        members = {name.partition("/")[2] for name in archive.getnames()}
    assert {"LICENSE", "README.md", "pyproject.toml", "tools/cli_reference.py", "docs/index.md"} <= members
    assert "scoregen/weights/satb-chorales.safetensors" in members
    assert not [name for name in members if name.startswith("scoregen/weights/benchmarks")]


def test_no_other_lark_is_pulled_in(repository: Path) -> None:
    assert "lark" not in pins(repository), "it would overwrite the module of lark-parser, which partitura needs"


def test_samples_are_what_their_manifest_says(repository: Path) -> None:
    folder = repository / "corpora" / "samples"
    manifest = tomllib.loads((folder / "manifest.toml").read_text(encoding="utf-8"))
    listed = {entry["file"]: entry["sha256"] for entry in manifest["scores"]}
    assert all(entry["licence"] for entry in manifest["scores"])
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.musicxml")}
    assert found == listed
