"""Engraving: what is on the pages, that nothing is lost in PDF and PNG, and what a crash leads to."""

from __future__ import annotations

import base64
import io
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from fontTools.ttLib import TTFont

from scoregen.notation.engraving import fonts, pdf, text_metrics
from scoregen.notation.engraving import pages as page_engraving
from scoregen.notation.engraving.fonts import font_folder, with_fonts
from scoregen.notation.engraving.heading import read_heading
from scoregen.notation.engraving.options import EngravingOptions
from scoregen.notation.engraving.pages import engrave, to_pdf, to_png
from scoregen.notation.musicxml.document import load_document, parse
from scoregen.notation.musicxml.write.score import write_musicxml
from scoregen.score.elements import Lyric, Slot, Voice
from scoregen.system.errors import InputError, ToolError
from scoregen.system.subprocesses import folder_of
from tests.notation.handmade import line, melody

CASES = Path(__file__).resolve().parents[2] / "cases" / "engraving"
SVG = "{http://www.w3.org/2000/svg}"
FLAT, QUARTER = "\uea64", "\ueca5"


@pytest.fixture(scope="module")
def text() -> bytes:
    return load_document(CASES / "symbols.musicxml")


@pytest.fixture(scope="module")
def pages(text: bytes) -> tuple[str, ...]:
    return engrave(text)


def words(page: str) -> str:
    """All text of a page, one space between text elements."""
    root = ElementTree.fromstring(page)
    return " ".join("".join(item.itertext()) for item in root.iter(f"{SVG}text"))


def test_a_page_is_self_contained_and_of_the_paper_s_size(pages: tuple[str, ...]) -> None:
    (page,) = pages
    assert page.startswith('<svg width="210mm" height="297mm" viewBox="0 0 210 297"')
    addresses = set(re.findall(r"https?://[^\"' )]+", page))
    assert addresses == {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "@import" not in page and "Verovio" not in words(page)


def test_text_is_escaped_and_complete(pages: tuple[str, ...]) -> None:
    found = words(pages[0])
    assert "Fünf <b>Lieder</b> & Москва" in found
    assert "Müller & Söhne" in found and "Łukasz Šťastný" in found
    for syllable in ("Für", "würde", "schönsten", "δόξα", "слава"):
        assert syllable in found
    assert (
        f"B{FLAT}7" in found
        and f"E{FLAT}maj7" in found
        and f"{QUARTER}\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}60" in found
    )


def test_the_same_text_gives_the_same_bytes(text: bytes, pages: tuple[str, ...]) -> None:
    assert engrave(text) == pages
    assert to_pdf(pages) == to_pdf(pages)
    assert to_png(pages, 50) == to_png(pages, 50)


def embedded_fonts(page: str) -> dict[str, TTFont]:
    assert len(re.findall("@font-face", page)) == len(set(re.findall(r"@font-face{[^}]*?src", page)))
    rules = re.findall(r'@font-face\{font-family:"([^"]+)";font-weight:(\w+);font-style:(\w+);src:url\(([^)]*)\)', page)
    return {
        f"{family} {weight} {style}": TTFont(io.BytesIO(base64.b64decode(data.partition(",")[2])))
        for family, weight, style, data in rules
    }


def test_the_glyphs_in_use_are_embedded_with_the_widths_that_verovio_assumes(pages: tuple[str, ...]) -> None:
    fonts = embedded_fonts(pages[0])
    assert {ord(FLAT), ord(QUARTER)} <= set(fonts["Leipzig normal normal"].getBestCmap())
    plain = fonts["Liberation Serif normal normal"]
    known = plain.getBestCmap()
    assert all(ord(letter) in known for letter in "Fürwüdeschönten" + "δόξα" + "слава" + "Łukasz Šťastný")
    table = ElementTree.parse(folder_of("verovio") / "data" / "text" / "Times.xml")
    widths = {bytes.fromhex(glyph.get("c", "")).decode(): float(glyph.get("h-a-x", "0")) for glyph in table.iter("g")}
    for letter in "Fürdeschöntmajl76":
        assert plain["hmtx"][known[ord(letter)]][0] == pytest.approx(widths[letter], abs=3), letter


def syllable_places(word: str) -> list[int]:
    """The positions at which verovio places the syllables of four quarters with the same word."""
    notes = tuple(replace(note, lyrics=(Lyric(word),)) for note in line("q:C5 q:C5 q:C5 q:C5"))  # type: ignore[call-arg]
    score = melody("w:C5")
    measure = replace(score.measures[0], voices=(Voice(Slot("P1"), notes),))
    text = write_musicxml(replace(score, measures=(measure,)))
    page = engrave(text, EngravingOptions(embed_fonts=False))[0]
    return [int(x) for x in re.findall(r'class="syl">\s*<text x="(\d+)"', page)]


@pytest.mark.parametrize(("narrow", "wide"), [("iiiiiiiiii", "жжжжжжжжжж"), ("šššššššššš", "ωωωωωωωωωω")])
def test_letters_beyond_ascii_get_enough_space(narrow: str, wide: str) -> None:
    step = {word: syllable_places(word)[1] - syllable_places(word)[0] for word in (narrow, wide)}
    with TTFont(font_folder() / "LiberationSerif-0.ttf") as font:
        width = 10 * font["hmtx"][font.getBestCmap()[ord(wide[0])]][0] / 2048 * 405  # verovio's units
    assert width < step[wide] < 1.5 * width and step[narrow] < step[wide]


def test_bold_text_embeds_the_bold_font(pages: tuple[str, ...]) -> None:
    assert ord("6") in embedded_fonts(pages[0])["Liberation Serif bold normal"].getBestCmap()  # q. = 60


def test_pages_for_paper_have_no_fonts(text: bytes) -> None:
    bare = engrave(text, EngravingOptions(embed_fonts=False))
    assert "@font-face" not in bare[0]
    assert with_fonts(bare) == engrave(text)


def test_paper_direction_and_scale_are_options(text: bytes) -> None:
    letter = engrave(text, EngravingOptions(paper="letter", landscape=True, embed_fonts=False))[0]
    assert letter.startswith('<svg width="279.4mm" height="215.9mm"')
    small = engrave(text, EngravingOptions(scale=50, embed_fonts=False))[0]
    assert 'viewBox="0 0 42000 59400"' in small


@pytest.mark.parametrize("wrong", [{"paper": "a99"}, {"scale": 3}, {"breaks": "maybe"}, {"margin": 90}])
def test_wrong_options_are_named(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError, match=str(next(iter(wrong.values())))):
        EngravingOptions(**wrong)  # type: ignore[arg-type]


def first_staff_line(page: str) -> float:
    """Millimetres from the top of the page to the highest staff line."""
    scale = float(re.findall(r'viewBox="0 0 (\d+)', page)[0 if "definition-scale" not in page else 1]) / 210
    margin = float(re.findall(r'class="page-margin" transform="translate\((\d+)', page)[0])
    highest = min(int(y) for y in re.findall(r'<g id="[^"]*" class="staff"><path d="M\d+ (\d+)', page))
    return (highest + margin) / scale


@pytest.mark.parametrize("scale", [50, 90, 140])
def test_the_heading_does_not_overlap_the_music(text: bytes, scale: int) -> None:
    options = {"scale": scale, "embed_fonts": False}
    with_heading = engrave(text, EngravingOptions(**options))[0]  # type: ignore[arg-type]
    without = engrave(text, EngravingOptions(heading=False, **options))[0]  # type: ignore[arg-type]
    shift = first_staff_line(with_heading) - first_staff_line(without)
    height = read_heading(parse(text, "")).height
    line = 3.56 * scale / 100
    assert height - 0.1 <= shift <= height + line + 0.1


def test_credits_have_the_position_and_size_of_the_file(text: bytes) -> None:
    layout = (
        b"<defaults><page-layout><page-height>1000</page-height><page-width>800</page-width></page-layout></defaults>"
    )
    credits = (
        b'<credit page="1"><credit-words default-x="400" default-y="950" font-size="24">Credit title</credit-words>'
        b"</credit>"
        b'<credit page="1"><credit-words default-x="780" default-y="900" font-size="9">Someone</credit-words></credit>'
        b'<credit page="1"><credit-words default-x="400" default-y="50">All rights</credit-words></credit>'
        b'<credit page="2"><credit-words default-x="400" default-y="50">later</credit-words></credit>'
    )
    page = engrave(text.replace(b"<part-list>", layout + credits + b"<part-list>"))[0]
    found = words(page)
    assert "Credit title" in found and "Lieder" not in found and "later" not in found
    assert re.search(r'x="105.00"[^>]*font-size="8.467"[^>]*text-anchor="middle">Credit title<', page)
    assert re.search(r'x="195.00"[^>]*text-anchor="end">Someone<', page)
    assert float(re.findall(r'y="([\d.]+)"[^>]*>All rights<', page)[0]) > 280


def key_accidentals(page: str) -> list[list[str]]:
    """The glyphs of each drawn key signature: E262 is a sharp, E260 a flat."""
    groups = re.findall(r'class="keySig">(.*?)</g></g>', page)
    return [re.findall(r"#(E26\d)", group) for group in groups]


def test_every_transposing_part_changes_to_its_own_key() -> None:
    page = engrave(load_document(CASES / "transposing_key_change.musicxml"))[0]
    assert sorted(key_accidentals(page)) == [["E260"], ["E262"], ["E262", "E262"]]


def test_what_makes_verovio_crash_or_draw_nothing_is_avoided(text: bytes) -> None:
    no_staves = text.replace(b"<clef><sign>F", b"<staves>0</staves><clef><sign>F")
    assert no_staves != text and "слава" in words(engrave(no_staves)[0])
    bare = re.sub(rb"<attributes>.*?</attributes>", b"", text)
    assert "слава" in words(engrave(bare)[0])


def test_more_pages_are_numbered(text: bytes) -> None:
    last = re.search(rb'<measure number="2">.*?</measure>', text)
    assert last is not None
    many = text.replace(b"</part>", last[0] * 150 + b"</part>", 1)
    many = re.sub(rb'(<part id="P2">.*)</part>', lambda m: m[1] + last[0] * 150 + b"</part>", many, flags=re.DOTALL)
    pages = engrave(many, EngravingOptions(scale=120, embed_fonts=False))
    assert len(pages) > 2
    assert all(f">{number}</text>" in page[-400:] for number, page in enumerate(pages[1:], 2))
    assert "Müller" not in words(pages[1])
    assert to_pdf(pages).count(b"/Type /Page\n") == len(pages) or len(to_png(pages, 20)) == len(pages)


# A subprocess that fails leads to one line that names it, and never to a crash of the program.


def a_worker(folder: Path, body: str) -> Path:
    script = folder / "worker.py"
    script.write_text(f"import os, signal, time\nMEMORY_BYTES = 4 << 30\ndef answer(request):\n    {body}\n")
    return script


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "crashed (SIGSEGV)"),
        ("time.sleep(60)", "was stopped after 0.5 s"),
        ("raise MemoryError('no room')", "failed with exit code 1 (MemoryError: no room)"),
        ("print('no json'); os._exit(0)", "ended without an answer"),
        ("return {'error': 'could not load the score', 'log': ''}", "could not load the score"),
        ("return 'x' * MEMORY_BYTES", "failed with exit code 1 (MemoryError"),
    ],
)
def test_a_failing_engraver_is_a_one_line_error(
    text: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, message: str
) -> None:
    monkeypatch.setattr(page_engraving, "_WORKER", a_worker(tmp_path, body))
    with pytest.raises(ToolError) as caught:
        engrave(text, EngravingOptions(timeout_seconds=0.5))
    assert message in str(caught.value) and "\n" not in str(caught.value)


def test_a_score_without_music_is_named_and_not_rendered_blank() -> None:
    with pytest.raises(ToolError, match="nothing to engrave"):
        engrave(b'<score-partwise version="4.0"><part-list/></score-partwise>')


def test_a_library_that_is_missing_is_named() -> None:
    with pytest.raises(ToolError, match="no_such_library is missing"):
        folder_of("no_such_library")


# The fonts on disk.


@pytest.fixture
def fresh_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make `font_folder` behave as in a new program."""
    monkeypatch.setattr(fonts, "font_folder", fonts.font_folder.__wrapped__)


@pytest.mark.usefixtures("fresh_fonts")
def test_fonts_are_unpacked_once_into_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = fonts.font_folder()
    files = {file: file.stat().st_mtime_ns for file in folder.iterdir()}
    assert folder.is_relative_to(tmp_path) and len(list(folder.glob("*.ttf"))) == 5
    fonts.font_folder()
    assert {file: file.stat().st_mtime_ns for file in folder.iterdir()} == files


@pytest.mark.usefixtures("fresh_fonts")
def test_without_a_cache_a_temporary_folder_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    assert len(list(fonts.font_folder().glob("*.ttf"))) == 5


@pytest.mark.usefixtures("fresh_fonts")
@pytest.mark.parametrize("damage", [lambda data: data[:2000], lambda data: b"", lambda data: data[:-1] + b"x"])
def test_a_damaged_font_in_the_cache_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    font = fonts.font_folder() / "Leipzig-0.ttf"
    whole = font.read_bytes()
    font.write_bytes(damage(whole))
    fonts.font_folder()
    assert font.read_bytes() == whole


@pytest.mark.usefixtures("fresh_fonts")
def test_a_relative_cache_folder_is_made_absolute(text: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", "cache")
    monkeypatch.setattr(text_metrics, "font_folder", fonts.font_folder)
    monkeypatch.setattr(text_metrics, "_tables", text_metrics._tables.__wrapped__)
    assert fonts.font_folder().is_absolute()
    assert "слава" in words(engrave(text, EngravingOptions(embed_fonts=False))[0])


# Rasters of the PDF, so that a missing font cannot pass as a box or as nothing.

needs_poppler = pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="pdftoppm (poppler) is not installed")
DPI = 400


def raster(pdf: bytes, folder: Path) -> list[bytes]:
    """The first page in rows of grey values, 0 for black."""
    (folder / "page.pdf").write_bytes(pdf)
    subprocess.run(
        ["pdftoppm", "-r", str(DPI), "-gray", "-f", "1", "-l", "1", str(folder / "page.pdf"), str(folder / "page")],
        check=True,
        timeout=60,
    )
    data = next(folder.glob("page-*.pgm")).read_bytes()
    _, size, _, pixels = data.split(b"\n", 3)
    width, height = map(int, size.split())
    assert len(pixels) == width * height
    return [pixels[row * width : (row + 1) * width] for row in range(height)]


def ink(rows: list[bytes]) -> float:
    """The share of an area that is black."""
    return sum(value < 128 for row in rows for value in row) / max(1, sum(map(len, rows)))


def flat_in_chord_symbol(page: str, rows: list[bytes]) -> list[bytes]:
    """The pixels where the flat of `Bb7` must be: right of the B, as wide as a flat is."""
    found = re.search(r'<text x="(\d+)" y="(\d+)"[^>]*>(?:<tspan[^>]*>)+B</tspan><tspan[^>]*>\uea64', page)
    assert found is not None
    margin = float(re.findall(r'class="page-margin" transform="translate\((\d+)', page)[0])
    width = float(re.findall(r'viewBox="0 0 (\d+) \d+"', page.partition("definition-scale")[2])[0])
    size = 210 / 25.4 * DPI / width  # pixels per unit
    left, baseline = float(found[1]) + margin + 275, float(found[2]) + margin
    top, bottom = round((baseline - 330) * size), round((baseline + 60) * size)
    return [row[round(left * size) : round((left + 125) * size)] for row in rows[top:bottom]]


def looks_like_a_flat(area: list[bytes]) -> bool:
    """A stem on the left, a bowl at the lower right, and nothing at the upper right, where a box has a corner."""
    half, middle = len(area) // 2, len(area[0]) // 2
    upper_left = ink([row[:middle] for row in area[:half]])
    upper_right = ink([row[middle:] for row in area[:half]])
    lower_right = ink([row[middle:] for row in area[half:]])
    return upper_left > 0.08 and lower_right > 0.05 and upper_right < 0.03


@needs_poppler
def test_flats_in_chord_symbols_are_flats_on_paper(pages: tuple[str, ...], tmp_path: Path) -> None:
    assert looks_like_a_flat(flat_in_chord_symbol(pages[0], raster(to_pdf(pages), tmp_path)))


@needs_poppler
def test_the_raster_test_sees_a_missing_music_font(
    pages: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    poor = tmp_path / "fonts"
    poor.mkdir()
    for font in font_folder().glob("Liberation*"):
        shutil.copy(font, poor)
    monkeypatch.setattr(pdf, "font_folder", lambda: poor)
    assert not looks_like_a_flat(flat_in_chord_symbol(pages[0], raster(to_pdf(pages), tmp_path)))


@needs_poppler
def test_the_raster_test_sees_a_box(pages: tuple[str, ...], tmp_path: Path) -> None:
    boxed = tuple(page.replace(FLAT, "\u25af") for page in pages)
    found = flat_in_chord_symbol(pages[0], raster(to_pdf(boxed), tmp_path))
    assert not looks_like_a_flat(found)


@needs_poppler
def test_no_page_is_blank_and_text_stays_text(pages: tuple[str, ...], tmp_path: Path) -> None:
    assert 0.005 < ink(raster(to_pdf(pages), tmp_path)) < 0.2
    done = subprocess.run(["pdftotext", str(tmp_path / "page.pdf"), "-"], capture_output=True, check=True, timeout=60)
    found = done.stdout.decode()
    assert "schönsten" in found and "слава" in found and "Müller" in found


@needs_poppler
def test_the_text_of_a_pdf_uses_the_measured_fonts(pages: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "page.pdf").write_bytes(to_pdf(pages))
    done = subprocess.run(["pdffonts", str(tmp_path / "page.pdf")], capture_output=True, check=True, timeout=60)
    fonts = {line.split()[0].partition("+")[2] for line in done.stdout.decode().splitlines()[2:]}
    assert fonts == {"LiberationSerif-Regular", "LiberationSerif-Bold", "Leipzig"}


def test_png_pages_have_the_requested_resolution(pages: tuple[str, ...]) -> None:
    (picture,) = to_png(pages, 100)
    width, height = int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")
    assert picture.startswith(b"\x89PNG") and (width, height) == (827, 1169)
    with pytest.raises(InputError, match="5000"):
        to_png(pages, 5000)
