"""SVG pages to PDF and PNG with typst, which needs no system library and gives reproducible bytes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from scoregen.notation.engraving.fonts import characters_of, font_folder
from scoregen.system.errors import InputError, ToolError

_SIZE = re.compile(r'<svg width="([\d.]+)mm" height="([\d.]+)mm"')
_STYLE_SHEET = re.compile(r'<style type="text/css">@font-face.*?</style>', re.DOTALL)
# Ranges of code points for which the text font or typst's own fonts have glyphs.
_OWN_SCRIPTS = ((0x0000, 0x058F), (0x1E00, 0x218F), (0x2500, 0x27BF), (0xE000, 0xF8FF), (0xFB00, 0xFB06))


def to_pdf(pages: Sequence[str], title: str = "") -> bytes:
    """One PDF page for each page; text stays text. Raises ToolError if typst fails."""
    compiled = _compile(pages, title, format="pdf", timestamp=0)
    return b"".join(compiled)


def to_png(pages: Sequence[str], dpi: int = 150) -> tuple[bytes, ...]:
    """One PNG for each page, on white. Raises InputError if `dpi` is out of range."""
    if not 20 <= dpi <= 1200:
        raise InputError(f"{dpi} dots per inch are out of range; expected 20 to 1200")
    return _compile(pages, "", format="png", ppi=float(dpi))


def _compile(pages: Sequence[str], title: str, **options: Any) -> tuple[bytes, ...]:
    import typst

    inputs = {f"page{index}": _STYLE_SHEET.sub("", page) for index, page in enumerate(pages)}
    try:
        made = typst.compile(
            _source(pages).encode(),
            font_paths=[str(font_folder())],
            ignore_system_fonts=not _needs_system_fonts(pages),
            sys_inputs={**inputs, "title": title},
            **options,
        )
    except (typst.TypstError, RuntimeError, ValueError) as error:
        raise ToolError(f"typst could not typeset the pages: {error}") from None
    return tuple(made) if isinstance(made, list) else (made,)


def _source(pages: Sequence[str]) -> str:
    """A typst document: every page has the size of its picture, which fills it."""
    head = '#set document(title: sys.inputs.at("title"), date: none)\n'
    return head + "\n".join(_page_source(page, index) for index, page in enumerate(pages))


def _page_source(page: str, index: int) -> str:
    size = _SIZE.search(page)
    if size is None:
        raise ToolError("a page to print has no size in millimetres; engrave it again")
    picture = f'image(bytes(sys.inputs.at("page{index}")), format: "svg", width: 100%, height: 100%, fit: "stretch")'
    return f"#page(width: {size[1]}mm, height: {size[2]}mm, margin: 0mm, {picture})"


def _needs_system_fonts(pages: Sequence[str]) -> bool:
    """Whether lyrics need other scripts; all other pages must not depend on installed fonts."""
    return any(not any(low <= ord(char) <= high for low, high in _OWN_SCRIPTS) for char in characters_of(pages))
