"""The subprocess that engraves: MusicXML and options in, SVG pages out; run by `subprocesses.ask`.

It imports verovio, and `system_breaks` by its path.
"""

from __future__ import annotations

import itertools
import re
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

MEMORY_BYTES = 4 << 30
LAST_JUSTIFIED = 0.6
"""The part of the page's width from which the last of several even systems is justified."""
MEASURE = re.compile(r"(<scoreDef[^>]*>(?:(?!</?scoreDef)[\s\S])*</scoreDef>\s*)?<measure ")
KEY = re.compile(r"<keySig[^>]*/>")


def with_keys(mei: str, keys: dict[str, dict[str, str]]) -> str:
    """An MEI text whose key changes are replaced by those given, by measure index and staff."""
    count = itertools.count()

    def opening(found: re.Match[str]) -> str:
        index = next(count)
        staves = keys.get(str(index), {})
        changes = "".join(f'<staffDef n="{n}"><keySig sig="{sig}"/></staffDef>' for n, sig in staves.items())
        definition = found[1] or ""
        return (
            f"{KEY.sub('', definition) if index else definition}"
            f"{f'<scoreDef><staffGrp>{changes}</staffGrp></scoreDef>' if changes else ''}<measure "
        )

    return MEASURE.sub(opening, mei)


def prepare() -> None:
    """Import verovio, which takes a while, before the first request."""
    import verovio  # noqa: F401


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """`pages`, or `error` and verovio's `log`.

    The request has a `text` with `options`, `keys`, the folder of `resources`, and the measures that are `favoured`
    as the first of a system; without these, systems stay as verovio divides them.
    """
    return _engrave(**request)


def _engrave(
    text: str, options: dict[str, Any], keys: dict[str, dict[str, str]], resources: str, favoured: list[str] | None
) -> dict[str, Any]:
    import verovio

    verovio.enableLog(verovio.LOG_ERROR)
    toolkit = verovio.toolkit(False)
    toolkit.setResourcePath(resources)
    pages = _pages(toolkit, text, options, keys)
    if pages is None:
        return {"error": "could not load the score", "log": toolkit.getLog()}
    if not any('class="measure' in page for page in pages):
        return {"error": "found nothing to engrave", "log": toolkit.getLog()}
    return {"pages": pages if favoured is None else _even(toolkit, text, options, keys, pages, favoured)}


def _pages(toolkit: Any, text: str, options: dict[str, Any], keys: dict[str, dict[str, str]]) -> list[str] | None:
    """All pages, or None if the score cannot be loaded; rendering after a failed load would crash."""
    toolkit.setOptions(options)
    loaded = toolkit.loadData(text)
    if loaded and keys:
        loaded = toolkit.loadData(with_keys(toolkit.getMEI(), keys))
    return [toolkit.renderToSVG(page) for page in range(1, toolkit.getPageCount() + 1)] if loaded else None


def _even(
    toolkit: Any,
    text: str,
    options: dict[str, Any],
    keys: dict[str, dict[str, str]],
    pages: list[str],
    favoured: list[str],
) -> list[str]:
    """The pages with more even systems, and with two systems on the last page, if that takes no more pages."""
    layout = _load("system_breaks")
    starts = layout.better_systems([system for page in pages for system in layout.drawn_systems(page)], favoured)
    options = {**options, "minLastJustification": LAST_JUSTIFIED}
    if starts:
        text = layout.with_breaks(text, starts, ())
        even = _pages(toolkit, text, {**options, "breaks": "line"}, keys)
        pages = even if even and len(even) <= len(pages) else pages
    drawn = [layout.drawn_systems(page) for page in pages]
    page_starts = layout.better_pages(drawn)
    if page_starts:
        systems = [system.measures[0] for page in drawn for system in page][1:]
        text = layout.with_breaks(layout.without_breaks(text), systems, page_starts)
        even = _pages(toolkit, text, {**options, "breaks": "encoded"}, keys)
        pages = even if even and len(even) == len(pages) else pages
    return pages


def _load(name: str) -> ModuleType:
    """A module of this folder, which is no package here."""
    spec = spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    if spec is None or spec.loader is None:
        raise ImportError(f"{name} cannot be loaded")
    module = module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module
