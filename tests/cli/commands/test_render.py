"""`scoregen render` as a user meets it: pages of the paper and size that are asked for, and what they lack."""

from __future__ import annotations

from pathlib import Path

import pytest

from scoregen.cli.app import run
from tests.notation.engraving.handwritten import document, lyric, note

Captured = pytest.CaptureFixture[str]
SIZES = {"a4": (210, 297), "letter": (215.9, 279.4), "A3": (297, 420)}


@pytest.fixture
def tune(tmp_path: Path) -> Path:
    path = tmp_path / "tune.musicxml"
    path.write_bytes(document([note() * 4] * 30))
    return path


def first_line(tune: Path, *options: str) -> str:
    """The first tag of the first page."""
    assert run(["render", str(tune), "-o", str(tune.with_suffix(".svg")), "--force", *options]) == 0
    return min(tune.parent.glob("tune*.svg")).read_text(encoding="utf-8").partition(">")[0]


@pytest.mark.parametrize("paper", SIZES)
@pytest.mark.parametrize("landscape", [False, True])
def test_paper_and_landscape(tune: Path, paper: str, landscape: bool) -> None:
    width, height = SIZES[paper][::-1] if landscape else SIZES[paper]
    options = ("--paper", paper, *(["--landscape"] if landscape else []))
    assert f'width="{width:g}mm" height="{height:g}mm"' in first_line(tune, *options)


def staff_height(tune: Path, *options: str) -> float:
    """The millimetres from the first to the last line of the first staff."""
    first_line(tune, *options)
    page = min(tune.parent.glob("tune*.svg")).read_text(encoding="utf-8")
    units = float(page.partition('class="definition-scale"')[2].partition('viewBox="0 0 ')[2].split()[0])
    lines = [
        float(path.partition(" L")[0].split()[1]) for path in page.partition('class="staff">')[2].split('d="M')[1:6]
    ]
    return (lines[-1] - lines[0]) * 210 / units


def test_the_staff_size_is_the_height_of_a_staff(tune: Path) -> None:
    assert staff_height(tune) == pytest.approx(6.5, abs=0.05)
    assert staff_height(tune, "--staff-size", "5") == pytest.approx(5, abs=0.05)
    for file in tune.parent.glob("*.svg"):
        file.unlink()
    assert staff_height(tune, "--staff-size", "8") == pytest.approx(8, abs=0.05)


@pytest.mark.parametrize(
    ("option", "named"), [(("--paper", "a99"), "a4, a5"), (("--staff-size", "90"), "1.44 to 28.8")]
)
def test_wrong_options_are_named_before_the_work(
    tune: Path, capsys: Captured, option: tuple[str, str], named: str
) -> None:
    assert run(["render", str(tune), "-o", str(tune.with_suffix(".pdf")), *option]) == 2
    assert named in capsys.readouterr().err and not tune.with_suffix(".pdf").exists()


def test_what_the_pages_lack_is_a_message(tmp_path: Path, capsys: Captured) -> None:
    source = tmp_path / "rest.musicxml"
    rest = f"<note><rest/><duration>12</duration><voice>1</voice><type>quarter</type>{lyric('oh')}</note>"
    source.write_bytes(document([note() * 3 + rest], names=["Voice"]))
    assert run(["render", str(source), "-o", str(tmp_path / "rest.pdf")]) == 0
    captured = capsys.readouterr()
    assert "part Voice, measure 1: the pages lack 1 syllable" in captured.err and "rest.pdf" in captured.out
