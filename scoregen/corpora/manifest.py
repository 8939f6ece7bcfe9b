"""A corpus by name (a manifest of corpora/) or by folder: its pieces, their splits, its licence."""

from __future__ import annotations

import hashlib
import importlib.util
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from scoregen.system.errors import InputError
from scoregen.system.resources import folder

Split = Literal["train", "valid", "test"]
SUFFIXES = (".musicxml", ".xml", ".mxl", ".krn", ".mei", ".abc", ".mid", ".midi")


@dataclass(frozen=True, slots=True)
class CorpusPiece:
    name: str
    split: Split
    path: Path
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Corpus:
    """Pieces in a fixed order; `licence` and `source` are what the model card repeats.

    `is_split`: a manifest parts the pieces; those of a plain folder are parted by their names alone.
    """

    name: str
    source: str
    licence: str
    pieces: tuple[CorpusPiece, ...]
    is_split: bool = False

    def split(self, split: Split) -> tuple[CorpusPiece, ...]:
        return tuple(piece for piece in self.pieces if piece.split == split)


def load_corpus(which: str) -> Corpus:
    """The corpus of a folder of scores, by its manifest.toml if it has one, or one of corpora/ by its name.

    Raises InputError where there is neither, listing the names.
    """
    manifests = {path.parent.name: path for path in sorted(folder("corpora").glob("*/manifest.toml"))}
    if Path(which).is_dir():
        manifest = Path(which) / "manifest.toml"
        return _from_manifest(manifest) if manifest.is_file() else _from_folder(Path(which))
    if which not in manifests:
        raise InputError(f"{which!r} is neither a folder of scores nor a corpus; known: {', '.join(manifests)}")
    return _from_manifest(manifests[which])


def verify(corpus: Corpus) -> None:
    """Compare every file with its checksum; InputError names the first that is missing or differs."""
    for piece in corpus.pieces:
        if not piece.path.is_file():
            raise InputError(f"{piece.path}: {corpus.name} lists this file, which is not there")
        if piece.sha256 and hashlib.sha256(piece.path.read_bytes()).hexdigest() != piece.sha256:
            raise InputError(f"{piece.path}: differs from what {corpus.name} lists; install the version it names")


def _from_manifest(path: Path) -> Corpus:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: found no TOML ({error}); expected a manifest") from None
    missing = [key for key in ("name", "source", "licence") if key not in table]
    if missing:
        raise InputError(f"{path}: the manifest lacks {', '.join(missing)}")
    root = _package_folder(table["package"]) / table["folder"] if "package" in table else path.parent
    pieces = tuple(
        CorpusPiece(name, split, root / name, checksum)
        for split in ("train", "valid", "test")
        for name, checksum in table.get(split, {}).items()
    )
    if not pieces:
        raise InputError(f"{path}: the manifest lists no piece under train, valid or test; expected one at least")
    return Corpus(table["name"], table["source"], table["licence"], pieces, is_split=True)


def _package_folder(package: str) -> Path:
    """Where an installed package lies, without importing it."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise InputError(f"the corpus comes with the Python package {package}, which is not installed")
    return Path(found.origin).parent


def _from_folder(path: Path) -> Corpus:
    files = sorted(file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES)
    if not files:
        raise InputError(f"{path}: the folder holds no scores; expected files ending in {' '.join(SUFFIXES)}")
    pieces = tuple(CorpusPiece(str(file.relative_to(path)), _split_of(file.name), file) for file in files)
    return Corpus(path.name, str(path), "the user's own", pieces)


def _split_of(name: str) -> Split:
    """A split by the file's name alone, so that adding files never moves another: 90, 5 and 5 %."""
    bucket = hashlib.sha256(name.encode()).digest()[0]
    return "valid" if bucket < 13 else "test" if bucket < 26 else "train"
