"""Recordings made from scores, transcribed and compared: notes, rhythm, metre, pickup, processor seconds, memory.

    python tests/benchmarks/bench_transcribe.py SCORE... [--kind voice|piano] [--seconds 20] [--room] [--noise DB]

A piano is rendered by FluidSynth. A voice is synthetic: the highest line of the score, from the measure in which it
enters, with formants, vibrato, scoops and drift; no person sings. `onset_pitch` is the F measure with 50 ms for pianos,
100 ms for voices. Shares of the notes of the source: `rhythm` have the right place in the measure and the right value;
`readable` also if two measures became one or one became two; `ratio` have the right value up to one factor for the
whole piece. `pickup` says whether the first note is at the right place in its measure.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from scoregen.notation.files import read_score
from scoregen.notation.midi.playing.performance import unfold_score
from scoregen.notation.midi.recording import notated_recording
from scoregen.notation.midi.tracks import note_times
from scoregen.notation.midi.write import to_midi
from scoregen.notation.sound.audio import Audio
from scoregen.notation.sound.audio_files import audio_file
from scoregen.notation.sound.synthesis import synthesise
from scoregen.score.elements import Instrument, Score
from scoregen.system.errors import Place, ScoregenError
from scoregen.transcription.recordings.hearing import hear
from tests.benchmarks.bench_midi import matches, pitched, places_of

RATE = 22_050
FORMANTS = ((650, 180, 1.0), (1100, 250, 0.6), (2600, 400, 0.25), (3300, 500, 0.15))
Truth = list[tuple[float, int]]


def top_line(score: Score) -> list[tuple[float, float, int]]:
    """Onset, end and pitch of the highest voice, in quarters."""
    slots = {note.slot for note in pitched(score)}
    first = min(slots)
    return [(float(n.onset), float(n.end), n.pitch.midi_pitch) for n in pitched(score) if n.slot == first]


def sing(
    line: Sequence[tuple[float, float, int]], beat: float, generator: np.random.Generator
) -> tuple[np.ndarray, Truth]:
    """A synthetic voice, and the onsets and pitches that it sings."""
    truth, end = [], line[-1][1] * beat + 1.5
    frequency, loud = np.zeros(int(end * RATE)), np.zeros(int(end * RATE))
    drift, last = 0.0, -1.0
    for onset, stop, pitch in line:
        start = onset * beat + 0.4 + float(generator.normal(0, 0.012))
        time_ = np.arange(int((stop - onset) * beat * 0.96 * RATE)) / RATE
        drift = 0.9 * drift + float(generator.normal(0, 0.06))
        vibrato = 0.3 * np.sin(2 * np.pi * 5.5 * time_) * np.clip(3 * time_ - 0.6, 0, 1)
        scoop = -generator.uniform(0.2, 1.3) * np.exp(-time_ / 0.04) * (start - last > 0.05)
        at = int(max(start, 0) * RATE)
        frequency[at : at + len(time_)] = 440 * 2 ** ((pitch + drift + vibrato + scoop - 69) / 12)
        loud[at : at + len(time_)] = np.minimum(np.clip(time_ / 0.05, 0, 1), np.clip((time_[-1] - time_) / 0.05, 0, 1))
        truth.append((start, pitch))
        last = stop * beat + 0.4
    phase, samples = 2 * np.pi * np.cumsum(frequency) / RATE, np.zeros(len(frequency))
    for harmonic in range(1, 25):
        own = frequency * harmonic
        gain = 0.02 + sum(level * np.exp(-(((own - centre) / width) ** 2)) for centre, width, level in FORMANTS)
        samples += np.where(own < 0.45 * RATE, gain / harmonic**0.5 * np.sin(harmonic * phase), 0)
    return 0.5 * samples * loud / np.abs(samples).max(), truth


def play(score: Score) -> tuple[np.ndarray, int, Truth]:
    """All parts on a piano by FluidSynth, and the onsets and pitches that it plays."""
    piano = replace(score, parts=tuple(replace(part, instrument=Instrument(part.name)) for part in score.parts))
    midi = to_midi(piano)
    audio = synthesise(midi)
    return audio.samples.mean(axis=1), audio.rate, [(note.start, note.pitch) for note in note_times(midi)]


def spoiled(
    samples: np.ndarray, rate: int, room: bool, noise: float | None, generator: np.random.Generator
) -> np.ndarray:
    """The samples in a room of half a second and with noise so many dB below them."""
    if room:
        tail = np.arange(int(0.5 * rate)) / rate
        echo = generator.normal(size=len(tail)) * np.exp(-tail / 0.1) * 0.03
        echo[0] = 1
        size = len(samples) + len(echo)
        samples = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(echo, size), size)[: len(samples)]
    if noise is not None:
        samples = samples + generator.normal(0, samples.std() * 10 ** (-noise / 20), len(samples))
    return samples


def f_measure(truth: Truth, found: Truth, seconds: float) -> float:
    """Each note is matched with the nearest free one of its pitch."""
    left, hits = sorted(found), 0
    for onset, pitch in sorted(truth):
        near = [other for other in left if other[1] == pitch and abs(other[0] - onset) <= seconds]
        if near:
            left.remove(min(near, key=lambda other: abs(other[0] - onset)))
            hits += 1
    return 2 * hits / max(len(truth) + len(found), 1)


def rhythm(source: Score, result: Score, only: set[object] | None) -> dict[str, float]:
    mine = [note for note in pitched(source) if only is None or note.slot in only]
    theirs = pitched(result)
    places, others = places_of(source, mine), places_of(result, theirs)
    metres = source.measures[-1].time, result.measures[-1].time
    lengths = sorted(metre.duration for metre in metres)
    is_half = lengths[1] == 2 * lengths[0] and metres[0].is_compound == metres[1].is_compound
    found = matches(mine, theirs)
    factors = Counter(theirs[b].duration / mine[a].duration for a, b in found.items())
    valued = [(a, b) for a, b in found.items() if mine[a].duration == theirs[b].duration]
    right = sum(places[a][1] == others[b][1] for a, b in valued)
    in_half = sum((places[a][1] - others[b][1]) % lengths[0] == 0 for a, b in valued)
    shares = {"rhythm": right, "readable": in_half if is_half else right, "ratio": max(factors.values(), default=0)}
    return {name: count / max(len(mine), 1) for name, count in shares.items()} | {
        "metre": float(metres[0].duration == metres[1].duration and metres[0].is_compound == metres[1].is_compound),
        "pickup": float(bool(others) and places[0][1] == others[0][1]),
    }


def entered(score: Score) -> Score:
    """The score from the measure in which its highest voice begins."""
    notes = pitched(score)
    first = min(note.slot for note in notes)
    return replace(score, measures=score.measures[min(note.measure_index for note in notes if note.slot == first) :])


def cut(score: Score, seconds: float) -> Score:
    tempo = next((t.quarters_per_minute for m in score.measures for t in m.tempos), 120)
    length, kept = 0.0, []
    for measure in score.measures:
        length += float(measure.duration) * 60 / float(tempo)
        kept.append(measure)
        if length >= seconds:
            break
    return replace(score, measures=tuple(kept))


def measure_one(
    path: Path, arguments: argparse.Namespace, generator: np.random.Generator, folder: Path
) -> dict[str, float]:
    whole = unfold_score(read_score(path))
    score = cut(entered(whole) if arguments.kind == "voice" else whole, arguments.seconds)
    if arguments.kind == "voice":
        samples, truth = sing(top_line(score), float(generator.uniform(0.5, 0.75)), generator)
        rate, only = RATE, {min(note.slot for note in pitched(score))}
    else:
        (samples, rate, truth), only = play(score), None
    take = folder / "take.wav"
    heard_in_room = spoiled(samples, rate, arguments.room, arguments.noise, generator)
    take.write_bytes(audio_file(Audio(heard_in_room[:, None].astype(np.float32), rate), take.suffix))
    started = time.process_time()
    notes = hear(take, arguments.kind)
    result = notated_recording(notes, Place(str(take)))
    used = time.process_time() - started
    heard = [(note.onset, note.pitch) for note in notes.notes]
    wanted, got = score.measures[-1], result.measures[-1]
    return {
        "onset_pitch": f_measure(truth, heard, 0.1 if arguments.kind == "voice" else 0.05),
        **rhythm(score, result, only),
        "key": float(wanted.key.fifths == got.key.fifths),
        "cpu_per_minute": used * 60 * rate / len(samples),
        "peak_gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scores", nargs="+", type=Path)
    parser.add_argument("--kind", choices=("voice", "piano"), default="voice")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--room", action="store_true")
    parser.add_argument("--noise", type=float)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for number, path in enumerate(arguments.scores):
            try:
                rows.append(measure_one(path, arguments, np.random.default_rng(number), Path(folder)))
            except ScoregenError as error:
                print(f"left out: {path.name}: {error}", file=sys.stderr)
                continue
            print(
                path.name[:40], {name: round(value, 2) for name, value in rows[-1].items()}, file=sys.stderr, flush=True
            )
    figures = {name: round(statistics.mean(row[name] for row in rows), 3) for name in rows[0]} if rows else {}
    print(json.dumps(figures) if arguments.json else " ".join(f"{name} {value}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
