"""The help text: options in groups, without rich."""

from __future__ import annotations

import pytest

from scoregen.cli.app import run

Captured = pytest.CaptureFixture[str]


def sections(text: str) -> dict[str, str]:
    """The sections of a help text by their titles."""
    found: dict[str, str] = {}
    title = ""
    for line in text.splitlines():
        if line and not line.startswith(" ") and line.endswith(":"):
            title = line.removesuffix(":")
        found[title] = f"{found.get(title, '')}{line}\n"
    return found


@pytest.mark.parametrize(
    ("command", "plain", "advanced"),
    [
        ("compose", ["--output", "--ensemble", "--count", "--seed", "--help"], ["--top-p", "--span", "--device"]),
        ("train", ["--output", "--steps"], ["--config", "--teacher", "--mixed-precision"]),
        ("analyze", ["--output"], ["--numerals"]),
    ],
)
def test_options_for_a_few_stand_apart(command: str, plain: list[str], advanced: list[str], capsys: Captured) -> None:
    assert run([command, "--help"]) == 0
    found = sections(capsys.readouterr().out)
    assert list(found)[-2:] == ["Options", "Advanced options"]
    assert all(f" {option}" in found["Options"] and option not in found["Advanced options"] for option in plain)
    assert all(f" {option}" in found["Advanced options"] and option not in found["Options"] for option in advanced)


def test_a_command_with_few_options_has_one_group(capsys: Captured) -> None:
    assert run(["doctor", "--help"]) == 0
    assert list(sections(capsys.readouterr().out)) == ["", "Options"]
