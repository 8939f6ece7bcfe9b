"""The same music has the same steps in any key; other music has other steps."""

from __future__ import annotations

import numpy as np
import pytest

from scoregen.evaluation.passages.event_sequences import EventSequence, event_sequences, melody, texture
from scoregen.score.elements import Score
from scoregen.score.timeline import sounding_notes
from scoregen.tokens.sonorities import SILENT, Sonorities
from tests.notation import handmade


def tune(*measures: str) -> EventSequence:
    score = handmade.melody(*measures)
    return event_sequences(score, score.slots)[1][0]


def sounds(*moments: tuple[int, ...]) -> EventSequence:
    onset = 12 * np.arange(len(moments))
    return texture(Sonorities(np.array(moments), onset, onset // 48, 12 * len(moments)))


def same(one: EventSequence, other: EventSequence) -> list[bool]:
    return [bool(equal) for equal in one.keys == other.keys]


def test_a_transposed_melody_is_the_same() -> None:
    assert same(tune("q:C4 q:D4 h:E4"), tune("q:F#4 q:G#4 h:A#4")) == [True, True]


def test_melodies_differ_by_intervals_durations_and_rests() -> None:
    plain = tune("q:C4 q:D4 h:E4")
    assert same(plain, tune("q:C4 q:Db4 h:E4")) == [False, False]
    assert same(plain, tune("q:C4 e:D4 e:E4 h:r")) == [True, False]
    assert len(tune("q:C4 q:r h:E4")) == 2


def test_repeated_notes_are_notes_of_a_melody() -> None:
    assert len(tune("q:C4 q:C4 h:C4")) == 3


def test_all_voices_are_the_same_in_any_key() -> None:
    first = sounds((72, 60), (74, 59), (SILENT, 57), (SILENT, SILENT), (76, 60))
    moved = sounds((75, 63), (77, 62), (SILENT, 60), (SILENT, SILENT), (79, 63))
    assert same(first, moved) == [True] * 4
    assert (moved.pitches - first.pitches).tolist() == [3] * 5


def test_a_change_in_one_voice_is_another_step() -> None:
    first, other = sounds((72, 60), (74, 59), (76, 60)), sounds((72, 60), (74, 58), (76, 60))
    assert same(first, other) == [False, False]
    assert not set(sounds((72, 60), (74, 59)).keys.tolist()) & set(sounds((72, 60, 50), (74, 59, 50)).keys.tolist())


def test_a_repeated_sonority_counts_as_held() -> None:
    assert len(sounds((72, 60), (72, 60), (74, 59))) == 2


def test_one_sonority_makes_no_step() -> None:
    assert len(sounds((72, 60)).keys) == 0
    assert len(melody([]).keys) == 0


def test_chords_count_by_their_outer_notes(chords: Score) -> None:
    notes = sounding_notes(chords)
    assert melody(notes).pitches.tolist() == [67, 69]
    assert melody(notes, lower=True).pitches.tolist() == [60, 65]


@pytest.fixture
def chords() -> Score:
    return handmade.melody("h:C4+E4+G4 h:F4+A4")
