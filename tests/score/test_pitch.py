"""Spelled pitch: names, MIDI numbers, the line of fifths, intervals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoregen.score.keys import Key, KeySignature
from scoregen.score.pitch import Interval, Pitch, spell, spell_near
from tests.strategies import pitches


@given(pitches())
def test_the_name_reads_back(pitch: Pitch) -> None:
    assert Pitch.parse(str(pitch)) == pitch


@given(pitches())
def test_midi_number_and_fifths_make_the_spelling(pitch: Pitch) -> None:
    assert spell(pitch.midi_pitch, pitch.fifths) == pitch


@given(pitches(), pitches())
def test_the_interval_leads_from_one_to_the_other(low: Pitch, high: Pitch) -> None:
    assert low.transposed(low.interval_to(high)) == high
    assert low.interval_to(high).fifths == high.fifths - low.fifths


@given(st.integers(0, 127), st.integers(-7, 7))
def test_a_spelling_near_a_key_sounds_the_same(midi_pitch: int, fifths: int) -> None:
    pitch = spell_near(midi_pitch, fifths)
    assert pitch.midi_pitch == midi_pitch
    assert -4 <= pitch.fifths - fifths <= 7


@pytest.mark.parametrize(
    ("name", "midi", "fifths"), [("C4", 60, 0), ("Bb3", 58, -2), ("F##5", 79, 13), ("Cb4", 59, -7)]
)
def test_known_pitches(name: str, midi: int, fifths: int) -> None:
    assert (Pitch.parse(name).midi_pitch, Pitch.parse(name).fifths) == (midi, fifths)


@pytest.mark.parametrize("name", ["", "H4", "C", "C###4", "4", "Cx4"])
def test_text_that_is_not_a_pitch(name: str) -> None:
    with pytest.raises(ValueError, match="expected a step"):
        Pitch.parse(name)


def test_signatures_and_keys() -> None:
    assert [KeySignature(-3).alter(step) for step in "BEADGCF"] == [-1, -1, -1, 0, 0, 0, 0]
    assert KeySignature(2).transposed(Interval(1, 2)) == KeySignature(4)
    assert KeySignature(6).transposed(Interval(1, 2)) == KeySignature(-4)  # eight sharps become four flats
    assert Key.parse("g minor").signature.fifths == -2
    assert str(Key.parse("f#")) == "F# minor"
    with pytest.raises(ValueError, match="is not a key"):
        Key.parse("Q major")
