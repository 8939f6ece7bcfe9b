"""The search over position and tempo: values up to a factor, whatever the tempo."""

from __future__ import annotations

import numpy as np
import pytest

from scoregen.transcription.metrical.habits import shipped_lines
from scoregen.transcription.metrical.positions import METRES
from scoregen.transcription.metrical.search import Settings, best_path
from tests.transcription.performances import GRACE, played

THREE = next(metre for metre in METRES if metre.name == "3/4")


@pytest.mark.parametrize(("seconds", "unsteady"), [(0.45, 0.03), (0.6, 0.05), (0.8, 0.04)])
def test_steps_are_those_of_the_tune_up_to_a_factor(seconds: float, unsteady: float) -> None:
    model = shipped_lines()
    assert model is not None
    times = np.array([note.onset for note in played(GRACE, seconds, unsteady)])
    path = best_path(times, THREE, model.habits["3/4", 1], Settings())
    places = path.measures * float(THREE.measure) + THREE.places[path.positions]
    ratios = np.diff(places) / np.array([length for _, length in GRACE[:-1]])
    assert (np.abs(ratios - np.median(ratios)) < 0.01).mean() > 0.95
    assert abs(np.median(path.lengths) / (seconds / np.median(ratios)) - 1) < 0.1


def test_a_slip_between_two_notes_is_passed_over() -> None:
    model = shipped_lines()
    assert model is not None
    times = np.array([note.onset for note in played(GRACE, 0.6)])
    times = np.insert(times, 6, times[6] - 0.07)
    path = best_path(times, THREE, model.habits["3/4", 1], Settings())
    assert 6 not in path.attacks and len(path.attacks) == len(times) - 1
