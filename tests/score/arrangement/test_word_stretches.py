"""New voices have words in stretches that are worth singing, and a notice names the measures without them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scoregen.plan.words.given_words import wordless_notices
from scoregen.score.arrangement.sung_texts import with_given_marks
from scoregen.score.elements import Part, Score, Slot, Voice
from tests.notation.handmade import measure
from tests.score.arrangement.test_sung_texts import line, sung

TUNE, NEW = Slot("P1"), Slot("P2")
QUICK = sung("q:C5 q:D5 q:E5 q:F5", "a b c d"), "h:A4 h:B4"
"""Four syllables over two notes."""
CALM = sung("h:C5 h:D5", "e f"), "h:A4 q:G4 q:B4"
"""Two syllables, the second on two notes."""


def voiced(*rows: tuple[tuple[object, ...], str]) -> Score:
    measures = []
    for number, (given, new) in enumerate(rows, 1):
        row = measure(str(number), "4/4", {TUNE: given})
        measures.append(replace(row, voices=(*row.voices, Voice(NEW, line(new), "generated"))))
    return with_given_marks(Score((Part("P1", "Soprano"), Part("P2", "Alto")), tuple(measures)))


@pytest.mark.parametrize(
    ("rows", "worded"),
    [
        ((CALM, CALM, CALM, QUICK), [1, 2, 3]),
        ((CALM, QUICK, QUICK), []),
        ((QUICK, CALM, QUICK), []),
        ((CALM, QUICK, CALM, QUICK), []),
        ((CALM, CALM, CALM, QUICK, CALM), [1, 2, 3]),
        ((QUICK, CALM, CALM, CALM), [2, 3, 4]),
        ((CALM, CALM), [1, 2]),
    ],
)
def test_a_few_syllables_beside_a_longer_stretch_without_any_are_left_out(
    rows: tuple[tuple[tuple[object, ...], str], ...], worded: list[int]
) -> None:
    found = {}
    for row in voiced(*rows).measures:
        voice = row.voice(NEW)
        assert voice is not None
        found[int(row.number)] = any(note.lyrics for element in voice.elements for note in element.notes)
        assert bool(row.spanners) == found[int(row.number)], "the slurs of syllables go with them"
    assert [number for number, has_words in found.items() if has_words] == worded


def test_a_notice_names_the_measures_without_words() -> None:
    score = voiced(CALM, CALM, CALM, QUICK, CALM, CALM, CALM, QUICK)
    assert wordless_notices(score, "plain") == (
        "Alto: no words in measures 4, 8, where syllables are quicker than notes; --rhythm follow gives each a note",
    )
    assert wordless_notices(voiced(CALM, CALM), "plain") == ()
    assert wordless_notices(voiced(QUICK), "follow") == (
        "Alto: no words in measure 1, where syllables are quicker than notes",
    )
