"""One chorale against 10,000 works: the median time of a query, with and without starting a process.

The works are variations of the chorales of bach-chorales, in other keys and with one note in ten
moved by up to two semitones, so that no two are equal. The query is a test chorale, of which there are
variations among the works.

    python tests/benchmarks/bench_novelty.py [--works N] [--index FILE]

--index saves the index in a file, or uses the file if it exists.
"""

from __future__ import annotations

import argparse
import itertools
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from scoregen.corpora.manifest import load_corpus
from scoregen.evaluation.passages.corpus_index import CorpusIndex, Work, WorkSequences, open_corpus_index, to_bytes
from scoregen.evaluation.passages.event_sequences import melody, texture
from scoregen.evaluation.reference_corpus.pieces import score_work, sounding_slots
from scoregen.notation.files import read_score
from scoregen.score.elements import Score
from scoregen.score.pitch import Pitch, spell_near
from scoregen.score.timeline import SoundingNote, sounding_notes
from scoregen.tasks.novelty import report
from scoregen.tokens.sonorities import score_sonorities

RUNS = 9
MOVED = 0.1


def vary(score: Score, name: str, random: np.random.Generator) -> WorkSequences:
    """The score in another key, with a few of its notes moved."""
    slots, key = sounding_slots(score), int(random.integers(-5, 6))
    notes = [move_note(note, key, random) for note in sounding_notes(score)]
    melodies = tuple(melody([note for note in notes if note.slot == slot]) for slot in slots)
    numbers = tuple(measure.number for measure in score.measures)
    work = Work(name, tuple(slot.part for slot in slots), numbers)
    return WorkSequences(work, texture(score_sonorities(score, slots, notes)), melodies)


def move_note(note: SoundingNote, key: int, random: np.random.Generator) -> SoundingNote:
    if not isinstance(note.pitch, Pitch):
        return note
    step = int(random.integers(-2, 3)) if random.random() < MOVED else 0
    return replace(note, pitch=spell_near(int(note.pitch.midi_pitch) + key + step, 0))


def variations(count: int) -> Iterator[WorkSequences]:
    random = np.random.default_rng(0)
    scores = [read_score(piece.path) for piece in load_corpus("bach-chorales").pieces]
    for number, score in zip(range(count), itertools.cycle(scores), strict=False):
        yield vary(score, f"variation {number}", random)


def write_index(count: int, path: Path) -> None:
    started = time.perf_counter()
    about = {
        "corpus": "variations",
        "works": count,
        "taught": count,
        "held_out": False,
        "refused": [],
        "reference": {"texture": [], "melodies": []},
    }
    path.write_bytes(to_bytes(CorpusIndex.of(variations(count), about)))
    print(f"index of {count} works made in {time.perf_counter() - started:.0f} s: {path.stat().st_size / 1e6:.0f} MB")


def median(run: Callable[[], object], who: int) -> str:
    """Wall-clock and processor seconds."""
    walls, cpus = [], []
    for _ in range(RUNS):
        before, started = resource.getrusage(who), time.perf_counter()
        run()
        walls.append(time.perf_counter() - started)
        after = resource.getrusage(who)
        cpus.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return f"median {statistics.median(walls):.3f} s of {RUNS} runs, {statistics.median(cpus):.3f} s of processor time"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--works", type=int, default=10_000)
    parser.add_argument("--index", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.index or Path(folder) / "works.passages"
        if not path.exists():
            write_index(arguments.works, path)
        query = load_corpus("bach-chorales").split("test")[3].path
        works, query_work = open_corpus_index(path), score_work(read_score(query), query.name)
        report(query_work, works)
        print(f"{query.name} against {len(works)} works")
        print(f"query alone: {median(lambda: report(query_work, works), resource.RUSAGE_SELF)}")
        command = [sys.executable, "-m", "scoregen", "novelty", str(query), "--index", str(path), "--json"]
        whole = median(lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=True), resource.RUSAGE_CHILDREN)
        print(f"whole command: {whole}")


if __name__ == "__main__":
    main()
