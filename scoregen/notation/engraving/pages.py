"""MusicXML to SVG pages with verovio, in a subprocess, since verovio may crash or hang.

A page is a self-contained SVG. Its text uses Liberation Serif, which has the widths that verovio assumes, and
the glyphs in use are embedded. `pdf` makes PDF and PNG of the same pages.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scoregen.notation.engraving.fonts import MUSIC_FAMILY, TEXT_FAMILY, with_fonts
from scoregen.notation.engraving.heading import Heading, footing_svg, heading_svg, read_heading, reserve_space
from scoregen.notation.engraving.key_signatures import Changes, part_key_changes, remove_multirests
from scoregen.notation.engraving.pdf import to_pdf, to_png
from scoregen.notation.engraving.text_metrics import verovio_resources
from scoregen.notation.musicxml.document import parse, serialize
from scoregen.notation.musicxml.split_measures import split_at_changes
from scoregen.system.errors import InputError, ToolError
from scoregen.system.subprocesses import ask, prepare

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["PAPERS", "EngravingOptions", "engrave", "to_pdf", "to_png"]

PAPERS: dict[str, tuple[float, float]] = {
    "a3": (297, 420),
    "a4": (210, 297),
    "a5": (148, 210),
    "b4": (250, 353),
    "b5": (176, 250),
    "letter": (215.9, 279.4),
    "legal": (215.9, 355.6),
    "tabloid": (279.4, 431.8),
    "screen": (120, 165),
}
"""Width and height in millimetres."""

SYSTEM = 'class="system"'
TIGHTER = (0.92, 0.85)
"""Factors of the scale that are tried in order to save a page."""
MOST_TIGHTENED = 4
"""The number of pages up to which they are tried."""

_ENGRAVER = "the engraver verovio"
_WORKER = Path(__file__).with_name("worker.py")
_TEXT_FONT = re.compile(r'(<(?:svg|text|tspan)\b[^<>]*?\bfont-family=)"Times(?:, serif)?"')
_HEAD_SPACE = re.compile(r'<g id="[^"]*" class="pgHead[^"]*">.*?</g>', re.DOTALL)
_ROOT = re.compile(r'<svg width="[\d.]+mm" height="([\d.]+)mm"')


@dataclass(frozen=True, slots=True)
class EngravingOptions:
    """How pages look. At a `scale` of 100 percent a staff is 7.2 mm high.

    `breaks` is `auto` (chosen by verovio) or `encoded` (the file's line and page breaks). `embed_fonts=False`
    saves time if the pages only go into a PDF or PNG. With `fit_height` a page ends where its music ends and
    has no number: for pages that follow each other on a screen.
    """

    paper: str = "a4"
    landscape: bool = False
    scale: int = 90
    margin: int = 15  # millimetres
    breaks: str = "auto"
    heading: bool = True
    fit_height: bool = False
    embed_fonts: bool = True
    timeout_seconds: float = 120.0

    def __post_init__(self) -> None:
        if self.paper not in PAPERS:
            raise InputError(f"paper {self.paper!r} is unknown; expected one of {', '.join(PAPERS)}")
        if not 20 <= self.scale <= 400:
            raise InputError(f"a scale of {self.scale} percent is out of range; expected 20 to 400")
        if self.breaks not in ("auto", "encoded"):
            raise InputError(f"breaks {self.breaks!r} are unknown; expected auto or encoded")
        if not 0 <= self.margin <= 50:
            raise InputError(f"a margin of {self.margin} mm is out of range; expected 0 to 50")

    @property
    def page(self) -> tuple[float, float]:
        """Width and height in millimetres."""
        short, long = PAPERS[self.paper]
        return (long, short) if self.landscape else (short, long)


_DEFAULTS = EngravingOptions()


def engrave(text: bytes, options: EngravingOptions = _DEFAULTS) -> tuple[str, ...]:
    """MusicXML as SVG pages; the same text gives the same pages. Raises ToolError if verovio fails.

    If the last of a few pages would hold a single system, a slightly smaller scale is used if it saves the
    page.
    """
    pages = _layout(text, options)
    for scale in _tighter_scales(pages, options):
        fewer = _layout(text, replace(options, scale=scale))
        if len(fewer) < len(pages):
            pages = fewer
            break
    return with_fonts(pages) if options.embed_fonts else pages


def prepare_engraver() -> None:
    """Start verovio's process before it is needed, since its start takes a while."""
    prepare(_WORKER, "verovio", _DEFAULTS.timeout_seconds, _ENGRAVER)


def _tighter_scales(pages: tuple[str, ...], options: EngravingOptions) -> tuple[int, ...]:
    lone = 1 < len(pages) <= MOST_TIGHTENED and pages[-1].count(SYSTEM) == 1
    return tuple(round(options.scale * factor) for factor in TIGHTER) if lone and options.breaks == "auto" else ()


def _layout(text: bytes, options: EngravingOptions) -> tuple[str, ...]:
    """The pages at one scale."""
    root = parse(text, "the score to engrave")
    split_at_changes(root)
    heading = read_heading(root) if options.heading else Heading()
    _work_around_verovio(root)
    reserve_space(root, heading, options.scale)
    keys = part_key_changes(root)
    if keys:
        remove_multirests(root)
    pages = _run_verovio(serialize(root), _verovio_options(text, options), keys, options.timeout_seconds)
    return tuple(_finish(page, index, len(pages), heading, options) for index, page in enumerate(pages))


def _work_around_verovio(root: _Element) -> None:
    """Work around the limits of verovio 6.4 in its copy of the score.

    Verovio crashes on a part of 0 staves and omits a part without attributes. Pages show written pitch, so
    <transpose> is removed, by which verovio would change key signatures. Hidden alterations of numerals are
    removed, since verovio shows them.
    """
    empty = [staves for staves in root.iter("staves") if (staves.text or "").strip() == "0"]
    hidden = [alter for alter in root.iter("numeral-alter") if alter.get("print-object") == "no"]
    for element in (*empty, *hidden, *list(root.iter("transpose"))):
        element.getparent().remove(element)  # type: ignore[union-attr]  # it is below the root
    for part in root.findall("part"):
        first = part.find("measure")
        if first is not None and part.find("measure/attributes") is None:
            first.insert(0, _attributes(root))


def _attributes(root: _Element) -> _Element:
    attributes, divisions = root.makeelement("attributes"), root.makeelement("divisions")
    divisions.text = "1"
    attributes.append(divisions)
    return attributes


def _verovio_options(text: bytes, options: EngravingOptions) -> dict[str, Any]:
    width, height = options.page
    margin = round(1000 * options.margin / options.scale)  # tenths of mm, before the page is scaled
    return {
        "pageWidth": round(10 * width),
        "pageHeight": round(10 * height),
        **{f"pageMargin{side}": margin for side in ("Left", "Right", "Top", "Bottom")},
        "scale": options.scale,
        "scaleToPageSize": True,
        "adjustPageHeight": options.fit_height,
        "breaks": options.breaks,
        "header": "encoded",  # empty credits, which reserve the space of the heading
        "footer": "none",
        "mmOutput": True,
        "svgFormatRaw": True,
        "smuflTextFont": "none",
        "xmlIdSeed": zlib.crc32(text) % 2**31 or 1,  # differs between scores, so that ids on one web page are unique
    }


def _run_verovio(text: bytes, options: dict[str, Any], keys: Changes, timeout: float) -> list[str]:
    request = {"text": text.decode(), "options": options, "keys": keys}
    try:
        with verovio_resources() as resources:
            answer = ask(_WORKER, "verovio", {**request, "resources": str(resources)}, timeout, _ENGRAVER)
    except ToolError as error:
        raise ToolError(f"{error.message}; is the score damaged?") from None
    if "error" in answer:
        log = answer["log"].strip().partition("\n")[0]
        raise ToolError(f"the engraver verovio {answer['error']}{f' ({log})' if log else ''}; is the score damaged?")
    pages: list[str] = answer["pages"]
    return pages


def _finish(page: str, index: int, count: int, heading: Heading, options: EngravingOptions) -> str:
    """The final page: fonts by name, the heading in its space, and a size that viewers can scale."""
    width, height = options.page
    drawn = _ROOT.search(page)
    if options.fit_height and drawn is not None:
        height = float(drawn[1])
    page = _TEXT_FONT.sub(rf'\1"{TEXT_FAMILY}"', page).replace('font-family="Leipzig"', f'font-family="{MUSIC_FAMILY}"')
    size = f'<svg width="{width:g}mm" height="{height:g}mm" viewBox="0 0 {width:g} {height:g}"'
    page = _ROOT.sub(size, page, count=1)  # verovio's is rounded to its own units
    extra = "" if options.fit_height else footing_svg(heading, index, count, options.page, options.margin)
    if index == 0 and heading:
        page = _HEAD_SPACE.sub("", page, count=1)
        extra = heading_svg(heading, options.page, options.margin) + extra
    body, end, rest = page.rpartition("</svg>")
    return f"{body}{extra}{end}{rest}"
