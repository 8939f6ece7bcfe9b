"""Damaged, absurd and hostile checkpoints: each ends in one InputError, before anything is composed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load, save

from scoregen.cli.app import run
from scoregen.model.network.checkpoint import network_of, read_weights
from scoregen.model.sampling.pretrained import load_pretrained
from scoregen.score.ensemble import load_ensemble
from scoregen.system.errors import InputError
from scoregen.system.resources import weights

Captured = pytest.CaptureFixture[str]
BACKBONE = next(name for name in load((weights() / "satb-chorales.safetensors").read_bytes()) if "backbone" in name)
MELODY = Path(__file__).resolve().parents[3] / "corpora" / "samples" / "morning-song.musicxml"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the shipped checkpoint."""
    for file in weights().glob("satb-chorales.*"):
        shutil.copy(file, tmp_path / f"copy{file.suffix}")
    return tmp_path / "copy"


def rewrite(stem: Path, data: bytes, about: Callable[[dict[str, Any]], Any] = lambda about: about) -> None:
    """Replace the weights, with the right checksum, and edit the description."""
    stem.with_suffix(".safetensors").write_bytes(data)
    described = json.loads(stem.with_suffix(".json").read_text(encoding="utf-8"))
    described["sha256"] = hashlib.sha256(data).hexdigest()
    stem.with_suffix(".json").write_text(json.dumps(about(described)), encoding="utf-8")


def content(stem: Path) -> bytes:
    return stem.with_suffix(".safetensors").read_bytes()


def header(description: object, tail: bytes = b"") -> bytes:
    text = json.dumps(description).encode()
    return struct.pack("<Q", len(text)) + text + tail


def with_value(data: bytes, value: float, dtype: Any = np.float32) -> bytes:
    tensors = load(data)
    name = sorted(tensors)[0]
    changed = tensors[name].astype(dtype)
    changed.flat[0] = value
    return save({**tensors, name: changed})


DATA: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "short": lambda data: data[:1000],
    "truncated": lambda data: data[:-1],
    "longer": lambda data: data + b"x",
    "absurd header": lambda data: struct.pack("<Q", 2**63) + data[8:],
    "header beyond the end": lambda data: struct.pack("<Q", len(data)) + data[8:],
    "no JSON": lambda data: struct.pack("<Q", 4) + b"abcd",
    "deep JSON": lambda data: struct.pack("<Q", 200_000) + b"[" * 200_000,
    "a list": lambda data: header([]),
    "no weights": lambda data: header({}),
    "overflowing shape": lambda data: header(
        {"a": {"dtype": "F32", "shape": [2**40, 2**40], "data_offsets": [0, 4]}}, b"0000"
    ),
    "overlapping": lambda data: header(
        {name: {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]} for name in ("a", "b")}, b"0000"
    ),
    "not a number": lambda data: with_value(data, np.nan),
    "infinite": lambda data: with_value(data, np.inf),
    "too large for 32 bits": lambda data: with_value(data, 1e300, np.float64),
    "one missing": lambda data: save({n: v for n, v in load(data).items() if n != BACKBONE}),
    "another shape": lambda data: save({name: values[None] for name, values in load(data).items()}),
}


@pytest.mark.parametrize("fault", DATA)
def test_damaged_weights_are_one_error(fault: str, copy: Path, tmp_path: Path, capsys: Captured) -> None:
    rewrite(copy, DATA[fault](content(copy)))
    assert run(["compose", str(MELODY), "--checkpoint", str(copy), "-o", str(tmp_path / "new.mid")]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("scoregen: error: ")
    assert captured.err.count("\n") == 1
    assert "copy" in captured.err
    assert not (tmp_path / "new.mid").exists()


def set_option(name: str, value: object) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda about: {**about, "network": {**about["network"], name: value}}


ABOUT: dict[str, Callable[[dict[str, Any]], Any]] = {
    "integer roles": set_option("roles", 4),
    "roles of integers": set_option("roles", [1, 2, 3, 4]),
    "no roles": set_option("roles", []),
    "roles as text": set_option("roles", "satb"),
    "unknown option": set_option("depth", 3),
    "width as text": set_option("backbone", "160"),
    "negative width": set_option("backbone", -1),
    "enormous width": set_option("backbone", 10**9),
    "another width": set_option("backbone", 4096),
    "enormous depth": set_option("layers", 10**9),
    "a fraction of layers": set_option("layers", 1.5),
    "no heads": set_option("heads", 0),
    "a switch that is none": set_option("use_matches", "yes"),
    "alphabet": set_option("alphabet", 7),
    "a list": lambda about: [about],
    "a text": lambda about: "network",
    "no network": lambda about: {"sha256": about["sha256"]},
    "network as list": lambda about: {**about, "network": [1]},
    "null": lambda about: None,
    "no checksum": lambda about: {**about, "sha256": None},
}


@pytest.mark.parametrize("fault", ABOUT)
def test_odd_descriptions_are_one_error(fault: str, copy: Path) -> None:
    rewrite(copy, content(copy), ABOUT[fault])
    with pytest.raises(InputError) as caught:
        network_of(load_pretrained(copy, load_ensemble("satb")).weights)
    assert "copy" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"network": ' * 50_000, "\x00", "\ud800"])
def test_descriptions_that_are_no_json(text: str, copy: Path) -> None:
    copy.with_suffix(".json").write_bytes(text.encode(errors="surrogatepass"))
    with pytest.raises(InputError, match="no weights can be read from"):
        read_weights(copy)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("suffix", [".safetensors", ".json"])
def test_a_pipe_is_not_waited_for(suffix: str, copy: Path) -> None:
    copy.with_suffix(suffix).unlink()
    os.mkfifo(copy.with_suffix(suffix))
    with pytest.raises(InputError, match="no weights can be read from"):
        read_weights(copy)


CALIBRATIONS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a step out of range": lambda c: _edited(c, "step", "alto", {"99": 0.1}),
    "a step below the range": lambda c: _edited(c, "step", "alto", {"-13": 0.1}),
    "an interval out of range": lambda c: _edited(c, "interval", "alto over tenor", {"-1": 0.1}),
    "a step that is no number": lambda c: _edited(c, "step", "alto", {"third": 0.1}),
    "a bias that is no number": lambda c: _edited(c, "step", "alto", {"1": "much"}),
    "a bias that is not finite": lambda c: _edited(c, "step", "alto", {"1": float("nan")}),
    "an enormous bias": lambda c: _edited(c, "step", "alto", {"1": 1e300}),
    "biases as list": lambda c: _edited(c, "step", "alto", [1]),
    "no role": lambda c: {**c, "free": {**c["free"], "step": {}}},
    "an unknown age": lambda c: _edited(c, "moving on after", "alto", {"7/5": 0.1}),
    "a list": lambda c: [c],
    "a number": lambda c: 7,
    "no task": lambda c: {"about": {}},
}


def _edited(content: dict[str, Any], kind: str, name: str, values: object) -> dict[str, Any]:
    return {**content, "free": {**content["free"], kind: {**content["free"][kind], name: values}}}


@pytest.mark.parametrize("fault", CALIBRATIONS)
def test_calibrations_out_of_range_are_one_error(fault: str, copy: Path) -> None:
    path = copy.with_suffix(".calibration")
    path.write_text(json.dumps(CALIBRATIONS[fault](json.loads(path.read_text(encoding="utf-8")))), encoding="utf-8")
    with pytest.raises(InputError, match=r"copy\.calibration is no calibration"):
        load_pretrained(copy, load_ensemble("satb"))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"scoregen novelty 1\n",
        b"scoregen novelty 1\n[]\n",
        b'scoregen novelty 1\n{"windows": 3}\n',
        b'scoregen novelty 1\n{"windows": {}}\n',
        b'scoregen novelty 1\n{"windows": {"4": 1}}\n0000',
        b'scoregen novelty 1\n{"windows": {"4": -1, "5": 1}}\n',
        b"scoregen novelty 1\n" + b"[" * 100_000 + b"\n",
    ],
)
def test_novelty_indices_that_are_damaged_are_one_error(data: bytes, copy: Path) -> None:
    copy.with_suffix(".novelty").write_bytes(data)
    with pytest.raises(InputError, match=r"copy\.novelty is damaged"):
        load_pretrained(copy, load_ensemble("satb"))


def test_the_whole_copy_is_read(copy: Path) -> None:
    rewrite(copy, content(copy))
    pretrained = load_pretrained(copy, load_ensemble("satb"))
    assert pretrained.index is not None
    assert pretrained.calibration is not None
