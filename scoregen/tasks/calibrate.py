"""Calibrating a sampler: drafts are written and counted, and what they have too much of is made dearer.

Each round composes new pieces like those of the training part of the corpus, and then harmonises their
melodies anew: the corpus's own would not do, the network knows what goes with them. Both are done with
`compose` as everybody calls it, so that all that leads to a draft, the nucleus and the ranking too, is
calibrated together. In the end drafts that nobody has chosen are told from the corpus by a classifier,
which from then on helps to choose.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scoregen.corpora.manifest import load_corpus, verify
from scoregen.corpora.prepare import piece_tokens
from scoregen.evaluation.metrics.discriminator import fitted
from scoregen.evaluation.metrics.frames import Frames, token_frames
from scoregen.notation.files import read_score
from scoregen.plan.form import PieceOptions, options_like
from scoregen.score.edit import only
from scoregen.score.elements import Score
from scoregen.score.ensemble import Ensemble, load_ensemble
from scoregen.system.errors import InputError, ScoregenError
from scoregen.system.files import check_target
from scoregen.tasks.compose import SamplingOptions, compose
from scoregen.tokens.events import TokenScore

RATES = (0.8, 0.5)
"""How much of what differs is mended in a round: in the first, and in the last; in between it falls evenly."""
DRAFTS = 8
"""Of each new piece, to learn from what drafts are told."""
DRAWN = 160
"""New pieces that are drawn for it, at most: else twice as many as a round has."""
ROUND_SHARE = 0.75
"""Of the work, what the rounds are: for telling progress."""


@dataclass(frozen=True, slots=True)
class Round:
    """By task and kind of feature, how far its rates were from the corpus: mean absolute log ratios."""

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
    told: Callable[[Round], None] = lambda found: None,
) -> tuple[Round, ...]:
    """Write WEIGHTS.calibration, anew after every round of so many pieces, each of them harmonised anew.

    A calibration that is there already is where it starts from. Where `kinds` of features are named, only they
    are changed, and the likeness stays. No likeness is written where no piece has eight measures. InputError where
    the corpus cannot be used, or the weights are not for the ensemble.
    """
    from scoregen.model.network.inputs import piece_arrays
    from scoregen.model.sampling.feature_matching import KINDS, Features, counted, difference, tilted
    from scoregen.model.sampling.feature_matching_file import SUFFIX, Calibration, load_calibration, save_calibration

    if unknown := set(kinds) - set(KINDS):
        raise InputError(f"{unknown.pop()!r} is no kind of feature; expected one of {', '.join(KINDS)}")
    players = load_ensemble(ensemble)
    roles = [role.name for role in players.roles]
    check_target(weights.with_suffix(SUFFIX), force=True)
    tokens, plans = _models(corpus, players)
    wanted = counted([piece_arrays(each) for each in tokens])
    nothing = Features.none(len(roles))
    found = before = load_calibration(weights, roles) or Calibration(nothing, nothing, {})
    history: list[Round] = []
    for number in range(rounds):
        chooser = random.Random(f"{seed} {number}")
        rate = RATES[0] + (RATES[1] - RATES[0]) * number / max(1, rounds - 1)
        tasks: list[Features] = []
        apart: list[dict[str, float]] = []
        asked: list[Score | PieceOptions] = [chooser.choice(plans) for _ in range(pieces)]
        for task, tilt in enumerate((found.free, found.given)):
            written: list[TokenScore] = []
            melodies: list[Score | PieceOptions] = []
            for index, given in enumerate(asked):
                score = _composed(given, SamplingOptions(seed=chooser.randrange(2**32)), weights, ensemble, device)
                written.append(piece_tokens(score, players))
                melodies.append(only(score, written[-1].slots[:1]))
                progress(ROUND_SHARE * (number + (task + (index + 1) / pieces) / 2) / rounds)
            have = counted([piece_arrays(each) for each in written])
            tasks.append(tilted(tilt, have, wanted, rate, kinds or KINDS))
            apart.append(difference(have, wanted))
            asked = melodies
        history.append(Round(apart[0], apart[1]))
        told(history[-1])
        about = {"corpus": corpus, "pieces": pieces, "rounds": number + 1, "seed": seed}
        about |= {"kinds": list(kinds), "before": dict(before.about)} if kinds else {}
        found = Calibration(tasks[0], tasks[1], {**about, "free": apart[0], "given": apart[1]}, found.discriminator)
        save_calibration(found, weights, roles)
    if kinds:
        progress(1.0)
        return tuple(history)
    chooser = random.Random(f"{seed} drafts")
    drafts: list[Frames] = []
    drawn = min(2 * pieces, DRAWN)
    for index in range(drawn):
        options = SamplingOptions(seed=chooser.randrange(2**32), candidates=DRAFTS, passes=0, span=0)
        made = compose(
            piece=chooser.choice(plans),
            ensemble=ensemble,
            sampling=options,
            checkpoint=weights,
            count=DRAFTS,
            device=device,
        )
        drafts += [token_frames(piece_tokens(each.score, players)) for each in made.alternatives]
        progress(ROUND_SHARE + (1 - ROUND_SHARE) * (index + 1) / drawn)
    discriminator = fitted([token_frames(each) for each in tokens], drafts)
    save_calibration(replace(found, discriminator=discriminator), weights, roles)
    return tuple(history)


def _composed(
    given: Score | PieceOptions, options: SamplingOptions, weights: Path, ensemble: str, device: str
) -> Score:
    if isinstance(given, Score):
        return compose(given, ensemble=ensemble, sampling=options, checkpoint=weights, device=device).score
    return compose(piece=given, ensemble=ensemble, sampling=options, checkpoint=weights, device=device).score


def _models(corpus: str, players: Ensemble) -> tuple[list[TokenScore], list[PieceOptions]]:
    """The training pieces that can be used, and what new ones are made like."""
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
        raise InputError(f"{corpus}: no training piece can be used as a model; expected parts for {players.name}")
    return tokens, plans


def in_words(found: Round) -> Sequence[str]:
    """A line for each task."""
    return [
        f"{name}: " + ", ".join(f"{kind} {apart:.3f}" for kind, apart in figures.items())
        for name, figures in (("nothing given", found.free), ("melody given", found.given))
    ]
