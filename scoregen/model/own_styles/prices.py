"""Prices of an own style: voice-leading costs with which drafts of the tuned network do what its pieces do.

A cost of c nats divides the odds of a choice by e^c. So the cost that gives drafts the rate of the pieces is the
logarithm of the ratio of the rates, of bare drafts to the pieces (moment matching, as in `sampling.feature_matching`).
A few pieces show a few cases; the costs of the base count as PRIOR cases more on both sides, and decide where nothing
was counted. Successions have a table of their own; plans and long rests are not counted and keep the base's prices.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from scoregen.model.own_styles.incidents import Counts
from scoregen.styles.style import VoiceLeadingCosts

PRIOR = 4.0
"""Cases of the pieces that the costs of the base are worth."""
MOST = 4.0
"""The highest price in nats: more would exclude."""
MOST_FIGURATION = 1.5
"""That of figuration: what keeps a figure also keeps a wrong one, with which a piece may have begun."""


def fitted_prices(
    base: VoiceLeadingCosts, pieces: Mapping[str, Counts], drafts: Mapping[str, Counts]
) -> VoiceLeadingCosts:
    """The costs of the base, fitted to the incidents of the pieces and of bare drafts."""
    kinds = pieces.keys() & drafts.keys()
    return replace(base, **{kind: _price(getattr(base, kind), pieces[kind], drafts[kind]) for kind in sorted(kinds)})


def figuration_prices(
    base: VoiceLeadingCosts, pieces: Mapping[str, Counts], drafts: Mapping[str, Counts]
) -> dict[str, float]:
    """The prices of these kinds alone, none above MOST_FIGURATION unless that of the base is."""
    fitted = fitted_prices(base, pieces, drafts)
    return {kind: min(getattr(fitted, kind), max(MOST_FIGURATION, getattr(base, kind))) for kind in pieces}


def _price(base: float, pieces: Counts, drafts: Counts) -> float:
    """A price in nats, in hundredths; that of the base if one of the two has no occasions."""
    if not (pieces[1] and drafts[1]):
        return base
    cases = drafts[0] * pieces[1] / drafts[1]  # in as many occasions as the pieces have
    price = math.log((cases + PRIOR * math.exp(base)) / (pieces[0] + PRIOR))
    return round(min(MOST, max(0.0, price)), 2)
