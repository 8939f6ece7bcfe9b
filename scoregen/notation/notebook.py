"""A score in a notebook: its engraved pages, one below the other."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scoregen.score.elements import Score
from scoregen.system.errors import ScoregenError

_SIZE = re.compile(r'<svg width="([\d.]+)mm" height="([\d.]+)mm"')


def picture(score: Score) -> str | None:
    """The whole score as one SVG document; None if it cannot be engraved, so that its repr is shown."""
    from scoregen.notation.engraving.pages import engrave
    from scoregen.notation.graft.document import musicxml_text

    try:
        return stack(engrave(musicxml_text(score)))
    except ScoregenError:
        return None


def stack(pages: Sequence[str]) -> str:
    """SVG pages as one document, one below the other."""
    sizes = [_size(page) for page in pages]
    width, height = max(width for width, _ in sizes), sum(height for _, height in sizes)
    body, top = [], 0.0
    for page, (wide, tall) in zip(pages, sizes, strict=True):
        body.append(_SIZE.sub(f'<svg y="{top:g}" width="{wide:g}" height="{tall:g}"', page[page.index("<svg ") :], 1))
        top += tall
    box = f'width="{width:g}mm" height="{height:g}mm" viewBox="0 0 {width:g} {height:g}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{"".join(body)}</svg>'


def _size(page: str) -> tuple[float, float]:
    """Width and height of a page in millimetres."""
    found = _SIZE.search(page)
    if found is None:
        raise ScoregenError("an engraved page has no size in millimetres")
    return float(found[1]), float(found[2])
