"""Measures how well the mood of a story is read: quadrants of the scenes of `tests/plan/mood/scenes.toml`.

    python tests/benchmarks/bench_mood.py text [--half test] [--show]

The scenes were written by the author of the word lists, before the lists; words were added for the half `development`
only. With `--emobank FILE` (emobank.csv of JULIELab/EmoBank, CC BY-SA 4.0) the moods of its test sentences are compared
with those of its readers, who know neither.
"""

from __future__ import annotations

import argparse
import csv
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from scoregen.plan.mood.story import mood_of, read_story

SCENES = Path(__file__).parent.parent / "plan" / "mood" / "scenes.toml"
QUADRANTS = ("joy", "peace", "fear", "sorrow")
HALVES = ("development", "test")


class Scene(NamedTuple):
    """A scene of the test data."""

    half: str
    quadrant: str
    way: str
    text: str


def scenes() -> Iterator[Scene]:
    table = tomllib.loads(SCENES.read_text(encoding="utf-8"))
    for half in HALVES:
        for quadrant, ways in table[half].items():
            yield from (Scene(half, quadrant, way, text) for way, texts in ways.items() for text in texts)


def accuracy(half: str, *, show: bool = False) -> float:
    """Print the confusion of quadrants of a half, and the accuracy by way of writing."""
    confusion: Counter[tuple[str, str]] = Counter()
    ways: Counter[tuple[str, bool]] = Counter()
    signs = Counter[str]()
    own = [scene for scene in scenes() if scene.half == half]
    for scene in own:
        read = read_story(scene.text)
        mood = mood_of(read)
        confusion[scene.quadrant, mood.quadrant] += 1
        ways[scene.way, scene.quadrant == mood.quadrant] += 1
        signs["valence"] += (mood.valence >= 0) == (scene.quadrant in ("joy", "peace"))
        signs["arousal"] += (mood.arousal > 0) == (scene.quadrant in ("joy", "fear"))
        if show and scene.quadrant != mood.quadrant:
            print(f"{scene.way:9} {scene.quadrant} as {mood.quadrant}: {mood}: {scene.text}")
            print("          ", "; ".join(f"{cause} {cause.affect.valence:+.2f} {cause.affect.arousal:+.2f}"
                                         for each in read for cause in each.causes))
    right = sum(confusion[each, each] for each in QUADRANTS)
    print(f"{half}: {right} of {len(own)} quadrants ({right / len(own):.0%}); signs of valence"
          f" {signs['valence'] / len(own):.0%}, of arousal {signs['arousal'] / len(own):.0%}")
    print(f"{'intended':10}" + "".join(f"{each:>8}" for each in QUADRANTS))
    for each in QUADRANTS:
        print(f"{each:10}" + "".join(f"{confusion[each, other]:8}" for other in QUADRANTS))
    print(", ".join(f"{way} {ways[way, True]}/{ways[way, True] + ways[way, False]}" for way, ok in ways if ok))
    return right / len(own)


def emobank(path: Path) -> None:
    """Print the correlation with the ratings of EmoBank's test sentences."""
    from statistics import correlation

    rows = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["split"] == "test" and any(c.isalpha() for c in row["text"]):
                mood = mood_of(read_story(row["text"]))
                rows.append((float(row["V"]) - 3, float(row["A"]) - 3, mood.valence, mood.arousal))
    valence, arousal, own_valence, own_arousal = zip(*rows, strict=True)
    print(f"EmoBank, {len(rows)} sentences: r {correlation(valence, own_valence):.2f} for valence,"
          f" {correlation(arousal, own_arousal):.2f} for arousal;"
          f" {sum(v == 0 for v in own_valence) / len(rows):.0%} without a word of mood")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=HALVES)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--emobank", type=Path)
    options = parser.parse_args()
    for half in (options.half,) if options.half else HALVES:
        accuracy(half, show=options.show)
    if options.emobank:
        emobank(options.emobank)


if __name__ == "__main__":
    main()
