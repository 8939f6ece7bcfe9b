"""The widths by which verovio places text, for every character of the text font.

Verovio 6.4 looks characters up by code point in tables that name them by their UTF-8 bytes. It therefore takes
all characters beyond ASCII to be as wide as an `o`. These tables are the same with the missing characters
added.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path

from scoregen.notation.engraving.fonts import font_folder, keep
from scoregen.system.subprocesses import folder_of

_TABLES = ("Times.xml", "Times-bold.xml", "Times-italic.xml", "Times-bold-italic.xml")  # in the order of the fonts
_FIRST = 0x80  # the characters below it are found
_END = "</bounding-boxes>"
_WIDE = re.compile("[\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]")
"""Chinese, Japanese and Korean characters, whose width is that of their font, 2048 units."""
_WIDE_BOX = 'x="100" y="-200" w="1848" h="1800" h-a-x="2048"'


@contextmanager
def verovio_resources(text: str = "") -> Iterator[Path]:
    """Verovio's resource folder with tables for the characters of a text; its own folder if links cannot be made."""
    wide = "".join(f'<g c="{ord(each):X}" {_WIDE_BOX}/>\n' for each in sorted(set(_WIDE.findall(text))))
    own = folder_of("verovio") / "data"
    with tempfile.TemporaryDirectory(prefix="scoregen-verovio-") as name:
        folder = Path(name)
        try:
            for entry in own.iterdir():
                if entry.name == "text" and wide:
                    _add_to_tables(folder / "text", wide)
                else:
                    (folder / entry.name).symlink_to(_tables() if entry.name == "text" else entry)
        except OSError:
            folder = own
        yield folder


def _add_to_tables(folder: Path, lines: str) -> None:
    folder.mkdir()
    for table in _TABLES:
        text = (_tables() / table).read_text(encoding="utf-8")
        (folder / table).write_text(text.replace(_END, lines + _END), encoding="utf-8")


@cache
def _tables() -> Path:
    """A folder with the completed tables, inside the font folder."""
    folder = font_folder() / "text"
    folder.mkdir(exist_ok=True)
    for index, table in enumerate(_TABLES):
        keep(folder / table, partial(_complete, table, font_folder() / f"LiberationSerif-{index}.ttf"))
    return folder


def _complete(table: str, font: Path) -> bytes:
    text = (folder_of("verovio") / "data" / "text" / table).read_text(encoding="utf-8")
    return text.replace(_END, "".join(_boxes(font)) + _END).encode()


def _boxes(path: Path) -> Iterator[str]:
    """One line of the table for each character: the bounding box of its outline and its advance width."""
    from fontTools.ttLib import TTFont

    with TTFont(path, lazy=True, recalcTimestamp=False) as font:
        outlines, widths = font["glyf"], font["hmtx"]
        for code, glyph in sorted(font.getBestCmap().items()):
            if code >= _FIRST:
                box = outlines[glyph]
                left, bottom = getattr(box, "xMin", 0), getattr(box, "yMin", 0)
                wide, high = getattr(box, "xMax", 0) - left, getattr(box, "yMax", 0) - bottom
                place = f'x="{left}" y="{bottom}" w="{wide}" h="{high}"'
                yield f'<g c="{code:X}" {place} h-a-x="{widths[glyph][0]}"/>\n'
