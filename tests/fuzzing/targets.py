"""What is tested with faulty files: how each kind of file is made faulty, and what reads it.

A use of a file raises nothing but `ScoregenError`, or runs command lines, which are checked by `command`.
"""

from __future__ import annotations

import contextlib
import io
import json
import random
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from scoregen.notation.files import read_score
from scoregen.system.errors import ScoregenError, ToolError
from tests.fuzzing import midi_faults, seeds, table_faults, text_faults, xml_faults
from tests.fuzzing.container_faults import (
    headed_with_faults,
    safetensors_with_faults,
    wav_with_faults,
    zip_with_faults,
)
from tests.fuzzing.seeds import SAMPLE, Seeds

Fault = Callable[[bytes, Sequence[bytes], random.Random], bytes]
Use = Callable[[Path, int], int | None]
"""Reads the file with a number, by which it selects among several readers; 2 is the exit code of a refusal."""

MOST_COMPOSED = 64
"""The measures of the longest score that is composed for: 300 of them take ten seconds."""
_MESSAGE = re.compile(r"scoregen: [^\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e]*")
_OUTPUT = re.compile(r"[^\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]*")


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


def command(*arguments: str) -> int:
    """Run a command line here; AssertionError if what it prints is not one line for each message, or a bug."""
    from scoregen.cli.app import run

    output, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        code = run(arguments)
    lines = errors.getvalue().removesuffix("\n").split("\n")
    for line in lines if lines != [""] else []:
        assert _MESSAGE.fullmatch(line), f"not a message: {line!r}"
        assert "bug in scoregen" not in line, line
        assert "please report" not in line, line
    assert _OUTPUT.fullmatch(output.getvalue()), f"control characters in {output.getvalue()!r}"
    assert code in (0, 1, 2), f"exit code {code}"
    assert code != 2 or "scoregen: error: " in errors.getvalue()
    return code


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


# Files of scoregen itself.


def _ensemble(path: Path, number: int) -> None:
    if number % 4:
        from scoregen.score.ensemble import load_ensemble

        load_ensemble(str(path))
    else:
        out = path.parent / "out.musicxml"
        command("arrange", str(SAMPLE), "--ensemble", str(path), "-o", str(out), "--force")


def _rules(path: Path, number: int) -> int:
    return command("check", str(SAMPLE), "--rules", str(path))


def _style(path: Path, number: int) -> None:
    from scoregen.styles.library import load_own_style

    load_own_style(path.with_suffix(""))


def _plan(path: Path, number: int) -> None:
    from scoregen.plan.piece.planned_piece import planned_piece
    from scoregen.plan.piece.reading import read_plan
    from scoregen.plan.piece.writing import plan_text
    from scoregen.score.ensemble import load_ensemble
    from scoregen.styles.style import load_style

    plan = read_plan(path)
    if plan.measures > 64:
        return
    planned_piece(plan, load_ensemble("satb"), load_style(), 0)
    plan_text(plan)
    if number % 10 == 0 and plan.measures <= 12:
        out = path.parent / "out.musicxml"
        command("compose", "--plan", str(path), "--candidates", "1", "-o", str(out), "--force")


def _scene(path: Path, number: int) -> None:
    from scoregen.plan.scene.cues import read_scene
    from scoregen.plan.scene.scene_plan import plan_of_scene

    plan_of_scene(read_scene(path))


def _manifest(path: Path, number: int) -> None:
    from scoregen.corpora.manifest import load_corpus, verify

    corpus = load_corpus(str(path.parent))
    if number % 2:
        verify(corpus)


def _configuration(path: Path, number: int) -> None:
    from scoregen.model.training.config_file import read_config, read_sources

    read_config(path)
    read_sources(path)


def _tokens(path: Path, number: int) -> None:
    from scoregen.notation.files import write_score
    from scoregen.score.elements import Score
    from scoregen.score.ensemble import load_ensemble
    from scoregen.tokens.decode import decode
    from scoregen.tokens.text import from_json

    tokens = from_json(path.read_text("utf-8", errors="replace"))
    parts = tuple(role.part(f"P{index}", None) for index, role in enumerate(load_ensemble("satb").roles, 1))
    if {(slot.part, slot.staff) for slot in tokens.slots} <= {(part.id, 1) for part in parts}:
        write_score(decode(tokens, Score(parts, ())), path.parent / "out.musicxml", force=True)


def _shard(path: Path, number: int) -> None:
    from scoregen.corpora.shards import Shard

    for _ in Shard(path).records():
        pass


# Weights and what is next to them: one file of a copy of a small checkpoint is faulty.


@cache
def _checkpoint() -> Path:
    from scoregen.system.resources import weights

    return weights() / "satb-chorales"


def _beside(suffix: str) -> Seeds:
    return lambda: [_checkpoint().with_suffix(suffix).read_bytes()]


def _load(path: Path, number: int) -> None:
    """Load the checkpoint with the faulty file, whose checksum is put right; compose with it now and then."""
    import hashlib

    from scoregen.model.network.checkpoint import network_of
    from scoregen.model.sampling.pretrained import load_pretrained
    from scoregen.score.ensemble import load_ensemble

    stem = path.with_suffix("")
    for file in _checkpoint().parent.glob(f"{_checkpoint().name}.*"):
        target = stem.with_suffix(file.suffix)
        if target.suffix != path.suffix:
            shutil.copy(file, target)
    if path.suffix == ".safetensors":
        about = json.loads(stem.with_suffix(".json").read_text())
        about["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
        stem.with_suffix(".json").write_text(json.dumps(about))
    pretrained = load_pretrained(stem, load_ensemble("satb"))
    if path.suffix in (".json", ".safetensors"):
        network_of(pretrained.weights)
    if number % 25 == 0:
        options = ("--measures", "2", "--candidates", "1", "--checkpoint", str(stem), "--force")
        command("compose", "-o", str(path.parent / "out.musicxml"), *options)


TARGETS: dict[str, Target] = {
    "musicxml": Target("score.musicxml", seeds.scores, _xml, _read, 30),
    "mxl": Target("score.mxl", seeds.zipped, _zip, _read, 8),
    "midi": Target("score.mid", seeds.midi, _plain(midi_faults.with_faults), _read, 20),
    "abc": Target("score.abc", lambda: seeds.files("*/*.abc"), text_faults.with_faults, _read, 12),
    "kern": Target("score.krn", lambda: seeds.files("*/*.krn"), text_faults.with_faults, _read_here, 6),
    "mei": Target("score.mei", lambda: seeds.files("*/*.mei"), _xml, _read_here, 4),
    "wav": Target("take.wav", seeds.sounds, _plain(wav_with_faults), _read, 2, ("soundfile", "soxr", "swift_f0")),
    "ensemble": Target("own.toml", seeds.tables("ensembles"), _toml, _ensemble, 4),
    "rules": Target("rules.toml", seeds.tables("rules"), _toml, _rules, 3),
    "style": Target("mine.style", seeds.styles, _toml, _style, 4),
    "plan": Target("plan.toml", seeds.plans, _toml, _plan, 6),
    "cues": Target("cues.toml", seeds.cues, _toml, _scene, 6),
    "manifest": Target("manifest.toml", seeds.manifests, _toml, _manifest, 4),
    "configuration": Target("training.toml", seeds.configurations, _toml, _configuration, 4),
    "tokens": Target("tokens.json", seeds.token_texts, _json, _tokens, 4),
    "shard": Target("shard.safetensors", seeds.shards, _plain(safetensors_with_faults), _shard, 3),
    "description": Target("copy.json", _beside(".json"), _json, _load, 2),
    "weights": Target("copy.safetensors", _beside(".safetensors"), _plain(safetensors_with_faults), _load, 2),
    "calibration": Target("copy.calibration", _beside(".calibration"), _json, _load, 2),
    "novelty": Target("copy.novelty", _beside(".novelty"), _plain(headed_with_faults), _load, 1),
    "successions": Target("copy.successions", _beside(".successions"), _plain(headed_with_faults), _load, 1),
    "planner": Target("copy.planner", _beside(".planner"), _plain(safetensors_with_faults), _load, 1),
}
