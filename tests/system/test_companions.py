"""Files next to some weights."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scoregen.system.companions import load_companion
from scoregen.system.errors import InputError


class OddError(Exception):
    """What a foreign reader raises."""


def odd(data: bytes) -> int:
    raise OddError("no end")


def test_a_companion_is_read_if_it_is_there(tmp_path: Path) -> None:
    weights = tmp_path / "mine.safetensors"
    assert load_companion(weights, ".count", int) is None
    (tmp_path / "mine.count").write_text("12")
    assert load_companion(weights, ".count", int) == 12


def test_a_damaged_companion_is_named_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "mine.count"
    path.write_text("twelve")
    expected = f"^{re.escape(str(path))} is damaged .*; fetch it again or remove it"
    with pytest.raises(InputError, match=expected):
        load_companion(tmp_path / "mine.safetensors", ".count", int)
    with pytest.raises(InputError, match=expected):
        load_companion(tmp_path / "mine.safetensors", ".count", odd, OddError)
    with pytest.raises(OddError):
        load_companion(tmp_path / "mine.safetensors", ".count", odd)
