"""Checks of the installation that start none of its parts.

A finding has a name, a state and a detail. `missing` prevents composing, `absent` only a convenience. torch is
imported only if there is a CUDA device to describe.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from scoregen.system.errors import ScoregenError
from scoregen.system.resources import folder, weights
from scoregen.system.version import __version__
from scoregen.transcription.recordings.extras import NEEDED, PIANO_MODULES, VOICE_MODULES, missing_modules

State = Literal["ok", "absent", "missing"]

ESSENTIAL = (
    "torch",
    "numpy",
    "onnxruntime",
    "safetensors",
    "lxml",
    "verovio",
    "typst",
    "fonttools",
    "brotli",
    "mido",
    "typer",
)
CONVENIENT = ("music21", "partitura")
"""Python distributions. Without the convenient ones only some input formats are unavailable."""


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    state: State
    detail: str


def examine() -> tuple[Finding, ...]:
    """Every finding, the essential ones first."""
    return (
        Finding("scoregen", "ok", f"{__version__} in {Path(__file__).parent.parent}"),
        Finding("python", "ok", f"{platform.python_version()} on {platform.system()} {platform.machine()}"),
        *(_distribution(name, "missing") for name in ESSENTIAL),
        *(_distribution(name, "absent") for name in CONVENIENT),
        _checked("device", _device),
        _checked("engine", _engine),
        *_weights(),
        _checked("grammars", _grammars),
        _checked("fonts", _font_cache),
        _listener("recordings of a line", VOICE_MODULES),
        _listener("recordings of a piano", PIANO_MODULES),
        _program("mscore3", ("mscore3", "--version"), "reads MuseScore's own files"),
        _program("fluidsynth", ("fluidsynth", "--version"), "plays scores (.wav .flac .mp3 .ogg)"),
        _soundfont(),
        _live(),
        _distribution("soundfile", "absent"),
    )


def is_usable(findings: Iterable[Finding]) -> bool:
    """Whether nothing essential is missing."""
    return all(finding.state != "missing" for finding in findings)


def _distribution(name: str, otherwise: State) -> Finding:
    try:
        return Finding(name, "ok", importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, otherwise, f"not installed; `pip install {name}`")


def _listener(name: str, modules: tuple[str, ...]) -> Finding:
    """Whether some kind of recording can be heard."""
    missing = missing_modules(modules)
    if not missing:
        return Finding(name, "ok", ", ".join(modules))
    return Finding(name, "absent", f"not installed: {', '.join(missing)}; {NEEDED[missing[-1]][1]}")


def _checked(name: str, look: Callable[[], str]) -> Finding:
    """The result of `look`, or the exception of a broken installation as a finding."""
    try:
        return Finding(name, "ok", look())
    except Exception as error:
        return Finding(name, "missing", f"{type(error).__name__}: {error}")


def _device() -> str:
    """What the network runs on where nobody asks for a device: training, and composing of few and many drafts."""
    from scoregen.model.engine.device import MIN_CUDA_ROWS, describe_cuda

    cuda = describe_cuda()
    return f"{cuda} for training and {MIN_CUDA_ROWS} drafts or more, else cpu" if cuda else "cpu; no CUDA device"


def _engine() -> str:
    """What runs the network on a CPU, tried with the weights that ship."""
    from scoregen.model.engine.loading import load_engine
    from scoregen.model.network.checkpoint import read_weights

    engine = load_engine(read_weights(), "cpu")
    others = "networks of another shape run on torch"
    return (
        f"{engine.device}; {others}"
        if engine.device.startswith("ONNX")
        else f"{engine.device}; its graphs are not of this shape"
    )


def _weights() -> tuple[Finding, ...]:
    """Each file of weights that ships with the package, with its checksum."""
    files = sorted(weights().glob("*.safetensors"))
    if not files:
        return (Finding("weights", "missing", f"found none in {weights()}; install the package again"),)
    return tuple(_checked(f"weights {path.stem}", partial(_checksum, path)) for path in files)


def _checksum(path: Path) -> str:
    """The checksum of the weights; ValueError if it differs from that in their JSON file."""
    checksum = hashlib.sha256(path.read_bytes()).hexdigest()
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["sha256"]
    if checksum != expected:
        raise ValueError(f"sha256 {checksum} is not the one in {path.stem}.json; install the package again")
    return f"sha256 {checksum}"


def _grammars() -> str:
    grammars = folder("grammars")
    if not (grammars / "ensembles").is_dir():
        raise FileNotFoundError(f"found no ensembles in {grammars}; install the package again")
    return str(grammars)


def _font_cache() -> str:
    """The folder of the unpacked fonts: a cache, or a temporary folder if no cache is writable."""
    from scoregen.notation.engraving.fonts import font_folder

    return str(font_folder())


def _live() -> Finding:
    """Whether MIDI ports can be opened."""
    from scoregen.notation.midi.live.ports import INSTALL, is_installed

    if is_installed():
        return Finding("live MIDI", "ok", "python-rtmidi")
    return Finding("live MIDI", "absent", f"python-rtmidi is not installed; {INSTALL}")


def _soundfont() -> Finding:
    """The file of instruments that sound is made with."""
    from scoregen.notation.sound.soundfonts import soundfont

    try:
        return Finding("soundfont", "ok", str(soundfont()))
    except ScoregenError as error:
        return Finding("soundfont", "absent", str(error))


def _program(name: str, command: tuple[str, ...], use: str) -> Finding:
    if shutil.which(name) is None:
        return Finding(name, "absent", f"not on the path; the program {use}")
    quiet = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False, env=quiet)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Finding(name, "absent", f"does not start ({type(error).__name__}); the program {use}")
    return Finding(name, "ok", done.stdout.strip().partition("\n")[0] or f"exit code {done.returncode}")
