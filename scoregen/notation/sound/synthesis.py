"""MIDI as sound, through FluidSynth's program in a process of its own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from scoregen.notation.midi.tracks import at_constant_tempo
from scoregen.notation.sound.audio import SAMPLE_RATE, Audio
from scoregen.notation.sound.soundfonts import soundfont, synthesiser
from scoregen.system.errors import ToolError
from scoregen.system.subprocesses import ending, run

CHANNELS = 2
GAIN = 0.4
"""The gain of the synthesiser. Its samples are floats, so that loud music is not clipped before it is normalised."""
_SECONDS = 600.0
_AT_ONCE = 4
"""Each has the soundfont in memory, up to 150 MB."""
_SETTINGS = (
    *("-o", f"synth.gain={GAIN}", "-o", "synth.chorus.active=0", "-o", "synth.reverb.active=1"),
    *("-o", "synth.reverb.level=0.5", "-o", "synth.polyphony=1024", "-o", "synth.sample-rate=44100"),
)


def synthesise_all(files: Sequence[bytes], progress: Callable[[float], None] = lambda done: None) -> tuple[Audio, ...]:
    """Several MIDI files as sound, as many at a time as there are processors, but at most `_AT_ONCE`."""
    found = []
    with ThreadPoolExecutor(min(os.cpu_count() or 1, _AT_ONCE)) as pool:
        for number, audio in enumerate(pool.map(synthesise, files), 1):
            progress(number / len(files))
            found.append(audio)
    return tuple(found)


def synthesise(midi: bytes) -> Audio:
    """A MIDI file as stereo sound, with what rings on after its end. ToolError if the program fails."""
    with tempfile.TemporaryDirectory(prefix="scoregen-") as folder:
        source, target = Path(folder) / "score.mid", Path(folder) / "score.raw"
        source.write_bytes(at_constant_tempo(midi))
        quiet = (synthesiser(), "-q", "-n", "-i", "-T", "raw", "-O", "float", "-E", "little")
        command = (*quiet, *_SETTINGS, "-F", str(target), str(soundfont()), str(source))
        done = run(command, _SECONDS, "FluidSynth")
        if done.returncode != 0 or not target.is_file() or not target.stat().st_size:
            raise ToolError(f"FluidSynth {ending(done.returncode, done.stderr)}")
        samples = np.fromfile(target, dtype="<f4").reshape(-1, CHANNELS)
    return Audio(samples, SAMPLE_RATE)
