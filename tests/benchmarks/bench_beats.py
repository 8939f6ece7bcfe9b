"""Beats and downbeats of performances, compared with the notated ones.

    python tests/benchmarks/bench_beats.py SHARD... [--most 40] [--freedom 0.6] [--weights FILE] [--rules]
    python tests/benchmarks/bench_beats.py --performances FOLDER [--most 30]

Of the validation files of shards, performances with rubato are made by rule: the figures are those of synthetic
performances. A folder of performances has MIDI files, each beside `NAME_annotations.txt` with a line for every beat:
seconds, seconds, and `b` or `db`. F measures with 70 ms; the first 90 seconds count.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator
from pathlib import Path

import mido
import numpy as np
from safetensors.numpy import load

from scoregen.corpora.shards import load_index
from scoregen.model.beats.notated import notated_piece
from scoregen.model.beats.performances import perform
from scoregen.transcription.beats.attacks import attacks_of_table
from scoregen.transcription.beats.network import BeatGru, shipped_network
from scoregen.transcription.beats.salience import odds_by_rule
from scoregen.transcription.beats.tracking import track

WINDOW, SECONDS = 0.07, 90.0
Case = tuple[str, np.ndarray, np.ndarray, np.ndarray]
"""A name, notes [N, 4], beats and downbeats in seconds."""


def synthetic(shards: list[Path], most: int, freedom: float) -> Iterator[Case]:
    for shard in shards:
        index = load_index(shard)
        for position in np.random.default_rng(5).permutation(index.of_split("valid"))[:most].tolist():
            piece = index.piece(position)
            notated = notated_piece(piece.tokens)
            if len(notated.notes) < 60:
                continue
            played = perform(notated, np.random.default_rng(position), freedom)
            inside = played.beats < SECONDS
            notes = played.notes[played.notes[:, 0] < SECONDS]
            yield piece.name, notes, played.beats[inside], played.beats[inside & played.downbeats]


def recorded(folder: Path, most: int) -> Iterator[Case]:
    files = sorted(folder.rglob("*_annotations.txt"))
    for number in np.random.default_rng(5).permutation(len(files))[:most]:
        path = files[number]
        midi = path.with_name(path.name.replace("_annotations.txt", ".mid"))
        rows = [line.split() for line in path.read_text().splitlines() if line.strip()]
        beats = np.array([float(row[0]) for row in rows])
        downs = np.array([row[2].split(",")[0] == "db" for row in rows])
        notes = notes_of(midi)
        inside = beats < SECONDS
        yield path.parent.name, notes[notes[:, 0] < SECONDS], beats[inside], beats[inside & downs]


def notes_of(path: Path) -> np.ndarray:
    now, open_notes, rows = 0.0, {}, []
    for message in mido.MidiFile(path):
        now += message.time
        if message.type in ("note_on", "note_off"):
            if message.note in open_notes:
                onset, velocity = open_notes.pop(message.note)
                rows.append((onset, max(now, onset + 0.02), message.note, velocity))
            if message.type == "note_on" and message.velocity:
                open_notes[message.note] = now, message.velocity
    return np.array(sorted(rows), dtype=np.float64).reshape(-1, 4)


def f_measure(truth: np.ndarray, found: np.ndarray) -> float:
    hits, left = 0, list(found)
    for time in truth:
        near = [other for other in left if abs(other - time) <= WINDOW]
        if near:
            left.remove(min(near, key=lambda other: abs(other - time)))
            hits += 1
    return 2 * hits / max(len(truth) + len(found), 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shards", nargs="*", type=Path)
    parser.add_argument("--performances", type=Path)
    parser.add_argument("--most", type=int, default=40, help="files of each shard, or performances")
    parser.add_argument("--freedom", type=float, default=0.6)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--rules", action="store_true")
    parser.add_argument("--each", action="store_true")
    arguments = parser.parse_args()
    network = BeatGru(load(arguments.weights.read_bytes())) if arguments.weights else shipped_network()
    cases = synthetic(arguments.shards, arguments.most, arguments.freedom)
    if arguments.performances:
        cases = recorded(arguments.performances, arguments.most)
    beats, downs = [], []
    for name, notes, wanted, wanted_downs in cases:
        attacks = attacks_of_table(notes)
        odds = odds_by_rule(attacks) if arguments.rules or network is None else network.odds(attacks.features)
        found = track(attacks.times, odds)
        beats.append(f_measure(wanted, found.times))
        downs.append(f_measure(wanted_downs, found.times[found.places == 0]))
        if arguments.each:
            print(name[:40], round(beats[-1], 2), round(downs[-1], 2), flush=True)
    print(
        len(beats),
        "performances: beats",
        round(statistics.mean(beats), 3),
        "downbeats",
        round(statistics.mean(downs), 3),
    )


if __name__ == "__main__":
    main()
