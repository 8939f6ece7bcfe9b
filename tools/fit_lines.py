"""Fit the model of single lines (metre, unit and barlines) to corpora, and write it.

    python tools/fit_lines.py SHARDS... [--scores SCORE...] [-o scoregen/weights/lines.rhythm] [--most 250] [--weight
        CORPUS=2 ...] [--cache FOLDER]

A shard is a corpus that `scoregen corpus build` made; scores are read as they are, every tenth for validation. With a
cache folder an interrupted run goes on where it stopped.
"""

from __future__ import annotations

import argparse
import pickle
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from scoregen.corpora.shards import load_index
from scoregen.model.beats.barlines import Example, example_of, fit_cues, share_right
from scoregen.model.beats.habits import count_habits
from scoregen.model.beats.lines import NotatedLine, lines_of_piece, lines_of_score
from scoregen.model.beats.notated import notated_piece
from scoregen.notation.files import read_score
from scoregen.system.errors import ScoregenError
from scoregen.system.resources import weights
from scoregen.transcription.metrical.habits import FILE, LineModel, save_lines

SCORES = "scores"
LINES_OF_PIECE = 3


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


def cached(path: Path | None, make):
    if path is not None and path.exists():
        return pickle.loads(path.read_bytes())
    made = make()
    if path is not None:
        path.write_bytes(pickle.dumps(made))
    return made


def examples_of(lines: list[NotatedLine], habits, seed: int) -> list[Example]:
    generator = np.random.default_rng(seed)
    found = [example_of(line, habits, generator) for line in lines]
    return [example for example in found if example is not None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shards", nargs="+", type=Path)
    parser.add_argument("--scores", nargs="*", type=Path, default=[])
    parser.add_argument("-o", "--output", type=Path, default=weights() / FILE)
    parser.add_argument("--most", type=int, default=250, help="files of one shard")
    parser.add_argument("--weight", action="append", default=[], metavar="CORPUS=NUMBER")
    parser.add_argument("--cache", type=Path)
    arguments = parser.parse_args()
    importance = {name: float(value) for name, _, value in (each.partition("=") for each in arguments.weight)}
    folder = arguments.cache

    def cache(name: str) -> Path | None:
        return folder / f"{name}.pkl" if folder else None

    held = arguments.scores[::10]
    train = cached(
        cache("train"),
        lambda: [
            *(line for shard in arguments.shards for line in lines_of_shard(shard, "train", arguments.most)),
            *lines_of_files([path for path in arguments.scores if path not in held]),
        ],
    )
    valid = cached(
        cache("valid"),
        lambda: [
            *(line for shard in arguments.shards for line in lines_of_shard(shard, "valid", arguments.most // 10)),
            *lines_of_files(held),
        ],
    )
    print(len(train), "and", len(valid), "lines", flush=True)
    habits = count_habits(train)
    parts = range(0, len(train), 100)
    examples = [
        example
        for start in parts
        for example in cached(
            cache(f"examples-{start}"), lambda start=start: examples_of(train[start : start + 100], habits, start)
        )
    ]
    held_examples = cached(cache("examples-valid"), lambda: examples_of(valid, habits, 7))
    cues = fit_cues(examples, importance)
    print("right:", round(share_right(examples, cues), 3), "held out:", round(share_right(held_examples, cues), 3))
    save_lines(LineModel(habits, cues), arguments.output)


if __name__ == "__main__":
    main()
