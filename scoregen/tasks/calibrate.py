"""Calibration of a sampler: the successions of the corpus, and logit biases for its rhythm.

Each round composes new pieces like those of the training set, and then harmonises their melodies. (The melodies of
the corpus are not suitable, because the network has learned their harmonisations.) Both tasks call `compose`, so
that everything that shapes a draft, including the nucleus and the reranking, is calibrated together.

Steps, intervals and sonorities have biases too, but they are fitted on request only: biases give each of them its rate
over the whole piece, and spoil how often it follows what came before. The successions (`tokens.successions`) do that.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scoregen.corpora.manifest import load_corpus, verify
from scoregen.corpora.prepare import piece_tokens
from scoregen.notation.files import read_score
from scoregen.plan.form import PieceOptions, options_like
from scoregen.score.edit import select_voices
from scoregen.score.elements import Score
from scoregen.score.ensemble import Ensemble, load_ensemble
from scoregen.styles.library import is_own_style
from scoregen.system.errors import InputError, ScoregenError
from scoregen.system.files import check_target
from scoregen.tasks.compose import SamplingOptions, compose
from scoregen.tokens.events import TokenScore
from scoregen.tokens.successions import SuccessionTable

RATES = (0.8, 0.5)
"""The share of a difference that a round corrects: in the first and in the last round, linear in between."""
KINDS = ("length", "pace")
"""The kinds of features that are fitted unless others are named."""


@dataclass(frozen=True, slots=True)
class Round:
    """The distance from the corpus by task and kind of feature: mean absolute log ratios of the rates."""

    free: dict[str, float]
    given: dict[str, float]


def calibrate(
    weights: Path,
    corpus: str,
    *,
    ensemble: str = "satb",
    pieces: int = 80,
    rounds: int = 8,
    seed: int = 0,
    kinds: Sequence[str] = (),
    device: str = "auto",
    progress: Callable[[float], None] = lambda done: None,
    on_round: Callable[[Round], None] = lambda differences: None,
) -> tuple[Round, ...]:
    """Count the successions of the corpus (WEIGHTS.successions), and fit logit biases (WEIGHTS.calibration).

    An own style has its successions from training, with those of its base; they stay.
    A round composes `pieces` new pieces and harmonises their melodies, and writes the biases. An existing calibration
    is the starting point. With `kinds`, these kinds of features change in place of `KINDS`. Raises InputError
    if the corpus cannot be used, or if the weights are not for the ensemble.
    """
    from scoregen.model.features.inputs import piece_arrays
    from scoregen.model.sampling.costs.successions import save_successions
    from scoregen.model.sampling.feature_matching import KINDS as ALL_KINDS
    from scoregen.model.sampling.feature_matching import Features, count_features, difference, update_biases
    from scoregen.model.sampling.feature_matching_file import SUFFIX, Calibration, load_calibration, save_calibration

    if unknown := set(kinds) - set(ALL_KINDS):
        raise InputError(f"found {unknown.pop()!r}; expected a kind of feature, one of {', '.join(ALL_KINDS)}")
    players = load_ensemble(ensemble)
    roles = [role.name for role in players.roles]
    check_target(weights.with_suffix(SUFFIX), force=True)
    tokens, plans = _examples(corpus, players)
    target = count_features([piece_arrays(each) for each in tokens])
    if not is_own_style(weights):
        save_successions(SuccessionTable.of(tokens), weights)
    empty = Features.zeros(len(roles))
    calibration = before = load_calibration(weights, roles) or Calibration(empty, empty, {})
    history: list[Round] = []
    for number in range(rounds):
        chooser = random.Random(f"{seed} {number}")
        rate = RATES[0] + (RATES[1] - RATES[0]) * number / max(1, rounds - 1)
        tasks: list[Features] = []
        differences: list[dict[str, float]] = []
        inputs: list[Score | PieceOptions] = [chooser.choice(plans) for _ in range(pieces)]
        for task, tilt in enumerate((calibration.free, calibration.given)):
            written: list[TokenScore] = []
            melodies: list[Score | PieceOptions] = []
            for index, given in enumerate(inputs):
                score = _composed(given, SamplingOptions(seed=chooser.randrange(2**32)), weights, ensemble, device)
                written.append(piece_tokens(score, players))
                melodies.append(select_voices(score, written[-1].slots[:1]))
                progress((number + (task + (index + 1) / pieces) / 2) / rounds)
            current = count_features([piece_arrays(each) for each in written])
            tasks.append(update_biases(tilt, current, target, rate, kinds or KINDS))
            differences.append(difference(current, target))
            inputs = melodies
        history.append(Round(differences[0], differences[1]))
        on_round(history[-1])
        about = {"corpus": corpus, "pieces": pieces, "rounds": number + 1, "seed": seed}
        about |= {"kinds": list(kinds), "before": dict(before.about)} if kinds else {}
        about |= {"free": differences[0], "given": differences[1]}
        calibration = Calibration(tasks[0], tasks[1], about)
        save_calibration(calibration, weights, roles)
    progress(1.0)
    return tuple(history)


def _composed(
    given: Score | PieceOptions, options: SamplingOptions, weights: Path, ensemble: str, device: str
) -> Score:
    chosen: dict[str, Any] = {"style": str(weights)} if is_own_style(weights) else {"checkpoint": weights}
    if isinstance(given, Score):
        return compose(given, ensemble=ensemble, sampling=options, device=device, **chosen).score
    return compose(piece=given, ensemble=ensemble, sampling=options, device=device, **chosen).score


def _examples(corpus: str, players: Ensemble) -> tuple[list[TokenScore], list[PieceOptions]]:
    """The usable training pieces, and the options of new pieces like them."""
    source = load_corpus(corpus)
    verify(source)
    tokens: list[TokenScore] = []
    plans: list[PieceOptions] = []
    for piece in source.split("train"):
        try:
            score = read_score(piece.path)
            tokens.append(piece_tokens(score, players))
        except ScoregenError:
            continue
        if plan := options_like(score):
            plans.append(plan)
    if not plans:
        raise InputError(f"{corpus}: found no usable training piece; expected scores with parts for {players.name}")
    return tokens, plans


def sentences(differences: Round) -> Sequence[str]:
    """One line for each task."""
    return [
        f"{name}: " + ", ".join(f"{kind} {difference:.3f}" for kind, difference in figures.items())
        for name, figures in (("nothing given", differences.free), ("melody given", differences.given))
    ]
