"""Sounding notes, and the problems of a score."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings

from scoregen.analysis.counterpoint.lines import counterpoint_of
from scoregen.analysis.moments import moments
from scoregen.score.check import problems
from scoregen.score.elements import Measure, Note, Part, Rest, Score, Slot, Voice
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue
from scoregen.score.timeline import changes, measure_onsets, metrical_starts, pitch_of, pitched_notes, sounding_notes
from scoregen.tokens.canonical import canonical
from scoregen.tokens.sonorities import SILENT, score_sonorities
from tests.strategies import scores

HALF, G = NoteValue("half"), Pitch("G", 0, 4)


def score(*measures: tuple[Voice, ...]) -> Score:
    """Measures of 2/4 with these voices."""
    time = TimeSignature.parse("2/4")
    columns = (Measure(str(n), time.duration, time, KeySignature(), voices) for n, voices in enumerate(measures, 1))
    return Score((Part("P1"),), tuple(columns))


def test_a_tie_leads_over_the_barline_and_into_another_voice() -> None:
    first = Voice(Slot("P1"), (Note(HALF, G, tied_to_next=True),))
    second = Voice(Slot("P1", 1, 2), (Note(HALF, G, tied_from_previous=True),))
    found = sounding_notes(score((first,), (second,)))
    assert [(note.onset, note.duration, note.measure_index) for note in found] == [(0, 4, 0)]


def test_ties_of_one_pitch_in_two_voices_are_told_apart() -> None:
    """A left hand and a pedal hold the same note for different times."""
    hand, pedal = Slot("P1", 2), Slot("P1", 3)
    held = Note(HALF, G, tied_from_previous=True, tied_to_next=True)
    music = score(
        (Voice(hand, (Note(HALF, G, tied_to_next=True),)), Voice(pedal, (Note(HALF, G, tied_to_next=True),))),
        (Voice(hand, (held,)), Voice(pedal, (Note(HALF, G, tied_from_previous=True),))),
        (Voice(hand, (Note(HALF, G, tied_from_previous=True),)),),
    )
    assert [(note.slot, note.onset, note.duration) for note in sounding_notes(music)] == [(hand, 0, 6), (pedal, 0, 4)]


def test_a_tie_without_a_second_note_is_ignored() -> None:
    first = Voice(Slot("P1"), (Note(HALF, G, tied_to_next=True),))
    silent = Voice(Slot("P1"), (Rest(HALF),))
    last = Voice(Slot("P1"), (Note(HALF, G, tied_from_previous=True),))
    found = sounding_notes(score((first,), (silent,), (last,)))
    assert [(note.onset, note.duration) for note in found] == [(0, 2), (4, 2)]


def test_grace_notes_are_listed_only_on_request() -> None:
    voice = Voice(Slot("P1"), (Note(NoteValue("eighth"), G, grace=True), Note(HALF, G)))
    assert len(sounding_notes(score((voice,)))) == 1
    assert [note.duration for note in sounding_notes(score((voice,)), grace=True)] == [0, 2]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(scores(most_voices=1))
def test_the_canonical_form_sounds_the_same(music: Score) -> None:
    """For a single voice, because the token language has no ties between voices."""
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
        "part P1, measure 1, voice 1: the voice lasts 1 quarters; the measure lasts 2",
        "part P9, measure 1, voice 1: the voice belongs to no part of the score",
        "part P1, measure 1, voice 2: a blank voice contains notes",
        "part P1, measure 1, voice 2: two voices share staff 1, voice 2",
    ]


def test_changes_list_the_notes_that_end_and_start() -> None:
    upper = Voice(Slot("P1"), (Note(NoteValue("quarter"), G), Note(NoteValue("quarter"), G)))
    lower = Voice(Slot("P1", 1, 2), (Rest(NoteValue("quarter")), Note(NoteValue("quarter"), Pitch("C", 0, 4))))
    notes = pitched_notes(score((upper, lower)))
    found = [(change.time, len(change.ends), [str(note.pitch) for note in change.starts]) for change in changes(notes)]
    assert found == [(0, 0, ["G4"]), (1, 1, ["G4", "C4"]), (2, 2, [])]
    assert list(changes([])) == []


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(scores())
def test_all_views_of_the_timeline_agree(music: Score) -> None:
    """On each voice's outer notes: the moments of the analysis, the lines of the rules and the table of pitches."""
    slots = tuple(slot for slot in music.slots if any(note.slot == slot for note in pitched_notes(music)))
    table = score_sonorities(music, slots, sounding_notes(music))
    cuts = moments(music)
    for index, onset in enumerate(table.onset.tolist()):
        now = [m for m in cuts if m.onset * 48 <= onset < m.end * 48]
        notes = now[0].notes if now else ()
        for column, slot in enumerate(slots):
            own = [int(note.pitch.midi_pitch) for note in notes if note.slot == slot]
            outer = min if slot == slots[-1] else max
            assert table.pitches[index, column] == (outer(own) if own else SILENT)
    for moment in counterpoint_of(music, slots).moments:
        sounding = {int(pitch_of(note).midi_pitch) for note in moment.notes if note is not None}
        everything = {int(note.pitch.midi_pitch) for m in cuts if m.onset <= moment.onset < m.end for note in m.notes}
        assert sounding <= everything
        assert bool(sounding) == bool(everything)


def test_onsets_that_are_kept_are_those_of_the_score_that_asks() -> None:
    one = score((Voice(Slot("P1"), (Rest(HALF),)),))
    two = score(*[(Voice(Slot("P1"), (Rest(HALF),)),)] * 3)
    for _ in range(2):
        assert measure_onsets(one) == metrical_starts(one) == (0,)
        assert measure_onsets(two) == (0, 2, 4)
        assert metrical_starts(two) == (0, 0, 0)
    assert measure_onsets(two) is measure_onsets(two)
