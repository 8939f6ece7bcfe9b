"""Frames of 16ths from scores, and events where voices change."""

from __future__ import annotations

from fractions import Fraction

import pytest

from scoregen.evaluation.metrics.frames import (
    SILENCE,
    durations,
    events,
    frames_from_lists,
    melodies,
    phrase_end_frames,
    score_frames,
)
from scoregen.score.elements import Chord, Measure, Note, Part, Rest, Score, Slot, Voice
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue
from scoregen.system.errors import InputError

UPPER, LOWER = Slot("P1"), Slot("P2")


def note(pitch: str, value: NoteValue, **ties: bool) -> Note:
    return Note(value, Pitch.parse(pitch), **ties)


def score_of(*measures: tuple[tuple[Note | Chord | Rest, ...], ...], ends: tuple[Fraction, ...] = ()) -> Score:
    """Two parts, one tuple of elements for each voice and measure; the fermatas are in the last measure."""
    columns = [
        Measure(
            str(number),
            sum((element.duration for element in upper), Fraction(0)),
            TimeSignature((2,), 4),
            KeySignature(0),
            (Voice(UPPER, upper), Voice(LOWER, lower)),
            phrase_ends=ends if number == len(measures) else (),
        )
        for number, (upper, lower) in enumerate(measures, 1)
    ]
    return Score((Part("P1"), Part("P2")), tuple(columns))


QUARTER, HALF = NoteValue("quarter"), NoteValue("half")


def test_held_and_repeated_notes_are_equal() -> None:
    score = score_of(((note("C5", QUARTER), note("C5", QUARTER)), (note("C4", HALF),)))
    assert score_frames(score, (UPPER, LOWER)).tolist() == [[72, 60]] * 8


def test_ties_rests_and_the_outer_note_of_a_chord() -> None:
    first = ((note("C5", HALF, tied_to_next=True),), (Rest(HALF),))
    second = ((note("C5", QUARTER, tied_from_previous=True), note("D5", QUARTER)), (thirds(), Rest(QUARTER)))
    frames = score_frames(score_of(first, second), (UPPER, LOWER))
    assert frames[:, 0].tolist() == [72] * 12 + [74] * 4
    assert frames[:, 1].tolist() == [SILENCE] * 8 + [60] * 4 + [SILENCE] * 4


def thirds() -> Chord:
    return Chord((note("C4", QUARTER), note("E4", QUARTER)))


def test_triplets_are_sampled_where_frames_begin() -> None:
    triplet = NoteValue("eighth", actual=3, normal=2)
    upper = tuple(note(pitch, triplet) for pitch in ("C5", "D5", "E5"))
    frames = score_frames(score_of((upper, (note("C4", QUARTER),))), (UPPER, LOWER))
    assert frames[:, 0].tolist() == [72, 72, 74, 76]  # the notes begin at 0, 4/3 and 8/3 frames


def test_phrase_ends_are_frames() -> None:
    measure = ((note("C5", HALF),), (note("C4", HALF),))
    assert phrase_end_frames(score_of(measure, measure, ends=(Fraction(1),))) == (12,)


def test_events_and_their_durations() -> None:
    frames = frames_from_lists([[72, 60], [72, 60], [74, 60], [74, -1]])
    assert events(frames).tolist() == [0, 2, 3]
    assert durations(events(frames), 4).tolist() == [2, 1, 1]


def test_a_melody_leaves_rests_out() -> None:
    _, pitches, lengths = melodies(frames_from_lists([[72], [72], [-1], [74]]))
    assert (pitches.tolist(), lengths.tolist()) == ([72, 74], [2, 1])


def test_a_value_that_is_not_a_list_of_frames() -> None:
    with pytest.raises(InputError, match="list of frames"):
        frames_from_lists([])
