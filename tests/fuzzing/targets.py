"""What is tested with faulty files: how each kind of file is made faulty, and what reads it.

A use of a file raises nothing but `ScoregenError`, or runs command lines, which are checked by `commands.command`.
"""

from __future__ import annotations

import contextlib
import io
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from scoregen.notation.files import read_score
from scoregen.system.errors import ScoregenError, ToolError
from tests.fuzzing import midi_faults, own_files, seeds, table_faults, text_faults, xml_faults
from tests.fuzzing.commands import command
from tests.fuzzing.container_faults import (
    headed_with_faults,
    safetensors_with_faults,
    wav_with_faults,
    zip_with_faults,
)
from tests.fuzzing.seeds import Seeds

Fault = Callable[[bytes, Sequence[bytes], random.Random], bytes]
Use = Callable[[Path, int], int | None]
"""Reads the file with a number, by which it selects among several readers; 2 is the exit code of a refusal."""

MOST_COMPOSED = 64
"""The measures of the longest score that is composed for: 300 of them take ten seconds."""


@dataclass(frozen=True, slots=True)
class Target:
    """A kind of file: the name of the faulty file, valid files, what makes them faulty, and what reads them.

    `weight` is its share of the inputs; `modules` are libraries without which it is left out.
    """

    file: str
    seeds: Seeds
    fault: Fault
    use: Use
    weight: int = 1
    modules: tuple[str, ...] = ()

    @property
    def is_available(self) -> bool:
        return all(find_spec(name) for name in self.modules)


def _read(path: Path, number: int) -> int:
    """One of the commands on a score; those that take longer are rarer."""
    out = path.parent / "out"
    kinds: list[tuple[str, ...]] = [
        *[("check",), ("analyze",), ("tokens",), ("check", "--json"), ("tokens", "--check")] * 4,
        *[("render", "-o", f"{out}.musicxml"), ("render", "-o", f"{out}.mid"), ("render", "-o", f"{out}.mxl")] * 5,
        ("arrange", "--ensemble", "string-quartet", "-o", f"{out}.musicxml"),
        ("arrange", "--ensemble", "piano", "-o", f"{out}.musicxml"),
        ("check", "-o", f"{out}.musicxml"),
        ("analyze", "--json"),
        ("plan", "-o", f"{out}.toml"),
        ("render", "-o", f"{out}.svg"),
        ("compose", "-o", f"{out}.musicxml", "--candidates", "1"),
        ("compose", "--ensemble", "string-quartet", "-o", f"{out}.musicxml", "--candidates", "1"),
    ]
    name, *options = kinds[number % len(kinds)]
    if name == "compose" and _is_long(path):
        name, options = "check", []
    return command(name, str(path), *options, *(["--force"] if "-o" in options else []))


def _is_long(path: Path) -> bool:
    """Whether a score has so many measures that writing them takes its time, without any fault."""
    with contextlib.suppress(ScoregenError):
        return len(read_score(path).measures) > MOST_COMPOSED
    return False


def _read_here(path: Path, number: int) -> int:
    """The same, with the library that reads the notation in this process."""
    from scoregen.notation.interchange import convert, worker

    def answer(script: Path, package: str, request: Any, timeout: float, who: str) -> dict[str, Any]:
        if script != convert._WORKER or package == "partitura":  # which has C++ that may end the process
            return original(script, package, request, timeout, who)
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                return worker.answer(request)
        except Exception as error:
            raise ToolError(f"{who} failed ({type(error).__name__})") from None

    original = convert.ask
    convert.ask = answer
    try:
        return _read(path, number)
    finally:
        convert.ask = original


def _read_capella(path: Path, number: int) -> int:
    """The same for Capella, which music21 reads: MuseScore is another program, and takes seconds for a file."""
    from scoregen.notation.interchange import convert

    original = convert.has_musescore
    convert.has_musescore = lambda: False
    try:
        return _read_here(path, number)
    finally:
        convert.has_musescore = original


def _xml(data: bytes, seeds: Sequence[bytes], source: random.Random) -> bytes:
    return xml_faults.with_faults(data, seeds, source)


def _zip(data: bytes, seeds: Sequence[bytes], source: random.Random) -> bytes:
    def changed(content: bytes) -> bytes:
        try:
            return xml_faults.with_faults(content, [content], source)
        except (ValueError, SyntaxError):
            return text_faults.with_damage(content, source)

    return zip_with_faults(data, changed, source)


def _toml(data: bytes, seeds: Sequence[bytes], source: random.Random) -> bytes:
    import tomllib

    if source.random() < 0.3:
        return text_faults.with_faults(data, seeds, source)
    return table_faults.to_toml(table_faults.with_faults(tomllib.loads(data.decode()), source))


def _json(data: bytes, seeds: Sequence[bytes], source: random.Random) -> bytes:
    if source.random() < 0.15:
        return text_faults.with_faults(data, seeds, source)
    return table_faults.to_json(table_faults.with_faults(json.loads(data), source))


def _plain(change: Callable[[bytes, random.Random], bytes]) -> Fault:
    return lambda data, seeds, source: change(data, source)


TARGETS: dict[str, Target] = {
    "musicxml": Target("score.musicxml", seeds.scores, _xml, _read, 30),
    "mxl": Target("score.mxl", seeds.zipped, _zip, _read, 8),
    "midi": Target("score.mid", seeds.midi, _plain(midi_faults.with_faults), _read, 20),
    "abc": Target("score.abc", lambda: seeds.files("*/*.abc"), text_faults.with_faults, _read, 12),
    "kern": Target("score.krn", lambda: seeds.files("*/*.krn"), text_faults.with_faults, _read_here, 6),
    "mei": Target("score.mei", lambda: seeds.files("*/*.mei"), _xml, _read_here, 4),
    "capella": Target("score.capx", seeds.capella, _zip, _read_capella, 4),
    "wav": Target("take.wav", seeds.sounds, _plain(wav_with_faults), _read, 2, ("soundfile", "soxr", "swift_f0")),
    "ensemble": Target("own.toml", seeds.tables("ensembles"), _toml, own_files.ensemble, 4),
    "rules": Target("rules.toml", seeds.tables("rules"), _toml, own_files.rules, 3),
    "style": Target("mine.style", seeds.styles, _toml, own_files.style, 4),
    "plan": Target("plan.toml", seeds.plans, _toml, own_files.plan, 6),
    "cues": Target("cues.toml", seeds.cues, _toml, own_files.scene, 6),
    "manifest": Target("manifest.toml", seeds.manifests, _toml, own_files.manifest, 4),
    "configuration": Target("training.toml", seeds.configurations, _toml, own_files.configuration, 4),
    "tokens": Target("tokens.json", seeds.token_texts, _json, own_files.tokens, 4),
    "shard": Target("shard.safetensors", seeds.shards, _plain(safetensors_with_faults), own_files.shard, 3),
    "description": Target("copy.json", own_files.beside(".json"), _json, own_files.weights_file, 2),
    "weights": Target(
        "copy.safetensors", own_files.beside(".safetensors"), _plain(safetensors_with_faults), own_files.weights_file, 2
    ),
    "calibration": Target("copy.calibration", own_files.beside(".calibration"), _json, own_files.weights_file, 2),
    "novelty": Target(
        "copy.novelty", own_files.beside(".novelty"), _plain(headed_with_faults), own_files.weights_file, 1
    ),
    "successions": Target(
        "copy.successions", own_files.beside(".successions"), _plain(headed_with_faults), own_files.weights_file, 1
    ),
    "planner": Target(
        "copy.planner", own_files.beside(".planner"), _plain(safetensors_with_faults), own_files.weights_file, 1
    ),
}
