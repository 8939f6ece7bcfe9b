"""Under which licence a file may be used, as far as its manifest, the file itself or its folder states it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

Kind = Literal["public-domain", "attribution", "share-alike", "no-derivatives", "non-commercial", "reserved", "unknown"]
KINDS: tuple[Kind, ...] = (
    "public-domain", "attribution", "share-alike", "no-derivatives", "non-commercial", "reserved", "unknown"
)  # fmt: skip
"""The kinds of licence, from the freest to the strictest; of an unknown one nothing is stated."""
UNKNOWN = "unknown"

_PARTS = r"(?:[\s-]*(by|sa|nc|nd))"
_CREATIVE = re.compile(
    rf"(?:\bcc{_PARTS}+|creativecommons\.org/licenses/[a-z-]+|creative\s*commons\s+attribution[\w\s-]*)", re.I
)
_VERSION = re.compile(r"[\s/v-]*(\d\.\d)", re.I)
_PATTERNS: tuple[tuple[str, str, Kind], ...] = (
    (r"\bcc[\s-]*0\b|\bcc[\s-]*zero\b|publicdomain/zero|creative\s*commons\s+zero", "CC0-1.0", "public-domain"),
    (r"\bpublic[\s-]*domain\b|publicdomain/mark|\bgemeinfrei\b|\bdomaine\s+public\b|\bno copyright\b", "public domain",
     "public-domain"),
    (r"\bopen data commons attribution\b|\bodc-by\b", "ODC-BY", "attribution"),
    (r"\bMIT License\b|\bMIT\b", "MIT", "attribution"),
    (r"\bApache(?: License)?,?\s*(?:Version\s*)?2\.0\b", "Apache-2.0", "attribution"),
    (r"\bBSD\b|Redistribution and use in source and binary forms", "BSD", "attribution"),
    (r"\bMozilla Public License\b|\bMPL-2\.0\b", "MPL-2.0", "share-alike"),
    (r"\bODbL\b|\bopen database license\b", "ODbL", "share-alike"),
    (r"\bGNU (?:Lesser |Affero )?General Public License\b|\b[AL]?GPL(?:v?[23])?\b", "GPL", "share-alike"),
    (r"\bGNU Free Documentation License\b|\bGFDL\b", "GFDL", "share-alike"),
    (r"\bnon-?commercial\b|\bpersonal use only\b|\bnot for sale\b", "non-commercial use", "non-commercial"),
    (r"\ball rights reserved\b|\balle rechte vorbehalten\b|\btous droits\b|©|\(c\)|\bcopyright\b|℗", "copyright",
     "reserved"),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern, re.I), name, kind) for pattern, name, kind in _PATTERNS)
_FREE_COPYING = re.compile(
    r"free(?:ly)? (?:to )?(?:copy|copied|distribut|use)|may be (?:freely )?(?:copied|distributed)", re.I
)
_FILES = re.compile(r"(?:un)?licen[cs]e|copying|rights", re.I)
_CONFLICT = re.compile(r" \[[^\]]+ says [^\]]*\]$")
"""What `licence_of` appends to a licence that contradicts another statement."""
_MOST_READ = 20_000


@dataclass(frozen=True, slots=True)
class Licence:
    """`text` names the licence, or quotes what is stated; `origin` says who states it."""

    text: str
    kind: Kind
    origin: str = ""

    @property
    def strictness(self) -> int:
        """How much it restricts; an unknown one is never stricter than a known one."""
        return -1 if self.kind == "unknown" else KINDS.index(self.kind)


NOTHING = Licence(UNKNOWN, "unknown", "nothing is stated")


def recognise(text: str, origin: str = "") -> Licence:
    """The licence that a text names; an unknown one if it names none.

    A licence counts before a mere notice of copyright, the strictest of several before others.
    """
    text = _CONFLICT.sub("", text)
    found = [*_creative_commons(text), *((name, kind) for pattern, name, kind in _COMPILED if pattern.search(text))]
    granted = [each for each in found if each[1] != "reserved"]
    if not granted and found and _FREE_COPYING.search(text):
        return Licence(_quoted(text), "unknown", origin)
    if not found:
        return Licence(_quoted(text) or UNKNOWN, "unknown", origin)
    name, kind = max(granted or found, key=lambda each: KINDS.index(each[1]))
    return Licence(name if kind != "reserved" else _quoted(text), kind, origin)


def _creative_commons(text: str) -> Iterator[tuple[str, Kind]]:
    """The Creative Commons licences that a text names, by their abbreviation, their address or in words."""
    for match in _CREATIVE.finditer(text):
        words = match[0].lower().replace("non-commercial", "nc").replace("noncommercial", "nc")
        words = words.replace("attribution", "by").replace("share-alike", "sa").replace("sharealike", "sa")
        words = re.sub(r"no-?derivatives|no-?derivs", "nd", words)
        parts = [part for part in ("by", "nc", "nd", "sa") if re.search(rf"(?<![a-z]){part}(?![a-z])", words)]
        if parts:
            version = _VERSION.match(text, match.end())
            kinds: dict[str, Kind] = {"nc": "non-commercial", "nd": "no-derivatives", "sa": "share-alike"}
            kind: Kind = next((kinds[part] for part in ("nc", "nd", "sa") if part in parts), "attribution")
            yield "-".join(["CC", *map(str.upper, parts), *([version[1]] if version else [])]), kind


def _quoted(text: str) -> str:
    """The beginning of a statement on one line."""
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:77]}..."


def licence_of(stated: str, rights: str, folder: Licence, whose: str = "the manifest") -> Licence:
    """The licence of a file: that of its manifest or option (`stated`), else its own, else that of its folder.

    What a file says of itself counts if it is stricter: collections state at times what their files contradict.
    """
    general = recognise(stated, whose) if stated else folder
    own = recognise(rights, "the file") if rights else NOTHING
    if own.strictness > general.strictness:
        text = own.text if general.kind == "unknown" else f"{own.text} [{general.origin} says {general.text}]"
        return Licence(text, own.kind, own.origin)
    if stated and general.kind == "unknown":
        return Licence(stated, "unknown", whose)
    return general


class FolderLicences:
    """The licences that folders state in a file such as LICENSE, for all below them."""

    def __init__(self, top: Path) -> None:
        self._top = top.resolve()
        self._of = lru_cache(maxsize=4096)(self._read)

    def of(self, file: Path) -> Licence:
        """The licence of the nearest folder of a file that states one, not above the top."""
        for folder in self._folders(file.resolve().parent):
            licence = self._of(folder)
            if licence is not None:
                return licence
        return NOTHING

    def _folders(self, folder: Path) -> Iterable[Path]:
        return [each for each in (folder, *folder.parents) if each.is_relative_to(self._top)]

    def _read(self, folder: Path) -> Licence | None:
        names = sorted(path for path in folder.iterdir() if _FILES.match(path.stem) and path.is_file())
        for path in names:
            if path.suffix.lower() in ("", ".txt", ".md", ".rst"):
                text = path.read_bytes()[:_MOST_READ].decode(errors="replace")
                return recognise(text, path.relative_to(self._top).as_posix())
        return None
