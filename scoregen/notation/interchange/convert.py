"""Converts other notations to MusicXML text, which is then read like any MusicXML file.

music21 reads `**kern`, ABC and Capella. music21 also reads MEI; if it fails or loses notes, partitura does.
MuseScore reads its own files. What a library makes of an MEI file is compared with the notes of the file, and
refused if they differ.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from scoregen.notation.musicxml.document import load_document, parse, read_bytes, serialize
from scoregen.notation.musicxml.tree import parse_xml
from scoregen.system.errors import Place, ReadError, RefusedError, ToolError
from scoregen.system.subprocesses import ask, ending, run

if TYPE_CHECKING:
    from lxml.etree import _Element

Library = Literal["music21", "partitura"]

MUSIC21_FORMATS = {".krn": "humdrum", ".abc": "abc", ".capx": "capella", ".mei": "mei"}
"""The suffixes that music21 reads, and its names of the formats."""

TIMEOUT_SECONDS = 120.0

_WORKER = Path(__file__).with_name("worker.py")
_MUSESCORES = ("mscore4portable", "mscore", "musescore", "mscore3", "musescore3")
_INVENTED = {"Music21 Fragment", "Music21", "music21"}
# A decoration between a broken-rhythm sign and its note, which makes music21 overlook the sign.
_LATE_DECORATION = re.compile(r"(?<=[A-Ga-gz0-9/',])([<>]+)[.~uvHLMOPST]+(?=[_=^]*[A-Ga-g\[])")
_ABC_FIELD = re.compile(r"^([A-Za-z]:|%)")
_MEI = "{http://www.music-encoding.org/ns/mei}"
_MEI_ALTERNATIVES = ("sic", "orig", "del", "rdg", "ossia")


def to_musicxml_text(path: Path) -> bytes:
    """A notation file of another format as MusicXML text.

    Raises ReadError for a damaged file, RefusedError for a file with several pieces or one that no library
    reads without losing notes, and ToolError if a program is missing.
    """
    suffix = path.suffix.lower()
    if suffix in (".mscz", ".mscx"):
        return _by_musescore(path)
    if suffix == ".mei":
        return _mei(path)
    if suffix == ".abc":
        return _abc(path)
    read_bytes(path)  # its errors are better than a library's
    return _by_library(path, path, "music21", MUSIC21_FORMATS[suffix])


def _by_library(path: Path, shown: Path, library: Library, kind: str) -> bytes:
    """Convert a file with a library; `shown` is its name in errors."""
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
    return _clean_up(answer["text"].encode(), str(shown))


def _clean_up(text: bytes, file: str) -> bytes:
    """Remove the title and names that music21 invents, and give parts short ids."""
    root = parse(text, file)
    for tag in ("movement-title", "identification/creator", "work/work-title"):
        for element in root.findall(tag):
            if (element.text or "").strip() in _INVENTED:
                element.getparent().remove(element)  # type: ignore[union-attr]  # it is below the root
    ids = {part.get("id", ""): f"P{index}" for index, part in enumerate(root.iter("score-part"), start=1)}
    for element in (*root.iter("score-part"), *root.findall("part")):
        element.set("id", ids.get(element.get("id", ""), element.get("id", "")))
    return serialize(root)


def _abc(path: Path) -> bytes:
    """ABC in any encoding; decorations that music21 mishandles are removed from a copy."""
    data = read_bytes(path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    lines = (line if _ABC_FIELD.match(line) else _LATE_DECORATION.sub(r"\1", line) for line in text.splitlines())
    with tempfile.TemporaryDirectory(prefix="scoregen-") as folder:
        copy = Path(folder) / "tune.abc"
        copy.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return _by_library(copy, path, "music21", "abc")


def _mei(path: Path) -> bytes:
    """MEI by the first library that keeps every note."""
    root = parse_xml(read_bytes(path), str(path))
    wanted, failures = _mei_notes(root), []
    _work_around_music21(root)
    with tempfile.TemporaryDirectory(prefix="scoregen-") as folder:
        copy = Path(folder) / "score.mei"
        copy.write_bytes(_xml_text(root))
        for library in ("music21", "partitura"):
            try:
                text = _without_hyphens(_by_library(copy, path, library, "mei"), str(path))
            except ReadError as error:
                failures.append(error.message)
                continue
            if _musicxml_notes(text, str(path)) == wanted:
                return text
            failures.append(f"{library} loses or changes some of its {wanted.total()} notes")
    place = Place(str(path))
    raise RefusedError(f"this MEI cannot be read in full ({'; '.join(failures)}); export it as MusicXML", place)


def _mei_notes(root: _Element) -> Counter[str]:
    """The written notes of an MEI file as step and octave, without alternative readings."""
    if root.tag not in (f"{_MEI}mei", f"{_MEI}music"):
        return Counter()
    for name in _MEI_ALTERNATIVES:
        for element in list(root.iter(f"{_MEI}{name}")):
            if name != "rdg" or element.getprevious() is not None:
                element.getparent().remove(element)  # type: ignore[union-attr]  # it is below the root
    notes = root.iter(f"{_MEI}note")
    return Counter(f"{note.get('pname', '').upper()}{note.get('oct', '')}" for note in notes)


def _work_around_music21(root: _Element) -> None:
    """Remove syllable attributes that music21 does not support: connectors, and the word position `s`."""
    for syllable in root.iter(f"{_MEI}syl"):
        if syllable.get("con") is not None:
            del syllable.attrib["con"]
        if syllable.get("wordpos") == "s":
            del syllable.attrib["wordpos"]


def _musicxml_notes(text: bytes, file: str) -> Counter[str]:
    pitches = parse(text, file).iter("pitch")
    return Counter(f"{pitch.findtext('step', '')}{pitch.findtext('octave', '')}" for pitch in pitches)


def _without_hyphens(text: bytes, file: str) -> bytes:
    """Remove the hyphens that music21 writes into MEI's syllables."""
    root = parse(text, file)
    for lyric in root.iter("lyric"):
        words, syllabic = lyric.find("text"), lyric.findtext("syllabic")
        if words is not None and words.text:
            words.text = words.text.removeprefix("-") if syllabic in ("middle", "end") else words.text
            words.text = words.text.removesuffix("-") if syllabic in ("begin", "middle") else words.text
    return serialize(root)


def _xml_text(root: _Element) -> bytes:
    """The tree as text without its DOCTYPE."""
    return serialize(root).partition(b"\n")[2].partition(b"\n")[2]


def _by_musescore(path: Path) -> bytes:
    """Convert MuseScore's own files with MuseScore, if it is installed."""
    read_bytes(path)
    program = next((found for name in _MUSESCORES if (found := shutil.which(name))), None)
    if program is None:
        raise ToolError(
            "reading a MuseScore file needs MuseScore; install it, or export the score as MusicXML", Place(str(path))
        )
    with tempfile.TemporaryDirectory(prefix="scoregen-") as folder:
        target = Path(folder) / "score.musicxml"
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": folder}
        command = [program, "-o", str(target), str(path.resolve())]
        done = run(command, TIMEOUT_SECONDS, "MuseScore", environment=environment)
        if done.returncode != 0 or not target.is_file():
            how = ending(done.returncode, b"") if done.returncode else "wrote no score"
            raise ReadError(f"MuseScore {how}; is the file damaged?", Place(str(path)))
        return load_document(target)
