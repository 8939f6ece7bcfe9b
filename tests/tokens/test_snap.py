"""Music that the language cannot express moves to the nearest onset and pitch that it can."""

from __future__ import annotations

from fractions import Fraction
from itertools import cycle

from hypothesis import given, settings
from hypothesis import strategies as st

from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import fits
from scoregen.tokens.encode import snap_events, snap_pitch
from scoregen.tokens.events import REST, Event, Header
from scoregen.tokens.vocabulary import vocabulary
from tests.strategies import Frame, frames

C, D = Pitch("C", 0, 4), Pitch("D", 0, 4)


def head(frame: Frame) -> Header:
    measure = frame.measure
    return Header(measure.number, measure.time, measure.key, measure.duration, frame.start)


@settings(max_examples=200, deadline=None)
@given(frames(most=1), st.sets(st.integers(0, 479), min_size=1), st.booleans())
def test_every_rhythm_snaps_to_near_positions(row: list[Frame], places: set[int], resting: bool) -> None:
    header = head(row[0])
    onsets = sorted({Fraction(0), *(header.duration * place / 480 for place in places)})
    events = [Event("attack", (C,)), Event("attack", (D,)), REST if resting else Event("attack", (C,))]
    found = snap_events(dict(zip(onsets, cycle(events), strict=False)), header)
    assert Fraction(0) in found
    assert fits(found, header.duration, header.time, header.start)
    assert all(vocabulary().ticks(onset) is not None and onset < header.duration for onset in found)
    assert list(found) == sorted(found)
    assert len(found) <= len(onsets)


def test_a_quintuplet_keeps_its_notes_on_the_nearest_64ths() -> None:
    quarter = Header("1", TimeSignature((1,), 4), KeySignature(), Fraction(1))
    found = snap_events({Fraction(place, 5): Event("attack", (C,)) for place in range(5)}, quarter)
    assert [str(onset) for onset in found] == ["0", "3/16", "3/8", "5/8", "13/16"]


def test_the_later_of_two_events_at_one_onset_remains() -> None:
    quarter = Header("1", TimeSignature((1,), 4), KeySignature(), Fraction(1))
    begun, goes_on = Event("attack", (C,)), Event("attack", (D,), (C,))
    found = snap_events({Fraction(0): REST, Fraction(1, 2): begun, Fraction(501, 1000): goes_on}, quarter)
    assert found == {Fraction(0): REST, Fraction(1, 2): Event("attack", (C, D))}


def test_pitches_snap_to_the_vocabulary() -> None:
    assert snap_pitch(Pitch("C", Fraction(1, 4), 4)) == C
    assert snap_pitch(Pitch("C", Fraction(3, 4), 4)) == Pitch("C", 1, 4)
    assert snap_pitch(Pitch("C", 3, 4)).midi_pitch == 63
    assert snap_pitch(Pitch("C", 0, 12)) == Pitch("C", 0, 9)
