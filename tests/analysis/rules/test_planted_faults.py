"""Every fault that is planted into a clean passage is found, and nothing else."""

from __future__ import annotations

import pytest

from tests.analysis.rules.planting import KINDS, outcome, plant

COMMON = (
    "parallel-fifths",
    "parallel-octaves",
    "contrary-octaves",
    "voice-crossing",
    "voice-overlap",
    "spacing",
    "augmented-interval",
    "large-leap",
    "range",
    "unresolved-leading-note",
)
"""The kinds that are quickly planted."""


@pytest.mark.parametrize("kind", COMMON)
def test_a_planted_fault_is_found_and_nothing_else(kind: str) -> None:
    for case in plant((kind,), each=1, seed=3):
        done = outcome(case)
        assert (done.is_found, done.surplus, done.in_clean) == (True, (), ())


@pytest.mark.slow
def test_three_hundred_planted_faults() -> None:
    outcomes = [outcome(case) for case in plant(KINDS, each=15)]
    assert len(outcomes) == 15 * len(KINDS)
    assert [done.case.fault for done in outcomes if not done.is_found] == []
    assert [(done.case.fault, done.surplus) for done in outcomes if done.surplus] == []
    assert [(done.case.fault, done.in_clean) for done in outcomes if done.in_clean] == []
