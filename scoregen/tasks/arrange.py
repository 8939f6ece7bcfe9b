"""Arrangement: the notes of a score for another ensemble."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scoregen.generation.arranging.accounting import Account
from scoregen.generation.arranging.arrangement import arranged
from scoregen.generation.arranging.transposing import best_interval
from scoregen.generation.ranges import AUTO, transposition_of
from scoregen.notation.graft.transposition import transposed
from scoregen.notation.results import ScoreResult
from scoregen.score.edit import named_part
from scoregen.score.elements import Score
from scoregen.score.ensemble import Ensemble, load_ensemble
from scoregen.score.pitch import UNISON, Interval
from scoregen.system.errors import InputError

UNCOMFORTABLE = 0.02
"""The share of notes outside comfortable ranges from which another key is proposed."""
FILLED = "satb"
"""The ensemble for which the network fills parts that have nothing to sing."""


@dataclass(frozen=True, slots=True, repr=False)
class Arrangement(ScoreResult):
    """The result of `arrange`: the score, notices for the user, and what became of every note of the source.

    `for_singers` tells that the lines were set from an accompaniment; `silent` are the names of parts without notes.
    """

    score: Score
    notices: tuple[str, ...]
    account: Account
    for_singers: bool = False
    silent: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Arrangement of {len(self.account.notes)} notes: {self.score!r}>"


def arrange(
    score: Score,
    *,
    ensemble: str = FILLED,
    keep: Sequence[str] = (),
    transpose: str | None = None,
    fill: bool = False,
) -> Arrangement:
    """Redistribute the notes of a score among the roles of an ensemble.

    `keep` are parts, by number or name, that stay as they are above the new ones; `transpose` moves the score first, by
    an interval (`-M2`), by semitones, or (`auto`) to where the ensemble has most of it in comfortable ranges; `fill`
    lets the network write for parts that would rest throughout. Raises InputError for unknown names and for a score
    without pitched notes.
    """
    players = load_ensemble(ensemble)
    kept = [named_part(score, name, "--keep").id for name in keep]
    if fill and players.name != FILLED:
        raise InputError(f"--fill: the network fills parts of {FILLED} only; found {players.name}")
    if transpose is not None:
        score = transposed(score, _interval(transpose, score, players))
    done = arranged(score, players, kept)
    advice = _advice(score, players, done.uncomfortable) if transpose is None else ()
    if not (fill and done.silent):
        return Arrangement(done.score, (*done.notices, *advice), done.account, done.for_singers, done.silent)
    from scoregen.tasks.compose import compose

    composed = compose(done.score, ensemble=ensemble)
    notices = (*(n for n in done.notices if "rests throughout" not in n), *composed.notices)
    return Arrangement(composed.score, notices, done.account, done.for_singers)


def _advice(score: Score, players: Ensemble, uncomfortable: float) -> tuple[str, ...]:
    """One line if another key suits the players better."""
    if uncomfortable < UNCOMFORTABLE:
        return ()
    interval = best_interval(score, players)
    return () if interval == UNISON else (f"another key suits the players better: --transpose {interval}",)


def _interval(text: str, score: Score, players: Ensemble) -> Interval:
    """The interval of an option; `auto` is where the outer lines lie best."""
    if text.strip().lower() == AUTO:
        return best_interval(score, players)
    return transposition_of(text, score, players, {})
