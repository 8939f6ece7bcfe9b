"""Scripts that the text font lacks: drawn with an installed font, or named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from scoregen.notation.engraving import system_fonts
from scoregen.notation.engraving.fonts import font_folder, with_fonts
from scoregen.notation.engraving.pdf import problems_of_fonts, to_pdf
from scoregen.notation.engraving.system_fonts import families_for, fonts_with, foreign_characters, missing_scripts
from scoregen.notation.files import read_score, write_all
from tests.notation.engraving.handwritten import document, drawn, lyric, note

OWN = "Für würde schönsten δόξα Ἀλλὰ слава Łukasz Šťastný שלום ‿ ♭ №"
WORDS = {"Chinese": "主", "Japanese": "よ", "Korean": "하나", "Thai": "พระ", "Devanagari": "प्रभु", "Arabic": "سلام"}


@pytest.fixture
def no_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without fontconfig and with empty font folders."""
    _machine(monkeypatch, ())


def _machine(monkeypatch: pytest.MonkeyPatch, folders: tuple[Path, ...]) -> None:
    monkeypatch.setattr(system_fonts, "_fonts_with", system_fonts._fonts_with.__wrapped__)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(system_fonts, "FONT_PACKAGES", ())
    monkeypatch.setattr(system_fonts, "font_folders", lambda: folders)


def page_with(text: str) -> tuple[str, ...]:
    return drawn(document([note(more=lyric(text)) + note() * 3])).pages


def test_latin_greek_cyrillic_and_hebrew_need_no_installed_font() -> None:
    assert foreign_characters(OWN) == frozenset()
    assert fonts_with("") == ((), frozenset()) and problems_of_fonts(page_with(OWN)) == ()


@pytest.mark.parametrize("script", WORDS)
def test_a_script_without_a_font_is_named(no_fonts: None, script: str) -> None:
    (problem,) = problems_of_fonts(page_with(WORDS[script]))
    assert script in str(problem) and "install" in str(problem) and "\n" not in str(problem)


def test_scripts_are_named_together_and_once() -> None:
    message = missing_scripts("主よ하나พระ")
    assert "has Chinese (such as 主), Japanese (such as よ), Korean (such as 나), Thai (such as" in message
    assert message.count("Noto Serif CJK") == 1 and "Noto Sans Thai" in message and "scoregen[cjk]" in message


def test_pdf_says_so_and_svg_names_families(no_fonts: None, tmp_path: Path) -> None:
    source = tmp_path / "words.musicxml"
    source.write_bytes(document([note(more=lyric("主よ")) + note(more=lyric("พระ")) * 3]))
    score = read_score(source)
    assert write_all(score, [tmp_path / "words.svg"]).missing == ()
    (warning,) = write_all(score, [tmp_path / "words.pdf", tmp_path / "words.png"]).missing
    assert "Chinese" in str(warning) and "Thai" in str(warning)
    page = (tmp_path / "words.svg").read_text(encoding="utf-8")
    assert "Noto Serif CJK JP" in page and "Noto Sans Thai" in page


def test_families_follow_the_language() -> None:
    assert families_for("主よ")[0] == "Noto Serif CJK JP" and families_for("主")[0] == "Noto Serif CJK SC"
    assert families_for("주")[0] == "Noto Serif CJK KR" and families_for("für") == ()
    assert with_fonts(page_with("für"))[0].count("Noto") == 0


def test_fonts_are_found_in_folders_without_fontconfig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "deep").mkdir()
    shutil.copy(font_folder() / "LiberationSerif-0.ttf", tmp_path / "deep" / "Times.ttf")
    shutil.copy(font_folder() / "LiberationSerif-1.ttf", tmp_path / "deep" / "Times-Bold.ttf")
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    _machine(monkeypatch, (tmp_path, tmp_path / "none"))
    assert fonts_with("аб主") == ((tmp_path / "deep" / "Times.ttf",), frozenset("主"))


@pytest.mark.parametrize(("platform", "folder"), [("win32", "Fonts"), ("darwin", "Library"), ("linux", "fonts")])
def test_every_system_has_its_font_folders(monkeypatch: pytest.MonkeyPatch, platform: str, folder: str) -> None:
    monkeypatch.setattr(system_fonts.sys, "platform", platform)
    assert any(folder in path.parts for path in system_fonts.font_folders())


@pytest.mark.skipif(not fonts_with("พระ")[0], reason="no installed font has Thai")
def test_an_installed_font_is_used_in_a_pdf() -> None:
    pages = page_with("พระ")
    assert problems_of_fonts(pages) == ()
    used = fonts_with("พระ")[0][0]
    name = used.stem.encode()
    assert name in to_pdf(pages) and to_pdf(pages) == to_pdf(pages)


def test_wide_characters_get_the_room_of_their_font() -> None:
    narrow, wide = (
        document(
            [note(more=lyric(text)) * 4],
        )
        for text in ("aaaa", "主主主主")
    )
    ends = [
        float(max(drawn(text).pages[0].split('class="barLine"')[1:], key=len).partition("M")[2].split()[0])
        for text in (narrow, wide)
    ]
    assert ends[1] > 1.5 * ends[0]
