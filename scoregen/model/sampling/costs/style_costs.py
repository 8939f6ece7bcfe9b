"""The costs that a style sets for every decision: voice leading, tendencies and long rests.

A price of zero costs no time. Costs that need more than the decision (given sevenths, plans, successions) are those of
`sampling.choice_costs`. R rows, E events.
"""

from __future__ import annotations

from scoregen.model.sampling.costs.decision_context import DecisionContext
from scoregen.model.sampling.costs.long_rests import long_rest_costs, playing_on_costs
from scoregen.model.sampling.costs.tendencies import tendency_costs
from scoregen.model.sampling.costs.voice_leading import Costs, voice_leading_costs
from scoregen.styles.style import VoiceLeadingCosts


def style_costs(decision: DecisionContext, costs: VoiceLeadingCosts) -> Costs:
    """[R, E] the cost of each event."""
    total = voice_leading_costs(decision, costs) + tendency_costs(decision, costs)
    if costs.long_rest:
        total = total + long_rest_costs(decision, costs.long_rest)
    if costs.playing_on:
        total = total + playing_on_costs(decision, costs.playing_on)
    return total
