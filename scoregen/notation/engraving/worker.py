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
SPACE = "<!--heading-->"
"""Where the text has room for lines of the heading's space."""
LINE = '<credit page="1"><credit-words justify="center">x</credit-words></credit>'
SYSTEM = 'class="system"'
FEW_SYSTEMS = 2
MOST_TIGHTENED = 4
"""The number of pages up to which a tighter layout is tried."""
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

    The request has a `text`, the `layouts` to try, the `keys` of `with_keys`, the folder of `resources`, and the
    measures that are `favoured` as the first of a system (without these, systems stay as verovio divides them), and
    those that are `required` as such. A layout is the number of lines of the heading's space, and verovio's options.
    The first is used unless its last page has one or two systems and another needs fewer pages.
    """
    import verovio

    verovio.enableLog(verovio.LOG_ERROR)
    engraver = Engraver(verovio, request["resources"], request["text"], request["keys"], request["required"])
    return _engrave(engraver, request["layouts"], request["favoured"])


class Engraver:
    """Verovio with a score. Rendering after a failed load would crash it."""

    def __init__(
        self, verovio: Any, resources: str, text: str, keys: dict[str, dict[str, str]], required: list[str]
    ) -> None:
        self.toolkit = verovio.toolkit(False)
        self.toolkit.setResourcePath(resources)
        self.text = text
        self.keys = keys
        self.required = required
        self._parts = verovio, resources

    def copy(self) -> Engraver:
        return Engraver(*self._parts, self.text, self.keys, self.required)

    def load(self, layout: list[Any], text: str | None = None, **options: Any) -> int:
        """The number of pages of a layout; 0 if the score cannot be loaded."""
        lines, chosen = layout
        if text is None and self.required:
            text = _load("system_breaks").with_breaks(self.text, self.required, ())
            options = {"breaks": "smart", "breaksSmartSb": 0.0, **options}
        self.toolkit.setOptions({**chosen, **options})
        loaded = self.toolkit.loadData((text or self.text).replace(SPACE, LINE * lines))
        if loaded and self.keys:
            loaded = self.toolkit.loadData(with_keys(self.toolkit.getMEI(), self.keys))
        return int(self.toolkit.getPageCount()) if loaded else 0

    def page(self, number: int) -> str:
        return str(self.toolkit.renderToSVG(number))

    def pages(self, count: int) -> list[str]:
        return [self.page(number) for number in range(1, count + 1)]


def _engrave(engraver: Engraver, layouts: list[list[Any]], favoured: list[str] | None) -> dict[str, Any]:
    count = engraver.load(layouts[0])
    if not count:
        return {"error": "could not load the score", "log": engraver.toolkit.getLog()}
    engraver, layout, count = _tightest(engraver, layouts, count)
    pages = engraver.pages(count)
    if not any('class="measure' in page for page in pages):
        return {"error": "found nothing to engrave", "log": engraver.toolkit.getLog()}
    return {"pages": pages if favoured is None else _even(engraver, layout, pages, favoured)}


def _tightest(engraver: Engraver, layouts: list[list[Any]], count: int) -> tuple[Engraver, list[Any], int]:
    """The engraver with the first layout that saves the last page, or else with the first of all; its number of
    pages.

    The layouts become tighter; the last is tried first, since the others save no page that it does not save.
    """
    loose = engraver, layouts[0], count
    if len(layouts) == 1 or not 1 < count <= MOST_TIGHTENED or engraver.page(count).count(SYSTEM) > FEW_SYSTEMS:
        return loose
    tight = engraver.copy()
    fewest = tight.load(layouts[-1])
    if not 0 < fewest < count:
        return loose
    for layout in layouts[1:-1]:
        fewer = engraver.load(layout)
        if 0 < fewer < count:
            return engraver, layout, fewer
    return tight, layouts[-1], fewest


def _even(engraver: Engraver, layout: list[Any], pages: list[str], favoured: list[str]) -> list[str]:
    """The pages with more even systems, and with two systems on the last page, if that takes no more pages."""
    breaks = _load("system_breaks")
    systems = [system for page in pages for system in breaks.drawn_systems(page)]
    starts = breaks.better_systems(systems, favoured, engraver.required)
    if starts:
        text = breaks.with_breaks(engraver.text, starts, ())
        count = engraver.load(layout, text, breaks="line", minLastJustification=LAST_JUSTIFIED)
        pages = engraver.pages(count) if 0 < count <= len(pages) else pages
    drawn = [breaks.drawn_systems(page) for page in pages]
    page_starts = breaks.better_pages(drawn)
    if page_starts:
        systems = [system.measures[0] for page in drawn for system in page][1:]
        text = breaks.with_breaks(engraver.text, systems, page_starts)
        count = engraver.load(layout, text, breaks="encoded", minLastJustification=LAST_JUSTIFIED)
        pages = engraver.pages(count) if count == len(pages) else pages
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
