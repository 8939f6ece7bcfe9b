"""Loudness against the values that the standards state for test signals."""

from __future__ import annotations

import numpy as np
import pytest

from scoregen.notation.sound.audio import Audio, mixed, trimmed
from scoregen.notation.sound.loudness import HIGHEST_PEAK, SILENT, TARGET_LUFS, loudness, normalised, true_peak


def sine(frequency: float, decibels: float, seconds: float = 20, rate: int = 48_000, channels: int = 2) -> Audio:
    times = np.arange(round(seconds * rate)) / rate
    wave = 10 ** (decibels / 20) * np.sin(2 * np.pi * frequency * times)
    return Audio(np.repeat(wave[:, None], channels, axis=1).astype(np.float32), rate)


def joined(*parts: Audio) -> Audio:
    return Audio(np.concatenate([part.samples for part in parts]), parts[0].rate)


def test_a_full_sine_in_one_channel_is_3_db_under_full_scale() -> None:
    """BS.1770-4, annex 1: 997 Hz at 0 dBFS in one channel reads -3.01 LKFS."""
    assert loudness(sine(997, 0, channels=1)) == pytest.approx(-3.01, abs=0.02)


@pytest.mark.parametrize(("level", "rate"), [(-23, 48_000), (-33, 48_000), (-23, 44_100)])
def test_a_stereo_sine_reads_its_level(level: float, rate: int) -> None:
    """EBU Tech 3341, cases 1 and 2."""
    assert loudness(sine(1000, level, rate=rate)) == pytest.approx(level, abs=0.1)


def test_soft_passages_do_not_count() -> None:
    """EBU Tech 3341, case 3."""
    audio = joined(sine(1000, -36, 10), sine(1000, -23, 60), sine(1000, -36, 10))
    assert loudness(audio) == pytest.approx(-23, abs=0.1)


def test_low_tones_count_less_and_high_ones_more() -> None:
    middle = loudness(sine(1000, -20))
    assert loudness(sine(30, -20)) < middle - 8
    assert loudness(sine(5000, -20)) > middle + 3


def test_the_true_peak_lies_between_samples() -> None:
    """A sine at a quarter of the rate, 45 degrees off: its samples are 3 dB under its peak (EBU Tech 3341, case 15)."""
    times = np.arange(48_000) / 48_000
    wave = 0.5 * np.sin(2 * np.pi * 12_000 * times + np.pi / 4)
    audio = Audio(wave[:, None].astype(np.float32), 48_000)
    assert 20 * np.log10(audio.peak) == pytest.approx(-9.03, abs=0.01)
    assert true_peak(audio) == pytest.approx(-6.02, abs=0.3)


def test_normalised_to_the_target_unless_the_peak_forbids() -> None:
    assert loudness(normalised(sine(1000, -40))) == pytest.approx(TARGET_LUFS, abs=0.05)
    clicks = np.zeros((48_000 * 5, 2), dtype=np.float32)
    clicks[::4800] = 0.1
    spiky = normalised(Audio(clicks, 48_000))
    assert loudness(spiky) < TARGET_LUFS
    assert true_peak(spiky) == pytest.approx(HIGHEST_PEAK, abs=0.05)


def test_silence_stays_silent() -> None:
    silence = Audio(np.zeros((48_000, 2), dtype=np.float32), 48_000)
    assert loudness(silence) == SILENT
    assert normalised(silence).peak == 0
    assert trimmed(silence).seconds == pytest.approx(0.5)


def test_a_mixture_is_the_sum_of_its_parts() -> None:
    one, two = sine(440, -20, 1), sine(660, -20, 2)
    both = mixed([one, two], [0.0, -12.0])
    assert both.seconds == 2
    assert both.between(1, 2).level() == pytest.approx(two.level() - 12, abs=0.01)
