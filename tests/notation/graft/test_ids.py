"""Ids of notes: each in its own element, those of tied notes together, and verovio keeps them."""

from __future__ import annotations

import re

from scoregen.notation.engraving.options import EngravingOptions
from scoregen.notation.engraving.pages import engrave
from scoregen.notation.graft.ids import with_note_ids
from scoregen.notation.musicxml.tree import parse
from scoregen.score.timeline import sounding_notes
from tests.notation import handmade


def test_tied_notes_share_a_name_and_the_engraver_keeps_it() -> None:
    score = handmade.melody("h:C4 h:D4~", "h:~D4 q:E4+G4 q:r")
    notes = sounding_notes(score)
    text, ids = with_note_ids(score, {note: f"n{number}" for number, note in enumerate(notes)})
    assert [ids[note] for note in notes] == [("n0",), ("n1", "n1-1"), ("n2",), ("n3",)]
    named = {element.get("id"): element.findtext("pitch/step") for element in parse(text, "").iter("note")}
    assert {name: step for name, step in named.items() if name} == {
        "n0": "C", "n1": "D", "n1-1": "D", "n2": "E", "n3": "G"
    }  # fmt: skip
    pages = "".join(engrave(text, EngravingOptions(embed_fonts=False)))
    drawn = re.findall(r'<g id="(n\d[^"]*)" class="note', pages)
    assert drawn == ["n0", "n1", "n1-1", "n2", "n3"]


def test_a_page_may_end_with_its_music() -> None:
    score = handmade.melody("w:C4")
    text, _ = with_note_ids(score, {})
    (page,) = engrave(text, EngravingOptions("screen", heading=False, fit_height=True, embed_fonts=False))
    (full,) = engrave(text, EngravingOptions("screen", heading=False, embed_fonts=False))
    height, whole = (float(re.findall(r'height="([\d.]+)mm"', drawn)[0]) for drawn in (page, full))
    assert height < 60 < whole
