"""The costs of a style: each price is that of its kind, and a price of zero costs nothing."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from scoregen.model.features.history_features import AGES
from scoregen.model.features.inputs import SILENCE
from scoregen.model.sampling.costs.decision_context import DecisionContext
from scoregen.model.sampling.costs.long_rests import long_rest_costs
from scoregen.model.sampling.costs.style_costs import style_costs
from scoregen.model.sampling.costs.tendencies import tendency_costs
from scoregen.model.sampling.costs.voice_leading import voice_leading_costs
from scoregen.styles.style import VoiceLeadingCosts, load_style

COSTS = replace(load_style().voice_leading, long_rest=1.5)
FREE = VoiceLeadingCosts(**{field.name: 0.0 for field in fields(VoiceLeadingCosts)})
ROWS = 40


def decisions() -> DecisionContext:
    """The inner voice of four after the outer ones, at phrase ends and elsewhere, in some rows after a long rest."""
    generator = np.random.default_rng(3)
    previous = generator.integers(20, 90, (ROWS, 4))
    previous[::5, 1] = SILENCE
    order = np.array([0, 3])
    return DecisionContext(
        np.full(ROWS, 1),
        np.where(previous[:, 1] == SILENCE, 50, previous[:, 1]),
        np.full(ROWS, AGES - 1),
        previous,
        np.tile(order, (ROWS, 1)),
        generator.integers(20, 90, (ROWS, 2)),
        np.arange(ROWS) % 2 == 0,
        np.zeros(ROWS, dtype=np.bool_),
        np.arange(ROWS) % 3 == 0,
        np.zeros(ROWS, dtype=np.int64),
    )


def test_the_costs_are_the_sum_of_their_kinds() -> None:
    decision = decisions()
    kinds = (
        voice_leading_costs(decision, COSTS),
        tendency_costs(decision, COSTS),
        long_rest_costs(decision, COSTS.long_rest),
    )
    assert all(each.any() for each in kinds)
    np.testing.assert_array_equal(style_costs(decision, COSTS), sum(kinds))


def test_without_prices_nothing_costs() -> None:
    assert not style_costs(decisions(), FREE).any()


def test_a_price_of_one_kind_is_independent_of_the_others() -> None:
    """What is left out where some prices are zero changes none of the other ones."""
    decision = decisions()
    names = [field.name for field in fields(VoiceLeadingCosts) if field.name not in ("foreign_to_plan", "other_bass")]
    alone = [style_costs(decision, replace(FREE, **{name: getattr(COSTS, name)})) for name in names]
    np.testing.assert_allclose(sum(alone), style_costs(decision, COSTS), atol=1e-4)
