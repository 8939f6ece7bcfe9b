"""Measures how well the mood of a story is read, and whether music of a mood is heard so.

    python tests/benchmarks/bench_mood.py [--half test] [--show] [--emobank FILE] [--without-absence]
    python tests/benchmarks/bench_mood.py --music 10 [--ensemble string-quartet]
    python tests/benchmarks/bench_mood.py --courses 8 [--real FOLDER]

The first prints quadrants of the scenes of `tests/plan/mood/scenes.toml`.

The scenes were written by the author of the word lists. The constructions of absence took turns of phrase from all of
them but `unseen`; --without-absence reads the scenes without them.

With `--emobank FILE` (emobank.csv of JULIELab/EmoBank, CC BY-SA 4.0) the moods of its test sentences are compared with
those of its readers, who know neither.

The second composes, for each seed, a period of eight measures for the four moods of valence and arousal 0.6 and -0.6,
and compares those that differ in one of them: two pairs of valence and two of arousal a seed. Estimated are valence and
arousal by all features of `mood_features`, and by those alone that no row of the table of moods sets.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from scoregen.evaluation.metrics import course
from scoregen.evaluation.metrics.pieces import score_piece
from scoregen.notation.files import read_score
from scoregen.notation.midi.write import to_midi
from scoregen.plan.forms.asked import plan_asked
from scoregen.plan.mood import story
from scoregen.plan.mood.absence import Constructions
from scoregen.plan.mood.story import mood_of, read_story
from scoregen.plan.piece.piece_plan import PiecePlan
from scoregen.score.elements import Score
from scoregen.tasks.compose import PieceOptions, SamplingOptions, compose
from scoregen.tokens.encode import pitched_slots
from tests.benchmarks.mood_features import AROUSAL, LEFT, VALENCE, estimate, features

SCENES = Path(__file__).parent.parent / "plan" / "mood" / "scenes.toml"
QUADRANTS = ("joy", "peace", "fear", "sorrow")
HALVES = ("development", "test", "later", "absence", "unseen")


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
            print(
                "          ",
                "; ".join(
                    f"{cause} {cause.affect.valence:+.2f} {cause.affect.arousal:+.2f}"
                    for each in read
                    for cause in each.causes
                ),
            )
    right = sum(confusion[each, each] for each in QUADRANTS)
    print(
        f"{half}: {right} of {len(own)} quadrants ({right / len(own):.0%}); signs of valence"
        f" {signs['valence'] / len(own):.0%}, of arousal {signs['arousal'] / len(own):.0%}"
    )
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
    print(
        f"EmoBank, {len(rows)} sentences: r {correlation(valence, own_valence):.2f} for valence,"
        f" {correlation(arousal, own_arousal):.2f} for arousal;"
        f" {sum(v == 0 for v in own_valence) / len(rows):.0%} without a word of mood"
    )


MOST = 0.6
"""The valence and the arousal of the moods that are composed, up and down."""


def music(seeds: Sequence[int], ensemble: str, measures: int, *, fixed: bool) -> None:
    """Print how many pairs of pieces move as intended."""
    rows: dict[tuple[int, int, int], dict[str, float]] = {}
    for seed in seeds:
        for valence in (-1, 1):
            for arousal in (-1, 1):
                rows[seed, valence, arousal] = heard(
                    valence * MOST, arousal * MOST, seed, ensemble, measures, fixed=fixed
                )
                print(seed, valence, arousal, json.dumps(rows[seed, valence, arousal]), file=sys.stderr, flush=True)
    for axis, weights, left in (("valence", VALENCE, LEFT["valence"]), ("arousal", AROUSAL, LEFT["arousal"])):
        pairs = [(rows[high], rows[low]) for high, low in compared(axis, seeds)]
        for name, own in (("all features", weights), ("features that are not set", left)):
            right = sum(estimate(a, own) > estimate(b, own) for a, b in pairs)
            print(f"{axis} by {name}: {right} of {len(pairs)} pairs ({right / len(pairs):.0%})")


def compared(axis: str, seeds: Sequence[int]) -> Iterator[tuple[tuple[int, int, int], tuple[int, int, int]]]:
    """The pairs of pieces that differ in an axis, the higher one first."""
    for seed in seeds:
        for other in (-1, 1):
            yield ((seed, 1, other), (seed, -1, other)) if axis == "valence" else ((seed, other, 1), (seed, other, -1))


def heard(valence: float, arousal: float, seed: int, ensemble: str, measures: int, *, fixed: bool) -> dict[str, float]:
    """The features of a piece of a mood."""
    tension = -0.3 * valence + 0.2 * arousal
    text = f"valence {valence:.2f}, arousal {arousal:.2f}, tension {tension:.2f}"
    plan = plan_asked("period", text, options={"measures": measures}, seed=seed).plan
    plan = replace(plan, sections=tuple(replace(each, fixed=fixed or each.fixed) for each in plan.sections))
    done = compose(ensemble=ensemble, plan=plan, sampling=SamplingOptions(seed=seed))
    tempo = float(done.score.measures[0].tempos[0].quarters_per_minute)
    return features(to_midi(done.score), tempo)


def courses(seeds: int, real: Path | None) -> None:
    """Print the figures of the course of pieces: of forms, of new pieces without a form, and of real ones."""
    sets = {
        "aaba, 16 measures": [
            written(plan_asked("aaba", options={"measures": 16}, seed=s).plan, s) for s in range(seeds)
        ],
        "no form, 16 measures": [written(None, seed) for seed in range(seeds)],
    }
    if real is not None:
        sets["real pieces"] = [read_score(path) for path in sorted(real.iterdir())[: 4 * seeds]]
    for name, scores in sets.items():
        pieces = [score_piece(name, score, pitched_slots(score)) for score in scores]
        rates = course.figures(pieces)
        print(
            name,
            *(f"{key} {rate.value:.2f} [{rate.low:.2f}, {rate.high:.2f}]" for key, rate in rates.items()),
            sep="; ",
        )


def written(plan: PiecePlan | None, seed: int) -> Score:
    """A new piece for a choir."""
    options = SamplingOptions(seed=seed, candidates=4)
    return compose(plan=plan, piece=None if plan else PieceOptions(measures=16), sampling=options).score


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=HALVES)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--without-absence", action="store_true", help="read no losses from what is absent")
    parser.add_argument("--emobank", type=Path)
    parser.add_argument("--music", type=int, metavar="SEEDS")
    parser.add_argument("--fixed", action="store_true", help="bind the chords of the plans")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--ensemble", default="string-quartet")
    parser.add_argument("--measures", type=int, default=8)
    parser.add_argument("--courses", type=int, metavar="SEEDS")
    parser.add_argument("--real", type=Path, help="a folder of real pieces, for --courses")
    options = parser.parse_args()
    if options.courses:
        courses(options.courses, options.real)
        return
    if options.music:
        music(
            range(options.first, options.first + options.music), options.ensemble, options.measures, fixed=options.fixed
        )
        return
    known = _no_constructions if options.without_absence else story.load_constructions
    with patch.object(story, "load_constructions", known):
        for half in (options.half,) if options.half else HALVES:
            accuracy(half, show=options.show)
        if options.emobank:
            emobank(options.emobank)


def _no_constructions(language: str) -> Constructions:
    return Constructions(language, (), frozenset())


if __name__ == "__main__":
    main()
