"""Fit what finds metre, unit and barlines, in lines and in music of several voices, to corpora, and write it.

    python tools/fit_lines.py DATA CORPUS... [-o scoregen/weights/lines.rhythm] [--most 120] [--performed 60]
        [--weight CORPUS=2 ...] [--seeds 3] [--scores SCORE...] [--cache FOLDER] [--keep-lines]
        [--report-only]

DATA has a folder for each corpus of `corpora/` that is named, with its scores. `--most` files of its training split are
read, in the order of the hashes of their names. Their works are divided by their names: one in `CHOOSING` ends the fits
and says which settings are better, the others are fitted. A quarter as many files of the validation split end
no fit, and give the shares that are reported, as do --scores. Music of several voices is performed by rule, and its
beats are tracked with the shipped network. With a cache folder an interrupted run goes on where it stopped. With
--keep-lines the habits and the rater of lines of the file that is there stay, with --report-only all of it does, and
its shares are told. docs/recordings.md tells how the shipped file was made.
"""

from __future__ import annotations

import argparse
import pickle
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from scoregen.corpora.building.works import work_claims
from scoregen.corpora.manifest import CorpusPiece, load_corpus_in, name_hash
from scoregen.corpora.reading.folders import read_for_training
from scoregen.corpora.reading.pieces import score_pieces
from scoregen.corpora.shards import ShardSource
from scoregen.model.beats.barlines import Example, example_of, fit_rater, share_right
from scoregen.model.beats.habits import count_habits
from scoregen.model.beats.lines import FEWEST, NotatedLine, in_compound, in_five, lines_of_piece, lines_of_score
from scoregen.model.beats.notated import NotatedPiece, notated_piece
from scoregen.model.beats.performances import perform
from scoregen.model.beats.textures import texture_example
from scoregen.notation.files import read_score
from scoregen.score.metre import TimeSignature
from scoregen.system.errors import ScoregenError
from scoregen.system.resources import weights
from scoregen.transcription.metrical.habits import FILE, LineModel, load_lines, save_lines
from scoregen.transcription.metrical.rater import Rater, mean_of

FIT, CHOOSE, REPORT = PARTS = ("fit", "choose", "report")
SCORES = "scores"
CHOOSING = 8
"""Of so many works of the training split one chooses."""
REPORTED = 4
"""The files that are fitted are so many times those that are reported."""
LINES_OF_PIECE = 3
FIVES, COMPOUNDS = 5, 10
"""Of so many lines one is made into one in 5/4, or in 9/8 or 12/8, of which corpora have few."""
QUARTERS, NOTES = 160, 60
"""The most quarters of a piece that are performed, and the fewest notes of them."""
TAKES = ((0.1, 0.6, 1.0), (0.0, 0.1, 0.4), (0.0, 0.6, 0.6))
"""The performances of a movement: the least and the greatest freedom, and the share of the quarters that is played."""
CACHED = 100
"""Lines whose examples are kept in one file of the cache."""
MOST_REFUSED = 0.05
"""The share of the measures of a piece that the token language could not express, above which it is left out."""


@dataclass(frozen=True, slots=True)
class Movement:
    """A movement of a corpus: its part of the data, its notes, the metre of nearly all its measures, and a seed."""

    corpus: str
    part: str
    piece: NotatedPiece
    time: TimeSignature | None
    seed: int


def movements_of(corpus: str, data: Path, split: str, most: int) -> list[Movement]:
    found = load_corpus_in(corpus, data / corpus)
    files = sorted((piece for piece in found.pieces if piece.split == split), key=lambda piece: name_hash(piece.name))
    return [movement for file in files[:most] for movement in movements_of_file(file, corpus)]


def movements_of_file(file: CorpusPiece, corpus: str) -> list[Movement]:
    try:
        reading = read_for_training(file.path)
        pieces = score_pieces(reading, ShardSource(file.name, "", file.split, corpus, corpus, file.licence))
    except ScoregenError as error:
        print(f"left out: {error}")
        return []
    about = reading.score.metadata
    work = work_claims(file.name, about.title or "", about.composer or "")[0]
    part = REPORT if file.split == "valid" else FIT if zlib.crc32(work.encode()) % CHOOSING else CHOOSE
    result = []
    for number, piece in enumerate(pieces):
        measures = piece.tokens.measures
        if len(piece.refused) <= MOST_REFUSED * len(measures):
            time, count = Counter(measure.header.time for measure in measures).most_common(1)[0]
            seed = zlib.crc32(file.name.encode()) + number
            own = time if count >= 0.9 * len(measures) else None
            result.append(Movement(corpus, part, notated_piece(piece.tokens), own, seed))
    return result


def lines_of(movements: Sequence[Movement]) -> list[NotatedLine]:
    found: list[NotatedLine] = []
    for movement in movements:
        lines = lines_of_piece(movement.piece, movement.corpus)
        found += [part for line in lines for part in line.parts()][:LINES_OF_PIECE]
    return with_rare_metres(found)


def lines_of_files(paths: Sequence[Path]) -> list[NotatedLine]:
    found = []
    for path in paths:
        try:
            found += [next(line.parts()) for line in lines_of_score(read_score(path), SCORES)]
        except ScoregenError as error:
            print(f"left out: {error}")
    return found


def with_rare_metres(lines: list[NotatedLine]) -> list[NotatedLine]:
    made = [*map(in_five, lines[::FIVES]), *map(in_compound, lines[::COMPOUNDS])]
    return [*lines, *(line for line in made if line is not None and len(line.onsets) >= FEWEST)]


def examples_of(lines: Sequence[NotatedLine], habits, seed: int) -> list[Example]:
    generator = np.random.default_rng(seed)
    found = [example_of(line, habits, generator) for line in lines]
    return [example for example in found if example is not None]


def performed(movements: Sequence[Movement], most: int) -> list[Movement]:
    """The first movements of each corpus that have several voices and stay in one metre, as far as they are played."""
    found: dict[str, list[Movement]] = {}
    for movement in movements:
        notes = movement.piece.notes[movement.piece.notes[:, 0] < QUARTERS]
        own = found.setdefault(movement.corpus, [])
        if movement.time is not None and len(notes) >= NOTES and notes[:, 3].max() > 0 and len(own) < most:
            own.append(replace(movement, piece=replace(movement.piece, notes=notes)))
    return [movement for own in found.values() for movement in own]


def performances_of(movements: Sequence[Movement], habits) -> list[Example]:
    """Several performances of each movement that is fitted; one of each of the others."""
    found = []
    for movement in movements:
        generator = np.random.default_rng(movement.seed)
        takes = TAKES if movement.part == FIT else [TAKES[movement.seed % len(TAKES)]]
        for least, greatest, share in takes:
            notes = movement.piece.notes[movement.piece.notes[:, 0] < QUARTERS * share]
            part = replace(movement.piece, notes=notes)
            played = perform(part, generator, float(generator.uniform(least, greatest)))
            found.append(texture_example(played, movement.time, habits, movement.corpus))
    return [example for example in found if example is not None]


def cached(folder: Path | None, name: str, make):
    """What `make` gives, or gave in an earlier run with this cache folder."""
    path = folder / f"{name}.pkl" if folder else None
    if path is not None and path.exists():
        return pickle.loads(path.read_bytes())
    made = make()
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pickle.dumps(made))
    return made


def in_steps(folder: Path | None, name: str, items: Sequence, make) -> list[Example]:
    """What `make` gives for some items at a time, with the place of the first."""
    return [
        example
        for start in range(0, len(items), CACHED)
        for example in cached(folder, f"{name}-{start}", lambda start=start: make(items[start : start + CACHED], start))
    ]


def fitted(parts: dict[str, list[Example]], importance: dict[str, float], seeds: int) -> Rater:
    """The mean of several fits."""
    rater = mean_of([fit_rater(parts[FIT], parts[CHOOSE], importance, seed=seed) for seed in range(seeds)])
    report(parts, rater)
    return rater


def report(parts: dict[str, list[Example]], rater: Rater) -> None:
    print(*(f"{part} {share_right(own, rater):.3f} of {len(own)}" for part, own in parts.items()), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("corpora", nargs="+")
    parser.add_argument("-o", "--output", type=Path, default=weights() / FILE)
    parser.add_argument("--most", type=int, default=120, help="files of one corpus")
    parser.add_argument("--performed", type=int, default=60, help="movements of one corpus that are performed")
    parser.add_argument("--weight", action="append", default=[], metavar="CORPUS=NUMBER")
    parser.add_argument("--seeds", type=int, default=3, help="fits of which the mean is taken")
    parser.add_argument("--scores", nargs="*", type=Path, default=[], help="scores of which shares are reported too")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--report-only", action="store_true", help="rate with the file that is there; fit nothing")
    parser.add_argument("--keep-lines", action="store_true", help="keep what rates lines")
    arguments = parser.parse_args()
    importance = {name: float(value) for name, _, value in (each.partition("=") for each in arguments.weight)}
    folder, most = arguments.cache, arguments.most
    movements = [
        movement
        for corpus in arguments.corpora
        for split, count in (("train", most), ("valid", most // REPORTED))
        for movement in cached(
            folder,
            f"{corpus}-{split}",
            lambda corpus=corpus, split=split, count=count: movements_of(corpus, arguments.data, split, count),
        )
    ]
    parts = {part: [movement for movement in movements if movement.part == part] for part in PARTS}
    lines = {part: lines_of(own) for part, own in parts.items()}
    if arguments.scores:
        lines[SCORES] = lines_of_files(arguments.scores)
    print(*(f"{part} {len(own)} lines of {len(parts.get(part, []))} movements" for part, own in lines.items()))
    known = load_lines(arguments.output) if arguments.report_only or arguments.keep_lines else None
    habits = known.habits if known else count_habits(lines[FIT])
    examples = {
        part: in_steps(folder, f"{part}-lines", own, lambda some, start: examples_of(some, habits, start))
        for part, own in lines.items()
        if not arguments.keep_lines
    }
    performances = {
        part: in_steps(
            folder,
            f"{part}-performances",
            performed(own, arguments.performed),
            lambda some, _: performances_of(some, habits),
        )
        for part, own in parts.items()
    }
    if known and arguments.report_only:
        report(examples, known.cues)
        report(performances, known.textures)
        return
    cues = known.cues if known else fitted(examples, importance, arguments.seeds)
    save_lines(LineModel(habits, cues, fitted(performances, importance, arguments.seeds)), arguments.output)


if __name__ == "__main__":
    main()
