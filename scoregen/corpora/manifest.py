"""Corpora by name (a manifest in corpora/) or by folder: pieces, splits, licence."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Any, Literal

from scoregen.system.errors import InputError, Place, ReadError
from scoregen.system.resources import folder
from scoregen.system.toml_files import read_toml

Split = Literal["train", "valid", "test"]
SPLITS: tuple[Split, ...] = ("train", "valid", "test")
SUFFIXES = (
    ".musicxml", ".xml", ".mxl", ".krn", ".mei", ".abc", ".mid", ".midi", ".kar", ".rmi", ".mscz", ".mscx", ".capx"
)  # fmt: skip
MANIFEST = "manifest.toml"
_CHECKSUM = re.compile(r"(?:[0-9a-fA-F]{64})?")


@dataclass(frozen=True, slots=True)
class CorpusPiece:
    name: str
    split: Split
    path: Path
    sha256: str | None = None
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Pieces in a fixed order; checkpoints record `licence` and `source`.

    `is_split`: a manifest defines the splits; otherwise the file names define them. `style` is a pattern whose first
    group is the style of a file, as its name tells it: the composer. `is_listed`: a manifest lists the files; otherwise
    `source` is their folder, and no one has stated a licence.
    """

    name: str
    source: str
    licence: str
    pieces: tuple[CorpusPiece, ...]
    is_split: bool = False
    style: str = ""
    is_listed: bool = False

    def style_of(self, piece: CorpusPiece) -> str:
        """The style of a piece: what the pattern finds in the name of its file, else the name of the corpus."""
        found = re.search(self.style, piece.name) if self.style else None
        return found[1] if found else self.name

    def split(self, split: Split) -> tuple[CorpusPiece, ...]:
        return tuple(piece for piece in self.pieces if piece.split == split)


def load_corpus(which: str) -> Corpus:
    """The corpus of a folder of scores (by its manifest.toml if it has one), or a corpus of corpora/ by its name.

    Raises InputError if there is neither; the message lists the names.
    """
    manifests = _manifests()
    if Path(which).is_dir():
        manifest = Path(which) / MANIFEST
        return load_manifest(manifest) if manifest.is_file() else load_folder(Path(which))
    if which not in manifests:
        raise InputError(f"found no corpus {which!r}; expected a folder of scores, or one of: {', '.join(manifests)}")
    corpus = load_manifest(manifests[which])
    if not any(piece.path.is_file() for piece in corpus.pieces):
        raise InputError(
            f"found no file of {which}, which is not part of scoregen; expected a folder with {corpus.source}"
        )
    return corpus


def load_corpus_in(name: str, data: Path) -> Corpus:
    """A corpus of corpora/ by its name, with its files in the folder `data`, since not all corpora are shipped.

    Raises InputError if there is no manifest of this name.
    """
    manifests = _manifests()
    if name not in manifests:
        raise InputError(f"found no manifest of {name!r}; expected one of: {', '.join(manifests)}")
    return load_manifest(manifests[name], data)


def _manifests() -> dict[str, Path]:
    return {path.parent.name: path for path in sorted(folder("corpora").glob(f"*/{MANIFEST}"))}


def verify(corpus: Corpus) -> None:
    """Compare every file with its checksum. InputError names the first that is missing or different."""
    for piece in corpus.pieces:
        verify_piece(piece, corpus.name)


def verify_piece(piece: CorpusPiece, corpus: str) -> None:
    """Compare a file with its checksum in the manifest, if it has one. InputError if it is missing or different."""
    place = Place(str(piece.path))
    if not piece.path.is_file():
        raise InputError(f"found no file; the manifest of {corpus} lists it", place)
    if piece.sha256 and checksum(piece.path) != piece.sha256.lower():
        raise InputError(f"found another checksum than the manifest of {corpus}; install the version in it", place)


def checksums(pieces: Sequence[CorpusPiece]) -> dict[str, str]:
    """The SHA-256 of the file of each piece by its name: what weights were trained on."""
    return {piece.name: checksum(piece.path) for piece in pieces}


def checksum(path: Path) -> str:
    """The SHA-256 of a file; empty for one that cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def load_manifest(path: Path, data: Path | None = None) -> Corpus:
    """The corpus of a manifest, with its files in the folder `data`, else beside it. InputError for another file."""
    try:
        corpus = _corpus_of(read_toml(path), data or path.parent)
    except ReadError:
        raise
    except InputError as error:
        raise InputError(error.message, Place(str(path))) from None
    return corpus


def _corpus_of(table: Mapping[str, Any], root: Path) -> Corpus:
    """The corpus of a manifest. InputError for what it lacks, and for files outside its folder."""
    missing = [key for key in ("name", "source", "licence") if key not in table]
    if missing:
        raise InputError(f"found no {', '.join(missing)}; expected name, source and licence")
    name, source, licence = (_text(table, key) for key in ("name", "source", "licence"))
    if "package" in table:
        root = _inside(_package_folder(_text(table, "package")), _text(table, "folder"))
    if "table" in table:
        pieces = table_pieces(table["table"], root)
        return Corpus(name, source, licence, pieces, style=_style(table), is_listed=True)
    pieces = tuple(
        CorpusPiece(file, split, _inside(root, file), checksum)
        for split in SPLITS
        for file, checksum in _listed(table, split).items()
    )
    if not pieces:
        raise InputError("found no piece under train, valid or test; expected at least one")
    twice = [file for file, count in Counter(piece.name for piece in pieces).items() if count > 1]
    if twice:
        raise InputError(f"{twice[0]!r} is in two splits; expected each piece in one")
    return Corpus(name, source, licence, pieces, is_split=True, style=_style(table), is_listed=True)


def _text(table: Mapping[str, Any], key: str) -> str:
    value = table.get(key)
    if not isinstance(value, str):
        raise InputError(f"{key} is {value!r}; expected a text")
    return value


def table_pieces(table: Any, root: Path) -> tuple[CorpusPiece, ...]:
    """The files that a table of the collection lists: `file` is a CSV file, `path` and `licence` are names of columns.

    `where` gives the value that other columns must have. The splits follow from the works.
    """
    names = ("file", "path")
    if not isinstance(table, dict) or not all(isinstance(table.get(name), str) for name in names):
        raise InputError("[table] lacks file or path; expected the name of a CSV file and of a column")
    where = table.get("where", {})
    path = _inside(root, table["file"])
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.DictReader(stream)
            wanted = {table["path"], *where, *([table["licence"]] if "licence" in table else [])}
            if lacking := sorted(wanted - set(rows.fieldnames or ())):
                raise InputError(f"{path} has no column {', '.join(lacking)}; expected the table of the collection")
            chosen = [row for row in rows if all(row[column] == value for column, value in where.items())]
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}; expected the table of the collection") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} is damaged: {error}; expected a CSV file") from None
    files = {(row[table["path"]] or "").removeprefix("./"): row.get(table.get("licence", ""), "") for row in chosen}
    return tuple(
        CorpusPiece(file, "train", _inside(root, file), licence=licence or "")
        for file, licence in sorted(files.items())
        if file not in ("", "NA")
    )


def _style(table: Mapping[str, Any]) -> str:
    """The pattern of the styles, with a group; empty without one."""
    pattern = _text({"style": ""} | dict(table), "style")
    try:
        if pattern and not re.compile(pattern).groups:
            raise InputError(f"style is {pattern!r}; expected a pattern with a group")
    except re.error as error:
        raise InputError(f"style is {pattern!r} ({error}); expected a regular expression") from None
    return pattern


def _listed(table: Mapping[str, Any], split: str) -> Mapping[str, str]:
    """The files of a split and their checksums, which may be empty."""
    listed = table.get(split, {})
    if not isinstance(listed, dict):
        raise InputError(f"[{split}] is {type(listed).__name__}; expected a table of files and checksums")
    for file, checksum in listed.items():
        if not isinstance(checksum, str) or not _CHECKSUM.fullmatch(checksum):
            raise InputError(f"the checksum of {file!r} is {checksum!r}; expected 64 hexadecimal digits")
    return listed


def _inside(root: Path, name: str) -> Path:
    """A file or folder below a folder. InputError for an absolute path, and for one that leaves the folder."""
    parts = PureWindowsPath(name)
    leaves = parts.is_absolute() or parts.drive or parts.root or ".." in parts.parts
    if leaves or "\0" in name or not (root / name).resolve().is_relative_to(root.resolve()):
        raise InputError(f"{name!r} is outside the folder of the corpus; expected a path inside it")
    return root / name


def _package_folder(package: str) -> Path:
    """The folder of an installed package, without importing it."""
    spec = importlib.util.find_spec(package) if package.isidentifier() else None
    if spec is None or spec.origin is None:
        raise InputError(f"found no Python package {package}, which contains the corpus; install it")
    return Path(spec.origin).parent


def load_folder(path: Path) -> Corpus:
    """The scores of a folder and those below, without a manifest. InputError if there is none."""
    files = sorted(file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES and file.name[0] != ".")
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


def split_by_hash(name: str) -> Split:
    """The split of a name by its hash: 90, 5 and 5 %."""
    return _split_of(name_hash(name))


def _split_of(digest: bytes) -> Split:
    return "valid" if digest[0] < 13 else "test" if digest[0] < 26 else "train"
