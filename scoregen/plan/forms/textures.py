"""Textures: which voice has the rhythm of which other one in a measure, and which keeps that of its last measure.

A player goes with another one for measures, or keeps a figure for measures, and then changes. Note by note a network
decides that anew, and drafts are a conversation of soloists: of quartets under a given melody 22 % of the measures of a
line have the rhythm of another one, of training movements 61 %. Therefore the textures of all measures are drawn before
any note, as chains whose chances are shares of training movements (`grammars/textures.toml`).
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from scoregen.system.resources import folder

MOST_LEADERS = 3
"""The chance of following depends on how many voices could be followed, up to this number."""
Before = Literal["new", "free", "bound"]
"""What a voice did in the measure before: nothing that is known; no such thing; it followed another, kept its rhythm,
rested."""


@dataclass(frozen=True, slots=True)
class Habit:
    """What a voice does in a measure: `follows` the voice with this slot, or None; `keeps` the rhythm of its last
    measure; `rests` for the whole measure. One that follows has the rhythm of its leader, whether that keeps its own or
    not."""

    follows: int | None = None
    keeps: bool = False
    rests: bool = False


Texture = tuple[Habit | None, ...]
"""By slot; None for a voice that is not written in the measure."""


@dataclass(frozen=True, slots=True)
class Seats:
    """Who plays in a measure: the slots in the order in which they are written, those that are new, and those that
    begin something that others may follow."""

    order: Sequence[int]
    new: frozenset[int]
    leaders: frozenset[int]


@dataclass(frozen=True, slots=True)
class Shares:
    """The chances of a family: to follow, by the number of leaders and the measure before; to stay with a leader where
    one is followed again; to keep a rhythm; to rest."""

    follows: Sequence[Mapping[Before, float]]
    stays: float
    keeps: Mapping[Before, float]
    rests: Mapping[Before, float]


def draw_textures(
    measures: Sequence[Seats], families: Sequence[str], again: Mapping[int, int], chance: random.Random
) -> tuple[Texture, ...]:
    """The texture of each measure, for voices of these families; `again` are the measures that return to earlier ones,
    whose textures they have. Families that are not counted are drawn as strings."""
    done: list[Texture] = []
    for index, seats in enumerate(measures):
        if index in again:
            done.append(done[again[index]])
            continue
        before = done[-1] if done else (None,) * len(families)
        resting = _resting(seats, families, before, chance) if index + 1 < len(measures) else frozenset()
        now: dict[int, Habit] = {slot: Habit(rests=True) for slot in resting}
        for place, slot in enumerate(seats.order):
            if slot in seats.new - resting:
                leaders = [other for other in seats.order[:place] if other in seats.leaders - resting]
                now[slot] = _habit(slot, leaders, before[slot], _shares(families[slot]), chance)
        done.append(tuple(map(now.get, range(len(families)))))
    return tuple(done)


def _resting(seats: Seats, families: Sequence[str], before: Texture, chance: random.Random) -> frozenset[int]:
    """The new voices that rest in a measure; never all voices of it."""
    found = frozenset(
        slot
        for slot in seats.order
        if slot in seats.new and chance.random() < _shares(families[slot]).rests[_rested(before[slot])]
    )
    return found if found < seats.leaders else frozenset()


def _rested(before: Habit | None) -> Before:
    return _before(before, is_bound=bool(before and before.rests))


def _habit(slot: int, leaders: Sequence[int], before: Habit | None, shares: Shares, chance: random.Random) -> Habit:
    before = None if before is None or before.rests else before
    keeps = chance.random() < shares.keeps[_before(before, is_bound=bool(before and before.keeps))]
    last = before.follows if before else None
    state = _before(before, is_bound=last is not None)
    share = shares.follows[min(len(leaders), MOST_LEADERS) - 1][state] if leaders else 0.0
    if chance.random() >= share:
        return Habit(None, keeps)
    if last in leaders and chance.random() < shares.stays:
        return Habit(last, keeps)
    return Habit(chance.choices(leaders, [1 / abs(other - slot) for other in leaders])[0], keeps)


def _before(before: Habit | None, *, is_bound: bool) -> Before:
    return "new" if before is None else "bound" if is_bound else "free"


def _shares(family: str) -> Shares:
    own = _grammar().get(family) or _grammar()["strings"]
    return Shares(own["follows"], own["stays"], own["keeps"], own["rests"])


@lru_cache(maxsize=1)
def _grammar() -> Mapping[str, Any]:
    with (folder("grammars") / "textures.toml").open("rb") as file:
        return tomllib.load(file)
