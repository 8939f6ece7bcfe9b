"""Examples of a mixture: what is given, what is left out, and what is never scored."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from scoregen.model.features.alphabet import NO_CHOICE
from scoregen.model.features.conditioning import Example
from scoregen.model.features.inputs import ABSENT, piece_arrays
from scoregen.model.features.metric_features import HARMONY_FEATURES
from scoregen.model.network.batches import collate
from scoregen.model.training.examples import FREE
from scoregen.model.training.mixture import (
    EXCERPT,
    MOST_VOICES,
    HeldMovements,
    Movement,
    Source,
    draw_given_parts,
    mixture_examples,
)
from tests.model.ensembles import chordal_tokens, describe

FIVE, TEN = describe(5), (*describe(9), describe(9)[-1])


def movement(seed: int, count: int, measures: int, style: int, absent: float = 0.0) -> Movement:
    voices = FIVE[:count] if count <= 5 else TEN[:count]
    piece = piece_arrays(chordal_tokens(seed, voices, measures, absent=absent), None, voices, whole=False)
    refused = piece.measure == 1
    return Movement(piece, np.array([each.part for each in voices]), style, refused)


@pytest.fixture(scope="module")
def sources() -> list[Source]:
    songs = [movement(seed, 3, 8, 1) for seed in range(3)]
    scores = [movement(3, 10, 60, 2, 0.3), movement(4, 5, 8, 2, 0.3)]
    held = HeldMovements(scores)
    return [Source("songs", 3, HeldMovements(songs), HeldMovements(songs[:1])), Source("scores", 1, held, held, 1)]


@pytest.fixture(scope="module")
def drawn(sources: list[Source]) -> list[Example]:
    examples = mixture_examples(sources, 5)
    return [examples.draw(np.random.default_rng(number)) for number in range(120)]


def test_an_example_has_few_slices_and_voices_all_of_which_it_needs(drawn: list[Example]) -> None:
    for example in drawn:
        assert 0 < example.piece.length <= EXCERPT
        voices = example.piece.events.shape[1]
        assert 0 < voices <= MOST_VOICES
        assert example.given.shape == example.order.shape == (example.piece.length, voices)
        assert example.piece.matches.shape == (voices + 1, example.piece.length, example.piece.length)
    assert max(example.piece.events.shape[1] for example in drawn) == MOST_VOICES
    assert min(example.piece.events.shape[1] for example in drawn) == 1, "some parts are left out"


def test_sources_have_their_shares_and_styles_are_at_times_unknown(drawn: list[Example]) -> None:
    count = Counter(example.style for example in drawn)
    assert set(count) == {0, 1, 2}
    assert 2 < count[1] / count[2] < 5
    assert 0 < count[0] < 40


def test_a_refused_measure_is_read_and_never_scored(drawn: list[Example]) -> None:
    seen = 0
    for example in drawn:
        refused = example.piece.measure == 1
        assert example.given[refused].all()
        seen += int(refused.sum())
    assert seen > 100
    assert any(not example.given[example.piece.measure == 2].any() for example in drawn)


def test_every_example_can_be_scored(drawn: list[Example]) -> None:
    batch = collate(drawn[:12])
    pieces = [each.piece for each in drawn[:12]]
    written = sum(int((piece.choices != NO_CHOICE).sum(2)[piece.events != ABSENT].sum()) for piece in pieces)
    assert int(batch.turn_count.sum()) == written


def test_draws_depend_on_their_generator_alone(sources: list[Source]) -> None:
    examples = mixture_examples(sources, 5)
    one, other = (examples.draw(np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(one.piece.events, other.piece.events) and np.array_equal(one.given, other.given)
    assert np.array_equal(one.order, other.order) and one.style == other.style


def test_whole_parts_are_given(sources: list[Source]) -> None:
    """Nothing, one part, voices, or all but a hole; of one part alone all is blank in most examples."""
    piece, parts = sources[1].train[1].piece, sources[1].train[1].parts
    kinds = Counter[str]()
    for number in range(200):
        given = draw_given_parts(piece, parts, np.random.default_rng(number))
        whole = given.all(0)
        if not given.any():
            kinds["nothing"] += 1
        elif (given.any(0) == whole).all():
            is_part = any(np.array_equal(np.flatnonzero(whole), np.flatnonzero(parts == part)) for part in set(parts))
            kinds["one part" if is_part else "voices"] += 1
        else:
            hole = np.unique(piece.measure[~given.all(1)])
            assert (np.diff(hole) == 1).all() and len(hole) <= 8
            kinds["a hole"] += 1
    assert min(kinds[name] for name in ("nothing", "one part", "voices", "a hole")) > 8
    alone = [draw_given_parts(piece, np.zeros(5, dtype=int), np.random.default_rng(n)).all() for n in range(100)]
    assert not any(alone)


def test_each_source_is_validated_with_nothing_and_with_its_part_given(sources: list[Source]) -> None:
    examples = mixture_examples(sources, 5)
    assert list(examples.valid) == list(examples.fit) == [FREE, "part", "scores_free", "scores_part"]
    assert [len(each) for each in examples.valid.values()] == [1, 1, 2, 2]
    for name, tasks in examples.valid.items():
        for example in tasks:
            part = {"part": [True, False, False]}.get(name)
            if name.endswith(FREE):
                assert not example.given.any()
            elif part:
                assert example.given.all(0).tolist() == part == example.given.any(0).tolist()
    keyboard = examples.valid["scores_part"][1]
    assert keyboard.given.all(0).tolist() == [False, True, True, True, True]


@pytest.fixture(scope="module")
def planned_source(sources: list[Source]) -> Source:
    train = [with_plan(sources[0].train[number]) for number in range(len(sources[0].train))]
    return Source("plans", 1, HeldMovements(train), HeldMovements(train[:1]))


def with_plan(movement: Movement) -> Movement:
    metric = movement.piece.metric.copy()
    metric[:, HARMONY_FEATURES.start] = 1
    return replace(movement, piece=replace(movement.piece, metric=metric))


def known(example: Example) -> float:
    """The share of the points at which the harmony is known."""
    return float(example.piece.metric[:, HARMONY_FEATURES.start].mean())


def test_half_of_the_examples_have_no_plan_and_others_little_of_it(planned_source: Source) -> None:
    examples = mixture_examples([planned_source], 5)
    shares = [known(examples.draw(np.random.default_rng(number))) for number in range(200)]
    assert 80 <= sum(share == 0 for share in shares) <= 125
    assert sum(share == 1 for share in shares) > 40
    assert sum(0.5 < share < 1 for share in shares) > 5 and sum(0 < share < 0.5 for share in shares) > 5


def test_a_source_with_plans_is_also_validated_under_them(sources: list[Source], planned_source: Source) -> None:
    examples = mixture_examples([sources[0], planned_source], 5)
    own = [FREE, "part", "plans_free", "plans_part", "plans_planned"]
    assert list(examples.valid) == list(examples.fit) == own
    for name, tasks in examples.valid.items():
        assert {known(example) for example in tasks} == {float(name == "plans_planned")}
    assert not any(example.given.any() for example in examples.valid["plans_planned"])


def test_a_digest_identifies_the_pieces(sources: list[Source]) -> None:
    first = HeldMovements([sources[0].train[number] for number in range(2)])
    fewer = [Source("songs", 1, first, sources[0].valid), sources[1]]
    assert mixture_examples(sources, 5).digest == mixture_examples(sources, 3).digest
    assert mixture_examples(sources, 5).digest != mixture_examples(fewer, 5).digest
