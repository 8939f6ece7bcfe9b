"""What the pages lack of the document is found and named in one line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scoregen.notation.engraving import pages as page_engraving
from scoregen.notation.engraving.completeness import missing, take_inventory
from scoregen.notation.engraving.options import EngravingOptions
from scoregen.notation.files import read_score, write_all
from scoregen.notation.musicxml.document import parse, serialize
from tests.notation.engraving.handwritten import document, drawn, lyric, note, rest

DIRECTION = "<direction><direction-type>{}</direction-type></direction>"
FULL = (
    DIRECTION.format("<dynamics><p/></dynamics>")
    + DIRECTION.format("<words>dolce</words>")
    + "<harmony><root><root-step>C</root-step></root><kind>major</kind></harmony>"
    + note(more=lyric("Sun") + lyric("Moon", "2"))
    + note("E5", chord=True)
    + note(more="<notations><fermata/></notations>")
    + "<note><rest/><duration>24</duration><voice>1</voice><type>half</type></note>"
)


def test_nothing_is_missing_on_a_page_of_everything() -> None:
    engraving = drawn(document([FULL, rest()], [FULL, FULL]))
    assert engraving.problems == ()


@pytest.mark.parametrize(
    ("group", "named"),
    [
        ("note", "3 notes"),
        ("rest", "1 rest"),
        ("syl", "2 syllables"),
        ("harm", "1 chord symbol"),
        ("dynam", "1 dynamic"),
        ("dir", "1 text"),
        ("fermata", "1 fermata"),
    ],
)
def test_a_kind_that_is_not_drawn_is_named_with_its_number_and_place(group: str, named: str) -> None:
    text = document([rest(), FULL], names=["Voice"])
    inventory = take_inventory(parse(text, ""), "n")
    pages = _with_ids(text)
    assert missing(inventory, pages) == ()
    lost = [page.replace(f'class="{group}"', 'class="lost"') for page in pages]
    (problem,) = missing(inventory, lost)
    assert str(problem).startswith("part Voice, measure 2: the pages lack ") and named in str(problem)


def _with_ids(text: bytes) -> list[str]:
    """Pages whose ids are those of an inventory with the prefix `n`."""
    root = parse(text, "")
    take_inventory(root, "n")
    options = page_engraving._verovio_options(text, EngravingOptions())
    return page_engraving._run_verovio(
        {"text": serialize(root).decode(), "layouts": [(0, options)], "keys": {}, "favoured": None, "required": []}, 60
    )


SLUR = "<notations><slur type='{}' number='1'/></notations>"
LINES = (
    note(more=SLUR.format("start"))
    + note(more=SLUR.format("stop"))
    + note(more=SLUR.format("start"))
    + DIRECTION.format("<wedge type='crescendo'/>")
    + note(more=SLUR.format("stop"))
    + DIRECTION.format("<wedge type='stop'/>")
)


@pytest.mark.parametrize(("group", "named"), [("slur", "2 slurs"), ("hairpin", "1 hairpin")])
def test_slurs_and_hairpins_are_looked_for_by_their_ids(group: str, named: str) -> None:
    text = document([rest(), LINES], names=["Voice"])
    inventory = take_inventory(parse(text, ""), "n")
    pages = _with_ids(text)
    assert missing(inventory, pages) == ()
    (problem,) = missing(inventory, [page.replace(f'class="{group}"', 'class="lost"') for page in pages])
    assert str(problem).startswith(f"part Voice, measure 2: the pages lack {named},")


@pytest.mark.parametrize(("group", "mark"), [("fermata", "<fermata/>"), ("dynam", "<dynamics><f/></dynamics>")])
def test_a_mark_at_a_note_that_is_lost_in_one_part_is_not_made_up_for_by_another(group: str, mark: str) -> None:
    """One mark drawn twice beside one that is lost is as many marks in the measure, but not the same ones."""
    marked = note(more=f"<notations>{mark}</notations>") + note() * 3
    text = document([marked], [marked], names=["Upper", "Lower"])
    inventory = take_inventory(parse(text, ""), "n")
    (page,) = _with_ids(text)
    ids = re.findall(rf'id="([^"]*)" class="{group}"', page)
    assert len(ids) == 2
    (problem,) = missing(inventory, [page.replace(ids[1], ids[0])])
    assert str(problem).startswith("part Lower, measure 1: the pages lack 1 ")


def test_a_slur_over_two_systems_is_one_and_a_line_without_an_end_is_none() -> None:
    long = [
        note(more=SLUR.format("start")) + note() * 3,
        *[note() * 4] * 14,
        note() * 3 + note(more=SLUR.format("stop")),
    ]
    engraving = drawn(document(long))
    assert engraving.pages[0].count('class="slur') > 1 and engraving.problems == ()
    assert drawn(document([note(more=SLUR.format("start")) + note() * 3])).problems == ()


def test_several_kinds_are_one_line() -> None:
    text = document([FULL])
    inventory = take_inventory(parse(text, ""), "n")
    (problem,) = missing(inventory, [])
    assert "3 notes, 1 rest, 2 syllables, 1 chord symbol, 1 dynamic, 1 text and 1 fermata" in str(problem)
    assert "\n" not in str(problem)


def test_words_under_a_rest_are_named(tmp_path: Path) -> None:
    source = tmp_path / "rest.musicxml"
    body = note() + "<note><rest/><duration>12</duration><voice>1</voice><type>quarter</type>" + lyric("oh") + "</note>"
    source.write_bytes(document([body + note() * 2], names=["Voice"]))
    written = write_all(read_score(source), [tmp_path / "rest.svg", tmp_path / "rest.pdf"])
    (warning,) = written.missing
    assert str(warning).startswith("part Voice, measure 1: the pages lack 1 syllable,")


def test_hidden_items_are_not_expected() -> None:
    hidden = note().replace("<note>", "<note print-object='no'>") + note(
        more=lyric("x").replace("<lyric", "<lyric print-object='no'")
    )
    headless = note(more="<stem>none</stem><notehead>none</notehead>")
    assert drawn(document([hidden + headless + note()])).problems == ()


def test_ids_of_the_document_are_kept_unless_they_are_doubled() -> None:
    text = document([note().replace("<note>", "<note id='mine'>") * 2 + note() * 2])
    engraving = drawn(text)
    assert engraving.problems == () and engraving.pages[0].count('id="mine"') == 1


def test_a_note_in_a_file_that_cannot_be_drawn_is_found_in_real_engraving(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the normalisation, verovio itself loses the notes."""
    beam = "<beam number='1'>begin</beam>"
    chord = note("C5", 6, "eighth", beam) + note("E5", 6, "eighth", beam, chord=True)
    monkeypatch.setattr(page_engraving, "normalise", lambda root: None)
    (problem,) = drawn(
        document([chord + note("D5", 6, "eighth", beam.replace("begin", "end")) + note(duration=36, kind="half")])
    ).problems
    assert "2 notes" in str(problem)
