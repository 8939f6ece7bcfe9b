"""The figures of reference sets, Bach's own and those of a peer system, are as first measured."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from scoregen.evaluation.metrics.frames import Frames, frames_from_lists
from scoregen.evaluation.metrics.part_writing import count, rates
from scoregen.evaluation.metrics.two_sample import separation
from scoregen.evaluation.passages.overlap import novelty

PART_WRITING = (
    "fifths_per_100",
    "octaves_per_100",
    "clean_percent",
    "crossing_percent",
    "spacing_percent",
    "leaps_percent",
    "chord_beats_percent",
    "changes_per_16",
)
DECIMALS = (2, 2, 0, 2, 2, 1, 1, 2)
Sets = dict[str, list[Frames]]


@pytest.fixture(scope="module")
def sets(shared_data: Callable[[str], Path]) -> Sets:
    splits = json.loads((shared_data("jsb16") / "Jsb16thSeparated.json").read_text(encoding="utf-8"))
    fakes = json.loads((shared_data("peers") / "js-fakes" / "js-fakes-16thSeparated.json").read_text(encoding="utf-8"))
    return {
        name: [frames_from_lists(piece) for piece in pieces]
        for name, pieces in {**splits, "fakes": fakes["pitches"]}.items()
    }


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("test", (0.18, 0.11, 81, 0.66, 0.80, 2.5, 90.7, 6.02)),
        ("valid", (0.19, 0.15, 79, 0.98, 0.56, 2.2, 91.1, 5.61)),
        ("fakes", (1.10, 1.27, 22, 0.38, 0.39, 2.2, 92.0, 6.12)),
    ],
)
def test_part_writing(sets: Sets, name: str, row: Sequence[float]) -> None:
    found = rates([count(piece) for piece in sets[name]])
    rounded = [round(found[figure].value, places) for figure, places in zip(PART_WRITING, DECIMALS, strict=True)]
    assert rounded == list(row)


@pytest.mark.parametrize(("name", "row"), [("test", (13.5, 0.6, 0.3)), ("fakes", (30.3, 9.3, 4.9))])
def test_novelty(sets: Sets, name: str, row: Sequence[float]) -> None:
    found = novelty(sets[name], sets["train"])
    assert [round(found[f"known_{length}_percent"].value, 1) for length in (4, 8, 12)] == list(row)


@pytest.mark.slow
def test_the_classifier(sets: Sets) -> None:
    """Takes 40 seconds. Bach's parts cannot be distinguished, the peer system can."""
    result = separation(sets["valid"] + sets["test"], sets["fakes"])
    alike = separation(sets["valid"], sets["test"])
    assert result is not None
    assert alike is not None
    assert result.auc == pytest.approx(0.865, abs=0.02)
    assert alike.auc == pytest.approx(0.5, abs=0.1)
