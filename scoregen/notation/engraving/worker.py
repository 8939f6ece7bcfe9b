"""The subprocess that engraves: MusicXML and options in, SVG pages out; run by `subprocesses.ask`.

It imports verovio and nothing else.
"""

from __future__ import annotations

import itertools
import re
from typing import Any

MEMORY_BYTES = 4 << 30
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
    """`pages`, or `error` and verovio's `log`, for a `text` with `options`, `keys` and the folder of `resources`."""
    return _engrave(**request)


def _engrave(text: str, options: dict[str, Any], keys: dict[str, dict[str, str]], resources: str) -> dict[str, Any]:
    """Load and render; rendering after a failed load would crash."""
    import verovio

    verovio.enableLog(verovio.LOG_ERROR)
    toolkit = verovio.toolkit(False)
    toolkit.setResourcePath(resources)
    toolkit.setOptions(options)
    loaded = toolkit.loadData(text)
    if loaded and keys:
        loaded = toolkit.loadData(with_keys(toolkit.getMEI(), keys))
    if not loaded:
        return {"error": "could not load the score", "log": toolkit.getLog()}
    pages = [toolkit.renderToSVG(page) for page in range(1, toolkit.getPageCount() + 1)]
    if not any('class="measure' in page for page in pages):
        return {"error": "found nothing to engrave", "log": toolkit.getLog()}
    return {"pages": pages}
