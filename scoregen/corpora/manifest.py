"""Corpora by name (a manifest in corpora/) or by folder: pieces, splits, licence."""

from __future__ import annotations

import hashlib
import importlib.util
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from scoregen.system.errors import InputError
from scoregen.system.resources import folder

Split = Literal["train", "valid", "test"]
SUFFIXES = (".musicxml", ".xml", ".mxl", ".krn", ".mei", ".abc", ".mid", ".midi", ".mscz", ".mscx", ".capx")


@dataclass(frozen=True, slots=True)
class CorpusPiece:
    name: str
    split: Split
    path: Path
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Corpus:
    """Pieces in a fixed order; checkpoints record `licence` and `source`.

    `is_split`: a manifest defines the splits; otherwise the file names define them.
    """

    name: str
    source: str
    licence: str
    pieces: tuple[CorpusPiece, ...]
    is_split: bool = False

    def split(self, split: Split) -> tuple[CorpusPiece, ...]:
        return tuple(piece for piece in self.pieces if piece.split == split)


def load_corpus(which: str) -> Corpus:
    """The corpus of a folder of scores (by its manifest.toml if it has one), or a corpus of corpora/ by its name.

    Raises InputError if there is neither; the message lists the names.
    """
    manifests = {path.parent.name: path for path in sorted(folder("corpora").glob("*/manifest.toml"))}
    if Path(which).is_dir():
        manifest = Path(which) / "manifest.toml"
        return _from_manifest(manifest) if manifest.is_file() else _from_folder(Path(which))
    if which not in manifests:
        raise InputError(f"found no corpus {which!r}; expected a folder of scores, or one of: {', '.join(manifests)}")
    return _from_manifest(manifests[which])


def verify(corpus: Corpus) -> None:
    """Compare every file with its checksum. InputError names the first that is missing or different."""
    for piece in corpus.pieces:
        if not piece.path.is_file():
            raise InputError(f"{piece.path}: found no file; the manifest of {corpus.name} lists it")
        if piece.sha256 and hashlib.sha256(piece.path.read_bytes()).hexdigest() != piece.sha256:
            raise InputError(
                f"{piece.path}: found another checksum than the manifest of {corpus.name}; install the version in it"
            )


def _from_manifest(path: Path) -> Corpus:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: found invalid TOML ({error}); expected a manifest") from None
    missing = [key for key in ("name", "source", "licence") if key not in table]
    if missing:
        raise InputError(f"{path}: found no {', '.join(missing)}; expected name, source and licence")
    root = _package_folder(table["package"]) / table["folder"] if "package" in table else path.parent
    pieces = tuple(
        CorpusPiece(name, split, root / name, checksum)
        for split in ("train", "valid", "test")
        for name, checksum in table.get(split, {}).items()
    )
    if not pieces:
        raise InputError(f"{path}: found no piece under train, valid or test; expected at least one")
    return Corpus(table["name"], table["source"], table["licence"], pieces, is_split=True)


def _package_folder(package: str) -> Path:
    """The folder of an installed package, without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise InputError(f"found no Python package {package}, which contains the corpus; install it")
    return Path(spec.origin).parent


def _from_folder(path: Path) -> Corpus:
    files = sorted(file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES)
    if not files:
        raise InputError(f"{path}: found no scores; expected files ending in {' '.join(SUFFIXES)}")
    splits = _splits([file.name for file in files])
    pieces = tuple(
        CorpusPiece(file.relative_to(path).as_posix(), split, file) for file, split in zip(files, splits, strict=True)
    )
    return Corpus(path.resolve().name, str(path), "the user's own", pieces)


def _splits(names: Sequence[str]) -> list[Split]:
    """The split of each file by the hash of its name, 90, 5 and 5 %, so that new files do not move others.

    Of two files or more, one is always for training and one for validation: the first and the last by their hashes.
    """
    hashes = [name_hash(name) for name in names]
    splits = [_split_of(digest) for digest in hashes]
    for wanted, chosen in (("train", max(hashes)), ("valid", min(hashes))):
        if wanted not in splits and len(splits) > 1:
            splits[hashes.index(chosen)] = wanted  # type: ignore[call-overload]  # it is a literal of Split
    return splits


def name_hash(name: str) -> bytes:
    """The hash of a file name, which orders the files of a folder at random but always alike."""
    return hashlib.sha256(name.encode(errors="surrogateescape")).digest()


def _split_of(digest: bytes) -> Split:
    return "valid" if digest[0] < 13 else "test" if digest[0] < 26 else "train"
