"""The grammar accepts the output of `encode` and names the place of any fault."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoregen.score.elements import Score, Slot
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.system.errors import ReadError
from scoregen.tokens.encode import encode
from scoregen.tokens.events import Header, Slice, TokenMeasure, TokenScore
from scoregen.tokens.grammar import check
from scoregen.tokens.text import event_from_text
from tests.strategies import scores

HEAD = Header("5", TimeSignature((2,), 4), KeySignature(), Fraction(2))


def measure(text: str, header: Header = HEAD) -> TokenMeasure:
    """A measure from slices, as in `0 C4 E4 | 1 hold F4`."""
    rows = [row.split() for row in text.split("|") if row.strip()]
    return TokenMeasure(
        header, tuple(Slice(Fraction(onset), tuple(map(event_from_text, events))) for onset, *events in rows)
    )


def tokens(*measures: TokenMeasure) -> TokenScore:
    return TokenScore((Slot("P1"), Slot("P2")), measures)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(scores(), st.integers(0, 2**32))
def test_encoded_scores_are_grammatical_and_most_changes_break_a_rule(music: Score, seed: int) -> None:
    written, random = encode(music), Random(seed)
    check(written)
    place = random.randrange(len(written.measures))
    old = written.measures[place]
    slices = list(old.slices)
    slices[random.randrange(len(slices))] = Slice(old.header.duration, slices[0].events)
    changed = replace(old, slices=tuple(slices))
    with pytest.raises(ReadError, match="onset"):
        check(replace(written, measures=(*written.measures[:place], changed, *written.measures[place + 1 :])))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "onset 2: there are 0 events|found the first slice at 2; expected it at 0"),
        ("0 C4", "there are 1 events; expected one for each of 2 voices"),
        ("1 C4 C4", "found the first slice at 1; expected it at 0"),
        ("0 C4 C4 | 2 D4 D4", "expected an onset after 0 and before the end of the measure at 2"),
        ("0 C4 C4 | 1 D4 hold | 1 E4 hold", "expected an onset after 1"),
        ("0 C4 C4 | 1 hold hold", "the slice changes nothing; expected an attack or a rest"),
        ("0 hold C4", "part P1, measure 5, voice 1: onset 0: found hold in a voice that does not sound; expected rest"),
        ("0 rest C4 | 1 rest D4", "found rest in a voice that rests already; expected hold"),
        ("0 C4 C4 | 1 absent D4", "found absent in the middle of a measure"),
        ("0 absent C4 | 1 E4 D4", "found attack; expected absent until the barline"),
        ("0 C4 C4 | 1 ~D4 D4", "D4 cannot continue: it does not sound"),
        ("0 C4 C4 | 1 ~C4 D4", "found a chord in which all pitches continue; expected hold"),
        ("0 E4+C4 C4", "expected the pitches of a chord once each, lowest first"),
        ("0 C4+C4 C4", "expected the pitches of a chord once each, lowest first"),
    ],
)
def test_errors_name_the_place_and_what_was_expected(text: str, message: str) -> None:
    with pytest.raises(ReadError, match=message):
        check(tokens(measure(text)))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"duration": Fraction(1, 3)}, "a measure of 1/3 quarters from 0 cannot be notated in 2/4"),
        ({"duration": Fraction(0)}, "a measure of 0 quarters from 0 cannot be notated in 2/4"),
        ({"phrase_ends": (Fraction(2),)}, "expected phrase ends in ascending order"),
        ({"phrase_ends": (Fraction(1), Fraction(0))}, "expected phrase ends in ascending order"),
    ],
)
def test_faults_of_headers(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ReadError, match=message):
        check(tokens(measure("0 C4 C4", replace(HEAD, **changes))))


def test_a_rhythm_that_cannot_be_notated() -> None:
    with pytest.raises(ReadError, match="part P1, measure 5, voice 1: the rhythm cannot be notated"):
        check(tokens(measure("0 C4 C4 | 13/48 D4 D4", replace(HEAD, duration=Fraction(3, 8)))))


def test_a_voice_continues_over_the_barline() -> None:
    check(tokens(measure("0 C4 absent | 1 rest absent"), measure("0 rest C4"), measure("0 E4 hold")))
    with pytest.raises(ReadError, match="voice 1: onset 0: found hold in a voice that does not sound"):
        check(tokens(measure("0 C4 absent | 1 rest absent"), measure("0 hold C4")))
