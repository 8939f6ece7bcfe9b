"""Seconds of places in quarters, over changes of tempo."""

from __future__ import annotations

from fractions import Fraction

import pytest

from scoregen.notation.midi.tempo_map import TempoMap


def test_every_tempo_lasts_until_the_next() -> None:
    tempos = TempoMap({Fraction(6): 2_000_000, Fraction(2): 1_000_000})
    found = [tempos.seconds(Fraction(place)) for place in (0, 1, 2, 4, 6, 7)]
    assert found == pytest.approx([0, 0.5, 1, 3, 5, 7]), "120 quarters a minute before the first"


def test_a_tempo_at_the_start_takes_the_place_of_the_default() -> None:
    assert TempoMap({Fraction(0): 1_000_000}).seconds(Fraction(3, 2)) == pytest.approx(1.5)
