"""SVG pages and tables to PDF and PNG with typst, which needs no system library and gives reproducible bytes."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scoregen.notation.engraving.fonts import characters_of, font_folder
from scoregen.notation.engraving.system_fonts import fonts_with, foreign_characters, missing_scripts
from scoregen.score.check import Problem
from scoregen.system.errors import InputError, Place, ToolError

_SIZE = re.compile(r'<svg width="([\d.]+)mm" height="([\d.]+)mm"')
_STYLE_SHEET = re.compile(r'<style type="text/css">@font-face.*?</style>', re.DOTALL)


_TABLES = """\
#let data = json(bytes(sys.inputs.at("data")))
#set document(title: data.title, date: none)
#set page("a4", margin: 18mm, numbering: "1")
#set text(font: "Liberation Serif", size: 10pt)
#text(size: 18pt, weight: "bold", data.title)

#data.subtitle

#for each in data.tables {
  v(4mm)
  table(
    columns: each.head.len(),
    stroke: (x, y) => (bottom: if y == 0 { 0.8pt } else { 0.3pt }),
    align: (x, y) => if x in each.numbers { right } else { left },
    table.header(..each.head.map(name => strong(name))),
    ..each.rows.flatten(),
  )
}
"""


def to_pdf(pages: Sequence[str], title: str = "") -> bytes:
    """One PDF page for each page; text stays text. Raises ToolError if typst fails."""
    compiled = _compile(pages, title, format="pdf", timestamp=0)
    return b"".join(compiled)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of texts; the columns of `numbers`, by index, are aligned at the right."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()


def tables_pdf(title: str, subtitle: str, tables: Sequence[Table]) -> bytes:
    """Tables under a title as pages of a PDF; a long table repeats its head. Raises ToolError if typst fails."""
    data = {
        "title": title,
        "subtitle": subtitle,
        "tables": [{"head": each.head, "rows": each.rows, "numbers": sorted(each.numbers)} for each in tables],
    }
    text = json.dumps(data, ensure_ascii=False)
    return b"".join(_compiled(_TABLES, text, {"data": text}, format="pdf", timestamp=0))


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
    inputs = {f"page{index}": _STYLE_SHEET.sub("", page) for index, page in enumerate(pages)}
    return _compiled(_source(pages), characters_of(pages), {**inputs, "title": title}, **options)


def _compiled(source: str, characters: Iterable[str], inputs: dict[str, str], **options: Any) -> tuple[bytes, ...]:
    """A typst document with its inputs; `characters` are those of its text."""
    import typst

    try:
        with _linked(fonts_with(foreign_characters(characters))[0]) as others:
            made = typst.compile(
                source.encode(),
                font_paths=[str(font_folder()), *map(str, others)],
                ignore_system_fonts=True,
                sys_inputs=inputs,
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
