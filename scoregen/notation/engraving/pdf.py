"""SVG pages to PDF and PNG with typst, which needs no system library and gives reproducible bytes."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scoregen.notation.engraving.fonts import characters_of, font_folder
from scoregen.notation.engraving.system_fonts import fonts_with, foreign_characters, missing_scripts
from scoregen.score.check import Problem
from scoregen.system.errors import InputError, Place, ToolError

_SIZE = re.compile(r'<svg width="([\d.]+)mm" height="([\d.]+)mm"')
_STYLE_SHEET = re.compile(r'<style type="text/css">@font-face.*?</style>', re.DOTALL)


def to_pdf(pages: Sequence[str], title: str = "") -> bytes:
    """One PDF page for each page; text stays text. Raises ToolError if typst fails."""
    compiled = _compile(pages, title, format="pdf", timestamp=0)
    return b"".join(compiled)


def to_png(pages: Sequence[str], dpi: int = 150) -> tuple[bytes, ...]:
    """One PNG for each page, on white. Raises InputError if `dpi` is out of range."""
    if not 20 <= dpi <= 1200:
        raise InputError(f"{dpi} dots per inch are out of range; expected 20 to 1200")
    return _compile(pages, "", format="png", ppi=float(dpi))


def problems_of_fonts(pages: Sequence[str]) -> tuple[Problem, ...]:
    """One problem that names the scripts that a PDF or PNG of the pages cannot draw; none if there is a font."""
    _, missing = fonts_with(foreign_characters(characters_of(pages)))
    return (Problem(Place(), missing_scripts(missing)),) if missing else ()


def _compile(pages: Sequence[str], title: str, **options: Any) -> tuple[bytes, ...]:
    import typst

    inputs = {f"page{index}": _STYLE_SHEET.sub("", page) for index, page in enumerate(pages)}
    try:
        with _linked(fonts_with(foreign_characters(characters_of(pages)))[0]) as others:
            made = typst.compile(
                _source(pages).encode(),
                font_paths=[str(font_folder()), *map(str, others)],
                ignore_system_fonts=True,
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


@contextmanager
def _linked(files: Sequence[Path]) -> Iterator[tuple[Path, ...]]:
    """A folder with these font files only, since typst reads fonts by folder; no folder for no files."""
    if not files:
        yield ()
        return
    with tempfile.TemporaryDirectory(prefix="scoregen-fonts-") as name:
        for index, file in enumerate(files):
            target = Path(name) / f"{index}{file.suffix}"
            try:
                target.symlink_to(file)
            except OSError:
                shutil.copy(file, target)
        yield (Path(name),)
