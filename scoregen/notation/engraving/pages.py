"""MusicXML to SVG pages with verovio, in a subprocess, since verovio may crash or hang.

A page is a self-contained SVG. Its text uses Liberation Serif, which has the widths that verovio assumes, and
the glyphs in use are embedded. `pdf` makes PDF and PNG of the same pages.
"""

from __future__ import annotations

import math
import re
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scoregen.notation.engraving.completeness import missing, take_inventory
from scoregen.notation.engraving.fonts import MUSIC_FAMILY, TEXT_FAMILY, with_fonts
from scoregen.notation.engraving.heading import (
    Heading,
    footing_svg,
    heading_svg,
    mark_space,
    read_heading,
    space_lines,
)
from scoregen.notation.engraving.key_signatures import part_key_changes
from scoregen.notation.engraving.normalisation import elements, may_condense, normalise, remove_multirests
from scoregen.notation.engraving.options import DEFAULTS, SCALES, STAFF_HEIGHT, EngravingOptions
from scoregen.notation.engraving.pdf import to_pdf, to_png
from scoregen.notation.engraving.system_breaks import fullness
from scoregen.notation.engraving.text_metrics import verovio_resources
from scoregen.notation.musicxml.document import parse, serialize
from scoregen.notation.musicxml.split_measures import split_at_changes
from scoregen.score.check import Problem
from scoregen.system.errors import Place, ToolError
from scoregen.system.subprocesses import ask, prepare

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["Engraving", "engrave", "engrave_and_compare", "to_pdf", "to_png"]

TIGHTER = (0.92, 0.85)
"""Factors of the scale that are tried in order to save a page."""

_TOO_FULL = 1.02
_MOST_SHRUNK = 4
_ENGRAVER = "the engraver verovio"
_WORKER = Path(__file__).with_name("worker.py")
_TEXT_FONT = re.compile(r'(<(?:svg|text|tspan)\b[^<>]*?\bfont-family=)"Times(?:, serif)?"')
_AFTER_PHRASES = (
    "/*/part[1]/measure[note/notations/fermata or barline[not(@location='left')][bar-style='light-light' or repeat]]"
    "/following-sibling::measure[1]"
)
_HEAD_SPACE = re.compile(r'<g id="[^"]*" class="pgHead[^"]*">.*?</g>', re.DOTALL)
_ROOT = re.compile(r'<svg width="[\d.]+mm" height="([\d.]+)mm"')


@dataclass(frozen=True, slots=True)
class Engraving:
    """SVG pages, and what they lack of the score."""

    pages: tuple[str, ...]
    problems: tuple[Problem, ...] = ()


def engrave(text: bytes, options: EngravingOptions = DEFAULTS) -> tuple[str, ...]:
    """MusicXML as SVG pages; the same text gives the same pages. Raises ToolError if verovio fails.

    If the last of a few pages would hold a single system, a slightly smaller scale is used if it saves the
    page.
    """
    return engrave_and_compare(text, options).pages


def engrave_and_compare(text: bytes, options: EngravingOptions = DEFAULTS) -> Engraving:
    """The pages of `engrave`, and one problem that names what is missing on them.

    If a system is higher or wider than the page, the staves are made smaller, and a problem says so.
    """
    scale = options.scale
    engraving = _engrave(text, options)
    for _ in range(_MOST_SHRUNK):
        need = max(map(fullness, engraving.pages))
        if need <= _TOO_FULL or scale == SCALES[0]:
            break
        scale = max(SCALES[0], math.floor(scale / need))
        engraving = _engrave(text, replace(options, scale=scale))
    if scale < options.scale:
        engraving = replace(engraving, problems=(*engraving.problems, _shrunk(scale, options)))
    return replace(engraving, pages=with_fonts(engraving.pages)) if options.embed_fonts else engraving


def _shrunk(scale: int, options: EngravingOptions) -> Problem:
    height = STAFF_HEIGHT * scale / 100
    message = f"a system is too large for {options.paper} paper: its staves are {height:.1f} mm high; try larger paper"
    return Problem(Place(), message)


def _engrave(text: bytes, options: EngravingOptions) -> Engraving:
    """The pages at one scale, without fonts."""
    root = parse(text, "the score to engrave")
    split_at_changes(root)
    heading = read_heading(root) if options.heading else Heading()
    normalise(root)
    mark_space(root, heading)
    keys = part_key_changes(root)
    if keys:
        remove_multirests(root)
    condensed = may_condense(root)
    inventory = take_inventory(root, f"n{zlib.crc32(text):x}", condensed=condensed)
    required = _section_starts(root) if options.breaks == "auto" else []
    favoured = _remove_breaks(root) if options.breaks == "auto" else None
    layouts = [
        (space_lines(heading, scale), _verovio_options(text, replace(options, scale=scale), condensed=condensed))
        for scale in (options.scale, *_tighter_scales(options))
    ]
    breaks = {"favoured": favoured, "required": required}
    request = {"text": serialize(root).decode(), "layouts": layouts, "keys": keys, **breaks}
    drawn = _run_verovio(request, options.timeout_seconds)
    pages = tuple(_finish(page, index, len(drawn), heading, options) for index, page in enumerate(drawn))
    return Engraving(pages, missing(inventory, drawn))


def prepare_engraver() -> None:
    """Start verovio's process before it is needed, since its start takes a while."""
    prepare(_WORKER, "verovio", DEFAULTS.timeout_seconds, _ENGRAVER)


def _tighter_scales(options: EngravingOptions) -> tuple[int, ...]:
    """Smaller scales, which are used if they save a page that has few systems."""
    return (
        tuple(max(SCALES[0], round(options.scale * factor)) for factor in TIGHTER) if options.breaks == "auto" else ()
    )


def _section_starts(root: _Element) -> list[str]:
    """The ids of the measures that begin a section on a new system: under a mark, after a double bar or a repeat."""
    return [
        measure.get("id", "")
        for measure in elements(root, "//part[1]/measure[print[@new-system='yes' or @new-page='yes']]")
        if measure.find("direction/direction-type/rehearsal") is not None and _follows_section(measure)
    ]


def _follows_section(measure: _Element) -> bool:
    before = measure.getprevious()
    barlines = before.findall("barline") if before is not None else []
    return any(
        barline.findtext("bar-style") in ("light-light", "light-heavy") or barline.find("repeat") is not None
        for barline in barlines
        if barline.get("location", "right") == "right"
    )


def _remove_breaks(root: _Element) -> list[str]:
    """Remove the breaks of systems and pages; the ids of the measures at which a new system is welcome."""
    for each in elements(root, "//print[@new-system or @new-page]"):
        for name in {"new-system", "new-page"} & {str(name) for name in each.attrib}:
            del each.attrib[name]
    return [following.get("id", "") for following in elements(root, _AFTER_PHRASES)]


def _verovio_options(text: bytes, options: EngravingOptions, *, condensed: bool = False) -> dict[str, Any]:
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
        "condense": "auto" if condensed else "none",
        "header": "encoded",  # empty credits, which reserve the space of the heading
        "footer": "none",
        "mmOutput": True,
        "svgFormatRaw": True,
        "smuflTextFont": "none",
        "xmlIdSeed": zlib.crc32(text) % 2**31 or 1,  # differs between scores, so that ids on one web page are unique
    }


def _run_verovio(request: dict[str, Any], timeout: float) -> list[str]:
    try:
        with verovio_resources(request["text"]) as resources:
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
