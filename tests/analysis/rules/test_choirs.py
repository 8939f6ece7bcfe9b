"""A melody over alto, tenor and bass is a choir of four voices to the rules."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scoregen.analysis.counterpoint.voice_groups import leading_lines
from scoregen.score.elements import Score
from scoregen.tasks.check import check
from tests.analysis.chorale_text import chorale

TEXT = "E5 C5 G4 C3 | D5 B4 G4 G3 | E5 G4 G4 C3"


def named(*names: str) -> Score:
    score = chorale(TEXT, beats=3)
    return replace(score, parts=tuple(replace(part, name=name) for part, name in zip(score.parts, names, strict=True)))


def roles(score: Score) -> list[str | None]:
    return [line.role.name if line.role else None for line in leading_lines(score, score.slots)]


@pytest.mark.parametrize("first", ["Melody", "Voice", "Cantus firmus", ""])
def test_a_melody_over_three_voices_of_a_choir_is_its_soprano(first: str) -> None:
    score = named(first, "Alto", "Tenor", "Bass")
    assert roles(score) == ["soprano", "alto", "tenor", "bass"]
    assert {line.group for line in leading_lines(score, score.slots)} == {0}
    found = [finding for finding in check(score, "strict").findings if finding.rule == "unresolved-leading-note"]
    assert [finding.severity for finding in found] == ["note"], "an inner leading note that falls to the fifth"


@pytest.mark.parametrize(
    "names", [("Violin", "Alto", "Tenor", "Bass"), ("Alto", "Melody", "Tenor", "Bass"), ("Bass", "Alto", "Tenor", "X")]
)
def test_an_instrument_or_another_order_makes_no_choir(names: tuple[str, ...]) -> None:
    assert roles(named(*names)) != ["soprano", "alto", "tenor", "bass"]
