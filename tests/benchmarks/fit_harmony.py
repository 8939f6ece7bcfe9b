"""Fit the weights of the harmonic analysis to the expert analyses that ship with music21.

    python tests/benchmarks/fit_harmony.py -o grammars/harmony/weights.json [--epochs N] [--seeds N] [--data DATA]

An averaged structured perceptron with a loss in the search (M. Collins 2002; I. Tsochantaridis et al.
2005), the mean of several orders of the chorales. With DATA, the folder that holds index.json and rntxt/
of "When in Rome", it prints the agreement with the validation chorales at the end; the test chorales are
not used.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from expert_analyses import AnalysedChorale, load_analyses, training_analyses

from scoregen.analysis.harmony import features as features
from scoregen.analysis.harmony.features import Window, windows
from scoregen.analysis.harmony.search import HarmonyPlace, HarmonyState, Scorer, best_path
from scoregen.analysis.harmony.weights import HarmonyWeights
from scoregen.analysis.moments import moments
from scoregen.score.theory.chord_kinds import MEMBERS

RARE = 2
"""The minimum number of occurrences of a reading of the training labels."""
RATE = 0.05
WRONG_KEY, WRONG_CHORD, WRONG_INVERSION = 1.5, 1.5, 0.75
"""The margin, for each moment, of the correct path over one that is wrong there."""
LEAST_OF_RUN, LEAST = 0.01, 0.05
"""Weights nearer to 0 are omitted, from a run and from the mean."""
Readings = dict[tuple[str, int, str], tuple[int | None, ...]]
MINOR_SCALE, MAJOR_SCALE = (0, 2, -3, -1, 1, -4, 5), (0, 2, 4, -1, 1, 3, 5)


class HarmonyExample(NamedTuple):
    name: str
    seen: list[Window]
    signatures: list[int]
    gold: list[HarmonyState]


def harmony_example(piece: AnalysedChorale) -> HarmonyExample:
    cuts = moments(piece.score)
    gold: list[HarmonyState | None] = []
    place = 0
    for moment in cuts:
        while place + 1 < len(piece.labels) and piece.labels[place + 1].onset <= moment.onset:
            place += 1
        label = piece.labels[place]
        state = None
        if label.function is not None and label.onset <= moment.onset:
            low = min(label.inversion, len(MEMBERS[label.function.quality]) - 1)
            state = HarmonyState(HarmonyPlace(label.mode, label.tonic), label.function, low)
        gold.append(state or (gold[-1] if gold else None))
    first = next(state for state in gold if state is not None)
    signatures = [piece.score.measures[moment.measure_index].key.fifths for moment in cuts]
    return HarmonyExample(piece.name, windows(cuts), signatures, [state or first for state in gold])


def path_features(seen: Sequence[Window], signatures: Sequence[int], path: Sequence[HarmonyState]) -> Counter[str]:
    """The features that the search sums along a path."""
    result: Counter[str] = Counter()
    old: HarmonyState | None = None
    for index, (window, signature, state) in enumerate(zip(seen, signatures, path, strict=True)):
        key, function, low = state
        result.update(features.emission(window, state.sound))
        result.update(features.key_fit(window, *key))
        result[features.home(*key, signature)] += 1
        if window.moment.ends_phrase:
            result.update(features.at_phrase_end(key.mode, function, low))
        if index == len(seen) - 1:
            result.update(features.last_function(key.mode, function))
        if old == state:
            result.update(features.goes_on(window))
        else:
            result.update(features.begins(window, function.quality, features.length_word(window.moment)))
            result.update(features.alone(key.mode, function, low))
            result.update(arrival(old, state, signature, window))
        old = state
    return result


def arrival(old: HarmonyState | None, state: HarmonyState, signature: int, window: Window) -> list[str]:
    key, function, low = state
    if old is None:
        return features.first_key(*key, signature)
    if old.key == key:
        return features.follows(key.mode, old.function, old.inversion, function, low)
    change = features.key_change(old.key.mode, key.mode, key.tonic - old.key.tonic, window)
    change += [*features.leaves(old.key.mode, old.function), *features.enters(key.mode, function, low)]
    offset = old.key.tonic + old.function.offset - key.tonic
    readings = READINGS.readings(key.mode, offset, old.function.quality)
    reading = readings[0] if readings else None
    return [*change, *features.follows(key.mode, reading, old.inversion, function, low)]


READINGS = HarmonyWeights({}, {})


def readings_of(pieces: Sequence[AnalysedChorale]) -> Readings:
    counted: dict[tuple[str, int, str], Counter[int | None]] = defaultdict(Counter)
    for piece in pieces:
        for label in piece.labels:
            if label.function is not None:
                counted[label.mode, label.function.offset, label.function.quality][label.function.target] += 1
    frequent = {key: [t for t, n in result.most_common() if n >= RARE] for key, result in counted.items()}
    return {key: tuple(result) for key, result in frequent.items() if result}


def start_weights() -> dict[str, float]:
    """Initial weights with which the search finds plausible keys."""
    weights = {}
    for mode, scale in (("major", MAJOR_SCALE), ("minor", MINOR_SCALE)):
        for step in range(-8, 9):
            weights[f"kn {mode} {step}"] = 0.5 if step in scale else -1.0
        weights[f"kn {mode} 0"] = 0.6
    weights["kn minor -2"] = 0.1
    return weights


def loss_for(gold: Sequence[HarmonyState]):  # type: ignore[no-untyped-def]
    def loss(index: int, state: HarmonyState) -> float:
        right = gold[index]
        wrong_key = state.key != right.key
        wrong_chord = state.sound[:2] != right.sound[:2]
        return (
            WRONG_KEY * wrong_key + WRONG_CHORD * wrong_chord + WRONG_INVERSION * (state.inversion != right.inversion)
        )

    return loss


def agreement(training_examples: Sequence[HarmonyExample], table: HarmonyWeights) -> tuple[float, float, float]:
    """Key, chord and full agreement in percent of the time of the moments."""
    total = keys = chords = full = 0.0
    for _, seen, signatures, gold in training_examples:
        path = best_path(Scorer(table, signatures, seen))
        for window, state, right in zip(seen, path, gold, strict=True):
            time = float(window.moment.duration)
            total += time
            keys += time * (state.key == right.key)
            chords += time * (state.sound == right.sound)
            full += time * (state == right)
    return 100 * keys / total, 100 * chords / total, 100 * full / total


def fit(training_examples: Sequence[HarmonyExample], targets: Readings, epochs: int, seed: int) -> dict[str, float]:
    """The weights after so many epochs in an order drawn from a seed, averaged over all steps."""
    global READINGS
    weights = start_weights()
    READINGS = HarmonyWeights(targets, weights)
    sums: dict[str, float] = defaultdict(float)  # of step x change, for the average
    steps, chooser, order = 1, random.Random(seed), list(training_examples)
    for epoch in range(epochs):
        chooser.shuffle(order)
        for _, seen, signatures, gold in order:
            path = best_path(Scorer(READINGS, signatures, seen), gold=gold, loss=loss_for(gold))
            if path != gold:
                change = path_features(seen, signatures, gold)
                change.subtract(path_features(seen, signatures, path))
                for feature, amount in change.items():
                    if amount:
                        weights[feature] = weights.get(feature, 0.0) + RATE * amount
                        sums[feature] += steps * RATE * amount
            steps += 1
        print(f"seed {seed}: epoch {epoch + 1} of {epochs}", flush=True)
    return frequent({feature: weight - sums[feature] / steps for feature, weight in weights.items()}, LEAST_OF_RUN)


def frequent(weights: dict[str, float], least: float) -> dict[str, float]:
    return {name: round(weight, 3) for name, weight in sorted(weights.items()) if abs(weight) >= least}


def mean(runs: Sequence[dict[str, float]]) -> dict[str, float]:
    """The mean of several runs of the linear model, without weights near 0."""
    names = sorted(set().union(*runs))
    return frequent({name: round(sum(run.get(name, 0.0) for run in runs) / len(runs), 3) for name in names}, LEAST)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    train = training_analyses()
    targets = readings_of(train)
    training_examples = [harmony_example(piece) for piece in train]
    weights = mean([fit(training_examples, targets, arguments.epochs, seed) for seed in range(arguments.seeds)])
    write(arguments.output, targets, weights)
    print(f"fitted to {len(train)} chorales")
    if arguments.data:
        training_names = {piece.name for piece in train}
        pieces, _ = load_analyses(arguments.data, arguments.cache)
        valid = [
            harmony_example(piece) for piece in pieces if piece.split == "valid" and piece.name not in training_names
        ]
        figures = ", ".join(f"{figure:.1f}" for figure in agreement(valid, HarmonyWeights(targets, weights)))
        print(f"validation key, chord, full: {figures}")


def write(path: Path, targets: Readings, weights: dict[str, float]) -> None:
    numerals: dict[str, list[list[object]]] = {"major": [], "minor": []}
    for (mode, offset, quality), result in sorted(targets.items()):
        numerals[mode].append([offset, quality, list(result)])
    path.write_text(json.dumps({"numerals": numerals, "weights": weights}, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
