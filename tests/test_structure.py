"""The tests mirror the package: the path of a module gives the path of its tests."""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
PACKAGE = TESTS.parent / "scoregen"
WHOLE = ("", "benchmarks", "fuzzing", "regression")
"""Folders whose tests and scripts cover the package as a whole."""

UNTESTED_ALONE = ["analysis/counterpoint", "evaluation/reference_corpus"]
"""Packages whose behaviour is tested only through the rules and `evaluate`."""


def files_of_tests() -> list[Path]:
    return sorted(path.relative_to(TESTS) for path in TESTS.rglob("test_*.py"))


@pytest.mark.parametrize("file", files_of_tests(), ids=str)
def test_the_path_of_a_test_file_is_that_of_its_module(file: Path) -> None:
    folder = file.parent.as_posix().removeprefix(".")
    assert folder in WHOLE or (PACKAGE / folder).is_dir(), f"no folder scoregen/{folder}"


def test_every_package_with_code_has_tests() -> None:
    packages = {path.parent.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py") if path.stat().st_size}
    tested = {file.parent.as_posix() for file in files_of_tests()}
    covered = {package for package in packages if any(f"{each}/".startswith(f"{package}/") for each in tested)}
    assert sorted(packages - covered) == UNTESTED_ALONE
