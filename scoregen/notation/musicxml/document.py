"""A MusicXML file as text: recognised by its content, unpacked, partwise, in UTF-8.

`read` reads this text, and `graft` writes into it.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from scoregen.notation.musicxml.mxl import is_zip, read_mxl
from scoregen.notation.musicxml.tree import MAX_BYTES, MAX_PART_MEASURES, MAX_PARTS, is_serialized, parse, serialize
from scoregen.system.errors import Place, ReadError, RefusedError

__all__ = ["Document", "load_document", "open_document", "parse", "serialize"]


@dataclass(frozen=True, slots=True)
class Document:
    """A score-partwise text and its tree, with the same content."""

    text: bytes
    root: etree._Element


def load_document(path: Path) -> bytes:
    """A .musicxml, .xml or .mxl file as UTF-8 score-partwise text with a DOCTYPE.

    The content decides, not the suffix. A file that already has this form keeps every byte. Raises ReadError
    for a file that is missing, broken, malicious or not MusicXML, and RefusedError for an opus.
    """
    return open_document(path).text


def open_document(path: Path) -> Document:
    """As `load_document`, together with the parsed tree."""
    file = str(path)
    data = read_bytes(path)
    if is_zip(data):
        data = read_mxl(data, file)
    root = parse(data, file)
    _check_root(root, Place(file))
    if root.tag == "score-timewise":
        root = _partwise(root, file)
    elif is_serialized(data, root):
        return Document(data, root)
    return Document(serialize(root), root)


def read_bytes(path: Path) -> bytes:
    """The content of a regular file within the size limit. Raises ReadError for every failure."""
    place = Place(str(path))
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise ReadError("this is a folder; expected a notation file", place)
        if not stat.S_ISREG(mode):
            raise ReadError("this is not a regular file; expected a notation file", place)
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ReadError("there is no such file", place) from None
    except PermissionError:
        raise ReadError("the file cannot be read; check its permissions", place) from None
    except (OSError, ValueError) as error:
        raise ReadError(f"the file cannot be read: {error}", place) from None
    if len(data) > MAX_BYTES:
        raise ReadError(f"the file is larger than the limit of {MAX_BYTES >> 20} MiB", place)
    return data


def decode_text(data: bytes) -> str:
    """The text of a file that does not name its encoding: UTF-8, else Latin 1, with line feeds between lines."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _check_root(root: etree._Element, place: Place) -> None:
    if root.tag == "opus":
        raise RefusedError("this is an opus, a list of other files; read each of its scores separately", place)
    if root.tag not in ("score-partwise", "score-timewise"):
        raise ReadError(f"the root element is <{root.tag}>; expected <score-partwise> or <score-timewise>", place)


def _partwise(timewise: etree._Element, file: str) -> etree._Element:
    """The same score with its measures inside its parts."""
    root = etree.Element("score-partwise", _attributes(timewise))
    parts: dict[str, etree._Element] = {}
    columns = timewise.findall("measure")
    _check_size(timewise, len(columns), Place(file))
    root.extend([child for child in timewise if child.tag != "measure"])
    for index, column in enumerate(columns):
        for share in column.findall("part"):
            part = _part_for(root, parts, share.get("id", ""), columns[:index])
            share.tag = "measure"
            share.attrib.clear()
            for name, value in _attributes(column).items():
                share.set(name, value)
            part.append(share)
        _check_shares(column, parts, index, Place(file, measure=column.get("number")))
    return root


def _check_size(timewise: etree._Element, columns: int, place: Place) -> None:
    """Limit the size: every part gets a measure in every column, so that few tags could become many measures."""
    parts = len({share.get("id", "") for share in timewise.iterfind("measure/part")})
    if parts > MAX_PARTS or parts * columns > MAX_PART_MEASURES:
        raise ReadError(
            f"the score has {parts} parts of {columns} measures; at most {MAX_PARTS} parts and"
            f" {MAX_PART_MEASURES} measures in all parts are read",
            place,
        )


def _part_for(
    root: etree._Element, parts: dict[str, etree._Element], part_id: str, earlier: list[etree._Element]
) -> etree._Element:
    """The part with this id; a part that enters late begins with empty measures."""
    if part_id not in parts:
        parts[part_id] = etree.SubElement(root, "part", id=part_id)
        for column in earlier:
            etree.SubElement(parts[part_id], "measure", _attributes(column))
    return parts[part_id]


def _check_shares(column: etree._Element, parts: dict[str, etree._Element], index: int, place: Place) -> None:
    """Ensure that every part has one measure per column; a missing one is added empty."""
    for part_id, part in parts.items():
        if len(part) == index:
            etree.SubElement(part, "measure", _attributes(column))
        elif len(part) != index + 1:
            raise ReadError(f"the measure has part {part_id!r} twice; expected once", place)


def _attributes(element: etree._Element) -> dict[str, str]:
    return {str(name): str(value) for name, value in element.attrib.items()}
