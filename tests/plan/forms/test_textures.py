"""Textures are chains of what voices do in measures, with the shares of their grammar."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from scoregen.plan.forms.textures import Habit, Seats, Texture, draw_textures
from tools.count_textures import nearest

QUARTET = Seats((0, 3, 1, 2), frozenset(range(4)), frozenset(range(4)))


def drawn(seats: Seats, count: int, families: str = "strings", seed: int = 1) -> tuple[Texture, ...]:
    return draw_textures([seats] * count, [families] * len(seats.order), {}, random.Random(seed))


def habits(textures: tuple[Texture, ...], slot: int) -> list[Habit]:
    row = [texture[slot] for texture in textures]
    assert all(habit is not None for habit in row)
    return [habit for habit in row if habit is not None]


def test_voices_follow_those_that_are_written_before_them() -> None:
    for texture in drawn(QUARTET, 400):
        for slot, habit in enumerate(texture):
            assert habit is not None
            if habit.follows is not None:
                leader = texture[habit.follows]
                assert QUARTET.order.index(habit.follows) < QUARTET.order.index(slot)
                assert leader is not None and not leader.rests, "one that rests has no rhythm"


def test_shares_are_those_of_the_grammar() -> None:
    first = habits(drawn(QUARTET, 6000), 0)
    again = [(after.keeps, before.keeps) for before, after in pairwise(first) if not (before.rests or after.rests)]
    for was, share in ((True, 0.55), (False, 0.18)):
        cases = [now for now, before in again if before is was]
        assert sum(cases) / len(cases) == pytest.approx(share, abs=0.05)


def test_a_leader_is_followed_for_measures() -> None:
    viola = [habit.follows for habit in habits(drawn(QUARTET, 4000), 2)]
    after = [now for before, now in pairwise(viola) if before == 1]
    assert after.count(1) / len(after) > 0.55, "0.81 of them follow again, and nine of ten of these the same"


def test_given_voices_lead_if_they_begin_notes() -> None:
    given = Seats((0, 3, 1, 2), frozenset({1, 2, 3}), frozenset({0, 1, 2, 3}))
    found = drawn(given, 300)
    assert {texture[0] for texture in found} == {None}
    assert any(habit.follows == 0 for habit in habits(found, 3))
    silent = Seats((0, 3, 1, 2), frozenset({1, 2, 3}), frozenset({1, 2, 3}))
    assert all(habit.follows != 0 for slot in (1, 2, 3) for habit in habits(drawn(silent, 300), slot))


def test_returns_have_the_texture_of_their_model() -> None:
    found = draw_textures([QUARTET] * 8, ["strings"] * 4, {4: 0, 5: 1}, random.Random(3))
    assert found[4:6] == found[:2]


def test_somebody_always_plays_and_all_play_at_the_end() -> None:
    alone = Seats((0,), frozenset({0}), frozenset({0}))
    assert not any(habit.rests for habit in habits(drawn(alone, 500), 0))
    for seed in range(60):
        assert not any(habit and habit.rests for habit in drawn(QUARTET, 3, seed=seed)[-1])


def test_an_unknown_family_goes_together_as_strings_do() -> None:
    assert drawn(QUARTET, 50, "brass") == drawn(QUARTET, 50)


def test_the_nearest_leader() -> None:
    assert nearest([0, 3], 2) == 3
    assert nearest([], 2) is None
