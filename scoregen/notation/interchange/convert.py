"""Reads other notations as scores, and says what could not be kept.

Each format has one reader or several, the best first: converter21, then for kern `humdrum` and for MEI music21 and
partitura; ABC is read by `abc_score`, MuseScore's files by MuseScore, Capella by MuseScore or music21. A second reader
counts the file, and the reading that loses least is taken.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from scoregen.notation.humdrum.score import kern_score
from scoregen.notation.humdrum.spines import read_kern_file, reference_records
from scoregen.notation.interchange.abc_score import read_abc
from scoregen.notation.interchange.musescore import has_musescore, musescore_to_musicxml
from scoregen.notation.interchange.tidy import tidy
from scoregen.notation.musicxml.document import decode_text, read_bytes, serialize
from scoregen.notation.musicxml.mxl import check_archive
from scoregen.notation.musicxml.read.score import read_musicxml
from scoregen.notation.musicxml.tree import parse, parse_xml
from scoregen.notation.second_readers.capella import capella_contents
from scoregen.notation.second_readers.contents import Contents, Losses, losses, score_contents, with_losses
from scoregen.notation.second_readers.kern import kern_contents
from scoregen.notation.second_readers.mei import mei_contents, without_alternatives
from scoregen.notation.second_readers.musescore import musescore_contents
from scoregen.notation.validation.document import schema_problems
from scoregen.score.elements import Metadata, Score
from scoregen.system.errors import InputError, Place, ReadError, RefusedError, ToolError
from scoregen.system.subprocesses import ask

if TYPE_CHECKING:
    from lxml.etree import _Element

Library = Literal["converter21", "music21", "partitura"]

TIMEOUT_SECONDS = 120.0
MOST_LOST = 0.5
"""The share of its notes that a file may lose; beyond it is refused."""

_WORKER = Path(__file__).with_name("worker.py")
# Tremolo signs: converter21 abbreviates the notes that the file writes out.
_TREMOLO_SIGN = re.compile(r"@+\d*@*")
_TREMOLO = re.compile(r"\*X?tremolo(?=\t|$)")
_MEI: tuple[Library, ...] = ("converter21", "music21", "partitura")
_MEI_VERSION = "5.0"
"""The version that a later one is read as; converter21 reads 4 and 5."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """A score from a library, and what it lacks."""

    score: Score
    lost: Losses


def read_other(path: Path) -> Score:
    """A file of another notation as a score, with its MusicXML as its document; its notices say what was lost.

    Raises ReadError for a damaged file, RefusedError for a file with several pieces or one that no reader reads
    without losing many notes, and ToolError if a program is missing.
    """
    suffix = path.suffix.lower()
    if suffix in (".mscz", ".mscx"):
        return _musescore(path)
    if suffix == ".mei":
        return _mei(path)
    if suffix == ".abc":
        return read_abc(path)
    if suffix == ".krn":
        return _kern(path)
    return _capella(path)


def _capella(path: Path) -> Score:
    """A Capella file, read by MuseScore where it is installed; music21 reads one voice of a staff only."""
    data = read_bytes(path)
    check_archive(data, str(path))  # its errors are better than a library's
    try:
        file = capella_contents(data, str(path))
    except (ValueError, OverflowError) as error:
        raise ReadError(f"the Capella file is damaged: {error}", Place(str(path))) from None
    by_music21 = _by_library(path, "music21", "capella")
    if file is None:
        return by_music21(path)
    readers = [lambda copy: read_musicxml(musescore_to_musicxml(copy), str(path))] if has_musescore() else []
    return _best(path, data, file, [*readers, by_music21])


def _musescore(path: Path) -> Score:
    """The MusicXML that MuseScore writes, held against what it read."""
    score = read_musicxml(musescore_to_musicxml(path), str(path))
    try:
        file = musescore_contents(read_bytes(path), str(path))
    except (ValueError, ReadError):  # a fault that MuseScore has mended
        return score
    if file is None:
        return score
    return with_losses(score, losses(file, score_contents(score)), path.name)


def _kern(path: Path) -> Score:
    """Humdrum in any encoding; converter21 reads a copy without tremolo signs."""
    text = decode_text(read_bytes(path))
    try:
        file = kern_contents(text)
    except ValueError as error:
        raise ReadError(f"the Humdrum file is damaged: {error}", Place(str(path))) from None
    plain = "\n".join(map(_without_tremolo, text.split("\n"))) + "\n"
    readers = (_by_library(path, "converter21", "kern"), lambda copy: _humdrum(text, path))
    return _best(path, plain.encode(), file, readers)


def _humdrum(text: str, path: Path) -> Score:
    """The reading that keeps every note where it sounds, and the words; slurs and dynamics are left out."""
    try:
        score = kern_score(read_kern_file(text))
    except ValueError as error:
        raise ReadError(f"the Humdrum file is damaged: {error}", Place(str(path))) from None
    records = reference_records(text)
    group = "bracket" if len(score.parts) > 1 else None
    parts = [
        replace(part, name=part.name or f"Part {number}", group=group) for number, part in enumerate(score.parts, 1)
    ]
    return replace(
        score,
        parts=tuple(parts if group else score.parts),
        metadata=Metadata(
            title=records.get("OTL") or records.get("OTL1"), composer=records.get("COM") or records.get("COM1")
        ),
    )


def _without_tremolo(line: str) -> str:
    if line.startswith("*"):
        return _TREMOLO.sub("*", line)
    return line if line.startswith("!") else _TREMOLO_SIGN.sub("", line)


def _mei(path: Path) -> Score:
    """MEI with one reading of each passage, and with all accidentals that sound."""
    root = parse_xml(read_bytes(path), str(path))
    without_alternatives(root)
    if root.get("meiversion", "")[:1] not in ("4", "5"):
        root.set("meiversion", _MEI_VERSION)
    try:
        file = mei_contents(root)
    except ValueError as error:
        raise ReadError(f"the MEI file is damaged: {error}", Place(str(path))) from None
    return _best(path, _xml_text(root), file, [_by_library(path, library, "mei") for library in _MEI])


def _by_library(path: Path, library: Library, kind: str) -> Callable[[Path], Score]:
    """A library's reading of a copy of the file."""
    return lambda copy: _score(copy, path, library, kind)


def _best(path: Path, data: bytes, file: Contents, readers: Sequence[Callable[[Path], Score]]) -> Score:
    """The first reading of a copy that keeps all notes in place, else the one that loses least."""
    readings: list[_Reading] = []
    errors: list[InputError] = []
    with tempfile.TemporaryDirectory(prefix="scoregen-") as folder:
        copy = Path(folder) / f"score{path.suffix.lower()}"
        copy.write_bytes(data)
        for read in readers:
            try:
                score = read(copy)
            except InputError as error:
                errors.append(error)
                continue
            readings.append(_Reading(score, losses(file, score_contents(score))))
            if readings[-1].lost.keeps_notes:
                break
    if not readings:
        raise errors[0]
    return _checked(min(readings, key=lambda reading: reading.lost.rank), file, path)


def _checked(reading: _Reading, file: Contents, path: Path) -> Score:
    """The score with a notice of what was lost; RefusedError if that is much."""
    total = file.notes.total()
    if reading.lost.missing > MOST_LOST * total:
        raise RefusedError(
            f"{reading.lost.missing} of {total} notes cannot be read; export the score as MusicXML", Place(str(path))
        )
    return with_losses(reading.score, reading.lost, path.name, "export it as MusicXML to keep all")


def _score(path: Path, shown: Path, library: Library, kind: str) -> Score:
    """The reading of a library; `shown` is the name of the file in errors. An invalid document is not kept."""
    text = tidy(_answer(path, shown, library, kind).encode(), str(shown))
    score = read_musicxml(text, str(shown))
    return replace(score, document=None) if schema_problems(parse(text, ""), "") else score


def _answer(path: Path, shown: Path, library: Library, kind: str) -> str:
    """The MusicXML that a library writes."""
    request = {"path": str(path.resolve()), "reader": library, "kind": kind}
    place = Place(str(shown))
    try:
        answer = ask(_WORKER, library, request, TIMEOUT_SECONDS, library)
    except ToolError as error:
        raise ReadError(f"{error.message} while reading this as {kind}; is the file damaged?", place) from None
    if "pieces" in answer:
        raise RefusedError(f"the file has {answer['pieces']} pieces; save each in its own file", place)
    if "error" in answer:
        raise ReadError(f"{library} cannot read this as {kind} ({answer['error']}); is the file damaged?", place)
    return str(answer["text"])


def _xml_text(root: _Element) -> bytes:
    """The tree as text without its DOCTYPE."""
    return serialize(root).partition(b"\n")[2].partition(b"\n")[2]
