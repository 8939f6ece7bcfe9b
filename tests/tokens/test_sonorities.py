"""A score and its tokens have the same sonorities."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from scoregen.score.elements import Slot
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import sounding_notes
from scoregen.tokens.encode import encode, interleave
from scoregen.tokens.events import Event, Header, Slice, TokenMeasure, TokenScore
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


def test_the_outer_note_of_a_chord_may_be_one_that_continues() -> None:
    """Two of three notes go on, or a new one joins a higher one that goes on: the notes of a chord are all its own."""
    chord = tuple(map(Pitch.parse, ("C4", "E4", "G4")))
    fewer, joined = Event("attack", (), chord[1:]), Event("attack", (chord[0],), chord[2:])
    events = {Fraction(0): Event("attack", chord), Fraction(1): fewer, Fraction(2): Event("attack", chord)}
    events[Fraction(3)] = joined
    header = Header("1", TimeSignature((4,), 4), KeySignature(0), Fraction(4))
    slots = (Slot("P1"), Slot("P2"))
    tokens = TokenScore(slots, (TokenMeasure(header, interleave([events, events])),))
    assert sonorities(tokens).pitches.tolist() == [[67, 60], [67, 64], [67, 60], [67, 60]]


def test_onsets_that_tokens_cannot_express_are_rounded() -> None:
    score = handmade.melody("h:C4 q3:D4 q3:E4 q3:F4")
    found = score_sonorities(score, score.slots, sounding_notes(score))
    assert found.onset.tolist() == [0, 96, 128, 160]


def test_a_chord_that_only_loses_a_note_sounds_the_others() -> None:
    c, e, g = (Pitch("C", 0, 4), Pitch("E", 0, 4), Pitch("G", 0, 4))
    slices = (
        Slice(Fraction(0), (Event("attack", (c, e, g)), Event("attack", (c, e)))),
        Slice(Fraction(2), (Event("attack", (), (c, e)), Event("attack", (), (e,)))),
    )
    header = Header("1", TimeSignature((4,), 4), KeySignature(0), Fraction(4))
    tokens = TokenScore((Slot("P1"), Slot("P2")), (TokenMeasure(header, slices),))
    assert sonorities(tokens).pitches.tolist() == [[67, 60], [64, 64]]
