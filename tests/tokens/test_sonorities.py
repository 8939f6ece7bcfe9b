"""A score and its tokens have the same sonorities."""

from __future__ import annotations

import numpy as np

from scoregen.score.timeline import sounding_notes
from scoregen.tokens.encode import encode
from scoregen.tokens.sonorities import SILENT, Sonorities, score_sonorities, sonorities
from tests.chorales import chorale
from tests.notation import handmade


def assert_same(one: Sonorities, other: Sonorities) -> None:
    for name in ("pitches", "onset", "measure", "durations"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


def test_a_score_sounds_the_same_in_tokens() -> None:
    for score in (chorale(1), chorale(2, voices=2), handmade.hymn(), handmade.melody("q:C4 q:r h:E4+G4")):
        found = score_sonorities(score, score.slots, sounding_notes(score)).changes()
        assert_same(found, sonorities(encode(score)).changes())


def test_a_chord_counts_by_its_outer_note() -> None:
    score = handmade.melody("h:C4+E4+G4 h:r")
    assert score_sonorities(score, score.slots, sounding_notes(score)).pitches.tolist() == [[60], [SILENT]]


def test_onsets_that_tokens_cannot_express_are_rounded() -> None:
    score = handmade.melody("h:C4 q3:D4 q3:E4 q3:F4")
    found = score_sonorities(score, score.slots, sounding_notes(score))
    assert found.onset.tolist() == [0, 96, 128, 160]
