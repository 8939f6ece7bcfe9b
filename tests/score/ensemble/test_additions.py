"""Instruments beside those of an ensemble."""

from __future__ import annotations

import pytest

from scoregen.score.ensemble import load_ensemble, with_instruments


@pytest.mark.parametrize(
    ("ensemble", "name", "expected"),
    [
        ("voice-piano", "flute", ["flute", "voice", "piano"]),
        ("voice-piano", "cello", ["voice", "cello", "piano"]),
        ("string-quartet", "cello2", ["violin1", "violin2", "viola", "cello", "cello2"]),
        ("string-quartet", "double-bass", ["violin1", "violin2", "viola", "cello", "double-bass"]),
        ("satb", "piano", ["soprano", "alto", "tenor", "bass", "piano"]),
        ("satb", "alto", ["soprano", "alto", "tenor", "bass"]),
        ("satb", "kazoo", ["soprano", "alto", "tenor", "bass"]),
    ],
)
def test_an_instrument_stands_by_its_family(ensemble: str, name: str, expected: list[str]) -> None:
    assert [role.name for role in with_instruments(load_ensemble(ensemble), (name,)).roles] == expected


def test_a_second_instrument_has_the_range_of_the_first() -> None:
    flutes = with_instruments(load_ensemble("voice-piano"), ("flute", "flute2")).roles[:2]
    assert [role.title for role in flutes] == ["Flute", "Flute 2"]
    assert flutes[0].comfortable == flutes[1].comfortable
    assert flutes[1].instrument.name == "Flute 2"
