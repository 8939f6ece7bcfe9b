"""The benchmark of mixtures takes its examples from held-out movements alone."""

from __future__ import annotations

import warnings

from scoregen.corpora.reading.pieces import Reading, score_pieces
from scoregen.corpora.shards import ShardPiece
from scoregen.model.features.inputs import ABSENT
from scoregen.model.training.examples import FREE
from scoregen.score.elements import Slot
from tests.benchmarks.bench_mixture import held_out_examples
from tests.corpora.music import SOURCE, measure, score, voice


def duet(first: str) -> ShardPiece:
    lines = [(f"{first} D5", "C4 E4"), ("E5 C5", "G3 C4"), ("F5 D5", "A3 B3")]
    rows = [
        measure(str(number), voice(Slot("P1"), above), voice(Slot("P2"), below))
        for number, (above, below) in enumerate(lines, 1)
    ]
    (piece,) = score_pieces(Reading(score(*rows), {}), SOURCE)
    return piece


def test_the_examples_are_openings_with_nothing_or_the_first_part_given() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = held_out_examples("songs", [duet("C5"), duet("B4")], (), 2)
    assert set(found) == {FREE, "part"}
    assert [each.given.any() for each in found[FREE]] == [False, False]
    assert [each.given.all(0).tolist() for each in found["part"]] == [[True, False]] * 2
    assert all((each.piece.events != ABSENT).all() and each.style == 0 for each in found[FREE])
