"""The two fonts of a page: where they come from, and how the glyphs in use are embedded in an SVG.

Verovio ships both as woff2 in style sheets: Leipzig, its music font, for flats and notes inside text, and
Liberation Serif, which has the widths of Times, for all other text. Verovio's own table of widths covers ASCII
only, so that other lyrics would collide or drift apart; `text_metrics` corrects that.
"""

from __future__ import annotations

import base64
import hashlib
import importlib
import io
import os
import re
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from xml.etree import ElementTree

from scoregen.notation.engraving.system_fonts import families_for
from scoregen.system.errors import ToolError
from scoregen.system.resources import cache as cache_folder
from scoregen.system.subprocesses import folder_of

TEXT_FAMILY = "Liberation Serif, Tinos, Times New Roman, Times, serif"
MUSIC_FAMILY = "Leipzig"

_SHEETS = {"Liberation.css": "LiberationSerif", "Leipzig.css": "Leipzig"}
_STYLES = ("normal normal", "bold normal", "normal italic", "bold italic")  # weight and style, in the sheets' order
_DATA = re.compile(rb"base64,([A-Za-z0-9+/=]+)")
_BOLD_GROUPS = {"ending", "fing", "reh", "tempo"}  # what verovio's own style sheet sets in bold
_ITALIC_GROUPS = {"dir", "dynam", "mNum"}
_SVG = "{http://www.w3.org/2000/svg}"

Style = tuple[str, str]
"""Family and one of `_STYLES`."""


@cache
def font_folder() -> Path:
    """The folder of the font files: in the user's cache, or a temporary one if the cache is read-only."""
    sheets = {name: _sheet(name) for name in _SHEETS}
    digest = hashlib.sha256(b"".join(sheets.values())).hexdigest()[:12]
    folder = cache_folder().absolute() / f"fonts-{digest}"  # the engraver's process has links to its files
    try:
        _fill(folder, sheets)
    except OSError:
        folder = Path(_temporary_folder().name)
        _fill(folder, sheets)
    return folder


def prepare_fonts() -> None:
    """Import the glyph subsetter in a thread of its own, while verovio's process engraves the pages."""
    threading.Thread(target=importlib.import_module, args=("fontTools.subset",), daemon=True).start()


def with_fonts(pages: Sequence[str]) -> tuple[str, ...]:
    """The pages with the glyphs of their text embedded, so that every browser renders them alike.

    Characters that the text font lacks are left to the viewer: fonts of their scripts are named.
    """
    faces = font_faces(pages)
    families = families_for(characters_of(pages))
    if families:
        named = TEXT_FAMILY.replace("serif", ", ".join((*families, "serif")))
        pages = [page.replace(f'"{TEXT_FAMILY}"', f'"{named}"') for page in pages]
    return tuple(_with_style(page, faces) for page in pages) if faces else tuple(pages)


def font_faces(pages: Sequence[str], also: str = "") -> str:
    """The CSS rules that embed the glyphs of the pages' text, and those of `also` in the first three styles."""
    used: dict[Style, set[str]] = defaultdict(set)
    for shape in _STYLES[:3] if also else ():
        used[TEXT_FAMILY, shape].update(also)
    for page in pages:
        _collect(ElementTree.fromstring(page), (TEXT_FAMILY, "normal", "normal"), used)
    return "".join(_font_face(style, "".join(sorted(used[style]))) for style in sorted(used))


def characters_of(pages: Sequence[str]) -> set[str]:
    """All characters in the text of the pages."""
    texts = (text for page in pages for text in ElementTree.fromstring(page).iter(f"{_SVG}text"))
    return {character for text in texts for character in "".join(text.itertext())}


@cache
def _temporary_folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="scoregen-fonts-")


def _sheet(name: str) -> bytes:
    path = folder_of("verovio") / "data" / name
    if not path.is_file():
        raise ToolError(f"verovio's font {name} is missing; install verovio again")
    return path.read_bytes()


def _fill(folder: Path, sheets: dict[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, sheet in sheets.items():
        for index, data in enumerate(_DATA.findall(sheet)):
            target = folder / f"{_SHEETS[name]}-{index}.ttf"
            keep(target, partial(_decode, base64.b64decode(data), name))


def keep(target: Path, make: Callable[[], bytes]) -> None:
    """Make a file unless it has the content of which the checksum is kept next to it."""
    record = target.with_name(f"{target.name}.sha256")
    if target.is_file() and record.is_file() and record.read_text(errors="replace") == _checksum(target.read_bytes()):
        return
    data = make()
    _write_atomically(target, data)
    _write_atomically(record, _checksum(data).encode())


def _checksum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _write_atomically(target: Path, data: bytes) -> None:
    """Write so that two programs that fill the cache at the same time never see half a font."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".font-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _decode(woff2: bytes, name: str) -> bytes:
    from fontTools.ttLib import TTFont, TTLibError

    try:
        font = TTFont(io.BytesIO(woff2), recalcTimestamp=False)
        font.flavor = None
        plain = io.BytesIO()
        font.save(plain)
    except (TTLibError, ImportError) as error:
        raise ToolError(f"the font in verovio's {name} cannot be decoded: {error}") from None
    return plain.getvalue()


def _collect(element: ElementTree.Element, style: tuple[str, str, str], used: dict[Style, set[str]]) -> None:
    """Collect the characters of an element by the family, weight and slant that they inherit."""
    kind = (element.get("class") or "").partition(" ")[0]
    family = element.get("font-family", style[0])
    weight = element.get("font-weight", "bold" if kind in _BOLD_GROUPS else style[1])
    slant = element.get("font-style", "italic" if kind in _ITALIC_GROUPS else style[2])
    if element.tag in (f"{_SVG}text", f"{_SVG}tspan") and element.text:
        used[family, _STYLES[0] if family == MUSIC_FAMILY else f"{weight} {slant}"].update(element.text)
    for child in element:
        _collect(child, (family, weight, slant), used)


def _font_face(style: Style, characters: str) -> str:
    """The CSS rule with a subset of the font."""
    family, shape = style
    if family == MUSIC_FAMILY:
        name, path = MUSIC_FAMILY, font_folder() / "Leipzig-0.ttf"
    else:
        shape = shape if shape in _STYLES else _STYLES[0]
        name, path = "Liberation Serif", font_folder() / f"LiberationSerif-{_STYLES.index(shape)}.ttf"
    data = base64.b64encode(_subset(path, characters)).decode()
    weight, slant = shape.split()
    return (
        f'@font-face{{font-family:"{name}";font-weight:{weight};font-style:{slant};'
        f'src:url(data:font/woff2;base64,{data}) format("woff2")}}'
    )


def _subset(path: Path, characters: str) -> bytes:
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options(hinting=False, layout_features=[], notdef_outline=True)
    options.drop_tables += ["FFTM", "GDEF", "GPOS", "GSUB"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=characters)
    packed = io.BytesIO()
    with TTFont(path, lazy=True, recalcTimestamp=False) as font:
        subsetter.subset(font)
        font.flavor = "woff2"
        font.save(packed)
    return packed.getvalue()


def _with_style(page: str, faces: str) -> str:
    body, end, rest = page.rpartition("</svg>")
    return f'{body}<style type="text/css">{faces}</style>{end}{rest}'
