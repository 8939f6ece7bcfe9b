"""Tokens as a table and as JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given

from scoregen.score.elements import Slot
from scoregen.score.keys import Key, KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.system.errors import ReadError
from scoregen.tokens.events import ABSENT, HOLD, REST, Event, Harmony, Header, Slice, TokenMeasure, TokenScore
from scoregen.tokens.text import event_from_text, event_text, from_json, render_text, to_json
from tests.strategies import chords

COMMON = TimeSignature((4,), 4, "common")
C, E = Pitch("C", 0, 4), Pitch("E", -1, 4)


def attack(*pitches: Pitch) -> Event:
    return Event("attack", pitches)


UPBEAT = TokenMeasure(
    Header("0", COMMON, KeySignature(-3, "minor"), Fraction(1), Fraction(3)),
    (
        Slice(Fraction(0), (attack(C), ABSENT)),
        Slice(Fraction(1, 2), (Event("attack", (E,), (C,)), ABSENT)),
    ),
)
FULL = TokenMeasure(
    Header("1", COMMON, KeySignature(-3, "minor"), Fraction(4), phrase_ends=(Fraction(2),)),
    (Slice(Fraction(0), (HOLD, REST)), Slice(Fraction(10, 3), (REST, attack(C)))),
)
TOKENS = TokenScore((Slot("P1"), Slot("P1", 2, 3)), (UPBEAT, FULL))


def test_the_table() -> None:
    assert render_text(TOKENS) == (
        "voices   P1       P1.2.3\n"
        "measure 0: 4/4, 3 flats (minor), 1 quarter from 3\n"
        "  @0     C4       absent\n"
        "  @1/2   ~C4+Eb4  absent\n"
        "measure 1: 4/4, 3 flats (minor), phrase ends at 2\n"
        "  @0     hold     rest\n"
        "  @10/3  rest     C4\n"
    )


def test_json_reads_back() -> None:
    assert from_json(to_json(TOKENS)) == TOKENS
    assert json.loads(to_json(TOKENS))["measures"][0]["slices"][1] == ["1/2", "~C4+Eb4", "absent"]


def planned() -> TokenScore:
    """The tokens with a chord and a gap in the first measure."""
    chord = Harmony(Fraction(1, 2), Key(3, "minor"), 4, "dominant", 2)
    first, *others = TOKENS.measures
    header = replace(first.header, harmony=(chord,), unplanned=(Fraction(1),))
    return replace(TOKENS, measures=(replace(first, header=header), *others))


def test_a_plan_reads_back() -> None:
    assert from_json(to_json(planned())) == planned() != TOKENS
    assert '["1/2", 3, "minor", 4, "dominant", 2]' in to_json(planned())


@pytest.mark.parametrize("row", ['"dominant", 4', '"seventh", 0', '"major", 3'])
def test_a_chord_that_does_not_exist_is_refused(row: str) -> None:
    with pytest.raises(ReadError, match="is not a chord of a plan"):
        from_json(to_json(planned()).replace('"dominant", 2', row))


@given(chords(3), chords(3))
def test_event_texts_read_back(begun: tuple[Pitch, ...], held: tuple[Pitch, ...]) -> None:
    event = Event("attack", begun, tuple(pitch for pitch in held if pitch not in begun))
    assert event_from_text(event_text(event)) == event


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"scoregen tokens 1"', '"else"', "the format is 'else'; expected 'scoregen tokens 1'"),
        ('"slots"', '"voices"', "KeyError 'slots'"),
        ("~C4+Eb4", "H4", "measure 0: 'H4' is not an event: 'H4' is not a pitch"),
        ("~C4+Eb4", "~D4", "part P1, measure 0, voice 1: onset 1/2: D4 cannot continue"),
        ('"hold", "rest"', '"hold"', "measure 1: onset 0: there are 1 events; expected one for each of 2 voices"),
        ('"10/3", "rest"', '"10/3", "hold"', ""),
        ('"10/3"', '"11"', "measure 1: onset 11: expected an onset after 0 and before the end of the measure at 4"),
        ('"10/3"', '"16/5"', "measure 1: onset 16/5: expected an onset on 48ths of a quarter"),
        ('"4/4"', '"4/5"', "is not a time signature"),
        ('"number"', "number", "JSONDecodeError"),
    ],
)
def test_the_error_for_broken_json_gives_the_place(old: str, new: str, message: str) -> None:
    text = to_json(TOKENS).replace(old, new)
    if not message:
        assert from_json(text).measures[1].slices[1].events[0] == HOLD
        return
    with pytest.raises(ReadError) as caught:
        from_json(text)
    assert message in str(caught.value)
