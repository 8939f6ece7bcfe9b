"""Lines performed by rule and notated again: places, values, metre and pickup; no sound is made.

    python tests/benchmarks/bench_rhythm.py SCORE... [--jitter 0.02] [--drift 0.01] [--notes 120] [--rules] [--each]

The highest voice of each score is played with the counted beat at about 0.62 s (a deviation of a fifth), every onset
off by `--jitter` seconds on average, and a tempo that wanders by `--drift` from quarter to quarter. `right` is the
share of notes with the right place in the measure and the right value, `value` that of right values alone. `readable`
also counts notes that are right but for the length of the measure: 2/4 for 4/4, or 12/8 for 6/8. With
--rules the beats are tracked as in music of several voices.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

from scoregen.notation.files import read_score
from scoregen.notation.midi.playing.performance import unfold_score
from scoregen.score.elements import Score
from scoregen.score.timeline import SoundingNote
from scoregen.system.errors import ScoregenError
from scoregen.transcription.performed import PerformedNote, in_order
from scoregen.transcription.rhythm import notated
from tests.benchmarks.bench_midi import pitched, places_of

USUAL_BEAT, SPREAD = 0.62, 0.2


def highest_line(score: Score) -> list[SoundingNote]:
    notes = pitched(score)
    first = min(note.slot for note in notes)
    kept: dict[object, SoundingNote] = {note.onset: note for note in notes if note.slot == first}
    return list(kept.values())


def perform_line(
    line: Sequence[SoundingNote], beat: float, jitter: float, drift: float, generator: np.random.Generator
) -> list[PerformedNote]:
    """The line as it is played, at steady or wandering tempo."""
    quarter = float(np.exp(generator.normal(np.log(USUAL_BEAT), SPREAD))) / beat
    size = int(4 * float(max(note.end for note in line))) + 5
    walk = np.zeros(size)
    for index in range(1, size):
        walk[index] = 0.97 * walk[index - 1] + generator.normal(0, drift / 2)
    times = np.concatenate([[0.0], np.cumsum(quarter * np.exp(walk) / 4)])
    played, last = [], -1.0
    for note in line:
        onset, end = np.interp([4 * float(note.onset), 4 * float(note.end)], np.arange(size + 1), times)
        onset = max(float(onset + generator.normal(0, jitter)), last + 0.03)
        last = onset
        played.append(
            PerformedNote(onset, max(onset + 0.9 * (float(end) - onset), onset + 0.05), note.pitch.midi_pitch)
        )
    return in_order(played)


def measure_one(score: Score, arguments: argparse.Namespace, generator: np.random.Generator) -> dict[str, float]:
    line = highest_line(score)[: arguments.notes]
    time = score.measures[-1].time
    played = perform_line(line, float(time.groups[0]), arguments.jitter, arguments.drift, generator)
    rhythm = notated.notated_rhythm(played, [1] * len(played), may_hold=False)
    starts, places = sorted(rhythm.times), places_of(score, line)
    own, right, values, readable = [], 0, 0, 0
    for onset in rhythm.onsets:
        start = max(place for place in starts if place <= onset)
        length = rhythm.times[start].duration
        pickup = start == 0 and len(starts) > 1
        own.append((onset - (starts[1] if pickup else start)) % length)
    metre = rhythm.times[starts[-1]]
    is_half = metre.duration / time.duration in (Fraction(1, 2), 2) and metre.is_compound == time.is_compound
    common = min(metre.duration, time.duration) if is_half else max(metre.duration, time.duration)
    for index, note in enumerate(line):
        has_value = rhythm.ends[index] - rhythm.onsets[index] == note.duration
        values += has_value
        right += has_value and own[index] == places[index][1]
        readable += has_value and own[index] % common == places[index][1] % common
    return {
        "right": right / len(line),
        "readable": readable / len(line),
        "value": values / len(line),
        "metre": float(metre.duration == time.duration and metre.is_compound == time.is_compound),
        "first": float(own[0] == places[0][1]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scores", nargs="+", type=Path)
    parser.add_argument("--jitter", type=float, default=0.02)
    parser.add_argument("--drift", type=float, default=0.01)
    parser.add_argument("--notes", type=int, default=120)
    parser.add_argument("--rules", action="store_true", help="track beats as in music of several voices")
    parser.add_argument("--each", action="store_true")
    arguments = parser.parse_args()
    if arguments.rules:
        notated.shipped_lines = lambda: None
    rows = []
    for number, path in enumerate(arguments.scores):
        try:
            score = unfold_score(read_score(path))
            rows.append(measure_one(score, arguments, np.random.default_rng(number)))
        except (ScoregenError, ValueError) as error:
            print(f"left out: {path.name}: {error}", file=sys.stderr)
            continue
        if arguments.each:
            print(path.name[:40], {name: round(value, 2) for name, value in rows[-1].items()}, flush=True)
    print(len(rows), "lines", {name: round(statistics.mean(row[name] for row in rows), 3) for name in rows[0]})
    print("0.85 or more right:", round(statistics.mean(row["right"] >= 0.85 for row in rows), 3))


if __name__ == "__main__":
    main()
