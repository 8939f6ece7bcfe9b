"""What sounds when, and what is wrong with a score."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings

from scoregen.score.check import problems
from scoregen.score.elements import Measure, Note, Part, Rest, Score, Slot, Voice
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue
from scoregen.score.timeline import measure_onsets, sounding_notes
from scoregen.tokens.canonical import canonical
from tests.strategies import scores

HALF, G = NoteValue("half"), Pitch("G", 0, 4)


def score(*measures: tuple[Voice, ...]) -> Score:
    """Measures of 2/4 with these voices."""
    time = TimeSignature.parse("2/4")
    columns = (Measure(str(n), time.duration, time, KeySignature(), voices) for n, voices in enumerate(measures, 1))
    return Score((Part("P1"),), tuple(columns))


def test_a_tie_is_followed_over_the_barline_and_into_another_voice() -> None:
    first = Voice(Slot("P1"), (Note(HALF, G, tied_to_next=True),))
    second = Voice(Slot("P1", 1, 2), (Note(HALF, G, tied_from_previous=True),))
    found = sounding_notes(score((first,), (second,)))
    assert [(note.onset, note.duration, note.measure_index) for note in found] == [(0, 4, 0)]


def test_a_tie_without_partner_ends_its_note() -> None:
    first = Voice(Slot("P1"), (Note(HALF, G, tied_to_next=True),))
    silent = Voice(Slot("P1"), (Rest(HALF),))
    last = Voice(Slot("P1"), (Note(HALF, G, tied_from_previous=True),))
    found = sounding_notes(score((first,), (silent,), (last,)))
    assert [(note.onset, note.duration) for note in found] == [(0, 2), (4, 2)]


def test_grace_notes_are_told_only_on_request() -> None:
    voice = Voice(Slot("P1"), (Note(NoteValue("eighth"), G, grace=True), Note(HALF, G)))
    assert len(sounding_notes(score((voice,)))) == 1
    assert [note.duration for note in sounding_notes(score((voice,)), grace=True)] == [0, 2]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(scores(most_voices=1))
def test_writing_a_score_afresh_changes_nothing_that_sounds(music: Score) -> None:
    """Of one voice: ties between voices are no part of the token language."""
    assert sounding_notes(canonical(music)) == sounding_notes(music)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(scores())
def test_random_scores_have_no_problems(music: Score) -> None:
    assert problems(music) == ()
    assert measure_onsets(music)[0] == 0
    assert measure_onsets(music)[-1] + music.measures[-1].duration == music.duration


def test_problems_are_named_with_their_place() -> None:
    short = Voice(Slot("P1"), (Note(NoteValue("quarter"), G),))
    stranger = Voice(Slot("P9"), (Rest(HALF),))
    full_blank = Voice(Slot("P1", 1, 2), (Rest(HALF),), "blank")
    twin = replace(full_blank, origin="given")
    assert [str(problem) for problem in problems(score((short, stranger, full_blank, twin)))] == [
        "part P1, measure 1, voice 1: the voice lasts 1 quarters; the measure 2",
        "part P9, measure 1, voice 1: the voice belongs to no part of the score",
        "part P1, measure 1, voice 2: a blank voice holds notes",
        "part P1, measure 1, voice 2: two voices share staff 1, voice 2",
    ]
