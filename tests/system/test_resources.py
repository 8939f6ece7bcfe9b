"""The user's cache on every system."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from scoregen.system.resources import cache


@pytest.fixture(autouse=True)
def no_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", lambda: Path("/home/ann"))


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {}, "/home/ann/.cache/scoregen"),
        ("linux", {"LOCALAPPDATA": "/elsewhere"}, "/home/ann/.cache/scoregen"),
        ("darwin", {}, "/home/ann/Library/Caches/scoregen"),
        ("win32", {"LOCALAPPDATA": "/Users/ann/AppData/Local"}, "/Users/ann/AppData/Local/scoregen"),
        ("win32", {}, "/home/ann/AppData/Local/scoregen"),
        ("darwin", {"XDG_CACHE_HOME": "/chosen"}, "/chosen/scoregen"),
    ],
)
def test_each_system_has_its_folder(
    platform: str, variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert cache() == Path(expected)


def test_a_relative_choice_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", "cache")
    assert cache() == tmp_path / "cache" / "scoregen"


def test_a_user_without_a_home_has_a_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    assert cache().is_absolute()
    assert cache().name == "scoregen"
