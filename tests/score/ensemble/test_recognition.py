"""The ensemble of a page on which some parts are empty."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scoregen.score.edit import with_rests
from scoregen.score.ensemble import ensemble_to_fill
from tests.chorales import chorale
from tests.score.ensemble.pages import page


@pytest.mark.parametrize("name", ["voice-piano", "string-quartet", "brass-quintet", "sab", "ttbb", "ssa"])
def test_a_page_with_empty_parts_whose_names_tell_an_ensemble_is_written_for_it(name: str) -> None:
    found = ensemble_to_fill(page(name, 0))
    assert found is not None
    assert found.name == name


def test_the_other_hand_of_a_piano_is_an_empty_staff() -> None:
    found = ensemble_to_fill(page("piano", 0))
    assert found is not None and found.name == "piano"


@pytest.mark.parametrize("name", ["sa", "tb"])
def test_a_part_of_the_usual_choir_is_written_for_as_the_usual_choir(name: str) -> None:
    assert ensemble_to_fill(page(name, 0)) is None


def test_the_usual_choir_full_pages_and_blank_pages_have_none() -> None:
    assert ensemble_to_fill(page("satb", 0)) is None
    assert ensemble_to_fill(chorale(1, measures=2)) is None
    empty = page("string-quartet", 0)
    assert ensemble_to_fill(with_rests(replace(empty, measures=()), [])) is None
