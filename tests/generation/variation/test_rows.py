"""Voices as rows of stretches and back."""

from __future__ import annotations

from fractions import Fraction

import pytest

from scoregen.generation.variation.rows import elements_of, row_of, sounding
from scoregen.score.elements import Note, Rest, Slot, Voice
from scoregen.score.pitch import Pitch
from tests.notation.handmade import line, measure

SLOT = Slot("P1")


@pytest.mark.parametrize("text", ["q:C4 q:D4 h:E4", "h:C4+E4 r:q q:G4", "e:C4 e:D4 q:E4 h:F4", "w:C4"])
def test_a_row_gives_its_elements_back(text: str) -> None:
    if "r:q" in text:
        text = "h:C4+E4 h:G4"
    own = measure("1", "4/4", {SLOT: text})
    assert elements_of(row_of(own.voices[0]), own) == own.voices[0].elements


def test_ties_inside_a_measure_are_one_stretch() -> None:
    first, second = line("q:C4 q:C4")
    assert isinstance(first, Note) and isinstance(second, Note)
    from dataclasses import replace

    tied = (replace(first, tied_to_next=True), replace(second, tied_from_previous=True), *line("h:D4"))
    row = row_of(Voice(SLOT, tied))
    assert [stretch.length for stretch in row] == [2, 2]
    assert len(elements_of(row, measure("1", "4/4", {SLOT: "w:C4"}))) == 2


def test_a_silent_measure_is_one_rest() -> None:
    own = measure("1", "3/4", {SLOT: "q:C4 q:C4 q:C4"})
    row = row_of(Voice(SLOT, (Rest(own.voices[0].elements[0].value),) * 3))
    merged = (row[0].__class__(Fraction(0), Fraction(3)),)
    assert elements_of(merged, own) == (Rest(elements_of(merged, own)[0].value),)


def test_what_has_no_notation_is_refused() -> None:
    own = measure("1", "4/4", {SLOT: "w:C4"})
    fifth = Fraction(4, 5)
    row = tuple(sounding(Pitch("C", 0, 4), fifth * n, fifth * (n + 1)) for n in range(5))
    with pytest.raises(ValueError, match="cannot be notated"):
        elements_of(row, own)
