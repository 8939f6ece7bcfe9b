"""The rhythm of single lines, and the file of what is usual in them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from scoregen.score.metre import TimeSignature
from scoregen.transcription.beats.attacks import attacks_of
from scoregen.transcription.metrical import habits
from scoregen.transcription.metrical.habits import save_lines, shipped_lines
from scoregen.transcription.metrical.lines import LineRhythm, line_rhythm
from tests.transcription.performances import GRACE, played

ROW = [
    *((60, 1.5), (60, 1.5), (60, 1), (62, 0.5), (64, 1.5), (64, 1), (62, 0.5), (64, 1), (65, 0.5), (67, 3)),
    *((72, 0.5), (72, 0.5), (72, 0.5), (67, 0.5), (67, 0.5), (67, 0.5), (64, 0.5), (64, 0.5), (64, 0.5)),
    *((60, 0.5), (60, 0.5), (60, 0.5), (67, 1), (65, 0.5), (64, 1), (62, 0.5), (60, 3)),
]
"""A round in 6/8: pitches and lengths in quarters."""


def found(tune: list[tuple[int, float]], seconds: float, unsteady: float) -> LineRhythm:
    notes, model = played(tune, seconds, unsteady), shipped_lines()
    assert model is not None
    return line_rhythm(notes, attacks_of(notes), model)


@pytest.mark.parametrize("seconds", [0.5, 0.6, 0.7])
def test_a_tune_in_three_has_its_pickup(seconds: float) -> None:
    rhythm = found(GRACE, seconds, 0.03)
    assert (rhythm.time, rhythm.pickup, rhythm.onsets[:4]) == (TimeSignature((3,), 4), 1, (0, 1, 3, Fraction(7, 2)))
    assert abs(rhythm.seconds - seconds) < 0.05


def test_a_round_in_compound_time() -> None:
    rhythm = found(ROW, 0.42, 0.03)
    assert rhythm.time.beat_type == 8 and rhythm.pickup == 0 and rhythm.beat == Fraction(3, 2)
    steps = [float(b - a) for a, b in zip(rhythm.onsets, rhythm.onsets[1:], strict=False)]
    assert steps == [length for _, length in ROW[:-1]]


def test_places_between_and_around_the_onsets() -> None:
    rhythm = found(GRACE, 0.6, 0.0)
    onsets = np.array([0.37, 0.37 + 0.6, 0.37 + 0.9, 0.37 - 0.6])
    assert rhythm.places(onsets) == pytest.approx([0, 1, 1.5, -1], abs=0.05)


def test_the_model_is_the_same_from_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = shipped_lines()
    assert model is not None
    save_lines(model, tmp_path / habits.FILE)
    monkeypatch.setattr(habits, "weights", lambda: tmp_path)
    shipped_lines.cache_clear()
    again = shipped_lines()
    shipped_lines.cache_clear()
    assert again is not None and again.habits.keys() == model.habits.keys()
    assert np.allclose(again.cues.inner, model.cues.inner) and np.allclose(again.textures.outer, model.textures.outer)
    assert all(np.allclose(again.habits[key].steps, own.steps) for key, own in model.habits.items())
