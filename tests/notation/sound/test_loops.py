"""Loops: tails that sound on under the beginning, and joins that are measured."""

from __future__ import annotations

import numpy as np
import pytest

from scoregen.notation.sound.audio import Audio
from scoregen.notation.sound.loops import Stretch, seam, stretches

RATE = 44_100


def tone(seconds: float, frequency: float = 441.0) -> Audio:
    wave = 0.5 * np.sin(2 * np.pi * frequency * np.arange(round(seconds * RATE)) / RATE)
    return Audio(np.stack([wave, wave], axis=1).astype(np.float32), RATE)


def test_a_tail_sounds_under_the_beginning() -> None:
    samples = np.zeros((10, 1), dtype=np.float32)
    samples[:, 0] = [1, 0, 0, 0, 5, 6, 7, 8, 9, 10]
    stretch = Stretch(Audio(samples, RATE), 4)
    assert stretch.tail.samples[:, 0].tolist() == [5, 6, 7, 8, 9, 10]
    assert stretch.loop.samples[:, 0].tolist() == [1 + 5 + 9, 6 + 10, 7, 8], "a tail longer than the loop goes round"


def test_a_loop_goes_on_where_it_ends() -> None:
    """A tone that rings on after the end of a stretch meets itself: the loop has no step where it is joined."""
    decay = np.exp(-np.arange(3 * RATE) / (0.2 * RATE))[:, None].astype(np.float32)
    rising = np.minimum(np.arange(RATE) / 4000, 1)[:, None].astype(np.float32)
    body = tone(1.0003).samples[:RATE] * rising
    ringing = tone(4.0003).samples[RATE : 4 * RATE] * decay
    (stretch,) = stretches(Audio(np.concatenate([body, ringing])), [(0.0, 1.0)], 3)
    assert stretch.length == RATE and len(stretch.loop.samples) == RATE
    assert 0.5 < stretch.tail.seconds < 2.5, "the tail is cut where it has become silent"
    joined = seam(stretch)
    assert joined.is_smooth
    assert joined.step < 0.05


def test_a_click_is_found() -> None:
    whole, edge = tone(1), tone(1.00057)  # which ends at the top of a wave
    assert seam(Stretch(whole, len(whole.samples))).is_smooth
    found = seam(Stretch(edge, len(edge.samples)))
    assert not found.is_smooth
    assert found.step > 3 * found.largest_step


@pytest.mark.parametrize("seconds", [0.4, 2.0])
def test_stretches_are_cut_where_they_are_asked_for(seconds: float) -> None:
    silence = np.zeros((RATE, 2), dtype=np.float32)
    audio = Audio(np.concatenate([tone(seconds).samples, silence, tone(seconds, 300).samples, silence]))
    found = stretches(audio, [(0, seconds), (seconds + 1, 2 * seconds + 1)], 1)
    assert [each.length for each in found] == [round(seconds * RATE)] * 2
    assert np.array_equal(found[1].audio.samples[: found[1].length], tone(seconds, 300).samples)
    assert all(len(each.audio.samples) <= each.length + 0.06 * RATE for each in found)
