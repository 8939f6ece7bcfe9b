"""The ensemble of a page on which some parts are empty."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scoregen.score.edit import with_parts, with_rests
from scoregen.score.elements import Score, Slot
from scoregen.score.ensemble import ensemble_to_fill, load_ensemble, new_parts
from tests.chorales import chorale


def page(name: str, tune: int) -> Score:
    """The parts of an ensemble, of which the first has a tune and the others are empty."""
    parts = new_parts(load_ensemble(name))
    given = chorale(1, measures=2, voices=1)
    moved = [
        replace(measure, voices=tuple(replace(voice, slot=Slot(parts[tune].id)) for voice in measure.voices))
        for measure in given.measures
    ]
    score = with_parts(replace(given, parts=(parts[tune],), measures=tuple(moved)), parts)
    empty = [
        Slot(part.id, staff) for index, part in enumerate(parts) if index != tune for staff in range(1, part.staves + 1)
    ]
    return with_rests(score, empty)


@pytest.mark.parametrize("name", ["voice-piano", "string-quartet", "brass-quintet"])
def test_a_page_with_empty_parts_for_instruments_names_its_ensemble(name: str) -> None:
    found = ensemble_to_fill(page(name, 0))
    assert found is not None
    assert found.name == name


def test_choirs_full_pages_and_blank_pages_have_none() -> None:
    assert ensemble_to_fill(page("satb", 0)) is None
    assert ensemble_to_fill(chorale(1, measures=2)) is None
    empty = page("string-quartet", 0)
    assert ensemble_to_fill(with_rests(replace(empty, measures=()), [])) is None
