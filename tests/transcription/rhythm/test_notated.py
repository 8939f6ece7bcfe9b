"""Rhythm found from what was played: values, metre, pickup, tempo."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from scoregen.score.metre import TimeSignature
from scoregen.transcription.rhythm.grids import COMPOUND, SIMPLE, place_onsets
from scoregen.transcription.rhythm.notated import _grid, is_on_own_beats, notated_rhythm, rhythm_on_own_beats
from scoregen.transcription.rhythm.values import note_ends
from tests.transcription.performances import GRACE, played

THREE = TimeSignature((3,), 4)


@pytest.mark.parametrize(("seconds", "unsteady"), [(0.6, 0.0), (0.68, 0.03), (0.55, 0.05)])
def test_a_sung_hymn_gets_its_metre_its_pickup_and_its_values(seconds: float, unsteady: float) -> None:
    rhythm = notated_rhythm(played(GRACE, seconds, unsteady), [1] * len(GRACE), may_hold=False)
    assert rhythm.times == {Fraction(0): THREE, Fraction(1): THREE}
    lengths = [end - onset for onset, end in zip(rhythm.onsets, rhythm.ends, strict=True)]
    right = sum(length == Fraction(value) for length, (_, value) in zip(lengths, GRACE, strict=True))
    assert right >= len(GRACE) - 1
    assert abs(rhythm.per_minute - 60 / seconds) < 4


def test_onsets_are_put_on_the_simplest_grid_that_fits() -> None:
    assert place_onsets([0.02, 0.51, 1.03, 1.3, 1.7, 1.98], 0.04, SIMPLE) == [
        *(Fraction(0), Fraction(1, 2), Fraction(1), Fraction(4, 3), Fraction(5, 3), Fraction(2))
    ]
    assert place_onsets([0.0, 0.74, 1.0], 0.04, SIMPLE) == [Fraction(0), Fraction(3, 4), Fraction(1)]
    assert place_onsets([0.0, 0.35, 0.64], 0.04, COMPOUND) == [Fraction(0), Fraction(1, 3), Fraction(2, 3)]


def test_a_note_lasts_to_the_next_unless_a_rest_is_heard() -> None:
    onsets = [Fraction(0), Fraction(2), Fraction(4)]
    assert note_ends(onsets, [1.9, 3.2, 5.9], [1] * 3, Fraction(6), may_hold=True) == [2, 4, 6]
    assert note_ends(onsets, [0.8, 2.3, 5.9], [1] * 3, Fraction(6), may_hold=True) == [1, 3, 6]


def test_a_note_held_over_the_next_of_its_hand_is_kept_only_if_its_end_is_sure() -> None:
    onsets, heard = [Fraction(0), Fraction(1), Fraction(2)], [3.05, 1.9, 3.0]
    assert note_ends(onsets, heard, [1] * 3, Fraction(4), may_hold=True)[0] == 3
    assert note_ends(onsets, heard, [1] * 3, Fraction(4), may_hold=False)[0] == 1


def test_uneven_notes_keep_to_the_beats_of_their_file_and_free_ones_do_not() -> None:
    generator = np.random.default_rng(3)
    even = np.arange(120) / 2
    assert is_on_own_beats((even + generator.normal(0, 0.03, 120)).tolist())
    free = np.cumsum(0.43 * np.exp(generator.normal(0, 0.1, 120)))
    assert not is_on_own_beats(free.tolist())


def test_uneven_triplets_and_dotted_notes_on_own_beats() -> None:
    generator = np.random.default_rng(5)
    places = [0, 1 / 3, 2 / 3, 1, 1.75, 2, 2.5, 3]
    quarters = [(place + float(generator.normal(0, 0.02)), place + 0.2) for place in places]
    notes = played([(60 + index, 0.5) for index in range(8)])
    spans = rhythm_on_own_beats(notes, quarters, [1] * 8, TimeSignature((4,), 4))
    assert [onset for onset, _ in spans] == [Fraction(place).limit_denominator(12) for place in places]


def test_a_repeated_note_is_not_held_over_itself() -> None:
    tune = [(pitch, 1.0) for pitch in (60, 60, 64, 64, 67, 67, 72, 72) * 3]
    blurred = [replace(note, end=note.end + 1.4) for note in played(tune, 0.6)]
    rhythm = notated_rhythm(blurred, [1] * len(blurred), may_hold=True)
    steps = [end - onset for onset, end in zip(rhythm.onsets, rhythm.ends, strict=True)]
    assert set(steps[:-1:2]) == {rhythm.onsets[1] - rhythm.onsets[0]}


def test_notes_of_which_most_are_held_are_blurred_and_cut() -> None:
    onsets = [Fraction(place) for place in range(16)]
    blurred = [float(place) + 2.2 for place in range(16)]
    assert note_ends(onsets, blurred, [1] * 16, Fraction(16), may_hold=True) == [*onsets[1:], 16]
    one = [float(place) + (3.1 if place == 4 else 0.9) for place in range(16)]
    assert note_ends(onsets, one, [1] * 16, Fraction(16), may_hold=True)[4] == 7


def test_a_note_that_the_pedal_holds_lasts_to_the_next() -> None:
    onsets = [Fraction(0), Fraction(2), Fraction(4)]
    heard = [0.4, 2.4, 4.4]
    assert note_ends(onsets, heard, [1] * 3, Fraction(6), may_hold=True)[:2] == [1, 3]
    assert note_ends(onsets, heard, [1] * 3, Fraction(6), may_hold=True, sustained=[True] * 3) == [2, 4, 6]


def test_notes_that_are_played_short_throughout_are_no_shorter_values() -> None:
    """A line in which every note sounds for half of its time has no rests, but a touch; one short note among long
    ones has a rest after it."""
    onsets = [Fraction(2 * index) for index in range(16)]
    staccato = [float(onset) + 0.9 for onset in onsets]
    assert note_ends(onsets, staccato, [1] * 16, Fraction(32), may_hold=True)[:-1] == onsets[1:]
    mixed = [float(onset) + (0.9 if onset == 8 else 1.9) for onset in onsets]
    found = note_ends(onsets, mixed, [1] * 16, Fraction(32), may_hold=True)
    assert found[4] == 9
    assert [*found[:4], *found[5:-1]] == [*onsets[1:5], *onsets[6:]]


def test_held_notes_that_end_where_the_pedal_comes_up_last_to_the_next() -> None:
    """Two notes of different onsets that end together, each over the next, are held by a pedal; one by a finger."""
    onsets = [Fraction(index) for index in range(16)]
    heard = [float(onset) + 0.95 for onset in onsets]
    pedalled = [*heard[:4], 8.0, 8.02, *heard[6:]]
    assert note_ends(onsets, pedalled, [1] * 16, Fraction(16), may_hold=True)[4:6] == [5, 6]
    held = [*heard[:4], 8.0, *heard[5:]]
    assert note_ends(onsets, held, [1] * 16, Fraction(16), may_hold=True)[4:6] == [8, 6]


def test_the_notes_of_a_chord_end_together() -> None:
    onsets = [Fraction(0), Fraction(0), Fraction(0), Fraction(1), Fraction(2)]
    heard = [0.95, 0.5, 0.9, 1.9, 2.9]
    assert note_ends(onsets, heard, [1] * 5, Fraction(3), may_hold=True)[:3] == [1, 1, 1]


def test_a_steady_take_of_fast_beats_is_divided_by_its_own_spread() -> None:
    """A note on a third of a short beat is as near to the half as human timing allows; here timing is better."""
    generator = np.random.default_rng(1)
    wanted = [beat + part for beat in range(24) for part in (Fraction(0), Fraction(1, 3 if beat % 6 == 5 else 2))]
    places = np.array([float(place) for place in wanted])
    assert _grid(places + generator.normal(0, 0.008, len(places)), 0.25)[1] == wanted
    assert _grid(places + generator.normal(0, 0.06, len(places)), 0.25)[1] != wanted
