"""Titles, creators and software: <work>, <movement-title> and <identification>.

The same score always gives the same bytes: an encoding date is written only if SOURCE_DATE_EPOCH is set, the
convention of reproducible builds.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Collection, Mapping

from lxml import etree

from scoregen.notation.musicxml.insertion import insert
from scoregen.notation.musicxml.write.elements import add, clean
from scoregen.score.elements import Metadata
from scoregen.system.version import __version__

_SUPPORTS = ("accidental", "beam", "stem")
_BEFORE_IDENTIFICATION = ("work", "movement-number", "movement-title")


def write_identification(
    root: etree._Element, metadata: Metadata, provenance: Mapping[str, str], breaks: Collection[str] = ()
) -> None:
    """Append the header of a new document, up to its identification; `breaks` are the kinds that it has."""
    if metadata.title:
        add(add(root, "work"), "work-title", metadata.title)
    if metadata.movement:
        add(root, "movement-title", metadata.movement)
    identification = add(root, "identification")
    for kind, name in (("composer", metadata.composer), ("lyricist", metadata.lyricist)):
        if name:
            add(identification, "creator", name, {"type": kind})
    if metadata.rights:
        add(identification, "rights", metadata.rights)
    _encoding(identification, breaks)
    set_miscellaneous(root, {**dict(metadata.miscellaneous), **provenance})


def set_miscellaneous(root: etree._Element, fields: Mapping[str, str]) -> None:
    """Write named fields into the identification; an existing field gets the new text."""
    if not fields:
        return
    miscellaneous = root.find("identification/miscellaneous")
    if miscellaneous is None:
        miscellaneous = etree.Element("miscellaneous")
        _add_fields(miscellaneous, fields)
        identification = _identification(root)
        insert(identification, len(identification), miscellaneous)
    else:
        _add_fields(miscellaneous, fields)


def software() -> str:
    """The program's name and version."""
    return f"scoregen {__version__}"


def _encoding(identification: etree._Element, breaks: Collection[str]) -> None:
    encoding = add(identification, "encoding")
    add(encoding, "software", software())
    date = _reproducible_date()
    if date is not None:
        add(encoding, "encoding-date", date)
    for name in _SUPPORTS:
        add(encoding, "supports", attributes={"element": name, "type": "yes"})
    for kind in ("page", "system"):
        answer = {"type": "yes", "value": "yes"} if kind in breaks else {"type": "no"}
        add(encoding, "supports", attributes={"element": "print", "attribute": f"new-{kind}", **answer})


def _reproducible_date() -> str | None:
    seconds = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not seconds.isdigit():
        return None
    return datetime.datetime.fromtimestamp(int(seconds), datetime.UTC).date().isoformat()


def _add_fields(miscellaneous: etree._Element, fields: Mapping[str, str]) -> None:
    present = {field.get("name"): field for field in miscellaneous.iterfind("miscellaneous-field")}
    for name, text in fields.items():
        field = present.get(name)
        if field is None:
            field = etree.Element("miscellaneous-field", {"name": clean(name)})
            insert(miscellaneous, len(miscellaneous), field)
        field.text = clean(text)


def _identification(root: etree._Element) -> etree._Element:
    """The <identification>, inserted if the document has none."""
    found = root.find("identification")
    if found is None:
        found = etree.Element("identification")
        insert(root, sum(child.tag in _BEFORE_IDENTIFICATION for child in root), found)
    return found
