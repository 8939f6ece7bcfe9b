"""The grammar accepts what `flatten` writes and says where anything else goes wrong."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoregen.score.elements import Score, Slot
from scoregen.score.keys import KeySignature
from scoregen.score.pitch import Pitch
from scoregen.system.errors import ReadError, RefusedError
from scoregen.tokens.encode import encode
from scoregen.tokens.events import ABSENT, HOLD, Event
from scoregen.tokens.flat import event_of, event_tokens, flatten, unflatten
from scoregen.tokens.grammar import check
from scoregen.tokens.vocabulary import vocabulary
from tests.strategies import chords, scores

SLOTS = (Slot("P1"), Slot("P2"))
HEAD = "measure beats:2 beat-type:4 key:0 "


def read(text: str) -> None:
    unflatten(vocabulary().parse(text), SLOTS)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(scores(), st.integers(0, 2**32))
def test_a_corrupted_row_is_refused_or_is_another_row(music: Score, seed: int) -> None:
    tokens, random = encode(music), Random(seed)
    ids = list(flatten(tokens))
    place = random.randrange(len(ids))
    ids[place : place + random.randint(0, 1)] = random.choices(range(len(vocabulary())), k=random.randint(0, 1))
    try:
        found = unflatten(ids, tokens.slots)
    except ReadError as error:
        assert str(error).startswith("token ")
        assert "expected" in str(error) or "cannot" in str(error) or "is a hold" in str(error)
    else:
        assert flatten(found) == tuple(ids)
        check(found)


@given(chords(4), chords(4))
def test_events_read_back(begun: tuple[Pitch, ...], held: tuple[Pitch, ...]) -> None:
    event = Event("attack", begun, tuple(pitch for pitch in held if pitch not in begun))
    assert event_of(event_tokens(event)) == event
    assert event_of(event_tokens(HOLD)) == HOLD


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hold", "token 1 of 1: found hold; expected 'measure'"),
        ("measure beat-type:4", "token 2 of 2, after 'measure': found beat-type:4; expected the upper number"),
        (HEAD + "@0 C4", "token 7 of 6, after 'beat-type:4 key:0 @0 C4': found the end; expected an event of voice 2"),
        (HEAD + "@0 C4 @1", "found @1; expected an event of voice 2 of 2"),
        (HEAD + "barline", "found barline; expected an onset"),
        (HEAD + "@1 C4 C4 barline", "found the first slice at 1; expected it at 0"),
        (HEAD + "@0 C4 C4 @2 D4 D4 barline", "expected an onset after 0 and before the end of the measure at 2"),
        (HEAD + "@0 C4 C4 @1 D4 hold @1 E4 hold barline", "expected an onset after 1"),
        (HEAD + "@0 C4 C4 @1 hold hold barline", "the slice changes nothing; expected an attack or a rest"),
        (HEAD + "@0 hold C4 barline", "voice 1 of 2: found hold where nothing sounds; expected rest or an attack"),
        (HEAD + "@0 rest C4 @1 rest D4 barline", "voice 1 of 2: found rest where the voice rests; expected hold"),
        (HEAD + "@0 C4 C4 @1 absent D4 barline", "found absent in the middle of a measure"),
        (HEAD + "@0 absent C4 @1 E4 D4 barline", "found attack; expected absent until the barline"),
        (HEAD + "@0 C4 C4 @1 ~ D4 D4 barline", "voice 1 of 2: D4 cannot go on: it does not sound"),
        (HEAD + "@0 C4 C4 @1 ~ C4 D4 barline", "voice 1 of 2: a chord that only goes on is a hold"),
        (HEAD + "@0 + E4 C4 C4 barline", "expected the pitches of a chord once each, lowest first"),
        (HEAD + "@0 + C4 C4 C4 barline", "expected the pitches of a chord once each, lowest first"),
        (HEAD + "@0 + hold C4 barline", "found hold; expected a pitch"),
        (HEAD + "@0 C4 C4", "found the end; expected an onset"),
        (HEAD + "length @2 @0 C4 C4 barline", "expected no length and no start that the time signature tells"),
        (HEAD + "length @1/3 @0 C4 C4 barline", "a measure of 1/3 quarters from 0 cannot be notated in 2/4"),
        (HEAD + "length @0 @0 C4 C4 barline", "a measure of 0 quarters from 0 cannot be notated in 2/4"),
        (HEAD + "phrase-end @2 @0 C4 C4 barline", "expected phrase ends in rising order"),
        (HEAD + "length @3/8 @0 C4 C4 @13/48 D4 D4 barline", "voice 1 of 2: the rhythm cannot be notated"),
    ],
)
def test_errors_name_the_token_and_what_was_expected(text: str, message: str) -> None:
    with pytest.raises(ReadError) as caught:
        read(text)
    assert message in str(caught.value)


def test_an_id_that_is_no_token() -> None:
    with pytest.raises(ReadError, match=r"token 1 of 1: found id 9999; expected an id from 0 to 1\d\d\d"):
        unflatten([9999], SLOTS)


def test_an_event_has_an_end() -> None:
    with pytest.raises(ReadError, match="expected nothing more"):
        event_of(vocabulary().parse("hold hold"))


def test_measure_numbers_count_from_zero_after_an_upbeat() -> None:
    upbeat = "measure beats:2 beat-type:4 key:0 length @1/2 start @3/2 @0 C4 absent barline "
    found = unflatten(vocabulary().parse(upbeat + HEAD + "@0 hold C4 barline"), SLOTS)
    assert [measure.header.number for measure in found.measures] == ["0", "1"]
    assert found.measures[0].slices[0].events[1] == ABSENT
    named = unflatten(flatten(found), SLOTS, ["X", "7a"])
    assert [measure.header.number for measure in named.measures] == ["X", "7a"]


def test_what_has_no_flat_form_is_refused() -> None:
    found = unflatten(vocabulary().parse(HEAD + "@0 C4 C4 barline"), SLOTS)
    odd = replace(found.measures[0], header=replace(found.measures[0].header, key=KeySignature(0, None, (("B", -1),))))
    with pytest.raises(RefusedError, match="measure 1: a signature of single altered steps has no flat form"):
        flatten(replace(found, measures=(odd,)))
