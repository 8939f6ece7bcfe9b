"""Recordings: what is heard in them, and the one line for what is not."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from scoregen.notation.files import read_score
from scoregen.score.timeline import sounding_notes
from scoregen.system.errors import InputError, ReadError, ToolError
from scoregen.transcription.recordings import extras
from scoregen.transcription.recordings.hearing import check_kind, hear
from tests.transcription.performances import GRACE, played

RATE = 16_000
needs_voice = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in extras.VOICE_MODULES), reason="needs the extra `audio`"
)


def write(path: Path, samples: np.ndarray) -> Path:
    import soundfile

    soundfile.write(path, samples, RATE)
    return path


def sung(cents: float = 0) -> np.ndarray:
    """The tune as a tone with overtones, a little vibrato and soft beginnings."""
    notes = played(GRACE, 0.6, 0.02)
    samples = np.zeros(int((notes[-1].end + 0.5) * RATE))
    for note in notes:
        time = np.arange(int((note.end - note.onset) * RATE)) / RATE
        bend = 0.2 * np.sin(2 * np.pi * 5.5 * time) * np.clip(3 * time - 0.5, 0, 1)
        frequency = 440 * 2 ** ((note.pitch + cents / 100 + bend - 69) / 12)
        phase = 2 * np.pi * np.cumsum(frequency) / RATE
        loud = np.minimum(np.clip(time / 0.04, 0, 1), np.clip((time[-1] - time) / 0.04, 0, 1))
        start = int(note.onset * RATE)
        samples[start : start + len(time)] += loud * sum(np.sin(h * phase) / h for h in range(1, 7)) * 0.2
    return samples


@needs_voice
def test_a_sung_line_becomes_its_notes_in_its_own_tuning(tmp_path: Path) -> None:
    heard = hear(write(tmp_path / "take.wav", sung(cents=35)))
    assert heard.kind == "voice"
    assert [note.pitch for note in heard.notes] == [pitch for pitch, _ in GRACE]
    assert any("+3" in notice and "cents" in notice for notice in heard.notices)


@needs_voice
def test_every_reader_takes_a_recording(tmp_path: Path) -> None:
    score = read_score(write(tmp_path / "take.flac", sung()))
    assert str(score.measures[1].time) == "3/4" and score.measures[0].number == "0"
    assert score.measures[0].key.fifths == 1
    notes = sounding_notes(score)
    right = sum(float(note.duration) == length for note, (_, length) in zip(notes, GRACE, strict=True))
    assert right >= len(GRACE) - 1


@needs_voice
@pytest.mark.parametrize("kind", [None, "voice"])
def test_silence_and_noise_have_no_notes(tmp_path: Path, kind: str | None) -> None:
    generator = np.random.default_rng(1)
    for samples in (np.zeros(2 * RATE), generator.normal(0, 0.2, 2 * RATE), np.zeros(0)):
        with pytest.raises(ReadError, match=r"silent|no notes"):
            hear(write(tmp_path / "take.wav", samples), kind)


@needs_voice
def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "take.wav").write_bytes(b"RIFF\0\0\0\0WAVEfmt nonsense")
    with pytest.raises(ReadError, match="damaged"):
        hear(tmp_path / "take.wav")


@pytest.mark.parametrize("kind", ["choir", "strings", "band"])
def test_what_cannot_be_heard_is_refused_by_name(kind: str) -> None:
    with pytest.raises(InputError, match=f"--from {kind}: recordings of {kind} are not transcribed"):
        check_kind(kind)


def test_an_unknown_kind() -> None:
    with pytest.raises(InputError, match="expected voice or piano"):
        check_kind("theremin")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no such file"):
        hear(tmp_path / "take.wav")


def test_a_missing_listener_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "take.wav").write_bytes(b"RIFF")
    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    with pytest.raises(ToolError, match=r"soxr, which is not installed; pip install 'scoregen\[audio\]'"):
        hear(tmp_path / "take.wav")
