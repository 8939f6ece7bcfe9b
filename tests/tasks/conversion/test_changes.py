"""Transposition, octaves and keys."""

from __future__ import annotations

import pytest

from scoregen.score.timeline import sounding_notes
from scoregen.system.errors import InputError
from scoregen.tasks.conversion.changes import Changes, transposition
from tests.chorales import chorale


@pytest.mark.parametrize(
    ("text", "name"),
    [("M2", "M2"), ("-m3", "-m3"), ("3", "m3"), ("-2", "-M2"), ("A major", "-m3"), ("F", "P4"), ("Eb", "m3")],
)
def test_a_transposition_is_an_interval_semitones_or_a_key(text: str, name: str) -> None:
    assert str(transposition(text, chorale(1, measures=2))) == name


def test_pitches_and_keys_move() -> None:
    score = chorale(1, measures=2)
    moved = Changes("Bb", octave=1).apply(score)
    shifts = {
        after.pitch.midi_pitch - before.pitch.midi_pitch
        for before, after in zip(sounding_notes(score), sounding_notes(moved), strict=True)
    }
    assert shifts == {10} and moved.measures[0].key.fifths == -2


def test_what_is_no_transposition_is_refused() -> None:
    with pytest.raises(InputError, match="--transpose nonsense"):
        Changes("nonsense").apply(chorale(1, measures=2))
    with pytest.raises(InputError, match="--octave 9"):
        Changes(octave=9).apply(chorale(1, measures=2))
