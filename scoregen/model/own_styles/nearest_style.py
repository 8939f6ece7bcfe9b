"""Which shipped style is nearest to a user's pieces: the one under which the network finds them likeliest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch

from scoregen.model.features.conditioning import Example
from scoregen.model.network.batches import collate
from scoregen.model.network.likelihood import likelihood
from scoregen.model.network.network import Network
from scoregen.model.training.mixture import Movement, opening_of, unplanned
from scoregen.styles.library import shipped_styles
from scoregen.system.errors import InputError

OPENINGS, SLICES = 6, 96
"""The pieces that are asked, and the slices of each from its beginning."""

MARGIN = 0.02
"""Nats per choice by which another style must be nearer than the usual one."""


@dataclass(frozen=True, slots=True)
class NearestStyle:
    """`name` is that of a shipped style, `network_style` the one in the network; `nats` a choice with it, and `unknown`
    without any style; `count`: the styles that were compared."""

    name: str
    network_style: str
    nats: float
    unknown: float
    count: int


def shipped_for(weights: str, styles: Sequence[str]) -> dict[str, str]:
    """The shipped styles with these weights, by name, and the styles that they are in their network."""
    return {
        entry.name: entry.style.network_style
        for entry in shipped_styles()
        if entry.style.weights == weights and entry.style.network_style in styles
    }


def nearest_style(
    network: Network, movements: Sequence[Movement], candidates: Mapping[str, str], usual: str = ""
) -> NearestStyle:
    """The candidate under which the openings of movements are likeliest, with nothing given.

    The `usual` style of the ensemble is taken unless another is likelier by MARGIN: its prices are for such scores.
    InputError if there is no candidate.
    """
    if not candidates:
        raise InputError("no style that ships is for these weights; name a style with --from")
    count = min(OPENINGS, len(movements))
    chosen = [movements[number * len(movements) // count] for number in range(count)]
    openings = [unplanned(opening_of(movement, None, SLICES)) for movement in chosen]
    ids = {name: 1 + network.config.styles.index(own) for name, own in candidates.items()}
    nats = {name: _nats(network, openings, number) for name, number in ids.items()}
    best = min(nats, key=lambda name: nats[name] - MARGIN * (name == usual))
    return NearestStyle(best, candidates[best], nats[best], _nats(network, openings, 0), len(candidates))


def _nats(network: Network, openings: Sequence[Example], style: int) -> float:
    network.eval()
    with torch.no_grad():
        found = likelihood(network, collate([replace(each, style=style) for each in openings], network.alphabet))
    return float(found.nats / found.count)
