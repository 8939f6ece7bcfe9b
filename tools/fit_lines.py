"""Fit what finds metre, unit and barlines, in lines and in music of several voices, to corpora, and write it.

    python tools/fit_lines.py SHARDS... [--scores SCORE...] [-o scoregen/weights/lines.rhythm] [--most 120] [--weight
        CORPUS=2 ...] [--seeds 3] [--earlier FILE] [--cache FOLDER]

A shard is a corpus that `scoregen corpus build` made; scores are read as they are, every tenth for validation. Music of
several voices is performed by rule, and its beats are tracked with the shipped network. With a cache folder an
interrupted run goes on where it stopped. The raters of an earlier file count for `EARLIER` of the ratings, and the
fitted ones for the rest; tools/earlier.rhythm has those of fits to other lines. docs/recordings.md has the command that
made the shipped file.
"""

from __future__ import annotations

import argparse
import pickle
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from scoregen.corpora.shards import load_index
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

SCORES = "scores"
LINES_OF_PIECE = 3
FIVES, COMPOUNDS = 5, 10
"""Of so many lines one is made into one in 5/4, or in 9/8 or 12/8, of which corpora have few."""
QUARTERS, NOTES = 160, 60
"""The quarters of a piece that are performed, and the fewest notes of them."""
FREEDOM = (0.1, 0.6)
"""The least and the greatest freedom of the performances."""
EARLIER = 0.75
"""The share of the raters of an earlier file."""
PART = 100
"""Lines whose examples are kept in one file of the cache."""


def lines_of_shard(folder: Path, split: str, most: int) -> Iterator[NotatedLine]:
    index = load_index(folder)
    for position in np.random.default_rng(1).permutation(index.of_split(split))[:most].tolist():
        piece = index.piece(position)
        if len(piece.refused) < len(piece.tokens.measures) / 20:
            found = lines_of_piece(notated_piece(piece.tokens), folder.name)
            yield from [line.cut() for line in found][:LINES_OF_PIECE]


def lines_of_files(paths: list[Path]) -> Iterator[NotatedLine]:
    for path in paths:
        try:
            yield from [line.cut() for line in lines_of_score(read_score(path), SCORES)][:LINES_OF_PIECE]
        except ScoregenError as error:
            print(f"left out: {error}")


def with_rare_metres(lines: list[NotatedLine]) -> list[NotatedLine]:
    made = [*map(in_five, lines[::FIVES]), *map(in_compound, lines[::COMPOUNDS])]
    return [*lines, *(line for line in made if line is not None and len(line.onsets) >= FEWEST)]


def pieces_of_shard(folder: Path, split: str, most: int) -> Iterator[tuple[NotatedPiece, TimeSignature, int, str]]:
    """Pieces of several voices that stay in one metre, with a seed."""
    index = load_index(folder)
    for position in np.random.default_rng(11).permutation(index.of_split(split))[:most].tolist():
        tokens = index.piece(position).tokens
        time, count = Counter(measure.header.time for measure in tokens.measures).most_common(1)[0]
        piece = notated_piece(tokens)
        piece = replace(piece, notes=piece.notes[piece.notes[:, 0] < QUARTERS])
        if count >= 0.9 * len(tokens.measures) and len(piece.notes) >= NOTES and piece.notes[:, 3].max() > 0:
            yield piece, time, position, folder.name


def examples_of_shard(folder: Path, split: str, most: int, habits) -> list[Example]:
    found = []
    for piece, time, seed, corpus in pieces_of_shard(folder, split, most):
        generator = np.random.default_rng(seed)
        played = perform(piece, generator, float(generator.uniform(*FREEDOM)))
        found.append(texture_example(played, time, habits, corpus))
    return [example for example in found if example is not None]


def lines_of(shards: list[Path], split: str, most: int, files: list[Path]) -> list[NotatedLine]:
    return [*(line for shard in shards for line in lines_of_shard(shard, split, most)), *lines_of_files(files)]


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


def examples_of(lines: list[NotatedLine], habits, seed: int) -> list[Example]:
    generator = np.random.default_rng(seed)
    found = [example_of(line, habits, generator) for line in lines]
    return [example for example in found if example is not None]


def fitted(examples: list[Example], held: list[Example], importance: dict[str, float], seeds: int) -> Rater:
    """The mean of several fits."""
    rater = mean_of([fit_rater(examples, importance, seed=seed) for seed in range(seeds)])
    print("right:", round(share_right(examples, rater), 3), "held out:", round(share_right(held, rater), 3), flush=True)
    return rater


def with_earlier(model: LineModel, path: Path) -> LineModel:
    """The model with the raters of an earlier file."""
    earlier, shares = load_lines(path), (1 - EARLIER, EARLIER)
    return replace(
        model,
        cues=mean_of((model.cues, earlier.cues), shares),
        textures=mean_of((model.textures, earlier.textures), shares),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shards", nargs="+", type=Path)
    parser.add_argument("--scores", nargs="*", type=Path, default=[])
    parser.add_argument("-o", "--output", type=Path, default=weights() / FILE)
    parser.add_argument("--most", type=int, default=120, help="files of one shard")
    parser.add_argument("--weight", action="append", default=[], metavar="CORPUS=NUMBER")
    parser.add_argument("--seeds", type=int, default=3, help="fits of which the mean is taken")
    parser.add_argument("--earlier", type=Path, help="a file of which the raters count too")
    parser.add_argument("--cache", type=Path)
    arguments = parser.parse_args()
    importance = {name: float(value) for name, _, value in (each.partition("=") for each in arguments.weight)}
    shards, most, folder = arguments.shards, arguments.most, arguments.cache
    held = arguments.scores[::10]
    others = [path for path in arguments.scores if path not in held]
    train = with_rare_metres(cached(folder, "train", lambda: lines_of(shards, "train", most, others)))
    valid = with_rare_metres(cached(folder, "valid", lambda: lines_of(shards, "valid", most // 10, held)))
    print(len(train), "and", len(valid), "lines", flush=True)
    habits = count_habits(train)
    examples = [
        example
        for start in range(0, len(train), PART)
        for example in cached(
            folder, f"examples-{start}", lambda start=start: examples_of(train[start : start + PART], habits, start)
        )
    ]
    held_examples = cached(folder, "examples-valid", lambda: examples_of(valid, habits, 7))
    lines = fitted(examples, held_examples, importance, arguments.seeds)
    textures, held_textures = (
        [
            example
            for shard in shards
            for example in cached(
                folder,
                f"{split}-{shard.name}",
                lambda shard=shard, split=split: examples_of_shard(shard, split, most, habits),
            )
        ]
        for split in ("train", "valid")
    )
    print(len(textures), "and", len(held_textures), "performances", flush=True)
    model = LineModel(habits, lines, fitted(textures, held_textures, importance, arguments.seeds))
    save_lines(with_earlier(model, arguments.earlier) if arguments.earlier else model, arguments.output)


if __name__ == "__main__":
    main()
