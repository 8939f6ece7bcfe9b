"""What a file says of itself: title, composer, rights. Some formats say it where their readers do not look."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from scoregen.notation.humdrum.spines import reference_records
from scoregen.score.elements import Score

_MOST_READ = 1 << 18
_TAG = re.compile(r"<[^>]+>")
_COPYRIGHT = b"\xff\x02"


@dataclass(frozen=True, slots=True)
class Statements:
    title: str = ""
    composer: str = ""
    rights: str = ""


def statements(path: Path, score: Score | None = None) -> Statements:
    """What a file says of its title, its composer and its rights; empty where it says nothing."""
    found = _score_statements(score) if score else Statements()
    own = _file_statements(path)
    return Statements(own.title or found.title, own.composer or found.composer, own.rights or found.rights)


def _score_statements(score: Score) -> Statements:
    about = score.metadata
    others = [value for name, value in about.miscellaneous if re.search("copyright|rights|licen[cs]e", name, re.I)]
    rights = [about.rights or "", *others]
    return Statements(_line([about.title or about.movement or ""]), _line([about.composer or ""]), _line(rights))


def _file_statements(path: Path) -> Statements:
    """What stands in the first part of a file, by its format; an archive is read by the directory at its end."""
    suffix = path.suffix.lower()
    if suffix == ".mscz":
        return _musescore_archive(path)
    if suffix not in _READERS:
        return Statements()
    with path.open("rb") as file:
        return _READERS[suffix](file.read(_MOST_READ))


def _humdrum(data: bytes) -> Statements:
    """Reference records; a collection (OPR) is the title of the works in it."""
    records = reference_records(data.decode(errors="replace"))
    title = records.get("OPR") or records.get("OTL") or ""
    rights = [records.get(name, "") for name in ("YEM", "YEC", "YER", "YOR", "PPR")]
    return Statements(title, records.get("COM", ""), _line(rights))


def _abc(data: bytes) -> Statements:
    """Fields of information that speak of rights; the reader knows the others."""
    lines = data.decode(errors="replace").splitlines()
    fields = [line[2:] for line in lines if line[:2] in ("Z:", "N:", "F:", "S:")]
    fields += [line.partition(" ")[2] for line in lines if line.startswith("%%abc-copyright")]
    named = re.compile(r"copyright|©|\(c\)|licen[cs]e|public domain|\bcc[ -](?:by|0)|creativecommons|rights", re.I)
    return Statements(rights=_line(field for field in fields if named.search(field)))


def _mei(data: bytes) -> Statements:
    text = data.decode(errors="replace")
    found = re.search(r"<availability\b.*?</availability>", text, re.S)
    return Statements(
        rights=_line([_TAG.sub(" ", found[0]), *re.findall(r'target="([^"]+)"', found[0])] if found else [])
    )


def _midi(data: bytes) -> Statements:
    """The text of the first meta event for copyright that holds readable text."""
    for place in [match.end() for match in re.finditer(re.escape(_COPYRIGHT), data)]:
        if place < len(data) and 3 < data[place] < 128:
            text = data[place + 1 : place + 1 + data[place]].decode("latin-1")
            if len(text) == data[place] and text.isprintable():
                return Statements(rights=_line([text]))
    return Statements()


def _musescore(data: bytes) -> Statements:
    """The tags of an uncompressed MuseScore file."""
    text = data.decode(errors="replace")

    def tag(name: str) -> str:
        found = re.search(rf'<metaTag name="{name}">(.*?)</metaTag>', text, re.S)
        return _line([found[1]]) if found else ""

    return Statements(tag("workTitle"), tag("composer"), tag("copyright"))


def _musescore_archive(path: Path) -> Statements:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.endswith(".mscx") and "/" not in name]
            with archive.open(names[0]) as member:
                return _musescore(member.read(_MOST_READ))
    except (zipfile.BadZipFile, IndexError, OSError, NotImplementedError, RuntimeError, ValueError, EOFError):
        return Statements()


def _line(texts: Iterable[str]) -> str:
    return "; ".join(filter(None, (" ".join(text.split()) for text in texts)))[:500]


_READERS: dict[str, Callable[[bytes], Statements]] = {
    ".krn": _humdrum,
    ".abc": _abc,
    ".mei": _mei,
    ".mid": _midi,
    ".midi": _midi,
    ".kar": _midi,
    ".mscx": _musescore,
}
