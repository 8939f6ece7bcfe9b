"""The ids of the network: derived from the token language, and those with which the weights were trained."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from scoregen.benchmarks.jsb16.alphabet import CHROMATIC
from scoregen.model.features.alphabet import (
    BARLINE,
    FIRST_PITCH,
    GRID,
    HOLD,
    MOST_ACCIDENTALS,
    PITCH_IDS,
    PITCHES,
    REST,
    Alphabet,
    alphabet,
    pitch_id,
)
from scoregen.score.pitch import Pitch
from scoregen.system.errors import InputError
from scoregen.tokens.vocabulary import vocabulary

SPELLED = alphabet("spelled")


def digest(ids: Alphabet) -> str:
    """A checksum of every table, which differs between alphabets."""
    result = hashlib.sha256()
    for table in (ids.midi, ids.fifths, ids.degrees, ids.classes):
        result.update(repr((table.shape, table.tolist())).encode())
    shifts = [str(shift) for shift in ids.time_shifts]
    result.update(repr((ids.degree_count, ids.class_count, shifts, ids.repeats)).encode())
    return result.hexdigest()[:16]


@pytest.mark.parametrize(("ids", "expected"), [(SPELLED, "7bbc806019d8ef94"), (CHROMATIC, "6e2f96304aa6a639")])
def test_the_ids_are_those_of_the_trained_weights(ids: Alphabet, expected: str) -> None:
    assert digest(ids) == expected


def test_the_spelled_pitches_and_constants_are_those_of_the_trained_weights() -> None:
    assert hashlib.sha256(" ".join(map(str, PITCHES)).encode()).hexdigest()[:16] == "5400c651293038b6"
    assert (GRID, MOST_ACCIDENTALS, HOLD, REST, FIRST_PITCH, BARLINE) == (48, 7, 0, 1, 2, 0)
    assert (SPELLED.silence, SPELLED.no_key) == (len(PITCHES), 15)
    assert SPELLED.events == SPELLED.more == 2 + len(PITCHES)
    assert (SPELLED.tied, SPELLED.choices) == (SPELLED.more + 1, SPELLED.more + 2)
    assert (SPELLED.blank, SPELLED.absent) == (SPELLED.choices, SPELLED.choices + 1)
    assert (PITCHES[0].midi_pitch, PITCHES[-1].midi_pitch) == (21, 108), "the keys of a piano"


def test_an_alphabet_without_chords_has_events_only() -> None:
    assert not CHROMATIC.chords
    assert CHROMATIC.choices == CHROMATIC.events == CHROMATIC.blank == CHROMATIC.absent - 1


def test_every_id_is_a_token_of_the_language() -> None:
    words = vocabulary()
    assert all(words.has("pitch", pitch) for pitch in PITCHES)
    assert all(words.has("place", shift) for shift in SPELLED.time_shifts)
    assert words.ticks_per_quarter == GRID
    assert [words.has(word) for word in words.network.events] == [True] * FIRST_PITCH


def test_a_pitch_out_of_range_is_moved_by_octaves() -> None:
    assert PITCHES[pitch_id(Pitch("C", 0, 9))] == Pitch("C", 0, 8)
    assert PITCHES[pitch_id(Pitch("C", 0, 0))] == Pitch("C", 0, 1)
    assert all(pitch_id(pitch) == PITCH_IDS[pitch] for pitch in PITCHES)
    moved = [PITCHES[pitch_id(pitch)] for pitch in vocabulary().pitches]
    assert np.array_equal([p.fifths for p in moved], [p.fifths for p in vocabulary().pitches])


def test_an_unregistered_alphabet_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="the alphabet 'klingon', which is for a benchmark only"):
        alphabet("klingon")
