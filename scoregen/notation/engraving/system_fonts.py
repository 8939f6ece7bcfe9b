"""Installed fonts for the scripts that the text font lacks: found by fontconfig, or in the usual folders.

A package of fonts, such as that of the extra `cjk`, counts as installed.
"""

from __future__ import annotations

import os
import shutil
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from scoregen.system.errors import ToolError
from scoregen.system.subprocesses import folder_of, run

FONT_PACKAGES = ("noto_cjk_sans_otc",)
CJK = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC", "FULLWIDTH", "KANGXI")
_EAST_ASIAN = {"HIRAGANA": "Japanese", "KATAKANA": "Japanese", "HANGUL": "Korean"}
_JAPANESE = ("Noto Serif CJK JP", "Hiragino Mincho ProN", "Yu Mincho", "MS Mincho")
_CJK_FAMILIES = {
    "HIRAGANA": _JAPANESE,
    "KATAKANA": _JAPANESE,
    "HANGUL": ("Noto Serif CJK KR", "AppleMyungjo", "Batang"),
    "CJK": ("Noto Serif CJK SC", "Songti SC", "SimSun"),
}
"""Families of Linux, macOS and Windows; Japanese comes first, so that a page with kana has Japanese forms of kanji."""
# Ranges of code points for which the text font or typst's own fonts have glyphs. Typst 0.15 brings Libertinus Serif and
# New Computer Modern, which have Hebrew, Armenian and Georgian.
_OWN_SCRIPTS = (
    (0x0000, 0x058F),
    (0x05D0, 0x05F4),
    (0x10D0, 0x10FF),
    (0x1E00, 0x218F),
    (0x2500, 0x27BF),
    (0xE000, 0xF8FF),
    (0xFB00, 0xFB06),
)
_SUFFIXES = frozenset((".ttf", ".otf", ".ttc", ".otc"))
_WELCOME = ("serif", "mincho", "songti", "simsun", "batang", "times", "noto", "cjk", "unicode")
"""Parts of names of fonts that suit the text font or have many characters; these are opened first."""
_UNWELCOME = ("mono", "bold", "italic", "oblique", "light", "thin", "black", "condensed", "emoji", "vf", "variable")
_MOST_OPENED = 400
_TIMEOUT = 20.0


def fonts_with(characters: Iterable[str]) -> tuple[tuple[Path, ...], frozenset[str]]:
    """Font files that together have the characters, and the characters that no installed font has."""
    return _fonts_with(frozenset(characters))


@cache
def _fonts_with(characters: frozenset[str]) -> tuple[tuple[Path, ...], frozenset[str]]:
    wanted, files = set(characters), []
    for path in _candidates("".join(sorted(wanted))) if wanted else ():
        found = wanted & _characters(path)
        if found:
            files.append(path)
            wanted -= found
        if not wanted:
            break
    return tuple(files), frozenset(wanted)


def script_of(character: str) -> str:
    """The name of a character's script: `Thai`, `Hebrew`, `Korean`; Chinese characters are those of Japan too."""
    first = unicodedata.name(character, "UNKNOWN").split()[0]
    return _EAST_ASIAN.get(first, "Chinese" if first in CJK else first.capitalize())


def missing_scripts(characters: Iterable[str]) -> str:
    """A sentence on the scripts of characters that no font has, and what to install."""
    first = {script_of(character): character for character in sorted(characters, reverse=True)}
    names = [f"{script} (such as {first[script]})" for script in sorted(first)]
    is_asian = {script: script in ("Chinese", *_EAST_ASIAN.values()) for script in sorted(first)}
    fonts = dict.fromkeys("Noto Serif CJK" if asian else f"Noto Sans {script}" for script, asian in is_asian.items())
    extra = " or scoregen[cjk]" if any(is_asian.values()) else ""
    return f"no installed font has {', '.join(names)}: this text is not drawn; install {', '.join(fonts)}{extra}"


def families_for(characters: Iterable[str]) -> tuple[str, ...]:
    """Names of font families for the scripts that need an installed font, for an SVG."""
    foreign = foreign_characters(characters)
    scripts = {unicodedata.name(character, "UNKNOWN").split()[0] for character in foreign}
    families = [family for script, names in _CJK_FAMILIES.items() if script in scripts for family in names]
    others = sorted(script.capitalize() for script in scripts if script not in CJK)
    return tuple(
        dict.fromkeys([*families, *(f"Noto {kind} {script}" for script in others for kind in ("Serif", "Sans"))])
    )


def foreign_characters(characters: Iterable[str]) -> frozenset[str]:
    """The characters that need an installed font; a page of all others must not depend on one."""
    return frozenset(
        character for character in characters if not any(low <= ord(character) <= high for low, high in _OWN_SCRIPTS)
    )


def font_folders() -> tuple[Path, ...]:
    """The folders in which Linux, macOS and Windows keep fonts, those of the user first."""
    home = Path.home()
    if sys.platform == "win32":
        windows, local = os.environ.get("WINDIR", r"C:\Windows"), os.environ.get("LOCALAPPDATA", home / "AppData/Local")
        return Path(local) / "Microsoft/Windows/Fonts", Path(windows) / "Fonts"
    if sys.platform == "darwin":
        return home / "Library/Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts")
    shared = Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share") / "fonts"
    return shared, home / ".fonts", Path("/usr/local/share/fonts"), Path("/usr/share/fonts")


def _candidates(characters: str) -> Iterator[Path]:
    """Font files in the order in which they are tried: packages, fontconfig's, and those of the usual folders."""
    yield from (file for folder in _package_folders() for file in _font_files(folder))
    found = _by_fontconfig(characters)
    if found is None:
        files = [file for folder in font_folders() for file in _font_files(folder)]
        yield from sorted(files, key=_rank)[:_MOST_OPENED]
    else:
        yield from found


def _package_folders() -> Iterator[Path]:
    for package in FONT_PACKAGES:
        try:
            yield folder_of(package)
        except ToolError:
            continue


def _by_fontconfig(characters: str) -> list[Path] | None:
    """The fonts that have all characters, then those that have the first of each script; None without fontconfig."""
    program = shutil.which("fc-list")
    if program is None:
        return None
    firsts = {script_of(character): character for character in reversed(characters)}
    found: dict[Path, None] = {}
    for some in (characters, *firsts.values()):
        pattern = f":charset={' '.join(f'{ord(character):x}' for character in some)}"
        try:
            done = run([program, pattern, "file"], _TIMEOUT, "fontconfig")
        except ToolError:
            return None
        lines = done.stdout.decode(errors="replace").splitlines()
        paths = (Path(line.strip().removesuffix(":")) for line in lines)
        found.update(dict.fromkeys(sorted(paths, key=_rank)))
    return [path for path in found if path.suffix.lower() in _SUFFIXES]


def _font_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES)


def _rank(path: Path) -> tuple[int, str]:
    name = path.name.lower()
    welcome, unwelcome = (sum(word in name for word in words) for words in (_WELCOME, _UNWELCOME))
    return unwelcome - welcome, name


@cache
def _characters(path: Path) -> frozenset[str]:
    """The characters of a font; none if the file cannot be read as one."""
    from fontTools.ttLib import TTFont

    try:
        with path.open("rb") as stream:
            return frozenset(map(chr, TTFont(stream, fontNumber=0, lazy=True).getBestCmap() or ()))
    except Exception:  # fontTools raises anything on a damaged font
        return frozenset()
