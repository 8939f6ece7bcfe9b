"""XML text to and from a tree, safely: no network access, no entities, limited sizes."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from scoregen.system.errors import Place, ReadError

MAX_BYTES = 64 << 20
MAX_TEXT = 20_000
MAX_PARTS = 256
MAX_MEASURES = 20_000
MAX_PART_MEASURES = 300_000
MAX_MEASURE_ITEMS = 400_000
MAX_TAGS = 4_000_000
MAX_NOTES = 250_000

_LINE_AND_COLUMN = re.compile(r", line \d+, column \d+(?= \(line \d+\))")

DOCTYPE = (
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
    '"http://www.musicxml.org/dtds/partwise.dtd">'
)
_HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_UTF_16 = re.compile(rb"""encoding\s*=\s*["']utf-?16["']""", re.IGNORECASE)
_UTF_8 = re.compile(rb"""encoding\s*=\s*["']utf-?8["']""", re.IGNORECASE)
_NAMESPACED = re.compile(rb"<(?:[\w.-]+:score-|score-(?:part|time)wise\s[^>]*\bxmlns\s*=)")
_LONG_TEXT = re.compile(rb">[^<]{%d}" % MAX_TEXT)
_LIMITS = (
    ("parts", etree.XPath("count(/*/part)"), MAX_PARTS),
    ("parts in its part list", etree.XPath("count(/*/part-list/score-part)"), MAX_PARTS),
    ("measures", etree.XPath("count(/score-timewise/measure)"), MAX_MEASURES),
    ("measures in all its parts", etree.XPath("count(/score-partwise/part/measure)"), MAX_PART_MEASURES),
    ("notes", etree.XPath("count(/*/*/*/note)"), MAX_NOTES),
    (
        "notes, directions and other items in its measures",
        etree.XPath("count(/*/*/measure/*|/*/measure/part/*)"),
        MAX_MEASURE_ITEMS,
    ),
)


def parse_xml(text: bytes, file: str) -> etree._Element:
    """The root of any XML text. Raises ReadError for broken XML and for entities."""
    place = Place(file)
    if not text or text.isspace():
        raise ReadError("the file is empty; expected a MusicXML score", place)
    if len(text) > MAX_BYTES:
        raise ReadError(f"the file is larger than the limit of {MAX_BYTES >> 20} MiB", place)
    if text.count(b"<") > MAX_TAGS:
        raise ReadError(f"the file has more XML tags than the limit of {MAX_TAGS}", place)
    content = text.lstrip() if text[:1].isspace() else text
    try:
        root = etree.fromstring(content, _parser(_encoding(text)))
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise ReadError(f"the XML is broken: {_plain(error)}; export the file again", place) from None
    _refuse_entities(root, place)
    return root


def parse(text: bytes, file: str) -> etree._Element:
    """The root of a MusicXML text within all limits, in no namespace; otherwise ReadError."""
    root = _without_namespace(parse_xml(text, file))
    for what, count, limit in _LIMITS:
        found = int(float(str(count(root))))
        if found > limit:
            raise ReadError(f"the score has {found} {what}; at most {limit} are read", Place(file))
    if b"\0" in text or _LONG_TEXT.search(text):
        _refuse_long_text(root, Place(file))
    return root


def root_files(container: bytes, file: str) -> list[tuple[str, str | None]]:
    """Path and media type of every score that the container of a compressed file names."""
    elements = parse_xml(container, file).iter("{*}rootfile")
    return [(element.get("full-path", ""), element.get("media-type")) for element in elements]


def serialize(root: etree._Element) -> bytes:
    """UTF-8 text with a DOCTYPE: the document's own, or the one of MusicXML 4.0."""
    own = _doc_info(root).doctype
    head = _HEAD if "score-partwise" in own else _HEAD + DOCTYPE.encode() + b"\n"
    body: bytes = etree.tostring(root.getroottree() if head == _HEAD else root, encoding="UTF-8", with_tail=False)
    return head + body + b"\n"


def is_serialized(text: bytes, root: etree._Element) -> bool:
    """Whether the text of the root is already UTF-8 with a score-partwise DOCTYPE, in no namespace."""
    info = _doc_info(root)
    in_utf_8 = (info.encoding or "UTF-8").upper() == "UTF-8" and text.startswith(b"<?xml") and not _encoding(text)
    return in_utf_8 and "score-partwise" in info.doctype and not _NAMESPACED.search(text)


def _without_namespace(root: etree._Element) -> etree._Element:
    """The root with its own namespace removed from all elements: MusicXML has none, but some programs declare one."""
    own = etree.QName(root).namespace
    if own is not None:
        for element in root.iter(f"{{{own}}}*"):
            element.tag = etree.QName(element).localname
        etree.cleanup_namespaces(root)
    return root


def comment(text: str) -> etree._Element:
    """A comment to be put into a tree."""
    return etree.Comment(text)


def _doc_info(root: etree._Element) -> Any:
    """lxml's view of the DOCTYPE, which its type stubs cover only in part."""
    return root.getroottree().docinfo


def _parser(encoding: str | None) -> etree.XMLParser:
    return etree.XMLParser(encoding=encoding, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def _encoding(text: bytes) -> str | None:
    """The true encoding of 8-bit files that declare UTF-16, or UTF-8 and are not; else None, for the declared one."""
    if _UTF_16.search(text[:200]) and b"\0" not in text:
        return "UTF-8"
    return None if not _UTF_8.search(text[:200]) or _is_utf_8(text) else "windows-1252"


def _is_utf_8(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _plain(error: Exception) -> str:
    """libxml2's message with its place once, and without its name for text in memory."""
    message = _LINE_AND_COLUMN.sub("", str(error).replace(" (<string>, ", " (")).strip()
    return message.replace("Start tag expected, '<' not found", "it does not begin with a tag (<), so it is no XML")


def _refuse_entities(root: etree._Element, place: Place) -> None:
    """Accept a DOCTYPE; refuse entities, declared or undeclared."""
    dtd = _doc_info(root).internalDTD
    declared = next(iter(dtd.iterentities()), None) if dtd is not None else None
    if declared is not None:
        raise ReadError(f"the file declares the XML entity {declared.name!r}; remove its declaration", place)
    used = next(root.iter(etree.Entity), None)
    if used is not None:
        raise ReadError(f"the file uses the undeclared XML entity {used.text!r}; write the character itself", place)


def _refuse_long_text(root: etree._Element, place: Place) -> None:
    found: Any = root.xpath(f"//text()[string-length(.) > {MAX_TEXT}]/..")
    if found:
        raise ReadError(f"<{found[0].tag}> has more characters of text than the limit of {MAX_TEXT}", place)
