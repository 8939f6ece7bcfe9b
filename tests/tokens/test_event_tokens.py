"""Events as tokens, and the inverse."""

from __future__ import annotations

import pytest
from hypothesis import given

from scoregen.score.pitch import Pitch
from scoregen.system.errors import ReadError
from scoregen.tokens.event_tokens import event_of, event_tokens
from scoregen.tokens.events import ABSENT, BLANK, HOLD, REST, Event
from tests.strategies import chords
from tests.tokens.words import token_ids


@given(chords(4), chords(4))
def test_events_read_back(begun: tuple[Pitch, ...], held: tuple[Pitch, ...]) -> None:
    event = Event("attack", begun, tuple(pitch for pitch in held if pitch not in begun))
    assert event_of(event_tokens(event)) == event


@pytest.mark.parametrize("event", [HOLD, REST, ABSENT, BLANK])
def test_events_without_a_pitch_are_one_token(event: Event) -> None:
    assert len(event_tokens(event)) == 1
    assert event_of(event_tokens(event)) == event


def test_a_chord_is_written_from_below() -> None:
    chord = Event("attack", (Pitch("A", 0, 3),), (Pitch("F", 0, 3), Pitch("C", 0, 4)))
    assert event_tokens(chord) == token_ids("+ ~ F3 + A3 ~ C4")


@pytest.mark.parametrize(
    "text", ["", "hold hold", "+ E4 C4", "+ C4 C4", "+ hold", "+", "~", "~ + C4 E4", "C4 E4", "@0"]
)
def test_tokens_that_are_not_an_event(text: str) -> None:
    with pytest.raises(ReadError, match="expected hold, rest, absent, blank, or the pitches of a chord, lowest first"):
        event_of(token_ids(text))
